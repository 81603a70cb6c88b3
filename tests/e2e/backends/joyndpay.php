<?php
/*
 * A merchant's own backend as JoyndPay's API page shows it, in PHP, behind the widget: php -S 127.0.0.1:PORT joyndpay.php
 *
 * The bodies of initiate() and verify() follow the page's sample "payment without redirect" line by line; only Laravel's HTTP
 * client is replaced by what every PHP has. The price is the sample's: UGX 10000, whatever the page says. Answers go out as
 * text/html, as plain PHP sends them, on purpose.
 *
 * Environment: JOYNDPAY_API (such as http://localhost:8788/joyndpay/api), JOYNDPAY_PUBLIC_KEY, JOYNDPAY_SECRET_KEY,
 * CALLBACK_URL, IPN_URL; WEB_ROOT, if set, is a folder of static files to serve beside. With PHP_CLI_SERVER_WORKERS=4 slow
 * requests do not hold up the others.
 */

/** What Http::withHeaders(...)->post(...)->json() does: error statuses have a body as well. */
function post(string $url, array $body): array
{
    $headers = [
        'ApiKey: ' . getenv('JOYNDPAY_PUBLIC_KEY'),
        'SecretKey: ' . getenv('JOYNDPAY_SECRET_KEY'),
        'Content-Type: application/json',
    ];
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => $headers,
        'content' => json_encode($body),
        'ignore_errors' => true,
        'timeout' => 15,
    ]]);
    $answer = @file_get_contents($url, false, $context);
    return json_decode($answer ?: '', true) ?? ['status' => 'error', 'message' => 'The payment provider cannot be reached.'];
}

function initiate(array $asked): array
{
    $orderId = $asked['order_id'] ?? 'ORD-' . uniqid();
    // 1. Initiate payment, return redirect_url + order_id to frontend (do NOT redirect)
    $data = post(getenv('JOYNDPAY_API') . '/initiate/payment', [
        'currency' => 'UGX',
        'amount' => 10000,
        'order_id' => $orderId, // optional; we return one if omitted
        'ipn_url' => getenv('IPN_URL'),
        'callback_url' => getenv('CALLBACK_URL'),
    ]);
    return [
        'redirect_url' => $data['data']['redirect_url'] ?? null,
        'order_id' => $data['data']['order_id'] ?? $orderId,
    ];
}

function verify(array $asked): array
{
    // 3. Frontend: poll POST /api/verify/payment with { "order_id": order_id }: passed through
    return post(getenv('JOYNDPAY_API') . '/verify/payment', ['order_id' => $asked['order_id'] ?? null]);
}

/** A file below WEB_ROOT. */
function serve_file(string $path): void
{
    $types = ['html' => 'text/html', 'js' => 'text/javascript', 'css' => 'text/css', 'wasm' => 'application/wasm',
        'json' => 'application/json', 'svg' => 'image/svg+xml'];
    $root = realpath(getenv('WEB_ROOT') ?: '');
    $file = $root ? realpath($root . $path . (str_ends_with($path, '/') ? 'index.html' : '')) : false;
    if (!$file || !is_file($file) || !str_starts_with($file, $root . DIRECTORY_SEPARATOR)) {
        http_response_code(404);
        return;
    }
    header('Content-Type: ' . ($types[pathinfo($file, PATHINFO_EXTENSION)] ?? 'application/octet-stream'));
    readfile($file);
}

$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');
$asked = json_decode(file_get_contents('php://input'), true);
$asked = is_array($asked) ? $asked : [];
if ($_SERVER['REQUEST_METHOD'] === 'POST' && $path === '/pay/initiate') {
    echo json_encode(initiate($asked));
} elseif ($_SERVER['REQUEST_METHOD'] === 'POST' && $path === '/pay/verify') {
    echo json_encode(verify($asked));
} elseif ($_SERVER['REQUEST_METHOD'] === 'GET') {
    serve_file($path);
} else {
    http_response_code(404);
}
