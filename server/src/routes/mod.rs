//! The HTTP routes; one noun a file.

mod admin;
mod body;
mod cancel;
mod checkout;
mod error;
mod events;
mod gate;
mod initiate;
mod link_page;
mod notify;
mod operations;
mod orders;
mod page;
mod request_log;
mod return_page;
mod verify;
mod widget_files;

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use malipo_wire::ErrorCode;
use tower_http::catch_panic::CatchPanicLayer;

use self::request_log::Log;
use crate::app::App;

pub(crate) use error::ApiError;
pub use gate::Peer;

/// Every route of the server, and an answer to every other.
pub fn routes(app: Arc<App>) -> Router {
    let others = Router::new().fallback(not_found).layer(common(&app));
    bare(&app).merge(others).with_state(app)
}

/// Every route, to be merged into a larger program: what it does not know is left to that program.
pub(crate) fn mountable(app: Arc<App>) -> Router {
    bare(&app).with_state(app)
}

fn bare(app: &Arc<App>) -> Router<Arc<App>> {
    let counted = gate::gate(app, gate::count_address);
    // What pages of shops call: their origin is checked, and they may be elsewhere.
    let shops = Router::new()
        .route("/pay/initiate", post(initiate::initiate))
        .route("/pay/verify", post(verify::verify))
        .route("/pay/cancel", post(cancel::cancel))
        .route("/pay/events", get(events::events))
        // Before the layers: they answer preflights, which would else be a wrong method.
        .method_not_allowed_fallback(wrong_method)
        // The first is the outermost: callers are counted within CORS, so that a shop's page can read that it is to wait. One
        // layer of all of them, since each by itself is a box around every request, and a copy of what lies behind it.
        .layer((
            common(app),
            gate::gate(app, gate::check_origin),
            gate::cors(&app.config),
            counted.clone(),
        ));
    let others = Router::new()
        .route("/pay/checkout", post(checkout::checkout))
        .route("/pay/return", get(return_page::return_page))
        .route("/pay/link/{token}", get(link_page::link_page))
        .route("/pay/notify/{provider}", post(notify::signed))
        .route("/pay/notify/{provider}/{secret}", post(notify::secret))
        .route("/api/orders/{order_id}", get(orders::order))
        .route("/malipo/{*path}", get(widget_files::file))
        .merge(admin::routes(app))
        .method_not_allowed_fallback(wrong_method)
        .layer((common(app), counted));
    // Not counted: a flood from the proxy's address must not make a healthy server look dead.
    let operations = Router::new()
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics))
        .method_not_allowed_fallback(wrong_method)
        .layer(common(app));
    shops.merge(others).merge(operations)
}

/// What every answer has in common.
fn common(app: &Arc<App>) -> (Log, CatchPanicLayer<OnPanic>) {
    // The first is the outermost.
    let panics: CatchPanicLayer<OnPanic> = CatchPanicLayer::custom(panicked);
    (Log(Arc::clone(app)), panics)
}

type OnPanic = fn(Box<dyn Any + Send>) -> Response;

/// The headers that every answer has.
fn protect(headers: &mut HeaderMap) {
    headers.reserve(HEADERS);
    let mut by_default = |name, value| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    by_default(header::CACHE_CONTROL, "no-store");
    by_default(header::REFERRER_POLICY, "no-referrer");
    // Pages have one of their own; whatever else is opened as a page runs and loads nothing.
    by_default(header::CONTENT_SECURITY_POLICY, NO_PAGE);
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
}

async fn not_found() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        ErrorCode::BadOption,
        "no such route; `malipo-server --help` lists them",
    )
}

async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::BadOption,
        "this route takes another method; the Allow header says which",
    )
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    // The panic's own text has gone to stderr; it is no part of the answer.
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::Backend,
        "the server has a bug here; its log says more",
    )
    .because("a handler panicked")
    .into_response()
}

/// These, and those of CORS, a length and a type, without growing in between.
const HEADERS: usize = 12;
const NO_PAGE: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
