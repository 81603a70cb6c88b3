//! What is written as JSON: names, order, and what is left out.

use malipo::checkout::{Body, Detail, Record};
use malipo_wire::{Customer, InitiateRequest, VerifyRequest};
use serde::Serialize;
use serde_json::{json, to_string, to_value};

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
