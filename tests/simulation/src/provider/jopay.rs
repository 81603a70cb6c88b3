//! JoPay: a request has an id of its own, is begun once under a key, and says how it stands in two fields. Its webhooks are
//! signed, and tell neither amount nor currency.

use hmac::{Hmac, KeyInit as _, Mac as _};
use malipo_server::clock::UnixMs;
use malipo_server::provider::{HttpRequest, HttpResponse};
use malipo_wire::Money;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::ledger::Opening;
use super::{Ask, Kind, Ledger, Letter, Payment, Standing, header, json_response};
use crate::START;

/// Reads a call as the provider does. It panics at what the provider does not know: the world's server is at fault then.
pub(super) fn read(request: &HttpRequest) -> Ask {
    let bearer = format!("Bearer {API_KEY}");
    assert_eq!(header(request, "authorization"), bearer);
    let path = request.url.split_once("/api/v1/requests").unwrap().1;
    let path = path.split('?').next().unwrap_or_default();
    match (request.method.as_str(), path.trim_start_matches('/')) {
        ("POST", "create") => open_asked(request),
        ("GET", "") => Ask::List {
            from: cursor(&request.url),
        },
        ("GET", id) => Ask::LookUp {
            name: id.to_owned(),
        },
        ("POST", path) => Ask::CallOff {
            name: path.strip_suffix("/cancel").unwrap().to_owned(),
        },
        _ => panic!("a call to {}", request.url),
    }
}

fn open_asked(request: &HttpRequest) -> Ask {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let key = text(&body["idempotency_key"]);
    assert!((32..=64).contains(&key.len()), "a key of {key}");
    assert_eq!(body["merchant_id"], MERCHANT);
    let currency = text(&body["fiat_currency_code"]).parse().unwrap();
    let minor = body["fiat_amount_int"].as_u64().unwrap();
    Ask::Open {
        reference: text(&body["metadata"]["reference"]),
        order: text(&body["metadata"]["order_id"]),
        price: Money::from_minor(minor, currency).unwrap(),
        notify_path: "/pay/notify/jopay".to_owned(),
        back_url: String::new(),
        key,
        until: None,
    }
}

fn cursor(url: &str) -> usize {
    let cursor = url.split_once("cursor=").and_then(|it| it.1.parse().ok());
    cursor.unwrap_or(usize::MAX)
}

/// The payment that was begun under this key.
pub(super) fn begun_under(ledger: &Ledger, key: &str) -> Option<usize> {
    let is_it = |it: &Payment| it.kind == Kind::JoPay && it.key == key;
    ledger.payments().iter().position(is_it)
}

/// A key that is known gives the request that was begun under it.
pub(super) fn open(ledger: &mut Ledger, opening: Opening, now: u64) -> HttpResponse {
    if opening.price.currency().code() != Kind::JoPay.currency() {
        return json_response(
            400,
            &json!({"ok": false, "error": "currency_mismatch", "expected_fiat_code": Kind::JoPay.currency()}),
        );
    }
    let index = match begun_under(ledger, &opening.key) {
        Some(index) => {
            ledger.at_mut(index).asked_at = Some(now);
            index
        }
        None => ledger.open(opening, now),
    };
    described(ledger.at(index), now, now)
}

/// The name of the next request.
pub(super) fn next_id(ledger: &Ledger) -> String {
    format!("22222222-2222-4222-8222-{:012x}", ledger.payments().len())
}

/// How a request stands, as of a moment; `now` is what its expiry is judged by.
pub(super) fn described(payment: &Payment, then: u64, now: u64) -> HttpResponse {
    let mut body = fields(payment, then, now);
    body.insert("ok".to_owned(), Value::Bool(true));
    json_response(200, &Value::Object(body))
}

