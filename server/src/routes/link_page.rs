//! `GET /pay/link/{token}`: "we sent you a link", for shoppers without script, where the provider names no page to open.
//!
//! It looks again by itself, without script, until it can say how the payment ended. The token opens the status and nothing
//! else, for 24 hours.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use malipo_wire::{Reason, SentTo, Status};

use super::error::ApiError;
use super::page::{self, ErrorPage, LinkPage};
use super::return_page::back;
use crate::app::App;
use crate::payment::{Attempt, Order};
use crate::random;
use crate::reconcile;

/// The address of this page for an order's token.
pub(super) fn address(app: &App, token: &str) -> String {
    format!("{}/pay/link/{token}", app.config.public_url.as_str())
}

pub(super) async fn link_page(
    State(app): State<Arc<App>>,
    token: Result<Path<String>, PathRejection>,
) -> Response {
    let token = token.map(|Path(it)| it).unwrap_or_default();
    match found(&app, &token).await {
        Ok(Some(order)) => {
            reconcile::watched(&app, &order);
            match order.current() {
                Some(attempt) => shown(&app, &token, &order, attempt),
                None => unknown(&app),
            }
        }
        Ok(None) => unknown(&app),
        Err(error) => {
            tracing::error!(cause = error.cause, "the link page could not be shown");
            let seconds = error.retry_after;
            let mut response = problem(
                &app,
                error.status,
                "We cannot look up your payment right now",
                "If you have paid, do not pay again. Reload this page in a moment, or go back to the shop.",
            );
            if let Some(seconds) = seconds {
                let wait = HeaderValue::from(seconds);
                response.headers_mut().insert(header::RETRY_AFTER, wait);
            }
            response
        }
    }
}

async fn found(app: &App, token: &str) -> Result<Option<Order>, ApiError> {
    let hash = random::hash(token);
    app.limits
        .verifies
        .count(&hash)
        .map_err(ApiError::rate_limited)?;
    match app.store.token_order(hash, app.now()).await? {
        Some(order_id) => Ok(app.store.order(&order_id).await?),
        None => Ok(None),
    }
}

fn shown(app: &App, token: &str, order: &Order, attempt: &Attempt) -> Response {
    let answer = order.answer(app.test());
    let sent = sent_sentence(&attempt.sent_to);
    let (kind, heading, text) = match (answer.status, answer.reason) {
        (Status::Success, _) => (
            "success",
            "Payment received",
            "Thank you. The payment provider has confirmed it.".to_owned(),
        ),
        (Status::Failed, Some(Reason::Expired)) => (
            "failed",
            "The payment link has expired",
            "Nothing was paid, as far as the payment provider says. You can try again in the shop."
                .to_owned(),
        ),
        (Status::Failed, _) => (
            "failed",
            "The payment did not go through",
            "Nothing was paid, as far as the payment provider says. You can try again in the shop."
                .to_owned(),
        ),
        (Status::Pending, Some(Reason::Review)) => (
            "pending",
            "The shop is checking your payment",
            "If you have paid, do not pay again: a person is looking at it.".to_owned(),
        ),
        (Status::Pending, Some(Reason::Declined)) => (
            "pending",
            "The last try was declined",
            format!("{sent} It still works: you can try again there."),
        ),
        (Status::Pending, _) => (
            "pending",
            match attempt.sent_to.iter().any(|it| it.channel == "sms") {
                true => "Check your phone",
                false => "Check your mailbox",
            },
            format!("{sent} Open it to pay."),
        ),
    };
    let waits = answer.status == Status::Pending;
    page::page(
        StatusCode::OK,
        &LinkPage {
            shop: &app.config.shop,
            test: app.test(),
            kind,
            heading,
            text: &text,
            waits,
            order_id: order.id.as_str(),
            amount: &order.price.to_grouped(),
            currency: order.price.currency().code(),
            checkout: attempt.redirect_url.as_deref().filter(|_| waits),
            back: &back(&attempt.return_url, order, token),
        },
    )
}

/// Whom the link was sent to, masked as it is stored.
fn sent_sentence(sent_to: &[SentTo]) -> String {
    let known: Vec<&str> = sent_to.iter().filter_map(|it| it.to.as_deref()).collect();
    if known.is_empty() {
        "We sent you a payment link.".to_owned()
    } else {
        format!("We sent a payment link to {}.", known.join(" and "))
    }
}

fn unknown(app: &App) -> Response {
    problem(
        app,
        StatusCode::NOT_FOUND,
        "This page leads to no payment",
        "It may have been cut on the way, or is older than a day. If you have paid, do not pay again: go back to the shop, which knows.",
    )
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
            css: "../../malipo/page.css",
            back: back.map_or("/", |it| it.as_str()),
        },
    )
}
