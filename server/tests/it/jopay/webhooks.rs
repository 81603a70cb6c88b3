//! Webhooks: the signature by the worked vectors, and what an event says.

use axum::http::{HeaderMap, HeaderValue};
use hmac::{Hmac, KeyInit, Mac};
use malipo_server::clock::UnixMs;
use malipo_server::provider::{Notice, NoticeError, NoticeRequest, Provider};
use serde_json::{Value, json};

use super::{MERCHANT, REQUEST, SECRET, adapter};

/// 2026-04-05T14:30:00Z, in seconds.
const SENT_AT: i64 = 1_775_399_400;
const BODY: &str = r#"{"event":"payment.proof_verified","delivery_id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890","partner_id":"11111111-1111-4111-8111-111111111111","request_id":"22222222-2222-4222-8222-222222222222","merchant_id":"33333333-3333-4333-8333-333333333333","proof_status":"verified","proof_source":"trails_on_chain","tx_hash":"0xabababababababababababababababababababababababababababababababab","payer_address":"0xcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","timestamp":"2026-04-05T14:30:00.000Z","metadata":{"order_id":"ORD-12345"}}"#;
const UTF8: &str = "81af174d8232bfdf8505f60604394906176b6f7f1ed05d8adba6d43c504b8eaa";
const HEX: &str = "8829d1f5c5c2bc954758f6c44e2217ee46c9691b149111ce1f62e182fb7d83df";
const SHORT_UTF8: &str = "1ab66b3603337dc697c2e68e962d50e5e589d39f4c9bd29463f99d5c3015ff6a";
const SHORT_HEX: &str = "d13d5513f669553952f71cf849e07b89d96198ab4c1ab9a970d7b1e7c8351618";

/// The header for a body, signed with a secret's characters.
pub(crate) fn sign(secret: &str, t: i64, body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{t}.{body}").as_bytes());
    format!("v1={},t={t}", hex::encode(mac.finalize().into_bytes()))
}

fn read(
    more: &str,
    headers: &[&str],
    body: &str,
    now_s: i64,
) -> Result<Option<Notice>, NoticeError> {
    let mut map = HeaderMap::new();
    for header in headers {
        map.append("x-jopay-signature", HeaderValue::from_str(header).unwrap());
    }
    adapter(more).read_notice(&NoticeRequest {
        headers: &map,
        body: body.as_bytes(),
        now: UnixMs(now_s * 1000),
    })
}

#[track_caller]
fn check(more: &str, header: &str, body: &str, now_s: i64, expected: Result<&[&str], NoticeError>) {
    let seen = read(more, &[header], body, now_s).map(|it| it.map_or(Vec::new(), |it| it.names));
    let expected = expected.map(|it| it.iter().map(|it| (*it).to_owned()).collect());
    assert_eq!(seen, expected, "{more} {header} {body:.300} at {now_s}");
}

const NAMES: &[&str] = &[REQUEST, "ORD-12345"];
const HEX_KEY: &str = "jopay.webhook_key_encoding = \"hex\"";

