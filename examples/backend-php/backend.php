<?php

/** A shop's own backend behind the pay button: initiate, verify and IPN for JoyndPay. README.md says how to run it. */

declare(strict_types=1);

ini_set('display_errors', '0'); // an error of the program shows its variables
// The keys and their mode (test or live); the origin of the page with the button; where JoyndPay reaches this program.
foreach (['JOYNDPAY_PUBLIC_KEY', 'JOYNDPAY_SECRET_KEY', 'JOYNDPAY_MODE', 'SHOP_ORIGIN', 'PUBLIC_URL'] as $name)
    define($name, getenv($name) ?: throw new RuntimeException("$name is missing in the environment"));
define('JOYNDPAY_URL', getenv('JOYNDPAY_URL') ?: 'https://joyndpay.com');
const CHECKOUT = JOYNDPAY_URL . '/make/payment/' . JOYNDPAY_MODE . '/';
// The shop's own prices: the page names an article, never an amount. Whole shillings; README.md says how to have cents.
const CATALOGUE = ['kitenge-tee' => 25000, 'coffee-kg' => 38000], CURRENCY = 'UGX';
const BUSY = 'what became of this payment is not known yet, and is being looked up; send the same again';

$db = new PDO('sqlite:' . (getenv('DATA_DIR') ?: '.') . '/payments-' . JOYNDPAY_MODE . '.sqlite');
$db->exec('CREATE TABLE IF NOT EXISTS payments (order_id TEXT PRIMARY KEY, key TEXT UNIQUE, wish TEXT, token TEXT,
    amount INTEGER, begun INTEGER, status TEXT NOT NULL, reason TEXT, redirect_url TEXT)');

function query(string $sql, mixed ...$values): array {
    $statement = $GLOBALS['db']->prepare($sql);
    $statement->execute($values);
    return $statement->fetchAll(PDO::FETCH_ASSOC);
}

function payments(string $where, mixed ...$values): array {
    return query("SELECT *, unixepoch() - begun AS age FROM payments WHERE $where", ...$values);
}

/** How a payment stands, and where it is paid: the answer of initiate and of verify. */
function shown(array $row): array {
    return ['order_id' => $row['order_id'], 'token' => $row['token'], 'status' => $row['status'], 'reason' => $row['reason'],
        'redirect_url' => $row['status'] === 'success' ? null : $row['redirect_url'], 'amount' => (string) $row['amount'],
        'currency' => CURRENCY, 'fees_added' => JOYNDPAY_MODE === 'live', 'test' => JOYNDPAY_MODE === 'test'];
}

/** The `data` of JoyndPay's answer: empty where it says no, null where nobody knows what became of the call. */
function joyndpay(string $path, array $body): ?array {
    $headers = ['ApiKey: ' . JOYNDPAY_PUBLIC_KEY, 'SecretKey: ' . JOYNDPAY_SECRET_KEY, 'Content-Type: application/json'];
    // Seconds to connect, and again to answer: 10, no more than the button waits. A redirect must not carry the keys elsewhere.
    $http = ['method' => 'POST', 'timeout' => 5, 'follow_location' => 0, 'ignore_errors' => true, 'header' => $headers];
    $context = stream_context_create(['http' => [...$http, 'content' => json_encode($body)]]);
    $answer = json_decode($text = (string) @file_get_contents(JOYNDPAY_URL . "/api/$path/payment", false, $context), true);
    $status = $answer['status'] ?? null;
    $good = $status === 'success' && ($answer['data']['order_id'] ?? null) === $body['order_id'];
    $good || error_log("$body[order_id]: $path answers " . substr($text, 0, 500));
    return $good ? $answer['data'] : ($status === 'error' ? [] : null);
}

function initiate(array $body): array {
    $key = trim($_SERVER['HTTP_IDEMPOTENCY_KEY'] ?? '', '"');
    [$sku, $quantity, $back] = [$body['sku'] ?? null, $body['quantity'] ?? 1, $body['return_url'] ?? null];
    (is_string($sku) && isset(CATALOGUE[$sku]) && is_int($quantity) && 1 <= $quantity && $quantity <= 999)
        || throw new DomainException('accepted: sku, an article, and quantity, a whole number from 1 to 999', 400);
    (strlen($key) === 36 && is_string($back) && str_starts_with("$back/", SHOP_ORIGIN . '/'))
        || throw new DomainException('accepted: return_url on ' . SHOP_ORIGIN . ', and Idempotency-Key, a UUID', 400);
    $wish = "$quantity $sku"; // what is paid for: whatever else counts belongs in here, too
    $row = payments('key = ?', $key)[0] ?? null;
    $row && $row['wish'] !== $wish && throw new DomainException('Idempotency-Key: was used with another body', 422);
    $row = $row && $row['status'] === 'begun' ? settle($row) ?? throw new DomainException(BUSY, 409) : $row;
    return shown(isset($row['key']) ? $row : begin($key, $wish, CATALOGUE[$sku] * $quantity, $back));
}

