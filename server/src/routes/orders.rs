//! `GET /api/orders/{order_id}`: the record, for the shop's own server.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use malipo_wire::{ErrorCode, OrderId, Reason, Status};
use secrecy::ExposeSecret;
use serde::Serialize;
use subtle::ConstantTimeEq;

use super::error::ApiError;
use crate::app::App;
use crate::clock::UnixMs;
use crate::payment::{AttemptStatus, Order};
use crate::random;

pub(super) async fn order(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if !is_shop(&app, &headers) {
        let mut response = ApiError::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::Backend,
            "Authorization: accepted: Bearer and the server's shop_api.key",
        )
        .into_response();
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return Ok(response);
    }
    // A path that is no UTF-8 names no order either.
    let order_id = path.map(|Path(it)| it).unwrap_or_default();
    let order_id: OrderId = order_id
        .parse()
        .map_err(|error| ApiError::bad(format!("order_id: accepted: {error}")))?;
    let order =
        app.store.order(&order_id).await?.ok_or_else(|| {
            ApiError::new(StatusCode::NOT_FOUND, ErrorCode::Backend, "no such order")
        })?;
    Ok(Json(Record::of(&order, app.test())).into_response())
}

fn is_shop(app: &App, headers: &HeaderMap) -> bool {
    let (Some(key), Some(given)) = (&app.config.shop_api_key, bearer(headers)) else {
        return false;
    };
    // Hashes have one length, so the comparison tells nothing about the key's.
    let (key, given) = (random::hash(key.expose_secret()), random::hash(given));
    key.ct_eq(&given).into()
}

/// The Bearer credential of a request.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| credential.trim())
}

/// An order as the shop's server reads it. Fulfil once, on `success` with `test: false`.
#[derive(Debug, Serialize)]
struct Record<'a> {
    order_id: &'a str,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    amount: String,
    currency: String,
    /// What the provider said was paid, where it is not the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    received_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_ref: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    test: bool,
    late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<String>,
    /// Attempts that were paid although the order was paid already: money to give back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    duplicates: Vec<Duplicate<'a>>,
}

#[derive(Debug, Serialize)]
struct Duplicate<'a> {
    attempt_id: &'a str,
    reference: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_ref: Option<&'a str>,
}

impl<'a> Record<'a> {
    fn of(order: &'a Order, test: bool) -> Self {
        let answer = order.answer(test);
        let current = order.current();
        let received = current
            .and_then(|it| it.received)
            .filter(|it| *it != order.price);
        Self {
            order_id: order.id.as_str(),
            status: answer.status,
            reason: answer.reason,
            amount: order.price.to_decimal(),
            currency: answer.currency.unwrap_or_default(),
            received_amount: received.map(malipo_wire::Money::to_decimal),
            received_currency: received.map(|it| it.currency().code().to_owned()),
            provider: current.map(|it| it.provider.as_str()),
            provider_ref: current.and_then(|it| it.provider_ref.as_deref()),
            reference: current.map(|it| it.reference.0.as_str()),
            attempt_id: current.map(|it| it.id.0.as_str()),
            state: current.map(|it| it.status.as_str()),
            test,
            late: current.is_some_and(|it| it.late),
            created_at: order.attempts.first().map(|it| it.created_at.to_rfc3339()),
            paid_at: current.and_then(|it| it.paid_at).map(UnixMs::to_rfc3339),
            duplicates: order
                .attempts
                .iter()
                .filter(|it| it.status == AttemptStatus::DuplicatePaid)
                .map(|it| Duplicate {
                    attempt_id: &it.id.0,
                    reference: &it.reference.0,
                    provider_ref: it.provider_ref.as_deref(),
                })
                .collect(),
        }
    }
}
