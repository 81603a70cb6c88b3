//! `GET /pay/return?of=`: where the provider sends the shopper afterwards.
//!
//! Tells the shop's tab, if there is one, and closes; else goes on to the shop's page with a token in the fragment.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use malipo_wire::{Reason, Status};
use serde::Deserialize;
use url::Url;

use super::error::ApiError;
use super::page::{self, ReturnPage};
use crate::app::App;
use crate::payment::{Attempt, Order};
use crate::random;
use crate::reconcile;
use crate::store::{Door, KEEP_MS};
use crate::texts::Texts;

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    of: String,
}

pub(super) async fn return_page(
    State(app): State<Arc<App>>,
    which: Result<Query<Which>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let say = Texts::asked_for(&headers);
    let secret = which.map(|Query(it)| it.of).unwrap_or_default();
    match found(&app, &secret).await {
        Ok(Some((attempt, order))) => shown(&app, say, &attempt, &order).await,
        Ok(None) => page::problem(
            &app,
            say,
            StatusCode::NOT_FOUND,
            page::CSS,
            (say.no_payment, say.no_payment_next),
        ),
        Err(error) => {
            tracing::error!(cause = error.cause, "the return page could not be shown");
            page::problem(
                &app,
                say,
                StatusCode::SERVICE_UNAVAILABLE,
                page::CSS,
                (say.cannot_look, say.cannot_look_next),
            )
        }
    }
}

async fn found(app: &Arc<App>, secret: &str) -> Result<Option<(Attempt, Order)>, ApiError> {
    let hash = random::hash(secret);
    let Some(attempt) = app.store.attempt_by_secret(Door::Return, hash).await? else {
        return Ok(None);
    };
    if attempt.status.is_open() && app.limits.returns.count(&attempt.id.0).is_ok() {
        // The answer is in the store when this ends; when it takes too long, the page says "checking".
        let asked = tokio::time::timeout(PATIENCE, reconcile::ask(app, &attempt)).await;
        if let Ok(Err(error)) = asked {
            tracing::info!(attempt = attempt.id.0, %error, "a shopper is back, and the provider does not say");
        }
    }
    let order = app.store.order(&attempt.order_id).await?;
    Ok(order.map(|order| (attempt, order)))
}

async fn shown(app: &App, say: &Texts, attempt: &Attempt, order: &Order) -> Response {
    let back = match token(app, order).await {
        Ok(token) => back(&attempt.return_url, order, &token),
        // Without a token the shop's page goes on with the one that it has.
        Err(_) => attempt.return_url.clone(),
    };
    let answer = order.answer(app.test());
    let (kind, heading, text) = match (answer.status, answer.reason) {
        (Status::Success, _) => ("success", say.paid, say.paid_next),
        (Status::Failed, _) => ("failed", say.not_paid, say.not_paid_next),
        (Status::Pending, Some(Reason::Review)) => ("pending", say.in_review, say.in_review_next),
        (Status::Pending, _) => ("pending", say.checking, say.checking_next),
    };
    page::page(
        StatusCode::OK,
        &ReturnPage {
            say,
            shop: &app.config.shop,
            test: app.test(),
            kind,
            heading,
            text,
            order_id: order.id.as_str(),
            amount: &say.money(order.price),
            back: &back,
        },
    )
}

async fn token(app: &App, order: &Order) -> Result<String, ApiError> {
    let token = random::secret()?;
    let until = app.now().plus_ms(KEEP_MS);
    app.store
        .issue_token(random::hash(&token), &order.id, until)
        .await?;
    Ok(token)
}

/// The shop's page, told which order it is about: in the fragment, which is sent to no server.
pub(super) fn back(return_url: &str, order: &Order, token: &str) -> String {
    match Url::parse(return_url) {
        Ok(mut url) => {
            // Both values are made of characters that need no escaping in a fragment.
            url.set_fragment(Some(&format!(
                "malipo_order={}&malipo_token={token}",
                order.id
            )));
            url.into()
        }
        Err(_) => return_url.to_owned(),
    }
}

/// How long the page waits for the provider.
const PATIENCE: Duration = Duration::from_secs(2);
