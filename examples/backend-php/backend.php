<?php

/** A shop's own backend behind the pay button, for JoyndPay: what it takes and answers. See README.md. */

declare(strict_types=1);

ini_set('display_errors', '0'); // an error of the program shows its variables

require_once __DIR__ . '/payments.php';

// The shop's own prices, in whole shillings: the page names an article, never an amount.
const CATALOGUE = ['kitenge-tee' => 25000, 'coffee-kg' => 38000];
const CODES = [
    400 => 'bad-option', 409 => 'busy', 413 => 'bad-option', 415 => 'bad-option', 422 => 'order-changed',
];
const UNKNOWN = 'what became of this payment is not known yet: ask again';

/** Ends the request with this HTTP status. */
function refuse(int $status, string $text): never {
    throw new DomainException($text, $status);
}

function initiate(array $body): array {
    $key = trim($_SERVER['HTTP_IDEMPOTENCY_KEY'] ?? '', '"');
    [$sku, $quantity] = [$body['sku'] ?? null, $body['quantity'] ?? 1];
    $is_many = is_int($quantity) && 1 <= $quantity && $quantity <= 999;
    if (!is_string($sku) || !isset(CATALOGUE[$sku]) || !$is_many) {
        refuse(400, 'accepted: sku, an article of the catalogue, and quantity, from 1 to 999');
    }
    [$return_url, $shop] = [$body['return_url'] ?? null, env('SHOP_ORIGIN')];
    if (strlen($key) !== 36 || !is_string($return_url) || !str_starts_with("$return_url/", "$shop/")) {
        refuse(400, "accepted: return_url, a page of $shop, and Idempotency-Key, a UUID");
    }
    $wish = "$quantity $sku"; // what is paid for: whatever else counts belongs in here, too
    $row = payment('key', $key);
    if ($row && $row['wish'] !== $wish) {
        refuse(422, 'Idempotency-Key: was used with another body');
    }
    if ($row && $row['status'] === 'begun') {
        $row = settle($row) ?? refuse(409, UNKNOWN);
    }
    if (!isset($row['key'])) { // none yet, or one whose page nobody has
        $row = begin($key, $wish, CATALOGUE[$sku] * $quantity, $return_url) ?? refuse(409, UNKNOWN);
    }
    if (!isset($row['key'])) {
        refuse(424, "JoyndPay did not begin this payment; the backend's log says more");
    }
    return shown($row);
}

function verify(array $body): array {
    [$row, $token] = [payment('order_id', $body['order_id'] ?? null), $body['token'] ?? null];
    if (!$row || !is_string($token) || !hash_equals($row['token'], $token)) {
        refuse(404, 'no such order, or its token is missing or wrong');
    }
    return shown($row['status'] === 'success' ? $row : settle($row) ?? $row);
}

/** It is signed by nobody: it proves nothing, and means "go and ask". */
function ipn(array $body): array {
    $row = payment('order_id', $body['order_id'] ?? null);
    if ($row && $row['status'] !== 'success') {
        settle($row) ?? refuse(503, UNKNOWN);
    }
    return ['status' => 'success'];
}

/** The shopper is back: on to the shop's page, with the token in the fragment, which no server is sent. */
function back(): never {
    $row = payment('back', $_GET['of'] ?? null);
    $order = $row ? "#malipo_order=$row[order_id]&malipo_token=$row[token]" : '';
    header('Location: ' . ($row['return_url'] ?? env('SHOP_ORIGIN')) . $order, true, 303);
    exit;
}

/** The answer to a request. */
function answer(string $method, string $path): array {
    if ($method === 'GET' && $path === '/pay/return') {
        back();
    }
    $method === 'POST' || refuse($method === 'OPTIONS' ? 200 : 405, 'accepted: POST');
    $text = (string) file_get_contents('php://input', length: 65537);
    strlen($text) <= 65536 || refuse(413, 'accepted: bodies of 64 KiB');
    $body = json_decode($text, true) ?? $_POST;
    $is_json = is_array($body) && str_starts_with($_SERVER['CONTENT_TYPE'] ?? '', 'application/json');
    return match (true) {
        $path === '/pay/ipn' => ipn(is_array($body) ? $body : []),
        !$is_json => refuse(415, 'accepted: a JSON object, sent as application/json'),
        $path === '/pay/initiate' => initiate($body),
        $path === '/pay/verify' => verify($body),
        default => refuse(404, 'accepted: /pay/initiate, /pay/verify, /pay/ipn, /pay/return'),
    };
}

header('Content-Type: application/json');
header('Cache-Control: no-store');
header('Access-Control-Allow-Origin: ' . env('SHOP_ORIGIN'));
header('Access-Control-Allow-Headers: content-type, idempotency-key');
header('Access-Control-Expose-Headers: Retry-After');
header('Access-Control-Max-Age: 7200');
try {
    $answer = answer($_SERVER['REQUEST_METHOD'], parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
} catch (Throwable $it) {
    $status = $it instanceof DomainException ? $it->getCode() : 500;
    http_response_code($status);
    in_array($status, [409, 503], true) && header('Retry-After: 3');
    $status === 500 && error_log((string) $it);
    $text = $status === 500 ? "the backend's log says what is wrong" : $it->getMessage();
    $answer = ['status' => 'error', 'code' => CODES[$status] ?? 'backend', 'error' => [$text]];
}
echo json_encode($answer);
