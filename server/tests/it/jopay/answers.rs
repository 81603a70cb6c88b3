//! What JoPay's answers mean, line by line.

use malipo_server::clock::UnixMs;
use malipo_server::payment::Reference;
use malipo_server::payment::settle::Observation;
use malipo_server::provider::{HttpResponse, Opening, Provider, ProviderError};
use malipo_wire::{Customer, Reason};
use serde_json::{Value, json};

use super::{MERCHANT, REQUEST, adapter, attempt, euro};

/// The documented sample of a create's answer (developers/quickstart, read 2026-11-21), with ids of ours.
fn sample() -> Value {
    json!({"ok":true,"request_id":REQUEST,"status":"requested","proof_status":"none",
        "pay_page_url":format!("https://pay.jopay.app/{REQUEST}"),"expires_at":"2026-04-17T18:00:00.000Z",
        "created_at":"2026-04-17T17:00:00.000Z","amount":{"fiat_int":2500,"fiat_code":"EUR","usdc_micro":"2750000"},
        "merchant_id":MERCHANT,"metadata":{"order_id":"ORD-12345","reference":"ORD-12345"}})
}

/// The sample with this field instead.
fn with(field: &str, value: Value) -> Value {
    let mut sample = sample();
    sample[field] = value;
    sample
}

fn response(status: u16, body: &str) -> HttpResponse {
    HttpResponse {
        status,
        retry_after: None,
        body: body.as_bytes().to_vec(),
    }
}