fn fields(payment: &Payment, then: u64, now: u64) -> Map<String, Value> {
    let standing = payment.as_of(then);
    let proof = match standing {
        Standing::Paid => "verified",
        Standing::Pending | Standing::Failed => match payment.attached_at {
            Some(at) if at <= then => "attached",
            Some(_) | None => "none",
        },
    };
    let is_over = payment.expires_at.is_some_and(|it| it <= then.min(now));
    let status = match standing {
        Standing::Failed if payment.is_called_off => "cancelled",
        Standing::Failed => "expired",
        Standing::Pending if is_over => "expired",
        Standing::Pending | Standing::Paid if payment.is_visited => "opened",
        Standing::Pending | Standing::Paid => "requested",
    };
    let body = json!({
        "request_id": payment.id, "status": status, "proof_status": proof,
        "pay_page_url": format!("{}{}", Kind::JoPay.pages(), payment.id),
        "expires_at": payment.expires_at.map(date), "created_at": date(payment.opened_at),
        "amount": {
            "fiat_int": payment.price.minor(), "fiat_code": payment.price.currency().code(), "usdc_micro": "2750000",
        },
        "merchant_id": MERCHANT,
        "metadata": {"order_id": payment.order, "reference": payment.reference},
    });
    match body {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// A page of the list, the newest first.
pub(super) fn list(ledger: &mut Ledger, from: usize, now: u64) -> HttpResponse {
    for index in 0..ledger.payments().len() {
        // The other providers' ledgers have not been looked into.
        if ledger.at(index).kind == Kind::JoPay {
            ledger.at_mut(index).is_listed = true;
        }
    }
    let all = ledger.payments().iter().enumerate().rev();
    let ours = all.filter(|it| it.1.kind == Kind::JoPay && it.0 < from);
    let page: Vec<_> = ours.take(PAGE).collect();
    let last = page.last().filter(|_| page.len() == PAGE).map(|it| it.0);
    let requests: Vec<_> = page.iter().map(|it| fields(it.1, now, now)).collect();
    let next = last.map(|it| it.to_string());
    json_response(
        200,
        &json!({"ok": true, "requests": requests, "next_cursor": next}),
    )
}

/// Only what nobody has paid towards is called off.
pub(super) fn call_off(ledger: &mut Ledger, index: usize, now: u64) -> HttpResponse {
    if ledger.at(index).attached_at.is_some() || !ledger.fail(index, now) {
        return json_response(409, &json!({"ok": false, "error": "not_cancellable"}));
    }
    ledger.at_mut(index).is_called_off = true;
    described(ledger.at(index), now, now)
}

/// What an answer says was paid, of all the requests in it, read by the document alone.
pub(super) fn says_paid(body: &Value) -> Vec<(String, Money)> {
    let list = body["requests"].as_array().cloned().unwrap_or_default();
    let read = |it: &Value| {
        let reference = it["metadata"]["reference"].as_str()?;
        let currency = it["amount"]["fiat_code"].as_str()?.parse().ok()?;
        let money = Money::from_minor(it["amount"]["fiat_int"].as_u64()?, currency).ok();
        let money = money.filter(|_| it["proof_status"] == "verified")?;
        Some((reference.to_owned(), money))
    };
    list.iter().chain([body]).filter_map(read).collect()
}

/// What a webhook says of a request, signed at `wall`, the provider's clock in milliseconds of the world's time.
pub(super) fn letter(payment: &Payment, wall: u64) -> Letter {
    let (event, proof) = match payment.standing() {
        Standing::Paid => ("payment.proof_verified", "verified"),
        Standing::Pending | Standing::Failed => ("payment.proof_attached", "attached"),
    };
    let body = json!({
        "event": event, "delivery_id": format!("{}-{proof}", payment.id),
        "partner_id": "11111111-1111-4111-8111-111111111111", "request_id": payment.id, "merchant_id": MERCHANT,
        "proof_status": proof, "proof_source": "trails_on_chain", "tx_hash": null, "payer_address": null,
        "timestamp": date(wall), "metadata": {"order_id": payment.order, "reference": payment.reference},
    });
    let body = body.to_string();
    let signature = signature(SECRET, wall, &body);
    let mut letter = Letter::new(&payment.notify_path, body);
    letter.headers.push(("x-jopay-signature", signature));
    letter
}

/// The header of a webhook that whoever has this secret signs then.
pub(super) fn signature(secret: &str, wall: u64, body: &str) -> String {
    let t = (START + wall) / 1_000;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{t}.{body}").as_bytes());
    format!("v1={},t={t}", hex::encode(mac.finalize().into_bytes()))
}

fn date(ms: u64) -> String {
    UnixMs(i64::try_from(START + ms).unwrap_or(i64::MAX)).to_rfc3339()
}

/// The provider refuses, in its own form.
pub(super) fn refusal() -> HttpResponse {
    json_response(400, &json!({"ok": false, "error": "invalid_memo"}))
}

pub(crate) const API_KEY: &str = "jo_test_CANARY-4";
pub(crate) const MERCHANT: &str = "33333333-3333-4333-8333-333333333333";
/// 64 hexadecimal digits: no word stands in it.
pub(crate) const SECRET: &str = "5ec4e7ca0a41ca0a41ca0a41ca0a41ca0a41ca0a41ca0a41ca0a41ca0a41ca0a";
/// Requests on a page of the list: few, so that a second page is asked for.
const PAGE: usize = 4;
/// What its proxies say.
pub(super) const GARBAGE: &[&str] = &[
    "",
    "<html>502</html>",
    "null",
    r#"{"ok":true}"#,
    r#"{"ok":true,"proof_status":"verified"}"#,
    r#"{"ok":true,"requests":{}}"#,
    r#"{"ok":true,"request_id":"22222222-2222-4222-8222-ffffffffffff","status":"opened","proof_status":"verified","amount":{"fiat_int":2500,"fiat_code":"EUR"},"metadata":{"order_id":"ANOTHER-ORDER","reference":"ANOTHER-ORDER"}}"#,
    r#"{"ok":"#,
];
