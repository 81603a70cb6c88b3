//! What Jenga's answers to a create mean.

use malipo_server::clock::UnixMs;
use malipo_server::payment::{Opened, Reference};
use malipo_server::provider::{HttpResponse, Opening, Provider, ProviderError};
use malipo_wire::{Customer, Money};
use serde_json::{Value, json};

use super::adapter;

fn customer() -> Customer {
    Customer {
        name: Some("Amina Wanjiru".to_owned()),
        email: Some("amina@example.test".to_owned()),
        phone: Some("0712345678".to_owned()),
    }
}

fn open(more: &str, status: u16, body: &str) -> Result<Opened, ProviderError> {
    let opening = Opening {
        order_id: &"ORDER-7".parse().unwrap(),
        reference: &Reference("ORD0000012345".to_owned()),
        price: Money::parse("400", "KES".parse().unwrap()).unwrap(),
        description: None,
        customer: &customer(),
        notify_url: "https://pay.example/n",
        callback_url: "https://pay.example/r",
        now: UnixMs::from_rfc3339("2026-11-21T09:00:00Z").unwrap(),
    };
    let response = HttpResponse {
        status,
        retry_after: None,
        body: body.as_bytes().to_vec(),
    };
    adapter(more).read_opening(&opening, &response)
}

fn sample() -> Value {
    json!({"status":true,"code":200,"message":"Payment link successfully generated","metadata":{},
        "data":{"dateCreated":1_709_277_210_697_u64,"paymentLinkRef":"456175577507808","externalRef":"ORD0000012345",
            "status":{"code":"PEND","name":"Pending"}}})
}

#[test]
fn a_link_that_was_sent_is_told_by_its_masked_recipients_and_its_last_moment() {
    let opened = open("", 200, &sample().to_string()).unwrap();
    assert_eq!(opened.provider_ref.as_deref(), Some("456175577507808"));
    assert_eq!(opened.redirect_url, None);
    let sent: Vec<_> = opened
        .sent_to
        .iter()
        .map(|it| (it.channel.as_str(), it.to.as_deref().unwrap()))
        .collect();
    assert_eq!(sent, [("sms", "...678"), ("email", "a...@example.test")]);
    // The end of tomorrow in Nairobi.
    let end = opened.expires_at.unwrap().to_rfc3339();
    assert_eq!(end, "2026-11-22T20:59:59.999Z");
}

#[test]
fn a_merchant_who_knows_the_form_of_the_address_gets_a_page_to_open() {
    let template = "jenga.link_url_template = \"https://pay.example/l/{paymentLinkRef}?x=1\"";
    let opened = open(template, 200, &sample().to_string()).unwrap();
    let url = opened.redirect_url.as_deref();
    assert_eq!(url, Some("https://pay.example/l/456175577507808?x=1"));
    assert!(opened.sent_to.is_empty());
}

#[test]
fn errors_are_sorted_by_what_to_do_next() {
    let rejected = |body: Value, status| match open("", status, &body.to_string()) {
        Err(ProviderError::Rejected { detail }) => detail,
        other => panic!("{body}: {other:?}"),
    };
    let error =
        |code: Value| json!({"status":false,"code":code,"message":"no such thing","metadata":{}});
    assert_eq!(rejected(error(json!(400)), 200), "no such thing (code 400)");
    assert_eq!(
        rejected(error(json!(900_100)), 400),
        "no such thing (code 900100)"
    );
    assert_eq!(
        rejected(error(json!("404")), 404),
        "no such thing (code 404)"
    );
    assert_eq!(
        rejected(json!({"status":false}), 422),
        "no reason given (code 422)"
    );
    let at_the_door = open("", 401, "<html>");
    assert!(matches!(at_the_door, Err(ProviderError::Rejected { .. })));
    // The documented sample repeats another reference than was sent: the link is on its way all the same.
    let mut other = sample();
    other["data"]["externalRef"] = json!("ORD0000012346");
    // A link may exist: never begun anew.
    let mut nameless = sample();
    nameless["data"]["paymentLinkRef"] = json!(456);
    for (status, body) in [
        (200, nameless.to_string()),
        (200, other.to_string()),
        (200, json!({"status":true,"code":200}).to_string()),
        (500, sample().to_string()),
        (500, error(json!(500)).to_string()),
        (200, error(json!(502)).to_string()),
        (200, "<html>".to_owned()),
        (200, String::new()),
        (200, "[]".to_owned()),
        (200, json!({"status":"true","data":{}}).to_string()),
    ] {
        let seen = open("", status, &body);
        assert!(
            matches!(seen, Err(ProviderError::OutcomeUnknown { .. })),
            "{status} {body}: {seen:?}"
        );
    }
}

#[test]
fn who_cannot_be_sent_a_link_is_refused_before_anything_is_sent() {
    let price = |text, code: &str| Money::parse(text, code.parse().unwrap()).unwrap();
    let adapter = adapter("");
    assert_eq!(adapter.accepts(price("400", "KES"), &customer()), Ok(()));
    let error = adapter.accepts(price("400", "KES"), &Customer::default());
    assert!(error.unwrap_err().starts_with("customer.name"));
    let error = adapter.accepts(price("1.234", "BHD"), &customer());
    assert!(error.unwrap_err().starts_with("amount"));
}

#[test]
fn only_order_ids_of_the_providers_kind_serve_as_references() {
    for (id, fits) in [
        ("ORD0000012345", true),
        ("ord00012", true),
        ("ORD0001", false),
        ("ORD-000012345", false),
        ("A2345678901234567890", true),
        ("A23456789012345678901", false),
    ] {
        assert_eq!(
            adapter("").fits_as_reference(&id.parse().unwrap()),
            fits,
            "{id}"
        );
    }
}
