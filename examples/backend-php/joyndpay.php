<?php

/** Calls JoyndPay, with the keys of the environment. */

declare(strict_types=1);

/** A value that has to be set. */
function env(string $name): string {
    return getenv($name) ?: throw new RuntimeException("$name is not set in the environment");
}

define('MODE', env('JOYNDPAY_MODE')); // test or live, as the keys are
const CURRENCY = 'UGX';
define('JOYNDPAY', getenv('JOYNDPAY_URL') ?: 'https://joyndpay.com');

/** Whether this is a checkout page of JoyndPay's, and of the keys' mode. */
function is_checkout(mixed $url): bool {
    return is_string($url) && str_starts_with($url, JOYNDPAY . '/make/payment/' . MODE . '/');
}

/** The `data` of JoyndPay's answer: empty where it says no, null where nobody knows what became of it. */
function call(string $path, array $body): ?array {
    $curl = curl_init(JOYNDPAY . "/api/$path/payment");
    curl_setopt_array($curl, [
        CURLOPT_HTTPHEADER => [
            'ApiKey: ' . env('JOYNDPAY_PUBLIC_KEY'),
            'SecretKey: ' . env('JOYNDPAY_SECRET_KEY'),
            'Content-Type: application/json',
        ],
        CURLOPT_POSTFIELDS => json_encode($body),
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FOLLOWLOCATION => false, // the keys must not go elsewhere
        CURLOPT_TIMEOUT => 8, // seconds for the whole call, to the last byte: the button waits 10 for verify
    ]);
    $text = (string) curl_exec($curl);
    $answer = json_decode($text, true);
    $status = $answer['status'] ?? null;
    if ($status === 'success' && ($answer['data']['order_id'] ?? null) === $body['order_id']) {
        return $answer['data'];
    }
    error_log("$body[order_id]: $path answers " . substr($text, 0, 500) . curl_error($curl));
    return $status === 'error' ? [] : null;
}

/** The amount in such data; 0 where it is no number, or one in another currency than the shop's. */
function amount(array $data): int|float {
    $amount = ($data['currency'] ?? null) === CURRENCY ? $data['amount'] ?? null : null;
    return is_int($amount) || is_float($amount) ? $amount : 0;
}
