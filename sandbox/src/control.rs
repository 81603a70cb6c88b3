//! The control API under `/sandbox`: what tests ask and order. JSON in, JSON out.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    app::App,
    clock, joyndpay,
    ledger::{self, Settle},
    payment::{Provider, Status, Via},
    script::{Script, manual::Manual},
};

/// Every route of the control API.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/sandbox/ledger", get(show_ledger))
        .route("/sandbox/calls", get(calls))
        .route("/sandbox/script", get(show_script).post(set_script))
        .route("/sandbox/reset", post(reset))
        .route(
            "/sandbox/joyndpay/payments/{id}/{outcome}",
            post(settle_joyndpay),
        )
}

async fn show_ledger(State(app): State<Arc<App>>) -> Response {
    Json(ledger::body(&app)).into_response()
}

async fn calls(State(app): State<Arc<App>>) -> Response {
    let body = app.calls().clone();
    Json(body).into_response()
}

async fn show_script(State(app): State<Arc<App>>) -> Response {
    let script = app.script().clone();
    Json(Manual::new(script)).into_response()
}

/// The content type does not matter: the body is read as JSON.
async fn set_script(State(app): State<Arc<App>>, body: Bytes) -> Response {
    match Script::read(&body) {
        Ok(script) => {
            *app.script() = script.clone();
            Json(json!({"script": script})).into_response()
        }
        Err(problems) => refuse(StatusCode::BAD_REQUEST, problems),
    }
}

async fn reset(State(app): State<Arc<App>>) -> Response {
    app.ledger().clear();
    app.jenga.reset();
    app.jopay.reset();
    app.outbox().clear();
    app.calls().clear();
    *app.script() = Script::default();
    Json(json!({"reset": true})).into_response()
}

/// Options of a settlement.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SettleQuery {
    /// Turn a settled payment around.
    reverse: bool,
}

async fn settle_joyndpay(
    State(app): State<Arc<App>>,
    Path((id, outcome)): Path<(String, String)>,
    query: Result<Query<SettleQuery>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let wanted = match outcome.as_str() {
        "succeed" => Status::Success,
        "fail" => Status::Failed,
        _ => {
            let problem = "The last part of the path must be succeed or fail.".to_owned();
            return refuse(StatusCode::NOT_FOUND, vec![problem]);
        }
    };
    let Ok(Query(SettleQuery { reverse })) = query else {
        let problem = "The query may only hold reverse=true or reverse=false.".to_owned();
        return refuse(StatusCode::BAD_REQUEST, vec![problem]);
    };
    let found = app
        .ledger()
        .find(Provider::JoyndPay, &id)
        .map(|payment| payment.id);
    let Some(found) = found else {
        let problem = format!("There is no payment with the id or order id {id}.");
        return refuse(StatusCode::NOT_FOUND, vec![problem]);
    };
    let settle = Settle {
        now_ms: clock::now_ms(),
        via: Via::Control,
        method: None,
        wanted,
        reverse,
    };
    let result = joyndpay::settle::settle(&app, found, settle).await;
    let payment = app.ledger().payment(found).cloned();
    Json(json!({"result": result, "payment": payment})).into_response()
}

/// A refusal of the control API: `{"error": [sentences]}`.
pub(crate) fn refuse(status: StatusCode, problems: Vec<String>) -> Response {
    (status, Json(json!({"error": problems}))).into_response()
}
