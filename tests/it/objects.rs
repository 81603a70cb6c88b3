//! What is written as JSON: names, order, and what is left out.

use malipo::checkout::{Body, Detail, Effect, Record, fingerprint};
use malipo_wire::{Customer, InitiateRequest, VerifyRequest};
use serde::Serialize;
use serde_json::{json, to_string, to_value};

use crate::harness::{press, run, with};

/// A request's body is written through one serialiser for all objects, and must be what the backend's own type writes.
#[track_caller]
fn check(body: &Body, request: &impl Serialize) {
    assert_eq!(to_string(body).unwrap(), to_string(request).unwrap());
}

#[test]
fn a_body_is_what_the_backend_reads() {
    let text = |it: &str| Some(it.to_owned());
    let full = InitiateRequest {
        order_id: text("ORD-1"),
        amount: text("10000"),
        currency: text("UGX"),
        quote: text("a.b.c"),
        sku: text("tea"),
        quantity: Some(999),
        description: text("Tea, \"black\""),
        customer: Some(Customer {
            name: text("Amina"),
            email: text("amina@shop.example"),
            phone: text("+256700000000"),
        }),
        return_url: "https://shop.example/".into(),
    };
    for request in [full, InitiateRequest::default()] {
        check(&Body::Initiate(Box::new(request.clone())), &request);
    }
    let full = VerifyRequest {
        order_id: "ORD-1".into(),
        reference: text("R1"),
        token: text("tok-1"),
    };
    let short = VerifyRequest {
        order_id: "ORD-1".into(),
        reference: None,
        token: None,
    };
    for request in [full, short] {
        check(&Body::Order(Box::new(request.clone())), &request);
    }
}

#[test]
fn initiate_is_told_what_the_page_says_and_nothing_that_it_does_not_say() {
    let body = |acts: &[(&'static str, &str)]| {
        let mut script: Vec<_> = acts.iter().map(|it| (0, with(it.0, it.1))).collect();
        script.push((0, press()));
        let sent = run(&script).effects.into_iter().find_map(|it| match it {
            Effect::Send(request) => Some(request),
            _ => None,
        });
        let request = sent.unwrap();
        assert_eq!(request.url, "https://shop.example/pay/initiate");
        to_value(&request.body).unwrap()
    };
    let plain = json!({
        "order_id": "ORD-1",
        "amount": "10000",
        "currency": "UGX",
        "return_url": "https://shop.example/cart?x=1",
    });
    assert_eq!(body(&[]), plain);
    let full = json!({
        "order_id": "ORD-1",
        "amount": "10000",
        "currency": "UGX",
        "quote": "a.b.c",
        "sku": "tea",
        "quantity": 2,
        "description": "Tea",
        "customer": {"name": "Amina", "email": "amina@shop.example", "phone": "+256700000000"},
        "return_url": "https://shop.example/cart?x=1",
    });
    let said = [
        ("quote", "a.b.c"),
        ("sku", "tea"),
        ("quantity", "2"),
        ("description", "Tea"),
        ("customer-name", "Amina"),
        ("customer-email", "amina@shop.example"),
        ("customer-phone", "+256700000000"),
    ];
    assert_eq!(body(&said), full);
}

#[test]
fn a_fingerprint_stays_the_same_from_release_to_release() {
    // A record is found by it after a deployment. FNV-1a of nothing and of "foobar" are published as cbf29ce484222325 and
    // 85944171f73967e8; a byte 0xff stands behind each part.
    assert_eq!(fingerprint(&[]), "cbf29ce484222325");
    assert_eq!(fingerprint(&["foobar"]), "34524ba7168a2c15");
    assert_eq!(fingerprint(&["a", "b"]), "d2b371819297f98a");
    assert_eq!(fingerprint(&["ab"]), "e7202e190542452f");
}

#[test]
fn a_record_has_what_is_known() {
    let record = Record {
        payload: "0123".into(),
        order_id: Some("ORD-1".into()),
        redirect_url: Some("https://pay.example/1".into()),
        deadline: 1_800_000_000_000,
        saved_at: 1_790_000_000_000,
        test: Some(true),
        ..Record::default()
    };
    let written = json!({
        "payload": "0123",
        "orderId": "ORD-1",
        "redirectUrl": "https://pay.example/1",
        "deadline": 1_800_000_000_000_f64,
        "savedAt": 1_790_000_000_000_f64,
        "test": true,
    });
    assert_eq!(to_value(&record).unwrap(), written);
}

#[test]
fn a_name_stands_once_in_a_detail_and_not_where_there_is_no_value() {
    let detail = Detail::default()
        .with("orderId", "ORD-1")
        .with("late", true)
        .with("reason", None::<String>)
        .with("late", false);
    let written = r#"{"orderId":"ORD-1","late":false}"#;
    assert_eq!(to_string(&detail).unwrap(), written);
    let values = (
        detail.text("orderId"),
        detail.flag("late"),
        detail.text("late"),
        detail.flag("reason"),
    );
    assert_eq!(values, (Some("ORD-1"), Some(false), None, None));
}
