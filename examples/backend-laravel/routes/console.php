<?php

use App\Http\Controllers\PaymentController;
use Illuminate\Support\Facades\Artisan;

// For the scheduler, every few minutes: asks about what no page and no notification has told.
Artisan::command('payments:reconcile', fn (PaymentController $payments) => $payments->reconcile());
