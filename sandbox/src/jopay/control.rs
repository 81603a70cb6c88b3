//! The control API's part about JoPay, for tests: pay without a browser, say where webhooks go, revoke a key.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    args::{KeyForm, parse_webhook_url},
    entry::RequestEntry,
    request::Sending,
    requests::{Transfer, Verification},
    settle,
    signature::Secret,
    webhook::Registration,
};
use crate::{app::App, clock, control::refuse, payment::Via};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/sandbox/jopay/payments/{id}/{what}", post(change))
        .route(
            "/sandbox/jopay/webhook",
            get(show_webhook).post(register_webhook),
        )
        .route("/sandbox/jopay/keys", get(show_keys))
        .route("/sandbox/jopay/keys/{id}/{what}", post(revoke))
}

async fn change(State(app): State<Arc<App>>, Path((id, what)): Path<(String, String)>) -> Response {
    let found = app.jopay.requests().find(&id).map(|it| it.id);
    let Some(request) = found else {
        let problem = format!("There is no request with the request_id or metadata.order_id {id}.");
        return refuse(StatusCode::NOT_FOUND, vec![problem]);
    };
    let send = |exact| {
        let transfer = Transfer {
            via: Via::Control,
            exact,
            verify_after_ms: None,
        };
        settle::send(&app, request, transfer)
    };
    match what.as_str() {
        "succeed" => {
            let sent = send(true).await.map(|it| it.result);
            let verified = settle::verify(&app, request).await;
            let result = Done { sent, verified };
            shown(&app, request, result)
        }
        "attach" => shown(&app, request, send(true).await.map(|it| it.result)),
        "mismatch" => shown(&app, request, send(false).await.map(|it| it.result)),
        "verify" => shown(&app, request, settle::verify(&app, request).await),
        "expire" => {
            app.jopay.requests().expire(request, clock::now_ms());
            shown(&app, request, "expired")
        }
        _ => {
            let problem =
                "The last part of the path must be succeed, attach, mismatch, verify or expire.";
            refuse(StatusCode::NOT_FOUND, vec![problem.to_owned()])
        }
    }
}

#[derive(Debug, Serialize)]
struct Done {
    sent: Option<Sending>,
    verified: Option<Verification>,
}

fn shown(app: &App, id: Uuid, result: impl Serialize) -> Response {
    let requests = app.jopay.requests();
    let payment = requests.request(id).map(|it| RequestEntry::new(app, it));
    Json(json!({"result": result, "payment": payment})).into_response()
}

/// The body of a registration. What is left out stays as it is; a url of null ends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    url: Option<String>,
    secret: Option<String>,
    key_form: Option<String>,
}

async fn register_webhook(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let asked: Register = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => {
            let problem = format!("The body must be {{url, secret?, key_form?}}: {error}.");
            return refuse(StatusCode::BAD_REQUEST, vec![problem]);
        }
    };
    let url = asked.url.as_deref().map(parse_webhook_url).transpose();
    let secret = asked.secret.as_deref().map(str::parse).transpose();
    let key_form = asked.key_form.as_deref().map(KeyForm::read).transpose();
    let (url, secret, key_form): (_, Option<Secret>, _) = match (url, secret, key_form) {
        (Ok(url), Ok(secret), Ok(key_form)) => (url, secret, key_form),
        (url, secret, key_form) => {
            let problems = [
                ("url", url.err()),
                ("secret", secret.err()),
                ("key_form", key_form.err()),
            ];
            let problems = problems.into_iter();
            let said = problems.filter_map(|(name, it)| Some(format!("{name}: {}.", it?)));
            return refuse(StatusCode::BAD_REQUEST, said.collect());
        }
    };
    let mut registration = app.jopay.registration();
    registration.url = url;
    if let Some(secret) = secret {
        registration.secret = secret;
    }
    if let Some(key_form) = key_form {
        registration.key_form = key_form;
    }
    shown_webhook(&registration)
}

async fn show_webhook(State(app): State<Arc<App>>) -> Response {
    shown_webhook(&app.jopay.registration())
}

/// Never the secret.
fn shown_webhook(registration: &Registration) -> Response {
    let Registration { url, key_form, .. } = registration;
    Json(json!({"webhook": {"url": url, "key_form": key_form.as_str()}})).into_response()
}

/// By name, never the keys themselves.
async fn show_keys(State(app): State<Arc<App>>) -> Response {
    let keys = app.jopay.keys();
    let shown = keys.all().map(|it| {
        json!({"key_id": it.id, "mode": it.mode(), "scopes": it.scopes(), "revoked": it.revoked})
    });
    Json(json!({"keys": shown.collect::<Vec<_>>()})).into_response()
}

/// Revocation acts on the next call.
async fn revoke(State(app): State<Arc<App>>, Path((id, what)): Path<(String, String)>) -> Response {
    let revoked = match what.as_str() {
        "revoke" => true,
        "restore" => false,
        _ => {
            let problem = "The last part of the path must be revoke or restore.".to_owned();
            return refuse(StatusCode::NOT_FOUND, vec![problem]);
        }
    };
    let known = app.jopay.keys().revoke(&id, revoked);
    if known {
        Json(json!({"key_id": id, "revoked": revoked})).into_response()
    } else {
        let problem = format!("There is no key {id}; GET /sandbox/jopay/keys lists them.");
        refuse(StatusCode::NOT_FOUND, vec![problem])
    }
}