#[test]
fn the_worked_vectors_are_taken_in_both_key_forms() {
    let utf8 = format!("v1={UTF8},t={SENT_AT}");
    let hex = format!("v1={HEX},t={SENT_AT}");
    check("", &utf8, BODY, SENT_AT, Ok(NAMES));
    check(HEX_KEY, &hex, BODY, SENT_AT, Ok(NAMES));
    // Each form is refused where the other one is configured.
    check("", &hex, BODY, SENT_AT, Err(NoticeError::Forged));
    check(HEX_KEY, &utf8, BODY, SENT_AT, Err(NoticeError::Forged));
    // The short ones are good, and then say nothing.
    let unreadable = Err(NoticeError::Unreadable);
    let short = format!("v1={SHORT_UTF8},t={SENT_AT}");
    check("", &short, r#"{"a":1}"#, SENT_AT, unreadable);
    let short = format!("v1={SHORT_HEX},t={SENT_AT}");
    check(HEX_KEY, &short, r#"{"a":1}"#, SENT_AT, unreadable);
}

#[test]
fn the_header_is_read_by_name() {
    for header in [
        format!("t={SENT_AT},v1={UTF8}"),
        format!(" t={SENT_AT} , v1={UTF8} "),
        format!("v1={HEX},t={SENT_AT},v1={UTF8}"),
        format!("v0=abc,v1={UTF8},v2=x=y,t={SENT_AT}"),
        format!("v1={},t={SENT_AT}", UTF8.to_uppercase()),
    ] {
        check("", &header, BODY, SENT_AT, Ok(NAMES));
    }
    for header in [
        String::new(),
        format!("v1={UTF8}"),
        format!("t={SENT_AT}"),
        format!("v1={UTF8},t={SENT_AT},t={SENT_AT}"),
        format!("v1={UTF8},t=+{SENT_AT}"),
        format!("v1={UTF8},t="),
        format!("v1={UTF8},t=99999999999999999999999"),
        format!("v1=,t={SENT_AT}"),
        format!("v1={},t={SENT_AT}", &UTF8[..62]),
        format!("v1={}g,t={SENT_AT}", &UTF8[..63]),
        format!("v1={UTF8},t={}", SENT_AT + 1),
        format!("v2={UTF8},t={SENT_AT}"),
        format!("{UTF8},{SENT_AT}"),
    ] {
        check("", &header, BODY, SENT_AT, Err(NoticeError::Forged));
    }
    let header = format!("v1={UTF8},t={SENT_AT}");
    check(
        "",
        &header,
        &BODY.replace("12345", "12346"),
        SENT_AT,
        Err(NoticeError::Forged),
    );
    assert_eq!(read("", &[], BODY, SENT_AT), Err(NoticeError::Forged));
    let twice = read("", &[&header, &header], BODY, SENT_AT);
    assert_eq!(twice, Err(NoticeError::Forged));
}

#[test]
fn a_signature_is_good_for_the_tolerance_both_ways() {
    let header = format!("v1={UTF8},t={SENT_AT}");
    for (more, seconds) in [("", 300), ("jopay.webhook_tolerance_s = 10", 10)] {
        for way in [-1, 1] {
            check(more, &header, BODY, SENT_AT + way * seconds, Ok(NAMES));
            let late = SENT_AT + way * (seconds + 1);
            check(more, &header, BODY, late, Err(NoticeError::Stale));
        }
    }
    // Milliseconds, should those be what is meant.
    let header = sign(SECRET, SENT_AT * 1000, BODY);
    check("", &header, BODY, SENT_AT, Ok(NAMES));
    check("", &header, BODY, SENT_AT + 301, Err(NoticeError::Stale));
}

#[test]
fn two_secrets_are_good_during_a_rotation() {
    let next = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";
    let header = sign(next, SENT_AT, BODY);
    check("", &header, BODY, SENT_AT, Err(NoticeError::Forged));
    let more = format!("jopay.webhook_secret_next = \"{next}\"");
    check(&more, &header, BODY, SENT_AT, Ok(NAMES));
    let old = format!("v1={UTF8},t={SENT_AT}");
    check(&more, &old, BODY, SENT_AT, Ok(NAMES));
}

#[track_caller]
fn check_event(event: &Value, expected: Result<&[&str], NoticeError>) {
    let body = event.to_string();
    check("", &sign(SECRET, SENT_AT, &body), &body, SENT_AT, expected);
}

#[test]
fn an_event_names_its_request_and_says_no_more() {
    let metadata = json!({"order_id":"ORD-1","reference":"REF-1"});
    let event = json!({"event":"payment.proof_attached","request_id":"req_1","merchant_id":"mrc_1","metadata":metadata});
    check_event(&event, Ok(&["req_1", "REF-1", "ORD-1"]));
    let body = event.to_string();
    let notice = read("", &[&sign(SECRET, SENT_AT, &body)], &body, SENT_AT);
    let notice = notice.unwrap().unwrap();
    assert_eq!(notice.says, None, "it has no amount: JoPay is asked");
    assert_eq!(notice.summary, "payment.proof_attached");
    let verified = |more: Value| {
        let mut event = json!({"event":"payment.proof_verified"});
        event
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        event
    };
    check_event(&verified(json!({"request_id":"r"})), Ok(&["r"]));
    check_event(&verified(json!({"metadata":{"reference":"R"}})), Ok(&["R"]));
    let ours = json!({"request_id":"r","merchant_id":MERCHANT.to_uppercase()});
    check_event(&verified(ours), Ok(&["r"]));
    // Understood, and nothing of ours.
    let other = json!({"request_id":"r","merchant_id":"44444444-4444-4444-8444-444444444444"});
    check_event(&verified(other), Ok(&[]));
    check_event(&json!({"event":"merchant.updated"}), Ok(&[]));
    // Signed, and not understood: for a person.
    for event in [
        verified(json!({})),
        verified(json!({"request_id":5,"metadata":"x"})),
        verified(json!({"request_id":"x".repeat(65)})),
        json!({"event":5}),
        json!({}),
        json!([]),
    ] {
        check_event(&event, Err(NoticeError::Unreadable));
    }
}
