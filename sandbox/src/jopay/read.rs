//! `GET /api/v1/requests/{id}`, `GET /api/v1/requests` and `POST /api/v1/requests/{id}/cancel`.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::{Deserialize, de::IntoDeserializer as _};
use serde_json::json;
use uuid::Uuid;

use super::{
    answer,
    caller::admit,
    key::Scope,
    paging::{Page, Parameters},
    refusal,
    request::{PayRequest, ProofStatus, RequestStatus},
    requests::NoCancel,
};
use crate::{
    app::App,
    calls::CallNumber,
    clock,
    payment::Mode,
    script::CallScript,
    trouble::{self, Reply},
};

/// One request.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let script = app.script().jopay.get.take();
    let order_id = found(&app, None, &id).and_then(|it| it.order_id().map(str::to_owned));
    app.calls().note(call, order_id.as_deref(), script.fault);
    let admitted = admit(&app, call, &headers, Scope::RequestsRead);
    let look_up = || match admitted {
        Err(refused) => refused,
        Ok(mode) => match found(&app, Some(mode), &id) {
            Some(it) => answer::success(answer::shown(&app, &it, clock::now_ms()), &script),
            None => refusal(&app, StatusCode::NOT_FOUND, "not_found"),
        },
    };
    let reply = (!script.fault.comes_before_the_work()).then(look_up);
    trouble::answer(&script, reply, answer::spoilt()).await
}

/// A request of the other mode is unknown to a key.
fn found(app: &App, mode: Option<Mode>, id: &str) -> Option<PayRequest> {
    let id = Uuid::parse_str(id).ok()?;
    let requests = app.jopay.requests();
    let found = requests.request(id)?;
    (mode.is_none_or(|it| it == found.mode)).then(|| found.clone())
}

/// The newest first. Filters and pages are not documented: `status`, `proof_status`, `merchant_id`, `limit` and `cursor` are our
/// choice.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let script = app.script().jopay.list.take();
    app.calls().note(call, None, script.fault);
    let admitted = admit(&app, call, &headers, Scope::RequestsRead);
    let look_up = || match admitted.map(|mode| listed(&app, mode, query.as_deref(), &script)) {
        Ok(Ok(reply)) | Err(reply) => reply,
        Ok(Err(code)) => refusal(&app, StatusCode::BAD_REQUEST, code),
    };
    let reply = (!script.fault.comes_before_the_work()).then(look_up);
    trouble::answer(&script, reply, answer::spoilt()).await
}

fn listed(
    app: &App,
    mode: Mode,
    query: Option<&str>,
    script: &CallScript,
) -> Result<Reply, &'static str> {
    let asked = Parameters::read(query);
    let status: Option<RequestStatus> = choice(&asked, "status", "invalid_status")?;
    let proof: Option<ProofStatus> = choice(&asked, "proof_status", "invalid_proof_status")?;
    let merchant = asked.uuid("merchant_id", "invalid_merchant_id")?;
    let now_ms = clock::now_ms();
    let requests = app.jopay.requests();
    let wanted = |it: &&PayRequest| {
        it.mode == mode
            && status.is_none_or(|status| it.status(now_ms) == status)
            && proof.is_none_or(|proof| it.proof_status() == proof)
            && merchant.is_none_or(|merchant| it.terms.merchant == merchant)
    };
    // The cursor may name one that the filters no longer let through: it only says from where on.
    let page = Page::read(&asked)?;
    let (found, next_cursor) = page.of(requests.all().rev(), |it| it.id, wanted)?;
    let items = found
        .into_iter()
        .map(|it| answer::item(answer::shown(app, it, now_ms)));
    let items: Vec<_> = items.collect();
    let body = json!({"ok": true, "requests": items, "next_cursor": next_cursor});
    Ok(answer::success(body, script))
}

fn choice<T: for<'a> Deserialize<'a>>(
    asked: &Parameters,
    name: &str,
    code: &'static str,
) -> Result<Option<T>, &'static str> {
    let Some(text) = asked.get(name) else {
        return Ok(None);
    };
    let read: Result<T, serde::de::value::Error> = T::deserialize(text.into_deserializer());
    read.map(Some).map_err(|_| code)
}

/// Cancels a request. What is needed for that and what it answers is not documented.
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let script = app.script().jopay.cancel.take();
    let order_id = found(&app, None, &id).and_then(|it| it.order_id().map(str::to_owned));
    app.calls().note(call, order_id.as_deref(), script.fault);
    let admitted = admit(&app, call, &headers, Scope::RequestsWrite);
    let work = || match admitted {
        Err(refused) => refused,
        Ok(mode) => cancelled(&app, mode, &id, &script),
    };
    let reply = (!script.fault.comes_before_the_work()).then(work);
    trouble::answer(&script, reply, answer::spoilt()).await
}

fn cancelled(app: &App, mode: Mode, id: &str, script: &CallScript) -> Reply {
    let now_ms = clock::now_ms();
    let id = Uuid::parse_str(id).unwrap_or_default();
    let cancelled = app.jopay.requests().cancel(mode, id, now_ms).cloned();
    match cancelled {
        Ok(it) => answer::success(answer::shown(app, &it, now_ms), script),
        Err(NoCancel::Unknown) => refusal(app, StatusCode::NOT_FOUND, "not_found"),
        Err(NoCancel::TooLate) => refusal(app, StatusCode::CONFLICT, "not_cancellable"),
    }
}
