//! `GET /pay/return?of=`: where the provider sends the shopper afterwards.
//!
//! Tells the shop's tab, if there is one, and closes; else goes on to the shop's page with a token in the fragment.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use malipo_wire::{Reason, Status};
use serde::Deserialize;
use url::Url;

use super::error::ApiError;
use super::page::{self, ErrorPage, ReturnPage};
use crate::app::App;
use crate::payment::{Attempt, Order};
use crate::random;
use crate::reconcile;
use crate::store::{Door, KEEP_MS};

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    of: String,
}

pub(super) async fn return_page(
    State(app): State<Arc<App>>,
    which: Result<Query<Which>, QueryRejection>,
) -> Response {
    let secret = which.map(|Query(it)| it.of).unwrap_or_default();
    match found(&app, &secret).await {
        Ok(Some((attempt, order))) => shown(&app, &attempt, &order).await,
        Ok(None) => problem(
            &app,
            StatusCode::NOT_FOUND,
            "This link leads to no payment",
            "It may have been cut on the way. If you have paid, do not pay again: go back to the shop, which knows.",
        ),
        Err(error) => {
            tracing::error!(cause = error.cause, "the return page could not be shown");
            problem(
                &app,
                StatusCode::SERVICE_UNAVAILABLE,
                "We cannot look up your payment right now",
                "If you have paid, do not pay again. Reload this page in a moment, or go back to the shop.",
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

async fn shown(app: &App, attempt: &Attempt, order: &Order) -> Response {
    let back = match token(app, order).await {
        Ok(token) => back(&attempt.return_url, order, &token),
        // Without a token the shop's page goes on with the one that it has.
        Err(_) => attempt.return_url.clone(),
    };
    let answer = order.answer(app.test());
    let (kind, heading, text) = match (answer.status, answer.reason) {
        (Status::Success, _) => (
            "success",
            "Payment received",
            "Thank you. The payment provider has confirmed it.",
        ),
        (Status::Failed, _) => (
            "failed",
            "The payment did not go through",
            "Nothing was paid, as far as the payment provider says. You can try again in the shop.",
        ),
        (Status::Pending, Some(Reason::Review)) => (
            "pending",
            "The shop is checking your payment",
            "If you have paid, do not pay again: a person is looking at it.",
        ),
        (Status::Pending, _) => (
            "pending",
            "We are checking your payment",
            "This can take a moment. If you have paid, do not pay again: the shop will show the outcome.",
        ),
    };
    page::page(
        StatusCode::OK,
        &ReturnPage {
            shop: &app.config.shop,
            test: app.test(),
            kind,
            heading,
            text,
            order_id: order.id.as_str(),
            amount: &order.price.to_grouped(),
            currency: order.price.currency().code(),
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

fn problem(app: &App, status: StatusCode, heading: &str, text: &str) -> Response {
    let back = app.config.shop_origins.first();
    page::page(
        status,
        &ErrorPage {
            shop: &app.config.shop,
            test: app.test(),
            heading,
            text,
            detail: "",
            css: page::CSS,
            back: back.map_or("/", |it| it.as_str()),
        },
    )
}

/// How long the page waits for the provider.
const PATIENCE: Duration = Duration::from_secs(2);
