//! `POST /api/v1/requests/create`.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    answer,
    ask::{self, Bad},
    caller::admit,
    key::Scope,
    refusal,
    request::PayRequest,
    requests::Transfer,
    settle, webhook,
};
use crate::{
    app::App,
    calls::CallNumber,
    clock,
    fields::Asked,
    payment::{Mode, Via},
    script::{CallScript, jopay::WebhookMode},
    trouble::{self, Reply},
};

/// Creates a request, or gives the one that was created with the same idempotency key.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    request: Request,
) -> Response {
    let script = app.script().jopay.create.take();
    let asked = Asked::read(request).await;
    app.calls().note(call, order_id(&asked), script.fault);
    let admitted = admit(&app, call, &asked.headers, Scope::RequestsWrite);
    let reply = if script.fault.comes_before_the_work() {
        None
    } else {
        Some(match admitted {
            Ok(mode) => work(&app, mode, &asked, &script).await,
            Err(refused) => refused,
        })
    };
    trouble::answer(&script, reply, answer::spoilt()).await
}

/// What the merchant calls the order, if it said so.
fn order_id(asked: &Asked) -> Option<&str> {
    let body = asked.body.as_ref().ok()?;
    body.get("metadata")?.get("order_id")?.as_str()
}

async fn work(app: &Arc<App>, mode: Mode, asked: &Asked, script: &CallScript) -> Reply {
    let saved = match &asked.body {
        Ok(body) => save(app, mode, body),
        Err(_) => Err(Bad::Field("invalid_json")),
    };
    match saved {
        Ok(Saved { request, new }) => {
            let body = answer::created(app, &request, clock::now_ms());
            if new {
                notify_early(app, &request).await;
            }
            answer::success(body, script)
        }
        Err(bad) => refuse(app, &bad),
    }
}

struct Saved {
    request: PayRequest,
    /// Not a repetition.
    new: bool,
}

/// A key that is known gives the original, whatever else was sent with it this time: documented is that it does not create a
/// second one, not what another body does.
fn save(app: &App, mode: Mode, body: &Map<String, Value>) -> Result<Saved, Bad> {
    let key = ask::idempotency_key(body)?;
    let merchants = app.jopay.merchants();
    // Held until the new one is written down: two calls with one key cannot both be the first.
    let mut requests = app.jopay.requests();
    if let Some(request) = key.and_then(|it| requests.replay(mode, it)).cloned() {
        return Ok(Saved {
            request,
            new: false,
        });
    }
    let terms = ask::terms(body, mode, &merchants)?;
    let life_s = app.script().jopay.expiry.seconds(terms.payment_mode);
    let request = requests.add(mode, terms, clock::now_ms(), life_s.saturating_mul(1000));
    let request = request.clone();
    tracing::info!(id = %request.id, "payment request created");
    Ok(Saved { request, new: true })
}

fn refuse(app: &App, bad: &Bad) -> Reply {
    match bad {
        Bad::Field(code) => refusal(app, StatusCode::BAD_REQUEST, code),
        Bad::NoMerchant => refusal(app, StatusCode::NOT_FOUND, "not_found"),
        Bad::Currency { expected } => {
            let mut refused = refusal(app, StatusCode::BAD_REQUEST, "currency_mismatch");
            if let Some(body) = refused.body.as_object_mut() {
                body.insert("expected_fiat_code".to_owned(), json!(expected));
            }
            refused
        }
    }
}

/// What scripts send before the answer.
async fn notify_early(app: &Arc<App>, request: &PayRequest) {
    let mode = app.script().jopay.webhook.mode;
    match mode {
        WebhookMode::Normal | WebhookMode::Never => {}
        WebhookMode::Forged => webhook::forge(app, request),
        WebhookMode::BeforeAnswer => {
            let transfer = Transfer {
                via: Via::Script,
                exact: true,
                verify_after_ms: None,
            };
            settle::send(app, request.id, transfer).await;
            settle::verify(app, request.id).await;
        }
    }
}
