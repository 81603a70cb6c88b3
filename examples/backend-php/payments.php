<?php

/** The shop's records of its payments, and what may become of one. */

declare(strict_types=1);

require_once __DIR__ . '/joyndpay.php';

/** The rows that a statement gives. */
function query(string $sql, mixed ...$values): array {
    static $db = null;
    if (!$db) {
        $file = (getenv('DATA_DIR') ?: '.') . '/payments-' . MODE . '.sqlite';
        $db = new PDO("sqlite:$file");
        $db->exec(file_get_contents(__DIR__ . '/schema.sql'));
    }
    $statement = $db->prepare($sql);
    $statement->execute($values);
    return $statement->fetchAll(PDO::FETCH_ASSOC);
}

/** The payments of which this is true. */
function payments(string $condition, mixed ...$values): array {
    return query("SELECT * FROM payments WHERE $condition", ...$values);
}

/** The payment of which a column has this value, or null. */
function payment(string $column, mixed $value): ?array {
    return is_string($value) ? payments("$column = ?", $value)[0] ?? null : null;
}

/** How a payment stands, and where it is paid: the answer of initiate and of verify. */
function shown(array $row): array {
    return [
        'order_id' => $row['order_id'],
        'token' => $row['token'],
        'status' => $row['status'],
        'reason' => $row['reason'],
        'redirect_url' => $row['status'] === 'success' ? null : $row['redirect_url'],
        'amount' => (string) $row['amount'],
        'currency' => CURRENCY,
        'fees_added' => MODE === 'live',
        'test' => MODE === 'test',
    ];
}

/** Opens a payment at JoyndPay; null where nobody knows whether that was done, or another request does it. */
function begin(string $key, string $wish, int $amount, string $return_url): ?array {
    $id = strtoupper(bin2hex(random_bytes(8)));
    [$token, $back] = [bin2hex(random_bytes(16)), bin2hex(random_bytes(16))];
    // It is written down first: of two requests at once, the second finds its key taken.
    query("INSERT OR IGNORE INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'begun', NULL, NULL)",
        $id, $key, $wish, $amount, $token, $back, $return_url, time());
    if (!payment('order_id', $id)) {
        return null;
    }
    $data = call('initiate', [
        'order_id' => $id,
        'amount' => $amount,
        'currency' => CURRENCY,
        'ipn_url' => env('PUBLIC_URL') . '/pay/ipn',
        'callback_url' => env('PUBLIC_URL') . "/pay/return?of=$back",
    ]);
    if ($data === null) {
        return null;
    }
    $url = $data['redirect_url'] ?? null;
    if (amount($data) == $amount && is_checkout($url)) {
        [$change, $values] = ["status = 'pending', redirect_url = ?", [$url, $id]];
    } else {
        [$change, $values] = ["status = 'failed', key = NULL", [$id]];
    }
    query("UPDATE payments SET $change WHERE order_id = ? AND status = 'begun'", ...$values);
    return payment('order_id', $id);
}

/** Asks JoyndPay how a payment stands, and writes it down; null where nobody knows. Paid stays paid. */
function settle(array $row): ?array {
    if ($row['status'] === 'begun' && time() < $row['begun'] + 15) {
        return null; // the request that begins it may still be running
    }
    $data = call('verify', ['order_id' => $row['order_id']]);
    if ($data === null) {
        return null;
    }
    [$status, $reason] = judged($row, $data);
    $is_known = in_array($status, ['pending', 'success', 'failed'], true);
    if ($is_known && [$status, $reason] !== [$row['status'], $row['reason']]) {
        // Deliver by a job of your own that looks for status 'success', and notes it: never from a page.
        error_log("$row[order_id]: $status " . json_encode($data));
        // Failed is only what still stands as it was read: a page may have been handed out meanwhile.
        query("UPDATE payments
            SET status = ?1, reason = ?2, key = IIF(status = 'begun' AND ?1 = 'failed', NULL, key)
            WHERE order_id = ?3 AND IIF(?1 = 'failed', status = ?4, status <> 'success')",
            $status, $reason, $row['order_id'], $row['status']);
    }
    return payment('order_id', $row['order_id']);
}

/** Status and reason of a payment of which JoyndPay says this. */
function judged(array $row, array $data): array {
    $status = $data['status'] ?? null;
    // More than the price is well: live, JoyndPay's fees come on top.
    $enough = amount($data) >= $row['amount'];
    return match (true) {
        $status === 'success' && $enough => ['success', null],
        // Too little, or another currency: a person has to look, whatever JoyndPay says afterwards.
        $status === 'success', $row['reason'] !== null => ['pending', 'review'],
        // Cut off while it was begun: nobody has its page, so nobody can pay it; the key may begin another.
        $row['status'] === 'begun' => ['failed', null],
        default => [$status, null],
    };
}
