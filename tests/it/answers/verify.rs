//! What verify's answer leads to: an outcome, another look, or a report, and never more than it says.

use malipo::checkout::{RequestKind, StateName};

use crate::browser::answer;
use crate::harness::*;

/// What verify's answer leads to: the one event from the answer on, and whether that ends the attempt.
#[track_caller]
fn check_verify(initiate: &str, body: &str, expected: &str) {
    let world = run(&after(initiate, &[(2_600, verified(body))]));
    let seen: Vec<&str> = world
        .since(2_600)
        .filter(|it| it.starts_with("pay-"))
        .collect();
    assert_eq!(seen, [expected], "{body}");
    let is_over = expected.starts_with("pay-success") || expected.starts_with("pay-failed");
    assert_eq!(world.state() != StateName::Waiting, is_over, "{body}");
}

const JOPAY: &str = r#"{"ok":true,"request_id":"R1","pay_page_url":"https://pay.example/p/1","amount":{"fiat_int":10000,"fiat_code":"UGX"}}"#;

#[test]
fn verify_is_understood_from_us() {
    for (body, expected) in rows(
        r#"
        {"order_id":"ORD-1","status":"pending"} => pay-pending ORD-1 #1
        {"order_id":"ORD-1","status":"success","amount":"10000","currency":"UGX"} => pay-success ORD-1 10000 UGX
        {"order_id":"ORD-1","status":"failed","reason":"declined"} => pay-failed ORD-1 declined
        {"order_id":"ORD-1","status":"success"} => pay-success ORD-1 10000 UGX
        {"order_id":"ORD-1","status":"failed"} => pay-failed ORD-1
        {"order_id":"ORD-1","status":"failed","reason":"expired"} => pay-failed ORD-1 expired
        {"order_id":"ORD-1","status":"failed","reason":"cancelled"} => pay-failed ORD-1 cancelled
        {"order_id":"ORD-1","status":"failed","reason":"review"} => pay-failed ORD-1 review
        {"order_id":"ORD-1","status":"failed","reason":"martians"} => pay-failed ORD-1 other
        {"order_id":"ORD-1","status":"pending","reason":"declined"} => pay-pending ORD-1 #1
        {"order_id":"ORD-1","status":"success","data":null,"reason":null} => pay-success ORD-1 10000 UGX
        "#,
    ) {
        check_verify(GOOD, body, expected);
    }
}

#[test]
fn verify_is_understood_from_joyndpay() {
    for (body, expected) in rows(
        r#"
        {"status":"success","data":{"order_id":"ORD-1","status":"pending","amount":10000,"currency":"UGX"}} => pay-pending ORD-1 #1
        {"status":"success","data":{"order_id":"ORD-1","status":"success","amount":10000,"currency":"UGX"}} => pay-success ORD-1 10000 UGX
        {"status":"success","data":{"order_id":"ORD-1","status":"success","amount":"10000.00","currency":"ugx"}} => pay-success ORD-1 10000 UGX
        {"status":"success","data":{"order_id":"ORD-1","status":"failed"}} => pay-failed ORD-1
        {"status":"success","data":{"order_id":"ORD-1","status":"failed"},"reason":"declined"} => pay-failed ORD-1
        {"status":"error","error":["Invalid order"]} => pay-error backend
        {"status":"error","data":{"order_id":"ORD-1","status":"success"}} => pay-error backend
        {"status":"error","message":"no"} => pay-error backend
        {"status":"failed","data":{"order_id":"ORD-1","status":"success"}} => pay-error protocol
        {"data":{"order_id":"ORD-1","status":"success"}} => pay-error protocol
        "#,
    ) {
        check_verify(GOOD, body, expected);
    }
}

