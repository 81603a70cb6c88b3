//! What initiate's answer leads to: a checkout page, a link that was sent, or a clear no.

use malipo::checkout::StateName;

use crate::harness::*;

/// What initiate's answer leads to, as the lines from the answer on.
#[track_caller]
fn check_initiate(body: &str, expected: &[&str]) {
    let begun = ["open-tab", "initiate k1"];
    check(&after(body, &[]), &[&begun, expected].concat());
}

const OPENS: [&str; 3] = [
    "pay-initiated ORD-1 https://pay.example/p/1",
    "navigate https://pay.example/p/1",
    "pay-opened ORD-1 tab",
];
const REFUSED: [&str; 3] = [
    "close-tab",
    "reject backend",
    "pay-error backend terminal retryable",
];

#[test]
fn initiate_is_understood_from_us_and_from_each_provider() {
    for body in [
        // Ours, and JoyndPay's published samples in Python and PHP.
        r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1"}"#,
        r#"{"redirect_url":"https://pay.example/p/1","order_id":"ORD-1"}"#,
        r#"{"redirect_url":"https://pay.example/p/1"}"#,
        r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","token":null,"amount":null,"data":null,"ok":null}"#,
        // JoyndPay, as it comes.
        r#"{"status":"success","data":{"id":"5e59","order_id":"ORD-1","redirect_url":"https://pay.example/p/1","amount":10000,"currency":"UGX"}}"#,
        r#"{"status":"success","data":{"redirect_url":"https://pay.example/p/1"}}"#,
        // JoPay, as it comes.
        r#"{"ok":true,"request_id":"R1","pay_page_url":"https://pay.example/p/1","amount":{"fiat_int":10000,"fiat_code":"UGX"},"metadata":{"order_id":"ORD-1"}}"#,
        r#"{"ok":true,"request_id":"R1","pay_page_url":"https://pay.example/p/1"}"#,
    ] {
        check_initiate(body, &OPENS);
    }
    // Jenga: no URL.
    check_initiate(
        r#"{"status":true,"code":200,"message":"ok","data":{"paymentLinkRef":"L1","externalRef":"ORD-1","status":{"code":"PEND"}}}"#,
        &["close-tab", "pay-initiated ORD-1", "pay-sent ORD-1 []"],
    );
}

#[test]
fn initiate_that_says_no_is_the_backends_error_with_its_text() {
    for (body, text) in rows(
        r#"
        {"status":"error","error":["first","second"]} => first; second
        {"status":"error","message":"sorry"} => sorry
        {"status":"error","error":"one"} => one
        {"ok":false,"error":"invalid_amount"} => invalid_amount
        {"status":false,"code":401,"message":"Unauthorized"} => Unauthorized
        {"status":"error"} =>
        "#,
    ) {
        check_initiate(body, &REFUSED);
        for status in [200, 400, 401, 422, 500] {
            let world = run(&[(0, press()), (1, initiate(status, body))]);
            let message = &world.checkout.error().unwrap().message;
            let expected = match (text, status) {
                ("", 200) => "the backend said no without a reason".into(),
                ("", _) => format!("the backend answered with HTTP status {status}"),
                _ => text.to_owned(),
            };
            assert_eq!(*message, expected, "{status} {body}");
            assert_eq!(world.state(), StateName::Error);
        }
    }
}

#[test]
fn initiate_that_holds_nothing_to_open_opens_nothing() {
    let long = format!(
        r#"{{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","x":"{}"}}"#,
        "x".repeat(64 * 1024)
    );
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "42",
        "\"https://pay.example/p/1\"",
        "<!doctype html><title>Fatal error</title>",
        "{\"redirect_url\":",
        r#"[{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1"}]"#,
        r#"{"order_id":"ORD-1"}"#,
        r#"{"order_id":"ORD-1","redirect_url":""}"#,
        r#"{"order_id":"ORD-1","redirect_url":null}"#,
        r#"{"order_id":"ORD-1","redirect_url":["https://pay.example/p/1"]}"#,
        r#"{"order_id":"ORD-1","redirect_url":{"href":"https://pay.example/p/1"}}"#,
        r#"{"order_id":"ORD-1","redirect_url":true}"#,
        r#"{"order_id":"ORD-1","sent_to":[]}"#,
        r#"{"order_id":"ORD-1","sent_to":"sms"}"#,
        r#"{"order_id":"ORD-1","sent_to":[{"to":"..."}]}"#,
        r#"{"order_id":"ORD-1","status":"pending"}"#,
        r#"{"order_id":"ORD-1","status":true}"#,
        r#"{"status":"success"}"#,
        // Envelopes that look flat.
        r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","data":{}}"#,
        r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","data":[]}"#,
        r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","data":"x"}"#,
        r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","ok":true}"#,
        r#"{"order_id":"ORD-1","status":"success","data":{}}"#,
        r#"{"order_id":"ORD-1","status":"success","ok":true}"#,
        r#"{"order_id":"ORD-1","sent_to":[{"channel":"sms"}],"data":{}}"#,
        r#"{"ok":true,"data":{"redirect_url":"https://pay.example/p/1"},"pay_page_url":"https://pay.example/p/1"}"#,
        r#"{"status":"success","data":[{"redirect_url":"https://pay.example/p/1"}]}"#,
        &long,
    ] {
        check_initiate(body, &REFUSED);
    }
}

