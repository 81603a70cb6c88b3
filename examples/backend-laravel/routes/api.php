<?php

use App\Http\Controllers\PaymentController;
use App\Http\Middleware\ForTheShop;
use Illuminate\Support\Facades\Route;

// Without the app's own limit of 60 requests a minute and address: a tab asks 24 times, and many share one.
Route::middleware(ForTheShop::class)->withoutMiddleware('throttle:api')->group(function () {
    foreach (['initiate', 'verify', 'ipn'] as $name) {
        Route::match(['post', 'options'], "pay/$name", [PaymentController::class, $name]);
    }
    Route::get('pay/return', [PaymentController::class, 'back']);
});
