<?php

namespace App\Http\Controllers;

use Illuminate\Http\Request;
use Illuminate\Support\Facades\{DB, Http, Log};
use Illuminate\Support\Str;

/** A shop's own backend behind the pay button: initiate, verify and IPN for JoyndPay. README.md says how to run it. */
class PaymentController {
    public function initiate(Request $request) {
        ($request->isJson() && strlen($request->getContent()) <= 65536)
            || $this->refuse(415, 'accepted: a body of type application/json, 64 KiB at most');
        [$key, $shop] = [trim((string) $request->header('Idempotency-Key'), '"'), config('joyndpay.shop_origin')];
        [$sku, $quantity, $back] = [$request->json('sku'), $request->json('quantity', 1), $request->json('return_url')];
        $price = is_string($sku) ? config('joyndpay.catalogue')[$sku] ?? null : null;
        ($price && is_int($quantity) && 1 <= $quantity && $quantity <= 999)
            || $this->refuse(400, 'accepted: sku, an article of the catalogue, and quantity, a whole number from 1 to 999');
        (Str::isUuid($key) && is_string($back) && str_starts_with("$back/", "$shop/"))
            || $this->refuse(400, "accepted: return_url, a page of $shop, and the header Idempotency-Key, a UUID");
        $wish = "$quantity $sku"; // what is paid for: whatever else counts belongs in here, too
        $row = DB::table('payments')->where('key', $key)->first();
        $row && $row->wish !== $wish && $this->refuse(422, 'Idempotency-Key: was used with another body');
        $row = $row && $row->status === 'begun' ? $this->settle($row) ?? $this->refuse(409) : $row;
        return $this->shown($row && $row->key ? $row : $this->begin($key, $wish, $price * $quantity, $back));
    }

    /** Opens a payment at JoyndPay. It is written down first: of two requests at once, the second finds the first. */
    private function begin(string $key, string $wish, int $amount, string $back): object {
        $row = ['order_id' => strtoupper(bin2hex(random_bytes(8))), 'key' => $key, 'wish' => $wish, 'token' => Str::random(32),
            'amount' => $amount, 'test' => config('joyndpay.mode') === 'test', 'begun' => time()];
        DB::table('payments')->insertOrIgnore($row) || $this->refuse(409);
        $ask = ['order_id' => $row['order_id'], 'amount' => $amount, 'currency' => config('joyndpay.currency')];
        $back .= (str_contains($back, '?') ? '&' : '?') . "malipo_order=$row[order_id]&malipo_token=$row[token]";
        $call = $ask + ['ipn_url' => config('joyndpay.public_url') . '/api/pay/ipn', 'callback_url' => $back];
        $data = $this->joyndpay('initiate', $call) ?? $this->refuse(409);
        [$url, $ours] = [(string) ($data['redirect_url'] ?? ''), DB::table('payments')->where('order_id', $row['order_id'])];
        $good = array_intersect_key($data, $ask) == $ask && str_starts_with($url, config('joyndpay.checkout'));
        $good || (clone $ours)->where('status', 'begun')->update(['status' => 'failed', 'key' => null]);
        $good || $this->refuse(424, "JoyndPay did not begin the payment that was asked for; the backend's log says more");
        (clone $ours)->where('status', 'begun')->update(['status' => 'pending', 'redirect_url' => $url]);
        return $ours->first();
    }

