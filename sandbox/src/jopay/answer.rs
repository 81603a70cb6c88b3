//! Requests and merchants as the API answers them.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, macros::format_description};

use super::{
    merchants::Merchant,
    pages::{onboarding_url, page_url},
    request::PayRequest,
};
use crate::{
    app::App,
    script::CallScript,
    trouble::{Reply, Spoilt},
};

/// Exactly the fields of the documented sample of create, as they are now.
pub(super) fn created(app: &App, request: &PayRequest, now_ms: u64) -> Value {
    let terms = &request.terms;
    json!({
        "ok": true,
        "request_id": request.id,
        "status": request.status(now_ms),
        "proof_status": request.proof_status(),
        "pay_page_url": page_url(app, request.id),
        "expires_at": iso(request.expires_at_ms),
        "created_at": iso(request.created_at_ms),
        "amount": {
            "fiat_int": terms.fiat_int,
            "fiat_code": terms.currency.code,
            // A text, as in the sample.
            "usdc_micro": request.usdc_micro.to_string(),
        },
        "merchant_id": terms.merchant,
        "metadata": terms.metadata,
    })
}

/// What get, list and cancel answer is not documented: the shape of create, and `tx_hash`.
pub(super) fn shown(app: &App, request: &PayRequest, now_ms: u64) -> Value {
    let mut body = created(app, request, now_ms);
    put(
        &mut body,
        "tx_hash",
        json!(request.proof().map(|it| &it.tx_hash)),
    );
    body
}

/// A merchant. Documented are `onboarding_status: "incomplete"` and `onboarding_url`, and the fields that create takes.
pub(super) fn merchant(app: &App, merchant: &Merchant) -> Value {
    let mut body = json!(merchant.profile);
    let status = if merchant.onboarded {
        "complete"
    } else {
        "incomplete"
    };
    let url = (!merchant.onboarded).then(|| onboarding_url(app, merchant.id));
    for (name, value) in [
        ("ok", json!(true)),
        ("merchant_id", json!(merchant.id)),
        ("onboarding_status", json!(status)),
        ("onboarding_url", json!(url)),
        ("display_currency", json!(merchant.currency.code)),
        ("wallet_address", json!(merchant.wallet)),
        ("created_at", json!(iso(merchant.created_at_ms))),
    ] {
        put(&mut body, name, value);
    }
    body
}

/// An item of a list stands without `ok`.
pub(super) fn item(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("ok");
    }
    body
}

/// 200, with the fields that the script replaces. Which 2xx a success has is not documented.
pub(super) fn success(mut body: Value, script: &CallScript) -> Reply {
    for (path, value) in &script.answer {
        match path.split_once('.') {
            None => put(&mut body, path, value.clone()),
            Some((outer, inner)) => {
                if let Some(outer) = body.get_mut(outer) {
                    put(outer, inner, value.clone());
                }
            }
        }
    }
    Reply::new(StatusCode::OK, body)
}

/// How a spoilt answer looks.
pub(super) fn spoilt() -> Spoilt {
    Spoilt {
        server_error: json!({"ok": false, "error": "internal_error"}),
        too_many: json!({"ok": false, "error": "rate_limited"}),
        wrong_types: json!({"ok": "true", "request_id": 42, "status": ["requested"], "proof_status": true,
            "pay_page_url": null, "expires_at": 1_776_448_800, "created_at": {}, "amount": {"fiat_int": "25.00",
            "fiat_code": 978, "usdc_micro": 2_750_000}, "merchant_id": [], "metadata": "none", "tx_hash": 0,
            "requests": {}, "merchants": 0, "next_cursor": []}),
    }
}

/// `2026-04-17T18:00:00.000Z`
pub(super) fn iso(at_ms: u64) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(format)
        .unwrap_or_default()
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = object {
        let fields: &mut Map<_, _> = fields;
        fields.insert(name.to_owned(), value);
    }
}
