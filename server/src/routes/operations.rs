//! `GET /healthz`, `/readyz`, `/metrics`. Keep them off the public side of your proxy.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use malipo_wire::ErrorCode;

use super::error::ApiError;
use crate::app::App;
use crate::config::StoreConfig;
use crate::machine;
use crate::store::StoreError;
use crate::telemetry::{QuotaReadings, Readings, StoreReadings};

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

/// Everything that is counted, as OpenMetrics text: also where the store is down, which is then the news.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let text = app.metrics.text(&readings(&app).await);
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, media_type)], text).into_response()
}

async fn readings(app: &App) -> Readings {
    let store = match from_store(app).await {
        Ok(readings) => Some(readings),
        Err(error) => {
            tracing::error!(%error, "the metrics lack what the store knows");
            None
        }
    };
    let mut quotas = Vec::new();
    for desk in app.desks() {
        quotas.push(QuotaReadings {
            provider: desk.provider.id(),
            // Without the store there is nothing to ask again, and no reason to say so twice.
            used: match store {
                Some(_) => desk.quota.used().await.ok(),
                None => None,
            },
            refused: desk.quota.refusals(),
            exhausted: desk.quota.exhausted(),
        });
    }
    let disk_free = match &app.config.store {
        StoreConfig::Sqlite(path) => machine::free_bytes(path),
        StoreConfig::Postgres(_) => None,
    };
    Readings {
        now: app.now(),
        store,
        store_failures: app.store.failures(),
        quotas,
        streams: app.limits.streams.open(),
        streams_most: app.limits.streams.most(),
        descriptors: machine::descriptors(),
        disk_free,
    }
}

async fn from_store(app: &App) -> Result<StoreReadings, StoreError> {
    Ok(StoreReadings {
        attempts: app.store.counts().await?,
        backlog: app.store.backlog().await?,
        vitals: app.store.vitals().await?,
    })
}