#[test]
fn only_2xx_opens() {
    for status in [100, 199, 300, 302, 400, 404, 418, 500] {
        let world = run(&[
            (0, press()),
            (1, initiate(status, GOOD)),
            (60_000, Act::Nothing),
        ]);
        assert_eq!(world.state(), StateName::Error, "{status}");
        assert!(world.times("navigate").is_empty(), "{status}");
    }
    for status in [200, 201, 202, 299] {
        let world = run(&[(0, press()), (1, initiate(status, GOOD))]);
        assert_eq!(world.state(), StateName::Waiting, "{status}");
    }
}

/// How long an attempt waits, in seconds beyond the grace of 90, where JoPay's answer has these two stamps.
#[track_caller]
fn check_span(created_at: &str, expires_at: &str, expected: u64) {
    let body = format!(
        r#"{{"ok":true,"request_id":"R","pay_page_url":"https://pay.example/","created_at":"{created_at}","expires_at":"{expires_at}"}}"#
    );
    let world = run(&[(0, press()), (0, initiated(&body))]);
    let record = world.storage.values().next().unwrap();
    let waits = record.deadline - START;
    assert_eq!(waits, (expected + 90) * 1_000, "{created_at} {expires_at}");
}

#[test]
fn the_span_between_two_stamps_is_right_over_every_month_and_leap_year() {
    for (from, until, expected) in [
        ("2026-04-17T18:00:00.000Z", "2026-04-17T18:00:07.000Z", 7),
        ("2026-04-17T18:00:59Z", "2026-04-17T18:01:00Z", 1),
        ("2026-04-17T18:59:30Z", "2026-04-17T19:00:00Z", 30),
        ("2026-04-17T23:59:30Z", "2026-04-18T00:00:00Z", 30),
        // A leap second.
        ("2026-06-30T23:59:59Z", "2026-06-30T23:59:60Z", 1),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:05:00Z", 300),
        ("9999-12-31T23:50:00Z", "9999-12-31T23:55:00Z", 300),
    ] {
        check_span(from, until, expected);
    }
    for (last, first) in [
        ("2025-12-31", "2026-01-01"),
        ("2026-01-31", "2026-02-01"),
        ("2026-02-28", "2026-03-01"),
        ("2026-03-31", "2026-04-01"),
        ("2026-04-30", "2026-05-01"),
        ("2026-05-31", "2026-06-01"),
        ("2026-06-30", "2026-07-01"),
        ("2026-07-31", "2026-08-01"),
        ("2026-08-31", "2026-09-01"),
        ("2026-09-30", "2026-10-01"),
        ("2026-10-31", "2026-11-01"),
        ("2026-11-30", "2026-12-01"),
        // Every fourth year, not every hundredth, and every four-hundredth.
        ("2028-02-28", "2028-02-29"),
        ("2028-02-29", "2028-03-01"),
        ("2100-02-28", "2100-03-01"),
        ("2000-02-29", "2000-03-01"),
    ] {
        let from = format!("{last}T23:59:00.000Z");
        check_span(&from, &format!("{first}T00:04:00.000Z"), 300);
    }
}

#[test]
fn a_stamp_that_is_none_leaves_the_deadline_at_15_minutes() {
    let good = "2026-04-17T18:00:00.000Z";
    for odd in [
        "1969-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "2026-00-17T18:00:00Z",
        "2026-13-17T18:00:00Z",
        "2026-04-00T18:00:00Z",
        "2026-04-32T18:00:00Z",
        "2026-04-17T24:00:00Z",
        "2026-04-17T18:60:00Z",
        "2026-04-17T18:00:61Z",
        "2026-04-17T18:00Z",
        "2026-04-17T18:00:00",
        "2026-04-17 18:00:00Z",
        "2026-04-xxT18:00:00Z",
    ] {
        check_span(odd, good, 15 * 60 - 90);
        check_span(good, odd, 15 * 60 - 90);
    }
}

#[test]
fn the_backends_own_code_is_used_where_it_is_one_of_the_list() {
    for (answer, error) in rows(
        r#"
        409 {"code":"order-changed","error":["x"]} => order-changed terminal
        422 {"code":"quote-expired","error":["x"]} => quote-expired terminal
        409 {"code":"busy","error":["x"]} => busy terminal retryable
        400 {"code":"nonsense","error":["x"]} => backend terminal
        400 {"code":7} => backend terminal
        500 <html> => backend terminal retryable
        "#,
    ) {
        let (status, body) = answer.split_once(' ').unwrap();
        let world = run(&[(0, press()), (1, initiate(status.parse().unwrap(), body))]);
        let last = world.since(1).last();
        assert_eq!(last, Some(&*format!("pay-error {error}")), "{answer}");
    }
}
