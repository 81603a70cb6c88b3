//! The keys of the script's part about JoyndPay.

use super::Key;

pub(super) const KEYS: &[Key] = &[
    Key {
        key: "joyndpay.initiate.fault, joyndpay.verify.fault",
        values: "none | refuse | timeout_after_create | close_after_create | http_500 | http_429 | html_page | \
            malformed_json | wrong_types | empty | big_body",
        default: "none",
        meaning: "How the call goes wrong. refuse (the connection is closed), http_500, http_429 and html_page come \
            before anything is done; with the others the payment exists.",
    },
    Key {
        key: "joyndpay.initiate.delay_ms, joyndpay.verify.delay_ms",
        values: "milliseconds, at most 600000",
        default: "0",
        meaning: "Wait before answering; the work is done before the wait.",
    },
    Key {
        key: "joyndpay.initiate.http_status, joyndpay.verify.http_status",
        values: "200-599",
        default: "null",
        meaning: "Answer with this status and the body that would have been sent anyway.",
    },
    Key {
        key: "joyndpay.initiate.retry_after_s, joyndpay.verify.retry_after_s",
        values: "seconds",
        default: "null",
        meaning: "Retry-After of http_429.",
    },
    Key {
        key: "joyndpay.initiate.answer, joyndpay.verify.answer",
        values: "{field: any JSON value}",
        default: "{}",
        meaning: "Replaces fields of data in a successful answer, such as amount, currency, status, order_id or \
            redirect_url. The ledger keeps the truth.",
    },
    Key {
        key: "joyndpay.initiate.times, joyndpay.verify.times",
        values: "a count",
        default: "null (every call)",
        meaning: "To how many calls the keys of this endpoint apply; then it works again.",
    },
    Key {
        key: "joyndpay.error_status",
        values: "200-599, such as 200 or 400",
        default: "null",
        meaning: "Answer every refusal with this status instead of 401 (keys), 404 (unknown order), 409 (order id \
            used) and 422 (validation); the documents name none.",
    },
    Key {
        key: "joyndpay.ipn.mode",
        values: "normal | never | before_answer | forged",
        default: "normal",
        meaning: "before_answer: the payment succeeds as it is created and is notified before initiate answers. \
            forged: on creation comes one that claims success though nothing was paid.",
    },
    Key {
        key: "joyndpay.ipn.encoding",
        values: "json | form",
        default: "json",
        meaning: "application/json or application/x-www-form-urlencoded.",
    },
    Key {
        key: "joyndpay.ipn.copies",
        values: "1-100",
        default: "1",
        meaning: "How many equal notifications of one change.",
    },
    Key {
        key: "joyndpay.ipn.delay_ms",
        values: "milliseconds, at most 86400000",
        default: "0",
        meaning: "How late they come. The browser is not kept waiting for late ones.",
    },
    Key {
        key: "joyndpay.ipn.attempts",
        values: "1-10",
        default: "5",
        meaning: "How often each is tried until the merchant answers 200.",
    },
    Key {
        key: "joyndpay.ipn.retry_ms",
        values: "milliseconds, at most 600000",
        default: "500",
        meaning: "The pause before the second try; each further pause is twice as long.",
    },
    Key {
        key: "joyndpay.checkout.redirect",
        values: "true | false",
        default: "true",
        meaning: "Send the browser to callback_url after the outcome.",
    },
    Key {
        key: "joyndpay.checkout.coop",
        values: "text",
        default: "null",
        meaning: "Cross-Origin-Opener-Policy of the page, such as same-origin.",
    },
    Key {
        key: "joyndpay.checkout.slow_ms",
        values: "milliseconds, at most 600000",
        default: "8000",
        meaning: "How long \"take a while\" takes.",
    },
];
