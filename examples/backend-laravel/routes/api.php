<?php

use App\Http\Controllers\PaymentController;
use App\Http\Middleware\ForTheShop;
use Illuminate\Support\Facades\Route;

foreach (['initiate', 'verify', 'ipn'] as $name)
    Route::match(['post', 'options'], "pay/$name", [PaymentController::class, $name])->middleware(ForTheShop::class);
