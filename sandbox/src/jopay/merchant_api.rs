//! `POST /api/v1/merchants`, `GET /api/v1/merchants` and `GET /api/v1/merchants/{id}`.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    answer,
    caller::admit,
    currency,
    key::Scope,
    merchants::{Merchant, Profile, is_wallet},
    paging::{Page, Parameters},
    refusal,
};
use crate::{
    app::App,
    calls::CallNumber,
    clock,
    fields::Asked,
    payment::Mode,
    script::CallScript,
    trouble::{self, Reply},
};

/// Creates a shell that a person completes at `onboarding_url`.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    request: Request,
) -> Response {
    let script = app.script().jopay.merchants.take();
    let asked = Asked::read(request).await;
    app.calls().note(call, None, script.fault);
    let admitted = admit(&app, call, &asked.headers, Scope::MerchantsWrite);
    let work = || match admitted {
        Err(refused) => refused,
        Ok(mode) => add(&app, mode, &asked, &script),
    };
    let reply = (!script.fault.comes_before_the_work()).then(work);
    trouble::answer(&script, reply, answer::spoilt()).await
}

fn add(app: &App, mode: Mode, asked: &Asked, script: &CallScript) -> Reply {
    let read = match &asked.body {
        Ok(body) => read(body),
        Err(_) => Err("invalid_json".to_owned()),
    };
    match read {
        Ok((profile, wallet)) => {
            let merchant = app
                .jopay
                .merchants()
                .add(mode, profile, wallet, clock::now_ms())
                .clone();
            answer::success(answer::merchant(app, &merchant), script)
        }
        Err(code) => refusal(app, StatusCode::BAD_REQUEST, &code),
    }
}

/// Every field may be missing. Documented are the lengths and the codes for e-mail, wallet, country and account type, and
/// `invalid_currency`; the other fields' codes follow the pattern.
fn read(body: &Map<String, Value>) -> Result<(Profile, Option<String>), String> {
    let text = |name: &str, good: &dyn Fn(&str) -> bool| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if good(text) => Ok(Some(text.clone())),
        Some(_) => Err(format!("invalid_{name}")),
    };
    let short = |most: usize| move |it: &str| it.chars().count() <= most;
    let profile = Profile {
        email: text("email", &|it| short(254)(it) && is_email(it))?,
        display_name: text("display_name", &short(120))?,
        business_name: text("business_name", &short(120))?,
        country: text("country", &is_country)?,
        phone: text("phone", &short(32))?,
        website: text("website", &short(200))?,
        instagram: text("instagram", &short(200))?,
        industry: text("industry", &short(80))?,
        display_currency: text("display_currency", &|it| currency::find(it).is_some())
            .map_err(|_| "invalid_currency")?,
        account_type: text("account_type", &|it| ACCOUNT_TYPES.contains(&it))?,
    };
    Ok((profile, text("wallet_address", &is_wallet)?))
}

/// Something on both sides of one @, and no white space.
fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && !text.contains(char::is_whitespace)
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|it| it.is_ascii_uppercase())
}

/// One merchant.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let script = app.script().jopay.merchants.take();
    app.calls().note(call, None, script.fault);
    let admitted = admit(&app, call, &headers, Scope::MerchantsRead);
    let look_up = || match admitted {
        Err(refused) => refused,
        Ok(mode) => match found(&app, mode, &id) {
            Some(it) => answer::success(answer::merchant(&app, &it), &script),
            None => refusal(&app, StatusCode::NOT_FOUND, "not_found"),
        },
    };
    let reply = (!script.fault.comes_before_the_work()).then(look_up);
    trouble::answer(&script, reply, answer::spoilt()).await
}

fn found(app: &App, mode: Mode, id: &str) -> Option<Merchant> {
    let id = Uuid::parse_str(id).ok()?;
    let merchants = app.jopay.merchants();
    merchants.merchant(id).filter(|it| it.mode == mode).cloned()
}

/// The newest first.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let script = app.script().jopay.merchants.take();
    app.calls().note(call, None, script.fault);
    let admitted = admit(&app, call, &headers, Scope::MerchantsRead);
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
    let page = Page::read(&Parameters::read(query))?;
    let merchants = app.jopay.merchants();
    let (found, next_cursor) = page.of(merchants.all().rev(), |it| it.id, |it| it.mode == mode)?;
    let items = found
        .into_iter()
        .map(|it| answer::item(answer::merchant(app, it)));
    let items: Vec<_> = items.collect();
    let body = json!({"ok": true, "merchants": items, "next_cursor": next_cursor});
    Ok(answer::success(body, script))
}

/// The sample shows the first; the second is our choice.
const ACCOUNT_TYPES: [&str; 2] = ["business", "individual"];