#[test]
fn verify_is_understood_from_jopay() {
    for (fields, expected) in rows(
        r#"
        "proof_status":"verified","status":"pending" => pay-success ORD-1 10000 UGX
        "proof_status":"verified","status":"expired" => pay-success ORD-1 10000 UGX
        "proof_status":"verified","status":"cancelled" => pay-success ORD-1 10000 UGX
        "proof_status":"verified","status":"error" => pay-success ORD-1 10000 UGX
        "proof_status":"verified","status":false => pay-success ORD-1 10000 UGX
        "proof_status":"verified" => pay-success ORD-1 10000 UGX
        "proof_status":"attached","status":"expired" => pay-pending ORD-1 #1
        "proof_status":"attached","status":"cancelled" => pay-pending ORD-1 #1
        "proof_status":"none","status":"expired" => pay-failed ORD-1 expired
        "status":"expired" => pay-failed ORD-1 expired
        "proof_status":null,"status":"cancelled" => pay-failed ORD-1 cancelled
        "status":"canceled" => pay-failed ORD-1 cancelled
        "status":"pending" => pay-pending ORD-1 #1
        "status":"success" => pay-pending ORD-1 #1
        "proof_status":"VERIFIED","status":"paid" => pay-pending ORD-1 #1
        "proof_status":"rejected" => pay-pending ORD-1 #1
        "proof_status":true => pay-error protocol
        "amount":{"fiat_int":10000,"fiat_code":"UGX"},"proof_status":"verified" => pay-success ORD-1 10000 UGX
        "amount":{"fiat_int":10000},"proof_status":"verified" => pay-success ORD-1 10000 UGX
        "amount":{"fiat_int":9999},"proof_status":"verified" => pay-error amount-mismatch
        "#,
    ) {
        for id in [r#""request_id":"R1""#, r#""metadata":{"order_id":"ORD-1"}"#] {
            check_verify(JOPAY, &format!(r#"{{"ok":true,{id},{fields}}}"#), expected);
        }
    }
    for (body, expected) in rows(
        r#"
        {"ok":false,"error":"not_found"} => pay-error backend
        {"ok":"true","request_id":"R1","proof_status":"verified"} => pay-error protocol
        "#,
    ) {
        check_verify(JOPAY, body, expected);
    }
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
        check_verify(GOOD, body, "pay-error protocol");
    }
}

#[test]
fn an_answer_of_64_kib_is_read_and_one_byte_more_is_not() {
    let of_length = |bytes: usize| {
        let rest = bytes - SUCCESS.len() - r#","x":"""#.len();
        SUCCESS.replace('}', &format!(r#","x":"{}"}}"#, "x".repeat(rest)))
    };
    assert_eq!(of_length(65_536).len(), 65_536);
    check_verify(GOOD, &of_length(65_536), "pay-success ORD-1 10000 UGX");
    check_verify(GOOD, &of_length(65_537), "pay-error protocol");
}

#[test]
fn an_error_without_a_code_of_its_own_is_told_by_its_http_status() {
    for (status, code) in [
        (408, "timeout"),
        (504, "timeout"),
        (429, "rate-limited"),
        (400, "backend"),
        (502, "backend"),
        (503, "backend"),
    ] {
        let refused = Act::Reply(RequestKind::Verify, answer(status, None, ""));
        let world = run(&after(GOOD, &[(2_600, refused)]));
        let errors: Vec<&str> = world.since(2_600).collect();
        assert_eq!(errors, [format!("pay-error {code}")], "{status}");
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
fn an_amount_without_any_currency_is_told_as_written_where_it_is_a_decimal() {
    let silent = r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/"}"#;
    for (amount, told) in rows(
        "
        7 => pay-success ORD-1 7
        7.50 => pay-success ORD-1 7.50
        7. => pay-success ORD-1
        .5 => pay-success ORD-1
        7.5.1 => pay-success ORD-1
        7.x => pay-success ORD-1
        -5 => pay-success ORD-1
        lots => pay-success ORD-1
        ",
    ) {
        let body = format!(r#"{{"order_id":"ORD-1","status":"success","amount":"{amount}"}}"#);
        let world = run(&[
            (0, Act::Without("amount")),
            (0, Act::Without("currency")),
            (0, press()),
            (1, initiated(silent)),
            (2_600, verified(&body)),
        ]);
        assert_eq!(world.since(2_600).last(), Some(told), "{amount}");
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
