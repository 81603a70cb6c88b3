//! What `--help` says about JoPay's routes, and the keys of the script's part about it.

use super::Key;

pub(super) const ROUTES: &str = "\
JoPay, with /jopay in the place of the provider's host:
  POST /jopay/api/v1/requests/create
                            Authorization: Bearer KEY; {merchant_id, fiat_amount_int, fiat_currency_code?, memo?,
                            idempotency_key?, metadata?, payment_mode? pos | invoice}
  GET  /jopay/api/v1/requests/{id}
                            the same fields and tx_hash
  GET  /jopay/api/v1/requests
                            {ok, requests, next_cursor}, newest first; ?limit=1-100&cursor=&status=&proof_status=&merchant_id=
  POST /jopay/api/v1/requests/{id}/cancel
                            while nothing was sent; else 409 not_cancellable
  POST /jopay/api/v1/merchants
  GET  /jopay/api/v1/merchants
  GET  /jopay/api/v1/merchants/{id}
                            merchants of the command line, and shells that onboarding_url completes
  GET  /jopay/pay/{id}      the pay page; it ends with a receipt
  Entries of /sandbox/ledger have request_status, proof_status, tx_hash, fiat_int, usdc_micro, received_usdc_micro, paid_amount,
  merchant_id, memo, metadata, payment_mode, idempotency_key, replays, expires_at_ms, verified_at_ms and cancelled_at_ms; order_id
  is metadata.order_id, times_paid counts transfers of the exact amount, verified or not.
";

pub(super) const KEYS: &[Key] = &[
    Key {
        key: "jopay.create.fault, jopay.get.fault, jopay.list.fault, jopay.cancel.fault, jopay.merchants.fault",
        values: "as joyndpay.initiate.fault",
        default: "none",
        meaning: "How the call goes wrong; merchants is all three calls about them. http_500 answers internal_error, http_429 \
            rate_limited. The quota is used in any case.",
    },
    Key {
        key: "jopay.create.delay_ms, jopay.get.delay_ms, jopay.list.delay_ms, jopay.cancel.delay_ms, jopay.merchants.delay_ms",
        values: "milliseconds, at most 600000",
        default: "0",
        meaning: "Wait before answering; the work is done before the wait.",
    },
    Key {
        key: "jopay.create.http_status, jopay.get.http_status, jopay.list.http_status, jopay.cancel.http_status, \
            jopay.merchants.http_status",
        values: "200-599",
        default: "null",
        meaning: "Answer with this status and the body that would have been sent anyway.",
    },
    Key {
        key: "jopay.create.retry_after_s, jopay.get.retry_after_s, jopay.list.retry_after_s, jopay.cancel.retry_after_s, \
            jopay.merchants.retry_after_s",
        values: "seconds",
        default: "null",
        meaning: "Retry-After of http_429.",
    },
    Key {
        key: "jopay.create.answer, jopay.get.answer, jopay.list.answer, jopay.cancel.answer, jopay.merchants.answer",
        values: "{field: any JSON value}",
        default: "{}",
        meaning: "Replaces fields of a successful answer, such as {\"amount.fiat_int\": 1}, {\"proof_status\": \"verified\"}, \
            {\"status\": \"paid\"} or {\"pay_page_url\": \"javascript:alert(1)\"}. The ledger keeps the truth.",
    },
    Key {
        key: "jopay.create.times, jopay.get.times, jopay.list.times, jopay.cancel.times, jopay.merchants.times",
        values: "a count",
        default: "null (every call)",
        meaning: "To how many calls the keys of this endpoint apply; then it works again.",
    },
    Key {
        key: "jopay.error_status",
        values: "200-599, such as 200 or 400",
        default: "null",
        meaning: "Answer every refusal with this status instead of 400, 401, 403, 404, 409 or 429: the documents say that \
            statuses may move.",
    },
    Key {
        key: "jopay.limits.calls",
        values: "a count",
        default: "60",
        meaning: "Calls of one key in any window, refused ones apart; a true sliding window. More are answered 429 rate_limited.",
    },
    Key {
        key: "jopay.limits.merchants",
        values: "a count",
        default: "30",
        meaning: "Creations of merchants with one key in any window.",
    },
    Key {
        key: "jopay.limits.window_ms",
        values: "milliseconds, at most 600000",
        default: "60000",
        meaning: "How long the window is.",
    },
    Key {
        key: "jopay.limits.retry_after",
        values: "true | false",
        default: "false",
        meaning: "Say in a Retry-After when the next call will be answered; the documents show none.",
    },
    Key {
        key: "jopay.expiry.pos_s",
        values: "seconds, at most a year",
        default: "3600",
        meaning: "How long a request of payment_mode pos, which is the default, can be paid; of those created from now on.",
    },
    Key {
        key: "jopay.expiry.invoice_s",
        values: "seconds, at most a year",
        default: "604800",
        meaning: "The same of payment_mode invoice.",
    },
    Key {
        key: "jopay.webhook.mode",
        values: "normal | never | before_answer | forged",
        default: "normal",
        meaning: "before_answer: the request is paid and verified as it is created, both webhooks are out before create answers. \
            forged: on creation comes one with a wrong signature that claims a verified payment though nothing was paid.",
    },
    Key {
        key: "jopay.webhook.order",
        values: "attached_first | reversed",
        default: "attached_first",
        meaning: "reversed: payment.proof_attached is held back and comes after payment.proof_verified. Not with a delay_ms.",
    },
    Key {
        key: "jopay.webhook.signature",
        values: "good | wrong | stale | none",
        default: "good",
        meaning: "wrong: made with another secret. stale: a good one of an hour ago. none: no header.",
    },
    Key {
        key: "jopay.webhook.metadata",
        values: "true | false",
        default: "true",
        meaning: "Whether the payload has metadata; two of the provider's pages show it without.",
    },
    Key {
        key: "jopay.webhook.fields",
        values: "{field: any JSON value}",
        default: "{}",
        meaning: "Replaces fields of the payload, such as {\"request_id\": \"req_1\"}, {\"delivery_id\": \"same\"} or \
            {\"proof_status\": \"none\"}. The signature is good for what is sent.",
    },
    Key {
        key: "jopay.webhook.copies",
        values: "1-100",
        default: "1",
        meaning: "How many equal webhooks of one event, delivery_id included.",
    },
    Key {
        key: "jopay.webhook.delay_ms",
        values: "milliseconds, at most 86400000",
        default: "0",
        meaning: "How late they come. The browser is not kept waiting for late ones.",
    },
    Key {
        key: "jopay.webhook.timeout_ms",
        values: "milliseconds, at most 600000",
        default: "8000",
        meaning: "A merchant that is silent for so long has not answered.",
    },
    Key {
        key: "jopay.webhook.retry_ms",
        values: "[milliseconds, ...], at most 20 of at most 86400000",
        default: "[1000, 5000, 30000, 120000, 600000]",
        meaning: "The pauses before each further try of a webhook that was answered 5xx or 429 or not at all, with a new time and \
            signature and the same body. 2xx ends the tries, and so does any other 4xx. [] is one try.",
    },
    Key {
        key: "jopay.checkout.coop",
        values: "text",
        default: "null",
        meaning: "Cross-Origin-Opener-Policy of the page, such as same-origin.",
    },
    Key {
        key: "jopay.checkout.verify_ms",
        values: "milliseconds, at most 600000, or null",
        default: "2000",
        meaning: "How long after the sending of the exact amount it is verified, expired meanwhile or not. null: not until \
            POST /sandbox/jopay/payments/{id}/verify.",
    },
];
