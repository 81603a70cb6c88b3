<?php

namespace App\Http\Controllers;

use App\Payments;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Str;

/** A shop's own backend behind the pay button, for JoyndPay: what it takes and answers. See README.md. */
class PaymentController
{
    private const UNKNOWN = 'what became of this payment is not known yet: ask again';
    private const CODES = [
        400 => 'bad-option', 409 => 'busy', 413 => 'bad-option', 415 => 'bad-option', 422 => 'order-changed',
    ];

    public function __construct(private Payments $payments) {}

    public function initiate(Request $request)
    {
        $this->isShort($request);
        $request->isJson() || $this->refuse(415, 'accepted: a body of type application/json');
        [$sku, $quantity] = [$request->json('sku'), $request->json('quantity', 1)];
        $price = is_string($sku) ? config('joyndpay.catalogue')[$sku] ?? null : null;
        if ($price === null || ! is_int($quantity) || $quantity < 1 || 999 < $quantity) {
            $this->refuse(400, 'accepted: sku, an article of the catalogue, and quantity, from 1 to 999');
        }
        [$returnUrl, $shop] = [$request->json('return_url'), config('joyndpay.shop_origin')];
        $key = trim((string) $request->header('Idempotency-Key'), '"');
        if (! Str::isUuid($key) || ! is_string($returnUrl) || ! str_starts_with("$returnUrl/", "$shop/")) {
            $this->refuse(400, "accepted: return_url, a page of $shop, and Idempotency-Key, a UUID");
        }
        $wish = "$quantity $sku"; // what is paid for: whatever else counts belongs in here, too
        $row = $this->payments->find('key', $key);
        if ($row && $row->wish !== $wish) {
            $this->refuse(422, 'Idempotency-Key: was used with another body');
        }
        if ($row && $row->status === 'begun') {
            $row = $this->payments->settle($row) ?? $this->refuse(409, self::UNKNOWN);
        }
        if (! isset($row->key)) { // none yet, or one whose page nobody has
            $row = $this->payments->begin($key, $wish, $price * $quantity, $returnUrl);
        }
        if (! isset($row->key)) {
            $row === null
                ? $this->refuse(409, self::UNKNOWN)
                : $this->refuse(424, "JoyndPay did not begin this payment; the backend's log says more");
        }
        return $this->payments->shown($row);
    }

    public function verify(Request $request)
    {
        $this->isShort($request);
        $row = $this->payments->find('order_id', $request->json('order_id'));
        $token = $request->json('token');
        if (! $row || ! is_string($token) || ! hash_equals($row->token, $token)) {
            $this->refuse(404, 'no such order, or its token is missing or wrong');
        }
        $now = $row->status === 'success' ? $row : $this->payments->settle($row);
        return $this->payments->shown($now ?? $row);
    }

    /** It is signed by nobody: it proves nothing, and means "go and ask". */
    public function ipn(Request $request)
    {
        $this->isShort($request);
        $row = $this->payments->find('order_id', $request->input('order_id'));
        if ($row && $row->status !== 'success') {
            $this->payments->settle($row) ?? $this->refuse(503, self::UNKNOWN);
        }
        return ['status' => 'success'];
    }

    /** The shopper is back: on to the shop's page, the token in the fragment, which no server is sent. */
    public function back(Request $request)
    {
        $row = $this->payments->find('back', $request->query('of'));
        $order = $row ? "#malipo_order=$row->order_id&malipo_token=$row->token" : '';
        return redirect()->away(($row->return_url ?? config('joyndpay.shop_origin')) . $order, 303);
    }

    /** For the scheduler: asks about what no page and no notification has told. */
    public function reconcile()
    {
        $open = DB::table('payments')->whereNotIn('status', ['begun', 'success']);
        foreach ($open->where('begun', '>', time() - 3 * 86400)->get() as $row) {
            // One that fails is reported, and does not keep the others from being asked about.
            rescue(fn () => $this->payments->settle($row));
        }
    }

    private function isShort(Request $request): void
    {
        strlen($request->getContent()) <= 65536 || $this->refuse(413, 'accepted: bodies of 64 KiB');
    }

    private function refuse(int $status, string $text): never
    {
        $answer = ['status' => 'error', 'code' => self::CODES[$status] ?? 'backend', 'error' => [$text]];
        $headers = in_array($status, [409, 503], true) ? ['Retry-After' => '3'] : [];
        abort(response()->json($answer, $status, $headers));
    }
}
