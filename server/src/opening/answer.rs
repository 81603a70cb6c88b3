//! What the page is told.

use axum::http::StatusCode;
use malipo_wire::{ErrorCode, InitiateAnswer, OrderId, SentTo, Status};

use super::Intent;
use super::secrets::Secrets;
use crate::app::App;
use crate::clock::UnixMs;
use crate::payment::begin::Decision;
use crate::provider::Provider;
use crate::routes::ApiError;
use crate::store::Begun;

/// What is decided without the provider.
pub(super) fn settled(
    app: &App,
    intent: &Intent,
    begun: Begun,
    secrets: Secrets,
) -> Result<InitiateAnswer, ApiError> {
    match begun.decision {
        Decision::Same(attempt) => {
            if !attempt.is_reachable() {
                return Err(busy_unknown());
            }
            let way = Way {
                provider: super::desk(app, &attempt.provider)?.provider.as_ref(),
                redirect_url: attempt.redirect_url,
                sent_to: attempt.sent_to,
                expires_at: attempt.expires_at,
            };
            Ok(reachable(app, intent, &begun.order_id, secrets.token, way))
        }
        Decision::Paid { .. } => Ok(paid(app, intent, &begun.order_id, Some(secrets.token))),
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

/// How the shopper gets to an attempt.
pub(super) struct Way<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) redirect_url: Option<String>,
    pub(super) sent_to: Vec<SentTo>,
    pub(super) expires_at: Option<UnixMs>,
}

/// The answer that takes the shopper to an attempt.
pub(super) fn reachable(
    app: &App,
    intent: &Intent,
    order_id: &OrderId,
    token: String,
    way: Way<'_>,
) -> InitiateAnswer {
    let left_ms = way.expires_at.map(|it| it.since_ms(app.now()).max(0));
    InitiateAnswer {
        token: Some(token),
        redirect_url: way.redirect_url,
        sent_to: way.sent_to,
        fees_added: way.provider.adds_fees().then_some(true),
        returns: (!way.provider.returns()).then_some(false),
        expires_in: left_ms.and_then(|it| u64::try_from(it / 1000).ok()),
        ..blank(app, intent, order_id)
    }
}

/// The answer where the order is paid already.
pub(super) fn paid(
    app: &App,
    intent: &Intent,
    order_id: &OrderId,
    token: Option<String>,
) -> InitiateAnswer {
    InitiateAnswer {
        status: Some(Status::Success),
        token,
        ..blank(app, intent, order_id)
    }
}

/// The parts that every answer has.
fn blank(app: &App, intent: &Intent, order_id: &OrderId) -> InitiateAnswer {
    let price = intent.basket.price;
    InitiateAnswer {
        order_id: order_id.to_string(),
        redirect_url: None,
        token: None,
        amount: Some(price.to_decimal()),
        currency: Some(price.currency().code().to_owned()),
        fees_added: None,
        // Relative to initiate's own URL, so that it also holds behind a proxy with another path.
        events_url: Some("events".to_owned()),
        expires_in: None,
        sent_to: Vec::new(),
        returns: None,
        test: app.test().then_some(true),
        status: None,
    }
}

/// An attempt that had failed has come to life again at the provider.
pub(super) fn under_way() -> ApiError {
    ApiError::busy(
        "an earlier attempt to pay this order, which had failed, is being paid at the provider after all; wait for its outcome",
        15,
    )
}

pub(super) fn busy_unknown() -> ApiError {
    ApiError::busy(
        "the outcome of the last attempt is not known yet; it is being looked up at the provider",
        3,
    )
}
