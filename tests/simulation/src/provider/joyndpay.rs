//! JoyndPay: the reference is the name, errors come with a 200, a notification is signed by nobody.

use malipo_server::provider::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::ledger::Opening;
use super::{Ask, Kind, Ledger, Letter, Payment, Standing, header, json_response, money, number};

/// Reads a call as the provider does. It panics at what the provider does not know: the world's server is at fault then.
pub(super) fn read(request: &HttpRequest) -> Ask {
    let keys = ["apikey", "secretkey"].map(|it| header(request, it));
    assert_eq!(keys, ["PUBLIC-CANARY-1", "SECRET-CANARY-2"]);
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    match request.url.rsplit_once("/api/").map(|it| it.1) {
        Some("initiate/payment") => Ask::Open {
            reference: text("order_id"),
            price: money(&body["amount"], &text("currency")).unwrap(),
            notify_path: super::path(&text("ipn_url")),
            back_url: text("callback_url"),
            key: String::new(),
            order: String::new(),
            until: None,
        },
        Some("verify/payment") => Ask::LookUp {
            name: text("order_id"),
        },
        _ => panic!("a call to {}", request.url),
    }
}

pub(super) fn open(ledger: &mut Ledger, opening: Opening, now: u64) -> HttpResponse {
    if ledger.find(&opening.reference).is_some() {
        return refusal("order_id already used");
    }
    let index = ledger.open(opening, now);
    let it = ledger.at(index);
    json_response(
        200,
        &json!({"status": "success", "data": {
            "id": format!("jp-{}", it.reference), "order_id": it.reference, "amount": number(it.price),
            "currency": it.price.currency().code(), "redirect_url": format!("{}{}", Kind::JoyndPay.pages(), it.id),
        }}),
    )
}

pub(super) fn stands(payment: &Payment, then: u64) -> HttpResponse {
    let (status, money) = match payment.as_of(then) {
        Standing::Pending => ("pending", payment.price),
        Standing::Failed => ("failed", payment.price),
        Standing::Paid => ("success", payment.paid.unwrap_or(payment.price)),
    };
    json_response(
        200,
        &json!({"status": "success", "data": {
            "order_id": payment.reference, "status": status, "amount": number(money), "currency": money.currency().code(),
        }}),
    )
}

/// What an answer says was paid, read by the document alone.
pub(super) fn says_paid(body: &Value, reference: &str) -> Option<malipo_wire::Money> {
    let data = &body["data"];
    let is_it = data["status"] == "success" && data["order_id"] == reference;
    let currency = data["currency"].as_str().filter(|_| is_it)?;
    money(&data["amount"], currency)
}

/// What a notification of a payment says.
pub(super) fn letter(payment: &Payment) -> Letter {
    let status = match payment.standing() {
        Standing::Pending => "pending",
        Standing::Failed => "failed",
        Standing::Paid => "success",
    };
    let money = payment.paid.unwrap_or(payment.price);
    let body = json!({
        "order_id": payment.reference, "status": status, "amount": number(money), "currency": money.currency().code(),
    });
    Letter::new(&payment.notify_path, body.to_string())
}

/// The provider refuses, in its own form.
pub(super) fn refusal(words: &str) -> HttpResponse {
    json_response(200, &json!({"status": "error", "error": [words]}))
}

/// What its proxies say.
pub(super) const GARBAGE: &[&str] = &[
    "",
    "<html>502</html>",
    "null",
    r#"{"status":"success"}"#,
    r#"{"status":"success","data":{}}"#,
    r#"{"status":"success","data":{"status":"success"}}"#,
    r#"{"status":"success","data":{"order_id":"ANOTHER-ORDER","status":"success","amount":9000000,"currency":"UGX"}}"#,
    r#"{"status":"#,
];
