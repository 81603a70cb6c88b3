//! What the page is told.

use axum::http::StatusCode;
use malipo_wire::{ErrorCode, InitiateAnswer, OrderId, Status};

use super::Intent;
use super::secrets::Secrets;
use crate::app::App;
use crate::payment::begin::Decision;
use crate::routes::ApiError;
use crate::store::Begun;

/// What is decided without the provider.
pub(super) fn settled(
    app: &App,
    intent: &Intent,
    begun: Begun,
    secrets: Secrets,
) -> Result<InitiateAnswer, ApiError> {
    let answer = |token| InitiateAnswer {
        token,
        ..blank(app, intent, &begun.order_id)
    };
    match begun.decision {
        Decision::Same(attempt) => {
            let Some(redirect_url) = attempt.redirect_url else {
                return Err(busy_unknown());
            };
            Ok(InitiateAnswer {
                redirect_url: Some(redirect_url),
                ..answer(Some(secrets.token))
            })
        }
        Decision::Paid { proven } => Ok(InitiateAnswer {
            status: Some(Status::Success),
            ..answer(proven.then_some(secrets.token))
        }),
        Decision::KeyReused => Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::OrderChanged,
            "Idempotency-Key: was used with another payload; a changed request needs a new key",
        )),
        Decision::OrderChanged => Err(ApiError::new(
            StatusCode::CONFLICT,
            ErrorCode::OrderChanged,
            "the order exists with another amount or currency",
        )),
        Decision::QuoteExpired => Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::QuoteExpired,
            "quote: expired; the shop has to sign a new one",
        )),
        // Without Retry-After, which would mean "wait, the first is still running": waiting does not help here.
        Decision::NoProof => Err(ApiError::new(
            StatusCode::CONFLICT,
            ErrorCode::Busy,
            "another attempt to pay this order is under way; only the page that began it, or one with a quote, can go on with it",
        )),
        Decision::Running => Err(ApiError::busy(
            "the first request is still running; wait and send it again with the same key",
            2,
        )),
        Decision::New { .. } | Decision::AskFirst(_) | Decision::Unknown(_) => Err(busy_unknown()),
    }
}

/// The parts that every answer has.
pub(super) fn blank(app: &App, intent: &Intent, order_id: &OrderId) -> InitiateAnswer {
    let price = intent.basket.price;
    InitiateAnswer {
        order_id: order_id.to_string(),
        redirect_url: None,
        token: None,
        amount: Some(price.to_decimal()),
        currency: Some(price.currency().code().to_owned()),
        fees_added: app.desk.provider.adds_fees().then_some(true),
        // Relative to initiate's own URL, so that it also holds behind a proxy with another path.
        events_url: Some("events".to_owned()),
        // JoyndPay's pages have no documented end.
        expires_in: None,
        sent_to: Vec::new(),
        returns: None,
        test: app.test().then_some(true),
        status: None,
    }
}

pub(super) fn busy_unknown() -> ApiError {
    ApiError::busy(
        "the outcome of the last attempt is not known yet; it is being looked up at the provider",
        3,
    )
}