/** Opens a payment at JoyndPay. It is written down first: of two requests at once, the second finds the first. */
function begin(string $key, string $wish, int $amount, string $back): array {
    [$id, $token] = [strtoupper(bin2hex(random_bytes(8))), bin2hex(random_bytes(16))];
    query("INSERT INTO payments VALUES (?, ?, ?, ?, ?, unixepoch(), 'begun', NULL, NULL) ON CONFLICT DO NOTHING",
        $id, $key, $wish, $token, $amount);
    payments('order_id = ?', $id) || throw new DomainException(BUSY, 409);
    $ask = ['order_id' => $id, 'amount' => $amount, 'currency' => CURRENCY];
    $back .= (str_contains($back, '?') ? '&' : '?') . "malipo_order=$id&malipo_token=$token";
    $data = joyndpay('initiate', [...$ask, 'ipn_url' => PUBLIC_URL . '/pay/ipn', 'callback_url' => $back])
        ?? throw new DomainException(BUSY, 409);
    $url = (string) ($data['redirect_url'] ?? '');
    $good = array_intersect_key($data, $ask) == $ask && str_starts_with($url, CHECKOUT);
    $good || query("UPDATE payments SET status = 'failed', key = NULL WHERE order_id = ? AND status = 'begun'", $id);
    $good || throw new DomainException("JoyndPay did not begin what was asked for; the backend's log says more", 424);
    query("UPDATE payments SET status = 'pending', redirect_url = ? WHERE order_id = ? AND status = 'begun'", $url, $id);
    return payments('order_id = ?', $id)[0];
}

/** Asks JoyndPay how a payment stands, and writes it down; null where it does not say. Paid stays paid. */
function settle(array $row): ?array {
    // Within 15 s the request that begins it may still be running.
    $data = $row['status'] === 'begun' && $row['age'] < 15 ? null : joyndpay('verify', ['order_id' => $row['order_id']]);
    if ($data === null) return null;
    [$status, $paid] = [$data['status'] ?? null, $data['amount'] ?? null];
    // More than the price is well: live, JoyndPay's fees come on top.
    $enough = (is_int($paid) || is_float($paid)) && $paid >= $row['amount'] && ($data['currency'] ?? null) === CURRENCY;
    [$status, $reason] = match (true) {
        $status === 'success' && !$enough, $row['reason'] && $status !== 'success' => ['pending', 'review'], // for a person
        // Cut off: nobody has its page, so nobody can pay it, and the key may begin another.
        $row['status'] === 'begun' && $status !== 'success' => ['failed', null],
        default => [$status, null],
    };
    if (in_array($status, ['pending', 'success', 'failed']) && [$status, $reason] !== [$row['status'], $row['reason']]) {
        // Deliver by a job of your own that looks for status 'success' and notes what it delivered: never from a page.
        error_log("$row[order_id]: $status " . json_encode($data));
        // Failed is only what still stands as it was read: a page may have been handed out meanwhile.
        query("UPDATE payments SET status = ?1, reason = ?2, key = IIF(status = 'begun' AND ?1 = 'failed', NULL, key)
            WHERE order_id = ?3 AND IIF(?1 = 'failed', status = ?4, status <> 'success')",
            $status, $reason, $row['order_id'], $row['status']);
    }
    return payments('order_id = ?', $row['order_id'])[0];
}

function verify(array $body): array {
    $row = payments('order_id = ?', $body['order_id'] ?? null)[0] ?? null;
    ($row && is_string($body['token'] ?? null) && hash_equals($row['token'], $body['token']))
        || throw new DomainException('no such order, or its token is missing or wrong', 404);
    return shown($row['status'] === 'success' ? $row : settle($row) ?? $row); // it stays as it is where nobody knows
}

if (PHP_SAPI === 'cli') { // for cron, every few minutes: asks about what no page and no notification has told
    array_map(settle(...), payments("status NOT IN ('begun', 'success') AND begun > unixepoch() - 259200"));
    exit;
}
array_map(header(...), ['Content-Type: application/json', 'Cache-Control: no-store',
    'Access-Control-Allow-Origin: ' . SHOP_ORIGIN, 'Access-Control-Allow-Headers: content-type, idempotency-key',
    'Access-Control-Expose-Headers: Retry-After', 'Access-Control-Max-Age: 7200']);
try {
    [$method, $path] = [$_SERVER['REQUEST_METHOD'], parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)];
    $method === 'POST' || throw new DomainException('accepted: POST', $method === 'OPTIONS' ? 200 : 405);
    $text = (string) file_get_contents('php://input', length: 65537);
    strlen($text) <= 65536 || throw new DomainException('accepted: bodies of 64 KiB', 413);
    $body = json_decode($text, true) ?? $_POST;
    $json = is_array($body) && str_starts_with($_SERVER['CONTENT_TYPE'] ?? '', 'application/json');
    $json || $path === '/pay/ipn' || throw new DomainException('accepted: a JSON object, sent as application/json', 415);
    $answer = match ($path) {
        '/pay/initiate' => initiate($body),
        '/pay/verify' => verify($body),
        // It is signed by nobody: it proves nothing, and means "go and ask".
        '/pay/ipn' => ['asked' => count(array_map(fn ($row) => settle($row) ?? throw new DomainException(BUSY, 503),
            payments("status <> 'success' AND order_id = ?", $body['order_id'] ?? null)))],
        default => throw new DomainException('accepted: /pay/initiate, /pay/verify, /pay/ipn', 404),
    };
} catch (Throwable $it) {
    $status = $it instanceof DomainException ? $it->getCode() : 500;
    $status === 500 && error_log((string) $it);
    http_response_code($status);
    $status === 409 && header('Retry-After: 3');
    $answer = ['status' => 'error', 'code' => [400 => 'bad-option', 409 => 'busy', 422 => 'order-changed'][$status] ?? 'backend',
        'error' => [$status === 500 ? "the backend's log says what is wrong" : $it->getMessage()]];
}
echo json_encode($answer);
