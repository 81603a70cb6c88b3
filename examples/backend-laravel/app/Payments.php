<?php

namespace App;

use Illuminate\Database\Query\Builder;
use Illuminate\Support\Facades\{DB, Log};
use Illuminate\Support\Str;

/** The shop's records of its payments, and what may become of one. */
class Payments
{
    public function __construct(private JoyndPay $joyndpay) {}

    /** The payment of which a column has this value, or null. */
    public function find(string $column, mixed $value): ?object
    {
        return is_string($value) ? DB::table('payments')->where($column, $value)->first() : null;
    }

    /** How a payment stands, and where it is paid: the answer of initiate and of verify. */
    public function shown(object $row): array
    {
        return [
            'order_id' => $row->order_id,
            'token' => $row->token,
            'status' => $row->status,
            'reason' => $row->reason,
            'redirect_url' => $row->status === 'success' ? null : $row->redirect_url,
            'amount' => (string) $row->amount,
            'currency' => config('joyndpay.currency'),
            'fees_added' => ! $row->test,
            'test' => (bool) $row->test,
        ];
    }

    /** Opens a payment at JoyndPay; null where nobody knows whether that was done, or another does it. */
    public function begin(string $key, string $wish, int $amount, string $returnUrl): ?object
    {
        $row = [
            'order_id' => strtoupper(bin2hex(random_bytes(8))),
            'key' => $key,
            'wish' => $wish,
            'amount' => $amount,
            'token' => Str::random(32),
            'back' => Str::random(32),
            'return_url' => $returnUrl,
            'test' => config('joyndpay.mode') === 'test',
            'begun' => time(),
        ];
        // It is written down first: of two requests at once, the second finds its key taken.
        if (DB::table('payments')->insertOrIgnore($row) === 0) {
            return null;
        }
        $data = $this->joyndpay->call('initiate', [
            'order_id' => $row['order_id'],
            'amount' => $amount,
            'currency' => config('joyndpay.currency'),
            'ipn_url' => config('joyndpay.public_url') . '/api/pay/ipn',
            'callback_url' => config('joyndpay.public_url') . "/api/pay/return?of=$row[back]",
        ]);
        if ($data === null) {
            return null;
        }
        $url = $data['redirect_url'] ?? null;
        $isOpen = $this->joyndpay->amount($data) == $amount && $this->joyndpay->isCheckout($url);
        $opened = ['status' => 'pending', 'redirect_url' => $url];
        $this->payment($row['order_id'])->where('status', 'begun')
            ->update($isOpen ? $opened : ['status' => 'failed', 'key' => null]);
        return $this->payment($row['order_id'])->first();
    }

    /** Asks JoyndPay how a payment stands, and writes it down; null where nobody knows. Paid stays paid. */
    public function settle(object $row): ?object
    {
        if ($row->status === 'begun' && time() < $row->begun + 15) {
            return null; // the request that begins it may still be running
        }
        $data = $this->joyndpay->call('verify', ['order_id' => $row->order_id]);
        if ($data === null) {
            return null;
        }
        $change = $this->judged($row, $data);
        if (array_diff_assoc($change, (array) $row)) {
            // Deliver by a job of your own that looks for status 'success', not a test, and notes it.
            Log::notice("$row->order_id: $change[status]", $data);
            // Failed is only what still stands as it was read: a page may have been handed out meanwhile.
            $stands = $change['status'] === 'failed' ? ['=', $row->status] : ['<>', 'success'];
            $this->payment($row->order_id)->where('status', ...$stands)->update($change);
        }
        return $this->payment($row->order_id)->first();
    }

    /** What is to be changed in a payment of which JoyndPay says this. */
    private function judged(object $row, array $data): array
    {
        $status = $data['status'] ?? null;
        // More than the price is well: live, JoyndPay's fees come on top.
        $isEnough = $this->joyndpay->amount($data) >= $row->amount;
        return match (true) {
            $status === 'success' && $isEnough => ['status' => 'success', 'reason' => null],
            // Too little, or another currency: a person has to look, whatever JoyndPay says afterwards.
            $status === 'success', $row->reason !== null => ['status' => 'pending', 'reason' => 'review'],
            // Cut off while it was begun: nobody has its page or can pay it; the key may begin another.
            $row->status === 'begun' => ['status' => 'failed', 'key' => null],
            in_array($status, ['pending', 'failed'], true) => ['status' => $status, 'reason' => null],
            default => [],
        };
    }

    private function payment(string $id): Builder
    {
        return DB::table('payments')->where('order_id', $id);
    }
}
