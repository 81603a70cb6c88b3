//! `GET /healthz`, `/readyz`, `/metrics`. Keep them off the public side of your proxy.

mod metrics;
mod ready;

use axum::Json;
use axum::response::{IntoResponse, Response};

pub(super) use metrics::metrics;
pub(super) use ready::readyz;

/// The process is alive.
pub(super) async fn healthz() -> Response {
    Json(serde_json::json!({ "status": "ok" })).into_response()
}
