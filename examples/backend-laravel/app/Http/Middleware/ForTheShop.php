<?php

namespace App\Http\Middleware;

use Closure;
use Illuminate\Http\Request;

/** Lets the shop's page read the answers, errors included, from another origin, too. */
class ForTheShop
{
    public function handle(Request $request, Closure $next)
    {
        $request->headers->set('Accept', 'application/json'); // so that Laravel's own errors are JSON
        $response = $request->isMethod('OPTIONS') ? response()->noContent() : $next($request);
        $response->headers->add([
            'Cache-Control' => 'no-store',
            'Access-Control-Allow-Origin' => config('joyndpay.shop_origin'),
            'Access-Control-Allow-Headers' => 'content-type, idempotency-key',
            'Access-Control-Expose-Headers' => 'Retry-After',
            'Access-Control-Max-Age' => '7200',
        ]);
        return $response;
    }
}
