//! `GET /readyz`: whether payments can be taken, and what is wrong, part by part.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use malipo_wire::ErrorCode;
use serde::Serialize;

use crate::app::App;
use crate::background::Task;
use crate::config::StoreConfig;
use crate::machine;
use crate::routes::error::Logged;

/// Each part is `ok`, or one sentence that says what is wrong; none of them holds a secret or an address.
#[derive(Serialize)]
struct Report {
    /// `ok`; `degraded`: payments are taken, but something is wrong; `error`: none can be taken.
    status: &'static str,
    /// Where `status` is `error`: as in every answer that is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<ErrorCode>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    error: Vec<&'static str>,
    store: &'static str,
    disk: String,
    tasks: BTreeMap<&'static str, String>,
    providers: BTreeMap<&'static str, String>,
}

/// 200 where payments can be taken: the store takes a write, and the process is not stopping. Else 503.
pub(in crate::routes) async fn readyz(State(app): State<Arc<App>>) -> Response {
    let written = app.store.ready(app.now()).await;
    let mut report = Report {
        status: OK,
        code: None,
        error: Vec::new(),
        store: if written.is_ok() { OK } else { NO_STORE },
        disk: disk(&app).unwrap_or_else(ok),
        tasks: tasks(&app),
        providers: providers(&app),
    };
    let stopping = app.stop.is_cancelled();
    if written.is_ok() && !stopping {
        let parts = report.tasks.values().chain(report.providers.values());
        if parts.chain([&report.disk]).any(|it| it != OK) {
            report.status = "degraded";
        }
        return Json(report).into_response();
    }
    report.status = "error";
    report.code = Some(ErrorCode::Backend);
    report.error = vec![if stopping { STOPPING } else { NO_STORE }];
    let text = match written {
        Ok(()) => STOPPING.to_owned(),
        Err(error) => error.to_string(),
    };
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, Json(report)).into_response();
    let seconds = HeaderValue::from(AGAIN_S);
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response.extensions_mut().insert(Logged {
        code: ErrorCode::Backend,
        text,
    });
    response
}

fn tasks(app: &App) -> BTreeMap<&'static str, String> {
    let part = |task: Task| {
        let trouble = app.background.pulse(task).trouble(task, app.now());
        let deaf = || (task == Task::News && !app.store.hears()).then(|| DEAF.to_owned());
        let said = trouble.or_else(deaf).unwrap_or_else(ok);
        (task.as_str(), said)
    };
    Task::ALL.map(part).into()
}

fn providers(app: &App) -> BTreeMap<&'static str, String> {
    let desks = app.desks();
    let part = |desk: &crate::provider::Desk| {
        let trouble = desk.last_call.trouble(app.now());
        (desk.provider.id(), trouble.unwrap_or_else(ok))
    };
    desks.map(part).collect()
}

/// What is wrong with the disk: it is told before it is full.
fn disk(app: &App) -> Option<String> {
    let StoreConfig::Sqlite(path) = &app.config.store else {
        // It is another machine's.
        return None;
    };
    let free = machine::free_bytes(path)?;
    (free < LEAST_FREE).then(|| {
        let megabytes = free / MEGABYTE;
        format!("{megabytes} MB are left where the SQLite file lies")
    })
}

fn ok() -> String {
    OK.to_owned()
}

const OK: &str = "ok";
const STOPPING: &str = "the server is stopping";
const NO_STORE: &str = "the store cannot be read or written; the log says why";
const DEAF: &str =
    "this server does not hear of other servers' changes; its shoppers see them when they ask";
/// When it is worth asking again, in seconds.
const AGAIN_S: u32 = 5;
const MEGABYTE: u64 = 1_000_000;
/// A payment takes about 2 KB: room for some tens of thousands, and for the log beside it.
const LEAST_FREE: u64 = 200 * MEGABYTE;
