//! `GET /healthz`, `/readyz`, `/metrics`. Keep them off the public side of your proxy.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use malipo_wire::ErrorCode;

use super::error::ApiError;
use crate::app::App;

/// The process is alive.
pub(super) async fn healthz() -> Response {
    Json(serde_json::json!({ "status": "ok" })).into_response()
}

/// The process can do its work: the store takes a write, and the process is not stopping.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    if app.stop.is_cancelled() {
        return Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Backend,
            "the server is stopping",
        ));
    }
    app.store.ready(app.now()).await?;
    Ok(Json(serde_json::json!({ "status": "ok" })).into_response())
}

/// Counters as OpenMetrics text.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    let counts = app.store.counts().await?;
    let counts: Vec<_> = counts.iter().map(|it| (it.0.as_str(), it.1)).collect();
    let text = app.metrics.text(&counts, app.limits.streams.open());
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media_type)], text).into_response())
}
