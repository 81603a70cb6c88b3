//! The keys of the script's part about Jenga.

use super::Key;

pub(super) const KEYS: &[Key] = &[
    Key {
        key: "jenga.authenticate.fault, jenga.create.fault, jenga.details.fault",
        values: "as joyndpay.initiate.fault",
        default: "none",
        meaning: "How the call goes wrong. refuse, http_500, http_429 and html_page come before anything is done; with the \
            others the token or the link exists, and its SMS and e-mails are in the outbox.",
    },
    Key {
        key: "jenga.authenticate.delay_ms, jenga.create.delay_ms, jenga.details.delay_ms",
        values: "milliseconds, at most 600000",
        default: "0",
        meaning: "Wait before answering; the work is done before the wait.",
    },
    Key {
        key: "jenga.authenticate.http_status, jenga.create.http_status, jenga.details.http_status",
        values: "200-599",
        default: "null",
        meaning: "Answer with this status and the body that would have been sent anyway.",
    },
    Key {
        key: "jenga.authenticate.retry_after_s, jenga.create.retry_after_s, jenga.details.retry_after_s",
        values: "seconds",
        default: "null",
        meaning: "Retry-After of http_429.",
    },
    Key {
        key: "jenga.authenticate.answer, jenga.create.answer, jenga.details.answer",
        values: "{field: any JSON value}",
        default: "{}",
        meaning: "Replaces fields of a successful answer: accessToken, expiresIn and their like of authenticate, fields of data of \
            the others. The ledger keeps the truth.",
    },
    Key {
        key: "jenga.authenticate.times, jenga.create.times, jenga.details.times",
        values: "a count",
        default: "null (every call)",
        meaning: "To how many calls the keys of this endpoint apply; then it works again.",
    },
    Key {
        key: "jenga.token.lifetime_s",
        values: "seconds, at most 86400",
        default: "900",
        meaning: "How long the tokens issued from now on are good.",
    },
    Key {
        key: "jenga.token.expires_in",
        values: "timestamp | seconds | seconds_text",
        default: "timestamp",
        meaning: "How expiresIn is written: as the time of the end (\"2026-11-21T10:15:00Z\"), as 900, or as \"900\".",
    },
    Key {
        key: "jenga.token.refuse_calls",
        values: "a count",
        default: "0",
        meaning: "The tokens of so many calls are revoked as they come: each is answered 401, and its token is never good again. \
            1 is a token that was revoked; 2 also refuses the next one.",
    },
    Key {
        key: "jenga.error_status",
        values: "200-599, such as 200 or 401",
        default: "null",
        meaning: "Answer every refusal with this status instead of 400 (a bad field, a bad signature, a paid link), 401 (keys, \
            token) and 404 (unknown); the documents do not say whether the status follows the code.",
    },
    Key {
        key: "jenga.ipn.mode",
        values: "normal | never | before_answer | forged",
        default: "normal",
        meaning: "before_answer: the link is paid as it is created and is notified before create answers. forged: on creation \
            comes one with a wrong password that claims success though nothing was paid.",
    },
    Key {
        key: "jenga.ipn.auth",
        values: "good | wrong | none",
        default: "good",
        meaning: "The Basic authentication: as registered, with a wrong password, or none.",
    },
    Key {
        key: "jenga.ipn.success_only",
        values: "true | false",
        default: "false",
        meaning: "Do not tell failed attempts.",
    },
    Key {
        key: "jenga.ipn.external_ref_in",
        values: "billNumber | customer.reference | transaction.reference | bank.reference | additionalInfo | none",
        default: "billNumber",
        meaning: "Which field holds the externalRef; the documents do not say. Fields without a reference hold made-up ones.",
    },
    Key {
        key: "jenga.ipn.payment_link_ref_in",
        values: "as jenga.ipn.external_ref_in",
        default: "customer.reference",
        meaning: "Which field holds the paymentLinkRef.",
    },
    Key {
        key: "jenga.ipn.fields",
        values: "{path: any JSON value}",
        default: "{}",
        meaning: "Replaces fields of the payload by their path, such as {\"transaction.amount\": 1}, {\"transaction.currency\": \
            \"USD\"}, {\"callbackType\": \"ALT\"} or {\"transaction.status\": \"FAILED\"}. The ledger keeps the truth.",
    },
    Key {
        key: "jenga.ipn.copies",
        values: "1-100",
        default: "1",
        meaning: "How many equal notifications of one attempt.",
    },
    Key {
        key: "jenga.ipn.delay_ms",
        values: "milliseconds, at most 86400000",
        default: "0",
        meaning: "How late they come. The browser is not kept waiting for late ones.",
    },
    Key {
        key: "jenga.ipn.attempts",
        values: "1-10",
        default: "3",
        meaning: "How often each is tried until the merchant answers 2xx.",
    },
    Key {
        key: "jenga.ipn.retry_ms",
        values: "milliseconds, at most 600000",
        default: "500",
        meaning: "The pause before the second try; each further pause is twice as long.",
    },
    Key {
        key: "jenga.checkout.redirect",
        values: "true | false",
        default: "true",
        meaning: "Send the browser to redirectURL after a success.",
    },
    Key {
        key: "jenga.checkout.coop",
        values: "text",
        default: "null",
        meaning: "Cross-Origin-Opener-Policy of the page, such as same-origin.",
    },
];