    /** Asks JoyndPay how a payment stands, and writes it down; null where it does not say. Paid stays paid. */
    private function settle(object $row): ?object {
        // Within 15 s the request that begins it may still be running.
        $running = $row->status === 'begun' && time() < $row->begun + 15;
        if ($running || ! is_array($data = $this->joyndpay('verify', ['order_id' => $row->order_id]))) return null;
        [$status, $paid, $currency] = [$data['status'] ?? null, $data['amount'] ?? null, $data['currency'] ?? null];
        // More than the price is well: live, JoyndPay's fees come on top.
        $enough = (is_int($paid) || is_float($paid)) && $paid >= $row->amount && $currency === config('joyndpay.currency');
        $change = match (true) {
            // For a person to look at.
            $status === 'success' && ! $enough,
            $row->reason && $status !== 'success' => ['status' => 'pending', 'reason' => 'review'],
            // Cut off: nobody has its page, so nobody can pay it, and the key may begin another.
            $row->status === 'begun' && $status !== 'success' => ['status' => 'failed', 'key' => null],
            in_array($status, ['pending', 'success', 'failed'], true) => ['status' => $status, 'reason' => null],
            default => [],
        };
        $ours = DB::table('payments')->where('order_id', $row->order_id);
        if (array_diff_assoc($change, (array) $row)) {
            // Deliver by a job of your own that looks for status 'success', not a test, and notes what it delivered.
            Log::notice("$row->order_id: $change[status]", $data);
            // Failed is only what still stands as it was read: a page may have been handed out meanwhile.
            $stands = $change['status'] === 'failed' ? [$row->status] : ['<>', 'success'];
            (clone $ours)->where('status', ...$stands)->update($change);
        }
        return $ours->first();
    }

    public function verify(Request $request) {
        [$row, $token] = [$this->asked($request), $request->json('token')];
        ($row && is_string($token) && hash_equals($row->token, $token))
            || $this->refuse(404, 'no such order, or its token is missing or wrong');
        return $this->shown($row->status === 'success' ? $row : $this->settle($row) ?? $row);
    }

    /** It is signed by nobody: it proves nothing, and means "go and ask". */
    public function ipn(Request $request) {
        $row = $this->asked($request);
        $row && $row->status !== 'success' && ($this->settle($row) ?? $this->refuse(503));
        return ['status' => 'success'];
    }

    public function reconcile() {
        $open = DB::table('payments')->whereNotIn('status', ['begun', 'success'])->where('begun', '>', time() - 3 * 86400);
        $open->get()->each(fn ($row) => $this->settle($row));
    }

    /** The `data` of JoyndPay's answer: empty where it says no, null where nobody knows what became of the call. */
    private function joyndpay(string $path, array $body): ?array {
        // Less than the 10 s that the button waits; and a redirect must not carry the keys elsewhere.
        $call = Http::withHeaders(config('joyndpay.keys'))->timeout(8)->withoutRedirecting();
        $answer = rescue(fn () => $call->post(config('joyndpay.url') . "/api/$path/payment", $body)->json());
        $status = data_get($answer, 'status');
        $good = $status === 'success' && data_get($answer, 'data.order_id') === $body['order_id'];
        $good || Log::warning("$body[order_id]: $path answers", [$answer]);
        return $good ? $answer['data'] : ($status === 'error' ? [] : null);
    }

    /** The payment that a request names, if there is one. */
    private function asked(Request $request): ?object {
        strlen($request->getContent()) <= 65536 || $this->refuse(413, 'accepted: 64 KiB');
        $id = $request->input('order_id');
        return is_string($id) ? DB::table('payments')->where('order_id', $id)->first() : null;
    }

    /** How a payment stands, and where it is paid: the answer of initiate and of verify. */
    private function shown(object $row): array {
        return ['order_id' => $row->order_id, 'token' => $row->token, 'status' => $row->status, 'reason' => $row->reason,
            'redirect_url' => $row->status === 'success' ? null : $row->redirect_url, 'amount' => (string) $row->amount,
            'currency' => config('joyndpay.currency'), 'test' => (bool) $row->test, 'fees_added' => ! $row->test];
    }

    private function refuse(int $status, string $text = 'it is not known yet what became of this payment; send the same again') {
        $code = [400 => 'bad-option', 409 => 'busy', 422 => 'order-changed'][$status] ?? 'backend';
        $answer = response()->json(['status' => 'error', 'code' => $code, 'error' => [$text]], $status);
        abort($status === 409 ? $answer->header('Retry-After', '3') : $answer);
    }
}
