//! `GET /admin/orders/{order_id}`: everything that is kept of an order.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use malipo_wire::{ErrorCode, OrderId, Reason};

use super::page;
use super::view::{Fact, Refund, Telling, Try, money};
use crate::app::App;
use crate::routes::error::ApiError;

/// Nothing stays while the rest changes.
#[derive(Template)]
#[template(source = "", ext = "html")]
struct Head;

#[derive(Template)]
#[template(path = "admin/order.html")]
struct Main<'a> {
    id: &'a str,
    price: String,
    /// What the shop is told: `success`, `pending`, `failed`.
    status: &'static str,
    reason: &'static str,
    tries: Vec<Try<'a>>,
    tellings: Vec<Telling<'a>>,
    refunds: Vec<Refund<'a>>,
}

pub(super) async fn order(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    // A path that is no UTF-8 names no order either.
    let order_id = path.map(|Path(it)| it).unwrap_or_default();
    let shown = shown(&app, &order_id, &headers).await;
    shown.unwrap_or_else(|error| page::problem(&app, page::BELOW, &error))
}

async fn shown(app: &App, order_id: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
    let id: OrderId = order_id
        .parse()
        .map_err(|error| ApiError::bad(format!("order_id: accepted: {error}")))?;
    let order = app.store.order(&id).await?.ok_or_else(|| {
        let text = "It was never begun here, or its id was mistyped.";
        ApiError::new(StatusCode::NOT_FOUND, ErrorCode::Backend, text)
    })?;
    let deliveries = app.store.deliveries(&id).await?;
    let notes = app.store.refund_notes(&id).await?;
    let transactions = app.store.transactions(&id).await?;
    let answer = order.answer(app.test());
    let main = Main {
        id: id.as_str(),
        price: money(order.price),
        status: answer.status.as_str(),
        reason: answer.reason.map_or("", Reason::as_str),
        tries: order
            .attempts
            .iter()
            .map(|it| Try::of(&order, it, &transactions))
            .collect(),
        tellings: deliveries.iter().map(Telling::of).collect(),
        refunds: notes.iter().map(Refund::of).collect(),
    };
    let title = format!("Order {id}");
    Ok(page::live(app, page::BELOW, headers, &title, &Head, &main))
}
