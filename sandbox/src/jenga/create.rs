//! `POST /api-checkout/api/v1/create/payment-link`: creates a link, or updates the one that `paymentLinkRef` names.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    ask::Ask,
    caller::{check_signature, check_token},
    ipn,
    link::Link,
    links::NoUpdate,
    pages::page_url,
    refusal, settle,
};
use crate::{
    app::App,
    calls::CallNumber,
    clock,
    fields::Asked,
    outbox::Note,
    script::{CallScript, jenga::IpnMode},
    trouble::{self, Reply, Spoilt},
};

/// Creates or updates.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Extension(call): Extension<CallNumber>,
    request: Request,
) -> Response {
    let script = app.script().jenga.create.take();
    let asked = Asked::read(request).await;
    app.calls().note(call, external_ref(&asked), script.fault);
    let reply = if script.fault.comes_before_the_work() {
        None
    } else {
        Some(work(&app, &asked, &script).await)
    };
    trouble::answer(&script, reply, Spoilt::common(wrong_types())).await
}

/// What the merchant calls the order, if it said so.
fn external_ref(asked: &Asked) -> Option<&str> {
    let body = asked.body.as_ref().ok()?;
    body.get("paymentLink")?.get("externalRef")?.as_str()
}

async fn work(app: &Arc<App>, asked: &Asked, script: &CallScript) -> Reply {
    match save(app, asked) {
        Ok(link) => {
            send_out(app, &link);
            notify_early(app, &link).await;
            done(app, &link, script)
        }
        Err(refused) => refused,
    }
}

/// Checks the caller and the body, then writes the link down.
fn save(app: &App, asked: &Asked) -> Result<Link, Reply> {
    let jenga = &app.jenga;
    check_token(app, &asked.headers)?;
    let bad =
        |problems: Vec<String>| refusal(app, StatusCode::BAD_REQUEST, 400, &problems.join(" "));
    let ask = Ask::read(asked, &jenga.settings.currencies).map_err(bad)?;
    check_signature(app, &asked.headers, &ask.signed_text)?;
    let mut links = jenga.links();
    let link_ref = match ask.update {
        None => links.add(ask.terms, clock::now_ms()),
        Some(link_ref) => match links.update(&link_ref, ask.terms) {
            Ok(()) => link_ref,
            Err(NoUpdate::Paid) => {
                return Err(refusal(app, StatusCode::BAD_REQUEST, 400, COMPLETED));
            }
            Err(NoUpdate::Unknown) => {
                return Err(refusal(app, StatusCode::NOT_FOUND, 404, UNKNOWN));
            }
        },
    };
    let link = links.link(&link_ref).cloned();
    tracing::info!(link_ref, "payment link saved");
    link.ok_or_else(|| refusal(app, StatusCode::NOT_FOUND, 404, UNKNOWN))
}

/// A message a customer and channel. An update sends them anew.
fn send_out(app: &App, link: &Link) {
    let mut outbox = app.outbox();
    for (index, customer) in link.terms.customers.iter().enumerate() {
        let note = Note::new(link, customer, &page_url(app, link, Some(index)));
        if let Some(phone) = customer.phone.as_deref().filter(|_| link.terms.by_sms) {
            outbox.add(note.sms(phone), clock::now_ms());
        }
        if link.terms.by_email {
            outbox.add(note.email(&customer.email), clock::now_ms());
        }
    }
}

/// What scripts send before the answer.
async fn notify_early(app: &Arc<App>, link: &Link) {
    let mode = app.script().jenga.ipn.mode;
    match mode {
        IpnMode::Normal | IpnMode::Never => {}
        IpnMode::Forged => ipn::forge(app, link),
        IpnMode::BeforeAnswer => settle::by_script(app, link).await,
    }
}

/// Exactly the documented fields: there is no address among them unless `--jenga-url-field` names one.
fn done(app: &App, link: &Link, script: &CallScript) -> Reply {
    let mut data = Map::new();
    data.insert("dateCreated".to_owned(), json!(link.created_at_ms));
    data.insert("paymentLinkRef".to_owned(), json!(link.link_ref));
    data.insert("externalRef".to_owned(), json!(link.terms.external_ref));
    data.insert(
        "status".to_owned(),
        json!({"code": "PEND", "name": "Pending"}),
    );
    if let Some(name) = &app.jenga.settings.url_field {
        data.insert(name.clone(), json!(page_url(app, link, None)));
    }
    data.extend(script.answer.clone());
    Reply::new(
        StatusCode::OK,
        json!({"status": true, "code": 200, "message": "Payment link successfully generated", "metadata": {},
            "data": data}),
    )
}

fn wrong_types() -> Value {
    json!({"status": "yes", "code": "200", "message": 1, "metadata": [], "data": {"dateCreated": "today",
        "paymentLinkRef": 456_175_577_507_808_u64, "externalRef": ["565657788779"], "status": "PEND"}})
}

/// The documented sentence.
const COMPLETED: &str =
    "Payment already completed for this Link, editing of this payment link is not allowed";
const UNKNOWN: &str = "There is no payment link with this paymentLinkRef.";
