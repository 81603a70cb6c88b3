//! Every row of the contract's table of answers, and bodies that only look like them.

use malipo::checkout::StateName;

use crate::browser::answer;
use crate::harness::*;
use malipo::checkout::RequestKind;

/// What initiate's answer leads to, as the lines from the answer on.
#[track_caller]
fn check_initiate(body: &str, expected: &[&str]) {
    let world = run(&[(0, press()), (1, initiated(body))]);
    let quiet = |it: &&str| !it.starts_with("save") && *it != "forget" && !it.contains(" -> ");
    let seen: Vec<&str> = world
        .log
        .iter()
        .filter(|it| it.0 == 1)
        .map(|it| it.1.as_str())
        .collect();
    let seen: Vec<&str> = seen.into_iter().filter(quiet).collect();
    assert_eq!(seen, expected, "{body}");
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
    for (body, text) in [
        (
            r#"{"status":"error","error":["first","second"]}"#,
            "first; second",
        ),
        (r#"{"status":"error","message":"sorry"}"#, "sorry"),
        (r#"{"status":"error","error":"one"}"#, "one"),
        (r#"{"ok":false,"error":"invalid_amount"}"#, "invalid_amount"),
        (
            r#"{"status":false,"code":401,"message":"Unauthorized"}"#,
            "Unauthorized",
        ),
        (
            r#"{"status":"error"}"#,
            "the backend said no without a reason",
        ),
    ] {
        check_initiate(body, &REFUSED);
        for status in [200, 400, 401, 422, 500] {
            let world = run(&[(0, press()), (1, initiate(status, body))]);
            let message = &world.checkout.error().unwrap().message;
            if !text.contains("without") {
                assert_eq!(message, text, "{status} {body}");
            }
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

#[test]
fn the_backends_own_code_is_used_where_it_is_one_of_the_list() {
    for (status, body, line) in [
        (
            409,
            r#"{"code":"order-changed","error":["x"]}"#,
            "pay-error order-changed terminal",
        ),
        (
            422,
            r#"{"code":"quote-expired","error":["x"]}"#,
            "pay-error quote-expired terminal",
        ),
        (
            409,
            r#"{"code":"busy","error":["x"]}"#,
            "pay-error busy terminal retryable",
        ),
        (
            400,
            r#"{"code":"nonsense","error":["x"]}"#,
            "pay-error backend terminal",
        ),
        (400, r#"{"code":7}"#, "pay-error backend terminal"),
        (500, "", "pay-error backend terminal retryable"),
    ] {
        let world = run(&[(0, press()), (1, initiate(status, body))]);
        assert_eq!(
            world.times(line).len(),
            1,
            "{status} {body} {:?}",
            world.log
        );
    }
}

/// What verify's answer leads to: the lines from the answer on.
#[track_caller]
fn check_verify(body: &str, expected: &str) {
    check_verify_after(GOOD, body, expected);
}

#[track_caller]
fn check_verify_after(initiate: &str, body: &str, expected: &str) {
    let world = run(&[
        (0, press()),
        (1, initiated(initiate)),
        (2_600, verified(body)),
    ]);
    let at_answer = world.log.iter().filter(|it| it.0 == 2_600);
    let seen: Vec<&str> = at_answer
        .map(|it| it.1.as_str())
        .filter(|it| it.starts_with("pay-"))
        .collect();
    assert_eq!(seen, [expected], "{body}");
    let is_over = expected.starts_with("pay-success") || expected.starts_with("pay-failed");
    assert_eq!(world.state() != StateName::Waiting, is_over, "{body}");
}

const JOPAY: &str = r#"{"ok":true,"request_id":"R1","pay_page_url":"https://pay.example/p/1","amount":{"fiat_int":10000,"fiat_code":"UGX"}}"#;

#[test]
fn verify_is_understood_from_us() {
    for (body, expected) in [
        (PENDING, "pay-pending ORD-1 #1"),
        (SUCCESS, "pay-success ORD-1 10000 UGX"),
        (FAILED, "pay-failed ORD-1 declined"),
        (
            r#"{"order_id":"ORD-1","status":"success"}"#,
            "pay-success ORD-1 10000 UGX",
        ),
        (
            r#"{"order_id":"ORD-1","status":"failed"}"#,
            "pay-failed ORD-1",
        ),
        (
            r#"{"order_id":"ORD-1","status":"failed","reason":"expired"}"#,
            "pay-failed ORD-1 expired",
        ),
        (
            r#"{"order_id":"ORD-1","status":"failed","reason":"cancelled"}"#,
            "pay-failed ORD-1 cancelled",
        ),
        (
            r#"{"order_id":"ORD-1","status":"failed","reason":"review"}"#,
            "pay-failed ORD-1 review",
        ),
        (
            r#"{"order_id":"ORD-1","status":"failed","reason":"martians"}"#,
            "pay-failed ORD-1 other",
        ),
        (
            r#"{"order_id":"ORD-1","status":"pending","reason":"declined"}"#,
            "pay-pending ORD-1 #1",
        ),
        (
            r#"{"order_id":"ORD-1","status":"success","data":null,"reason":null}"#,
            "pay-success ORD-1 10000 UGX",
        ),
    ] {
        check_verify(body, expected);
    }
}

#[test]
fn verify_is_understood_from_joyndpay() {
    for (body, expected) in [
        (
            r#"{"status":"success","data":{"order_id":"ORD-1","status":"pending","amount":10000,"currency":"UGX"}}"#,
            "pay-pending ORD-1 #1",
        ),
        (
            r#"{"status":"success","data":{"order_id":"ORD-1","status":"success","amount":10000,"currency":"UGX"}}"#,
            "pay-success ORD-1 10000 UGX",
        ),
        (
            r#"{"status":"success","data":{"order_id":"ORD-1","status":"success","amount":"10000.00","currency":"ugx"}}"#,
            "pay-success ORD-1 10000 UGX",
        ),
        (
            r#"{"status":"success","data":{"order_id":"ORD-1","status":"failed"}}"#,
            "pay-failed ORD-1",
        ),
        (
            r#"{"status":"success","data":{"order_id":"ORD-1","status":"failed"},"reason":"declined"}"#,
            "pay-failed ORD-1",
        ),
        (
            r#"{"status":"error","error":["Invalid order"]}"#,
            "pay-error backend",
        ),
        (
            r#"{"status":"error","data":{"order_id":"ORD-1","status":"success"}}"#,
            "pay-error backend",
        ),
        (r#"{"status":"error","message":"no"}"#, "pay-error backend"),
        (
            r#"{"status":"failed","data":{"order_id":"ORD-1","status":"success"}}"#,
            "pay-error protocol",
        ),
        (
            r#"{"data":{"order_id":"ORD-1","status":"success"}}"#,
            "pay-error protocol",
        ),
    ] {
        check_verify(body, expected);
    }
}

#[test]
fn verify_is_understood_from_jopay() {
    for (fields, expected) in [
        (
            r#""proof_status":"verified","status":"pending""#,
            "pay-success ORD-1 10000 UGX",
        ),
        (
            r#""proof_status":"verified","status":"expired""#,
            "pay-success ORD-1 10000 UGX",
        ),
        (
            r#""proof_status":"verified","status":"cancelled""#,
            "pay-success ORD-1 10000 UGX",
        ),
        (
            r#""proof_status":"verified""#,
            "pay-success ORD-1 10000 UGX",
        ),
        (
            r#""proof_status":"attached","status":"expired""#,
            "pay-pending ORD-1 #1",
        ),
        (
            r#""proof_status":"attached","status":"cancelled""#,
            "pay-pending ORD-1 #1",
        ),
        (
            r#""proof_status":"none","status":"expired""#,
            "pay-failed ORD-1 expired",
        ),
        (r#""status":"expired""#, "pay-failed ORD-1 expired"),
        (
            r#""proof_status":null,"status":"cancelled""#,
            "pay-failed ORD-1 cancelled",
        ),
        (r#""status":"canceled""#, "pay-failed ORD-1 cancelled"),
        (r#""status":"pending""#, "pay-pending ORD-1 #1"),
        (r#""status":"success""#, "pay-pending ORD-1 #1"),
        (
            r#""proof_status":"VERIFIED","status":"paid""#,
            "pay-pending ORD-1 #1",
        ),
        (r#""proof_status":"rejected""#, "pay-pending ORD-1 #1"),
        (r#""proof_status":true"#, "pay-error protocol"),
    ] {
        for id in [r#""request_id":"R1""#, r#""metadata":{"order_id":"ORD-1"}"#] {
            check_verify_after(JOPAY, &format!(r#"{{"ok":true,{id},{fields}}}"#), expected);
        }
    }
    check_verify_after(
        JOPAY,
        r#"{"ok":false,"error":"not_found"}"#,
        "pay-error backend",
    );
    check_verify_after(
        JOPAY,
        r#"{"ok":"true","request_id":"R1","proof_status":"verified"}"#,
        "pay-error protocol",
    );
}

#[test]
fn what_is_no_verify_answer_is_protocol_and_never_an_outcome() {
    let long = format!(
        r#"{{"order_id":"ORD-1","status":"success","x":"{}"}}"#,
        "x".repeat(65_536)
    );
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "true",
        "success",
        "\"success\"",
        "<html>success</html>",
        "{\"order_id\":\"ORD-1\",\"status\":\"success\"",
        r#"[{"order_id":"ORD-1","status":"success"}]"#,
        r#"{"status":"success"}"#,
        r#"{"order_id":"ORD-1"}"#,
        r#"{"order_id":"","status":"success"}"#,
        r#"{"order_id":null,"status":"success"}"#,
        r#"{"order_id":["ORD-1"],"status":"success"}"#,
        r#"{"order_id":"ORD-1","status":["success"]}"#,
        r#"{"order_id":"ORD-1","status":{"code":"success"}}"#,
        r#"{"order_id":"ORD-1","status":1}"#,
        r#"{"order_id":"ORD-1","status":true}"#,
        r#"{"order_id":"ORD-1","status":""}"#,
        r#"{"request_id":"R1","status":"success"}"#,
        r#"{"order_id":"ORD-1","proof_status":"verified"}"#,
        // Envelopes that look flat, and mixtures.
        r#"{"order_id":"ORD-1","status":"success","data":{}}"#,
        r#"{"order_id":"ORD-1","status":"success","data":[]}"#,
        r#"{"order_id":"ORD-1","status":"success","data":false}"#,
        r#"{"order_id":"ORD-1","status":"success","data":""}"#,
        r#"{"order_id":"ORD-1","status":"success","data":{"status":"success"}}"#,
        r#"{"order_id":"ORD-1","status":"success","data":{"order_id":"ORD-1"}}"#,
        r#"{"order_id":"ORD-1","status":"success","ok":true}"#,
        r#"{"order_id":"ORD-1","status":"success","ok":1}"#,
        r#"{"ok":true,"data":{"order_id":"ORD-1","status":"success"},"status":"success"}"#,
        r#"{"ok":true,"order_id":"ORD-1","proof_status":"verified"}"#,
        r#"{"ok":true,"metadata":{},"proof_status":"verified"}"#,
        r#"{"status":true,"code":200,"data":{"order_id":"ORD-1","status":"success"}}"#,
        r#"{"__proto__":{"order_id":"ORD-1","status":"success"}}"#,
        &long,
    ] {
        check_verify(body, "pay-error protocol");
    }
}

#[test]
fn a_word_that_we_do_not_know_is_pending_and_reported_once() {
    for word in [
        "Success",
        "SUCCESS",
        "paid",
        "completed",
        "success ",
        "refunded",
        "💰",
    ] {
        let flat = format!(r#"{{"order_id":"ORD-1","status":"{word}"}}"#);
        let joyndpay =
            format!(r#"{{"status":"success","data":{{"order_id":"ORD-1","status":"{word}"}}}}"#);
        for body in [flat, joyndpay] {
            let world = run(&[
                (0, press()),
                (1, initiated(GOOD)),
                (1, verifies(200, &body)),
                (30_000, Act::Nothing),
            ]);
            assert_eq!(world.state(), StateName::Waiting, "{body}");
            assert_eq!(world.times("pay-error protocol").len(), 1, "{body}");
            assert!(9 < world.times("pay-pending").len(), "{body}");
        }
    }
}

#[test]
fn only_2xx_settles() {
    for status in [
        300, 304, 400, 401, 403, 404, 409, 410, 429, 500, 502, 503, 599,
    ] {
        for body in [SUCCESS, FAILED, "", "<html>"] {
            let world = run(&[
                (0, press()),
                (1, initiated(GOOD)),
                (1, verifies(status, body)),
                (60_000, Act::Nothing),
            ]);
            assert_eq!(world.state(), StateName::Waiting, "{status} {body}");
            assert_eq!(world.times("pay-error").len(), 1, "{status} {body}");
        }
    }
    let gone = Act::Reply(RequestKind::Verify, answer(204, None, ""));
    let world = run(&[(0, press()), (1, initiated(GOOD)), (2_600, gone)]);
    assert_eq!(world.times("pay-error protocol").len(), 1);
}
