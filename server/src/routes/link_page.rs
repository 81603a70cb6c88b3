//! `GET /pay/link/{token}`: "we sent you a link", for shoppers without script, where the provider names no page to open.
//!
//! It looks again by itself, with script (`assets/link-page.js`) and without, until it can say how the payment ended. The token opens the status and nothing
//! else, for 24 hours.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use malipo_wire::{Reason, SentTo, Status};

use super::error::ApiError;
use super::page::{self, LinkPage};
use super::return_page::back;
use crate::app::App;
use crate::payment::{Attempt, Order};
use crate::random;
use crate::reconcile;
use crate::texts::Texts;

/// The address of this page for an order's token.
pub(super) fn address(app: &App, token: &str) -> String {
    format!("{}/pay/link/{token}", app.config.public_url.as_str())
}

pub(super) async fn link_page(
    State(app): State<Arc<App>>,
    token: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let say = Texts::asked_for(&headers);
    let token = token.map(|Path(it)| it).unwrap_or_default();
    match found(&app, &token).await {
        Ok(Some(order)) => {
            reconcile::watched(&app, &order);
            match order.current() {
                Some(attempt) => shown(&app, say, &token, &order, attempt),
                None => unknown(&app, say),
            }
        }
        Ok(None) => unknown(&app, say),
        Err(error) => {
            tracing::error!(cause = error.cause, "the link page could not be shown");
            let seconds = error.retry_after;
            let words = (say.cannot_look, say.cannot_look_next);
            let mut response = page::problem(&app, say, error.status, CSS, words);
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
    Ok(app.store.opened_by(hash, app.now()).await?)
}

fn shown(app: &App, say: &Texts, token: &str, order: &Order, attempt: &Attempt) -> Response {
    let answer = order.answer(app.test());
    let sent = sent_sentence(say, &attempt.sent_to);
    let (kind, heading, text) = match (answer.status, answer.reason) {
        (Status::Success, _) => ("success", say.paid, say.paid_next.to_owned()),
        (Status::Failed, Some(Reason::Expired)) => {
            ("failed", say.link_expired, say.not_paid_next.to_owned())
        }
        (Status::Failed, _) => ("failed", say.not_paid, say.not_paid_next.to_owned()),
        (Status::Pending, Some(Reason::Review)) => {
            ("pending", say.in_review, say.in_review_next.to_owned())
        }
        (Status::Pending, Some(Reason::Declined)) => (
            "pending",
            say.declined,
            format!("{sent} {}", say.declined_next),
        ),
        (Status::Pending, _) => (
            "pending",
            match attempt.sent_to.iter().any(|it| it.channel == "sms") {
                true => say.check_your_phone,
                false => say.check_your_mailbox,
            },
            format!("{sent} {}", say.open_to_pay),
        ),
    };
    let waits = answer.status == Status::Pending;
    page::page(
        StatusCode::OK,
        &LinkPage {
            say,
            shop: &app.config.shop,
            test: app.test(),
            kind,
            heading,
            text: &text,
            waits,
            order_id: order.id.as_str(),
            amount: &say.money(order.price),
            checkout: attempt.redirect_url.as_deref().filter(|_| waits),
            back: &back(&attempt.return_url, order, token),
        },
    )
}

/// Whom the link was sent to, masked as it is stored.
fn sent_sentence(say: &Texts, sent_to: &[SentTo]) -> String {
    let known: Vec<&str> = sent_to.iter().filter_map(|it| it.to.as_deref()).collect();
    if known.is_empty() {
        say.link_sent.to_owned()
    } else {
        say.link_sent_to.replace("{}", &known.join(", "))
    }
}

fn unknown(app: &App, say: &Texts) -> Response {
    let words = (say.no_payment, say.old_link_next);
    page::problem(app, say, StatusCode::NOT_FOUND, CSS, words)
}

/// The page is two levels below the root.
const CSS: &str = "../../malipo/page.css";
