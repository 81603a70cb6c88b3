<?php

return [
    'keys' => ['ApiKey' => env('JOYNDPAY_PUBLIC_KEY'), 'SecretKey' => env('JOYNDPAY_SECRET_KEY')],
    'mode' => env('JOYNDPAY_MODE'), // test or live, as the keys are
    'url' => env('JOYNDPAY_URL', 'https://joyndpay.com'),
    'shop_origin' => env('SHOP_ORIGIN'), // of the page with the button, such as https://shop.example
    'public_url' => env('PUBLIC_URL', env('APP_URL')), // under which JoyndPay and browsers reach this app
    // The shop's own prices, in whole shillings: the page names an article, never an amount.
    'catalogue' => ['kitenge-tee' => 25000, 'coffee-kg' => 38000],
    'currency' => 'UGX',
];
