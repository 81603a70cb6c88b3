<?php

namespace App;

use Illuminate\Support\Facades\{Http, Log};

/** Calls JoyndPay, with the keys of config/joyndpay.php. */
class JoyndPay
{
    /** Whether this is a checkout page of JoyndPay's, and of the keys' mode. */
    public function isCheckout(mixed $url): bool
    {
        $checkout = config('joyndpay.url') . '/make/payment/' . config('joyndpay.mode') . '/';
        return is_string($url) && str_starts_with($url, $checkout);
    }

    /** The `data` of JoyndPay's answer: empty where it says no, null where nobody knows what became of it. */
    public function call(string $path, array $body): ?array
    {
        // 8 s for the whole call: the button waits 10 s for verify. No redirect gets the keys.
        $client = Http::withHeaders(config('joyndpay.keys'))->timeout(8)->withoutRedirecting();
        $url = config('joyndpay.url') . "/api/$path/payment";
        $answer = rescue(fn () => $client->post($url, $body)->json());
        $status = data_get($answer, 'status');
        if ($status === 'success' && data_get($answer, 'data.order_id') === $body['order_id']) {
            return $answer['data'];
        }
        Log::warning("$body[order_id]: $path answers", [$answer]);
        return $status === 'error' ? [] : null;
    }

    /** The amount in such data; 0 where it is no number, or one in another currency than the shop's. */
    public function amount(array $data): int|float
    {
        $isOurs = ($data['currency'] ?? null) === config('joyndpay.currency');
        $amount = $isOurs ? $data['amount'] ?? null : null;
        return is_int($amount) || is_float($amount) ? $amount : 0;
    }
}
