//! `/admin`: orders as they move, for people. It shows, and changes nothing of a payment.
//!
//! The pages work without script; with it they look again every few seconds. They hold what the records hold: no secret,
//! no token, no address of a checkout page, and of people only what is kept masked.

mod chart;
mod door;
mod files;
mod order;
mod overview;
mod page;
mod session;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::app::App;

/// The routes, where a token is set; else none, so that a program that embeds them may have an `/admin` of its own.
pub(super) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    if app.config.admin_token.is_none() {
        return Router::new();
    }
    let inside = Router::new()
        .route("/admin", get(overview::overview))
        .route("/admin/orders/{order_id}", get(order::order))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(app),
            door::check,
        ));
    Router::new()
        .route("/admin/", get(without_slash))
        .route("/admin/session", post(door::sign_in))
        .route("/admin/session/end", post(door::sign_out))
        .route("/admin/page.css", get(files::css))
        .route("/admin/page.js", get(files::js))
        .merge(inside)
}

/// Addresses on the pages are relative, so the page has one address.
async fn without_slash() -> Response {
    (
        StatusCode::PERMANENT_REDIRECT,
        [(header::LOCATION, "../admin")],
    )
        .into_response()
}