/// What a create's answer means, in words.
fn opened(status: u16, body: &str) -> String {
    let opening = Opening {
        order_id: &"ORD-12345".parse().unwrap(),
        reference: &Reference("ORD-12345".to_owned()),
        price: euro("25.00"),
        description: None,
        customer: &Customer::default(),
        notify_url: "https://pay.example/pay/notify/jopay",
        callback_url: "https://pay.example/r",
        now: UnixMs(0),
    };
    match adapter("").read_opening(&opening, &response(status, body)) {
        Ok(opened) => format!("opened {}", opened.redirect_url.unwrap()),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn check_open(status: u16, body: &str, expected: &str) {
    let seen = opened(status, body);
    assert!(seen.starts_with(expected), "{status} {body:.200}: {seen}");
}

#[test]
fn a_create_is_opened_where_everything_is_as_asked() {
    let page = format!("opened https://pay.jopay.app/{REQUEST}");
    for status in [200, 201, 202] {
        check_open(status, &sample().to_string(), &page);
    }
    // Echoes that are left out are no contradiction; an expiry that cannot be read is none.
    for (field, value) in [
        ("metadata", Value::Null),
        ("metadata", json!({"order_id":"ORD-12345"})),
        ("merchant_id", Value::Null),
        ("merchant_id", json!(MERCHANT.to_uppercase())),
        ("expires_at", json!("soon")),
        ("created_at", json!(5)),
        ("request_id", json!("req_1a2B-3")),
    ] {
        check_open(200, &with(field, value).to_string(), &page);
    }
}

#[test]
fn what_differs_from_what_was_asked_reaches_no_shopper() {
    for (field, value) in [
        ("amount", json!({"fiat_int":2501,"fiat_code":"EUR"})),
        ("amount", json!({"fiat_int":2500,"fiat_code":"USD"})),
        ("amount", json!({"fiat_int":"2500","fiat_code":"EUR"})),
        ("amount", json!({"fiat_int":25.0,"fiat_code":"EUR"})),
        ("amount", json!(2500)),
        ("amount", Value::Null),
        ("merchant_id", json!("44444444-4444-4444-8444-444444444444")),
        ("metadata", json!({"order_id":"ORD-12346"})),
        (
            "metadata",
            json!({"order_id":"ORD-12345","reference":"OTHER"}),
        ),
        (
            "pay_page_url",
            json!("https://pay.jopay.app.evil.example/x"),
        ),
        ("pay_page_url", json!("http://pay.jopay.app/x")),
        ("pay_page_url", json!("javascript:alert(1)")),
        ("pay_page_url", json!("/x")),
        ("pay_page_url", json!(5)),
        ("pay_page_url", Value::Null),
    ] {
        check_open(200, &with(field, value).to_string(), "unsafe answer: ");
    }
}

#[test]
fn errors_are_sorted_by_what_to_do_next() {
    let error = |code: &str| json!({"ok":false,"error":code}).to_string();
    for code in [
        "invalid_merchant_id",
        "invalid_fiat_amount",
        "invalid_idempotency_key",
        "invalid_memo",
        "metadata_too_many_keys",
        "metadata_key_too_long",
        "metadata_value_too_long",
    ] {
        // The code counts: the status may change.
        for status in [400, 422, 200, 500] {
            check_open(
                status,
                &error(code),
                &format!("the provider refused: {code}"),
            );
        }
    }
    let mismatch = r#"{"ok":false,"error":"currency_mismatch","expected_fiat_code":"USD"}"#;
    let paid_in = "the provider refused: currency_mismatch: the merchant is paid in USD";
    check_open(400, mismatch, paid_in);
    let scope = r#"{"ok":false,"error":"insufficient_scope","required_scope":"requests:write"}"#;
    let lacks = "the provider refused: insufficient_scope: the API key (jopay.api_key) lacks the scope requests:write";
    check_open(403, scope, lacks);
    let revoked = "the provider refused: unauthorized: JoPay does not take the API key";
    check_open(401, &error("unauthorized"), revoked);
    // Something in front of JoPay that says no: nothing was begun either.
    check_open(
        401,
        "<html>",
        "the provider refused: HTTP 401: JoPay does not take",
    );
    check_open(
        403,
        "<html>",
        "the provider refused: HTTP 403: JoPay does not let",
    );
    check_open(
        404,
        "",
        "the provider refused: HTTP 404: there is no such thing",
    );
    check_open(413, "{}", "the provider refused: HTTP 413");
    check_open(
        400,
        r#"{"error":"new_code","message":"No.\u0007"}"#,
        "the provider refused: new_code: No.",
    );
    check_open(
        400,
        r#"{"ok":false,"error":5}"#,
        "the provider refused: HTTP 400",
    );
    check_open(
        200,
        r#"{"ok":false,"error":"new_code"}"#,
        "the provider refused: new_code",
    );
    check_open(
        418,
        r#"{"error":"rate_limited"}"#,
        "the provider asks to wait for 10 s",
    );
    let long = json!({"ok":false,"error":"x".repeat(100_000),"message":"y".repeat(100_000)});
    assert!(opened(400, &long.to_string()).len() < 400);
}

#[test]
fn whatever_else_comes_leaves_the_outcome_unknown() {
    let good = sample().to_string();
    for (status, body) in [
        (500, r#"{"ok":false,"error":"internal"}"#),
        (502, "<html>"),
        (500, good.as_str()),
        (302, good.as_str()),
        (408, ""),
        (409, r#"{"ok":false,"error":"conflict"}"#),
        (425, ""),
        (200, ""),
        (200, "<html>"),
        (200, "{"),
        (200, "[]"),
        (200, "null"),
        (200, "{}"),
        (200, r#"{"ok":"true","request_id":"x"}"#),
        (200, r#"{"ok":true}"#),
        (200, r#"{"ok":false}"#),
        (200, &with("request_id", json!(5)).to_string()),
        (200, &with("request_id", json!("../x")).to_string()),
        (200, &with("request_id", json!("")).to_string()),
    ] {
        check_open(status, body, "outcome unknown: ");
    }
}

#[track_caller]
fn check_look_up(body: &Value, now: &str, expected: Observation) {
    let now = UnixMs::from_rfc3339(now).unwrap();
    let seen = adapter("").read_look_up(&attempt(), &response(200, &body.to_string()), now);
    assert_eq!(seen, Ok(expected), "{body}");
}

fn stands(status: &str, proof: &str) -> Value {
    let mut body = with("status", json!(status));
    body["proof_status"] = json!(proof);
    body
}

#[test]
fn the_outcome_is_the_proof_and_verified_always_wins() {
    use Observation::{Failed, Pending, Success};
    let (before, after) = ("2026-04-17T17:30:00Z", "2026-04-17T18:59:59Z");
    let full = Success(Some(euro("25.00")));
    let statuses = [
        "requested",
        "opened",
        "expired",
        "cancelled",
        "canceled",
        "new_word",
    ];
    for status in statuses {
        for now in [before, after, "2027-01-01T00:00:00Z"] {
            check_look_up(&stands(status, "verified"), now, full);
        }
        // Money may be on its way: waited for until an hour after the expiry.
        check_look_up(&stands(status, "attached"), before, Pending);
        check_look_up(&stands(status, "attached"), after, Pending);
        let over = "2026-04-17T19:00:00Z";
        check_look_up(&stands(status, "attached"), over, Failed(Reason::Expired));
    }
    for proof in ["none", "mismatch", "new_word"] {
        for (status, expected) in [
            ("requested", Pending),
            ("opened", Pending),
            ("new_word", Pending),
            ("expired", Failed(Reason::Expired)),
            ("cancelled", Failed(Reason::Cancelled)),
            ("canceled", Failed(Reason::Cancelled)),
        ] {
            check_look_up(&stands(status, proof), after, expected);
        }
    }
    let mut renamed = stands("x", "none");
    renamed["request_status"] = json!("expired");
    renamed["status"] = Value::Null;
    check_look_up(&renamed, before, Failed(Reason::Expired));
}

#[test]
fn an_amount_that_cannot_be_read_is_no_amount() {
    let now = "2026-04-17T17:30:00Z";
    for (amount, read) in [
        (
            json!({"fiat_int":2400,"fiat_code":"EUR"}),
            Some(euro("24.00")),
        ),
        (json!({"fiat_code":"EUR"}), None),
        (json!({"fiat_int":"2500","fiat_code":"EUR"}), None),
        (Value::Null, None),
    ] {
        let mut body = stands("opened", "verified");
        body["amount"] = amount;
        check_look_up(&body, now, Observation::Success(read));
    }
}

#[test]
fn a_look_up_is_read_in_an_envelope_too_and_about_this_request_only() {
    let now = "2026-04-17T17:30:00Z";
    let inner = stands("opened", "verified");
    for name in ["request", "data"] {
        let body = json!({"ok":true, name:inner});
        check_look_up(&body, now, Observation::Success(Some(euro("25.00"))));
    }
    let now = UnixMs(0);
    let look_up =
        |status, body: &str| adapter("").read_look_up(&attempt(), &response(status, body), now);
    for (status, body) in [
        (404, r#"{"ok":false,"error":"not_found"}"#),
        (404, "<html>"),
    ] {
        assert_eq!(look_up(status, body), Ok(Observation::NotFound));
    }
    for body in [
        with("request_id", json!("33333333-2222-4222-8222-222222222222")),
        with("metadata", json!({"order_id":"ORD-12346"})),
        with("merchant_id", json!("44444444-4444-4444-8444-444444444444")),
        with("proof_status", Value::Null),
        with("proof_status", json!(1)),
        json!({"ok":true}),
    ] {
        let seen = look_up(200, &body.to_string());
        let unknown = matches!(seen, Err(ProviderError::OutcomeUnknown { .. }));
        assert!(unknown, "{body} {seen:?}");
    }
}

#[test]
fn every_order_id_serves_as_a_reference_and_no_secret_is_shown() {
    let adapter = adapter("");
    for id in ["a", "ORD.1_2-3", &"x".repeat(64)] {
        assert!(adapter.fits_as_reference(&id.parse().unwrap()), "{id}");
    }
    let shown = format!("{adapter:?}");
    assert!(
        !shown.contains("CANARY") && !shown.contains("00112233"),
        "{shown}"
    );
}
