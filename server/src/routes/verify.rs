//! `POST /pay/verify`: how does an order stand? Answered from the store; the provider is asked in the background.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use malipo_wire::{OrderId, VerifyAnswer, VerifyRequest};
use subtle::ConstantTimeEq;

use super::body;
use super::error::ApiError;
use crate::app::App;
use crate::payment::Order;
use crate::random;
use crate::reconcile;
use crate::store::Hash;

pub(super) async fn verify(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Json<VerifyAnswer>, ApiError> {
    let order = asked_for(&app, request).await?;
    #[cfg(feature = "simulation")]
    if planted!(VerifyWaits)
        && let Some(attempt) = order.current()
    {
        // Its answer, or why there is none, is in the store or in the log.
        let _ = reconcile::ask(&app, attempt).await;
    }
    reconcile::verified(&app, &order);
    Ok(Json(order.answer(app.test())))
}

/// The order that a verify or a cancel is about, its token checked.
pub(super) async fn asked_for(app: &App, request: Request) -> Result<Order, ApiError> {
    let (head, body) = request.into_parts();
    let request: VerifyRequest = body::json(&head.headers, body, FIELDS).await?;
    let order_id: OrderId = request
        .order_id
        .parse()
        .map_err(|error| ApiError::bad(format!("order_id: accepted: {error}")))?;
    let hash = random::hash(request.token.as_deref().unwrap_or_default());
    app.limits
        .verifies
        .count(&hash)
        .map_err(ApiError::rate_limited)?;
    opened_by(app, &order_id, hash).await
}

/// The order, where the token is one of its own.
///
/// An unknown order and a wrong token take the same way: one look for the token's hash.
pub(super) async fn opened_by(
    app: &App,
    order_id: &OrderId,
    token: Hash,
) -> Result<Order, ApiError> {
    let opens = app.store.opened_by(token, app.now()).await?;
    let order = opens.ok_or_else(ApiError::unknown_order)?;
    let same = order
        .id
        .as_str()
        .as_bytes()
        .ct_eq(order_id.as_str().as_bytes());
    if bool::from(same) {
        Ok(order)
    } else {
        Err(ApiError::unknown_order())
    }
}

/// What each field accepts.
const FIELDS: &[(&str, &str)] = &[
    (
        "order_id",
        "a text of 1 to 64 characters out of A-Z, a-z, 0-9, '.', '_' and '-'",
    ),
    ("token", "the token of initiate's answer, as a text"),
    ("reference", "a text"),
];
