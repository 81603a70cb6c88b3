//! `GET /metrics`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::background::Task;
use crate::config::StoreConfig;
use crate::machine;
use crate::store::StoreError;
use crate::telemetry::{QuotaReadings, Readings, StoreReadings, TaskReadings};

/// Everything that is counted, as OpenMetrics text: also where the store is down, which is then the news.
pub(in crate::routes) async fn metrics(State(app): State<Arc<App>>) -> Response {
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
            notices_proven: desk
                .provider
                .tells_state()
                .then(|| desk.notices.are_proven()),
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
        connections: app.limits.connections.open(),
        connections_most: app.limits.connections.most(),
        connections_exhausted: app.limits.connections.exhausted(),
        streams: app.limits.streams.open(),
        streams_most: app.limits.streams.most(),
        descriptors: machine::descriptors(),
        disk_free,
        tasks: Task::ALL.map(|it| task(app, it)).into(),
    }
}

fn task(app: &App, task: Task) -> TaskReadings {
    let pulse = app.background.pulse(task);
    let hears = task != Task::News || app.store.hears();
    TaskReadings {
        task: task.as_str(),
        up: hears && pulse.trouble(task, app.now()).is_none(),
        restarts: pulse.restarts,
        last_round: pulse.alive_at.filter(|_| task.has_rounds()),
    }
}

async fn from_store(app: &App) -> Result<StoreReadings, StoreError> {
    Ok(StoreReadings {
        attempts: app.store.counts().await?,
        backlog: app.store.backlog().await?,
        vitals: app.store.vitals().await?,
    })
}
