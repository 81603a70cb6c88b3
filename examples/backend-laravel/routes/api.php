<?php

use App\Http\Controllers\PaymentController;
use App\Http\Middleware\ForTheShop;
use Illuminate\Support\Facades\Route;

// Without the app's own limit of 60 requests a minute and address: a tab asks 24 times, and many shoppers share an address.
Route::middleware(ForTheShop::class)->withoutMiddleware('throttle:api')->group(fn () => array_map(fn ($name) =>
    Route::match(['post', 'options'], "pay/$name", [PaymentController::class, $name]), ['initiate', 'verify', 'ipn']));
