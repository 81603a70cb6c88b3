//! IPNs: who sent them, what they are about, and what they say.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use malipo_server::clock::UnixMs;
use malipo_server::payment::settle::Observation;
use malipo_server::provider::{Notice, NoticeError, NoticeRequest, Provider, Transaction};
use malipo_wire::{Customer, Money};
use serde_json::{Value, json};

use super::adapter;

/// The documented payload.
fn sample() -> Value {
    json!({"callbackType":"IPN",
        "customer":{"name":"John Doe","mobileNumber":"254712345678","reference":"071648816466242"},
        "transaction":{"date":"2023-10-11 14:15:20","reference":"328411183176","paymentMode":"CARD","amount":150,"currency":"KES",
            "billNumber":"INVZCF","servedBy":"EQ","additionalInfo":"CARD","orderAmount":150,"serviceCharge":5.25,"orderCurrency":"KES",
            "status":"SUCCESS","remarks":"00:Approved"},
        "bank":{"reference":"328411183176","transactionType":"C","account":null}})
}

fn with(pointer: &str, value: Value) -> Value {
    let mut ipn = sample();
    *ipn.pointer_mut(pointer).unwrap() = value;
    ipn
}

fn read_as(authorization: &str, body: &[u8]) -> Result<Option<Notice>, NoticeError> {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::AUTHORIZATION,
        HeaderValue::from_str(authorization).unwrap(),
    );
    adapter("").read_notice(&NoticeRequest {
        headers: &headers,
        body,
        now: UnixMs(0),
    })
}

fn basic(user_and_password: &str) -> String {
    format!("Basic {}", STANDARD.encode(user_and_password))
}

fn read(ipn: &Value) -> Notice {
    let good = basic("ipnuser:JENGA-IPN-CANARY-3");
    read_as(&good, ipn.to_string().as_bytes()).unwrap().unwrap()
}

fn kes(amount: &str) -> Option<Money> {
    Some(Money::parse(amount, "KES".parse().unwrap()).unwrap())
}

#[test]
fn only_the_configured_user_with_the_configured_password_is_believed() {
    let body = sample().to_string();
    for wrong in [
        "",
        "Basic",
        "Basic !!!",
        "Bearer JENGA-IPN-CANARY-3",
        &basic("ipnuser:wrong"),
        &basic("ipnuser:JENGA-IPN-CANARY-3x"),
        &basic("other:JENGA-IPN-CANARY-3"),
        &basic("JENGA-IPN-CANARY-3"),
    ] {
        assert_eq!(
            read_as(wrong, body.as_bytes()),
            Err(NoticeError::Forged),
            "{wrong}"
        );
    }
    let lower = basic("ipnuser:JENGA-IPN-CANARY-3").replace("Basic", "basic");
    assert!(read_as(&lower, body.as_bytes()).is_ok());
}

#[test]
fn every_field_that_may_name_the_order_is_tried_the_likelier_first() {
    let names = read(&sample()).names;
    assert_eq!(names, ["INVZCF", "071648816466242", "328411183176", "CARD"]);
    // Numbers are names too, empty texts and nulls are none.
    let ipn = with("/transaction/billNumber", json!(565_657_788_779_u64));
    assert_eq!(read(&ipn).names[0], "565657788779");
    let ipn = with("/transaction/billNumber", json!(" "));
    assert_eq!(read(&ipn).names[0], "071648816466242");
    let mut ipn = with("/customer", Value::Null);
    ipn["bank"] = Value::Null;
    assert_eq!(read(&ipn).names, ["INVZCF", "328411183176", "CARD"]);
}

#[test]
fn a_success_says_what_the_order_was_charged_and_a_failure_leaves_it_open() {
    let says = |ipn: &Value| read(ipn).says.unwrap();
    assert_eq!(says(&sample()), Observation::Success(kes("150")));
    // The order's amount counts, not what was taken with the service charge.
    let ipn = with("/transaction/amount", json!(155.25));
    assert_eq!(says(&ipn), Observation::Success(kes("150")));
    // The oldest page has texts, which may be empty.
    let mut ipn = with("/transaction/orderAmount", json!(""));
    ipn["transaction"]["amount"] = json!("150.50");
    assert_eq!(says(&ipn), Observation::Success(kes("150.50")));
    let ipn = with("/transaction/orderCurrency", json!("USD"));
    let dollars = Money::parse("150", "USD".parse().unwrap()).unwrap();
    assert_eq!(says(&ipn), Observation::Success(Some(dollars)));
    let ipn = with("/transaction/orderAmount", json!("a lot"));
    assert_eq!(says(&ipn), Observation::Success(None));
    let ipn = with("/transaction/status", json!("FAILED"));
    assert_eq!(says(&ipn), Observation::Declined);
}

#[test]
fn a_transaction_is_told_by_its_references_and_its_payer_by_a_keyed_hash() {
    let about = |ipn: &Value| read(ipn).transaction.unwrap();
    let texts = |it: &Transaction| -> Vec<String> {
        it.references.all().map(ToString::to_string).collect()
    };
    let one = about(&sample());
    assert_eq!(texts(&one), ["328411183176"]);
    let payer = one.payer.unwrap();
    let customer = Customer {
        phone: Some("0712 345 678".to_owned()),
        ..customer()
    };
    assert!(adapter("").recipients(&customer).contains(&payer));
    let ipn = with("/bank/reference", json!(99));
    assert_eq!(texts(&about(&ipn)), ["328411183176", "99"]);
    for none in [json!(0), json!("0"), json!("N/A"), json!(" - ")] {
        assert_eq!(
            texts(&about(&with("/bank/reference", none))),
            ["328411183176"]
        );
    }
    let ipn = with("/customer/mobileNumber", json!("+254 712 345679"));
    assert_ne!(about(&ipn).payer, Some(payer));
    for none in [json!(""), json!(null), json!("unknown")] {
        assert_eq!(about(&with("/customer/mobileNumber", none)).payer, None);
    }
}

fn customer() -> Customer {
    Customer {
        name: Some("John Doe".to_owned()),
        email: Some("john@example.test".to_owned()),
        phone: None,
    }
}

#[test]
fn account_alerts_are_ignored_and_what_is_not_understood_is_kept() {
    let good = basic("ipnuser:JENGA-IPN-CANARY-3");
    let alert = with("/callbackType", json!("ALT")).to_string();
    assert_eq!(read_as(&good, alert.as_bytes()), Ok(None));
    // Kept with its names: money may have moved.
    let odd = read(&with("/transaction/status", json!("REVERSED")));
    assert_eq!(odd.says, Some(Observation::Unasked));
    assert_eq!(odd.names[0], "INVZCF");
    assert!(odd.summary.starts_with("REVERSED "), "{}", odd.summary);
    for body in ["", "{}", "[]", "<html>", r#"{"callbackType":"IPN"}"#] {
        assert_eq!(
            read_as(&good, body.as_bytes()),
            Err(NoticeError::Unreadable),
            "{body}"
        );
    }
}

#[test]
fn the_summary_for_a_person_holds_no_personal_data() {
    let summary = read(&sample()).summary;
    assert_eq!(summary, "SUCCESS CARD 150 KES, transaction 328411183176");
    assert!(!summary.contains("Doe") && !summary.contains("254712345678"));
}
