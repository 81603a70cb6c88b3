//! The control API's part about Jenga, for tests: settle a link without a browser, and say whom to notify.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    args::{parse_ipn_url, parse_username},
    day,
    entry::LinkEntry,
    ipn::Registration,
    link::{Link, Method, Payer},
    links::Try,
    settle,
};
use crate::{
    app::App,
    clock,
    control::refuse,
    money::Amount,
    payment::{Status, Via},
};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/sandbox/jenga/payments/{id}/{outcome}", post(change))
        .route("/sandbox/jenga/ipn", get(show_ipn).post(register_ipn))
}

/// Who pays what.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    /// mpesa, card or equity.
    method: Option<String>,
    /// From 1, in the order of the request to create.
    customer: Option<usize>,
    amount: Option<String>,
    /// Charge a payer who has paid once more.
    again: bool,
}

async fn change(
    State(app): State<Arc<App>>,
    Path((id, outcome)): Path<(String, String)>,
    query: Result<Query<Options>, QueryRejection>,
) -> Response {
    let Ok(Query(options)) = query else {
        let problem = "The query may only hold method, customer, amount and again=true.".to_owned();
        return refuse(StatusCode::BAD_REQUEST, vec![problem]);
    };
    let link = app.jenga.links().find(&id).cloned();
    let Some(link) = link else {
        let problem = format!("There is no link with the paymentLinkRef or externalRef {id}.");
        return refuse(StatusCode::NOT_FOUND, vec![problem]);
    };
    let wanted = match outcome.as_str() {
        "succeed" => Status::Success,
        "fail" => Status::Failed,
        "expire" => {
            app.jenga
                .links()
                .expire(&link.link_ref, day::yesterday(clock::now_ms()));
            return shown(&app, &link.link_ref, "expired");
        }
        _ => {
            let problem = "The last part of the path must be succeed, fail or expire.".to_owned();
            return refuse(StatusCode::NOT_FOUND, vec![problem]);
        }
    };
    let payer = match options.payer(&link) {
        Ok(payer) => payer,
        Err(problem) => return refuse(StatusCode::BAD_REQUEST, vec![problem.to_owned()]),
    };
    let it = Try {
        again: options.again,
        ..Try::new(Via::Control, payer, wanted)
    };
    let attempt = settle::settle(&app, &link.link_ref, it).await;
    shown(&app, &link.link_ref, attempt.map(|it| it.result))
}

impl Options {
    fn payer(&self, link: &Link) -> Result<Payer, &'static str> {
        let customers = link.terms.customers.len();
        let index = match self.customer {
            None => (0..customers)
                .find(|it| !link.paid_for(Some(*it)))
                .unwrap_or(0),
            Some(number @ 1..) if number <= customers => number - 1,
            Some(_) => {
                return Err("customer must be the number of one of the link's customers, from 1.");
            }
        };
        let method = match self.method.as_deref() {
            None => Method::Mpesa,
            Some(text) => Method::read(text).ok_or("method must be mpesa, card or equity.")?,
        };
        let mut payer = link.payer(index, method);
        if let Some(text) = &self.amount {
            payer.amount = Amount::read_text(text)?;
        }
        Ok(payer)
    }
}

fn shown(app: &App, link_ref: &str, result: impl serde::Serialize) -> Response {
    let links = app.jenga.links();
    let payment = links.link(link_ref).map(|it| LinkEntry::new(app, it));
    Json(json!({"result": result, "payment": payment})).into_response()
}

/// The body of a registration. What is left out stays as it is; a url of null ends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    url: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

async fn register_ipn(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let asked: Register = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => {
            let problem = format!("The body must be {{url, username?, password?}}: {error}.");
            return refuse(StatusCode::BAD_REQUEST, vec![problem]);
        }
    };
    let url = asked.url.as_deref().map(parse_ipn_url).transpose();
    let username = asked.username.as_deref().map(parse_username).transpose();
    match (url, username) {
        (Ok(url), Ok(username)) => {
            let mut registration = app.jenga.registration();
            registration.url = url;
            if let Some(username) = username {
                registration.username = username;
            }
            if let Some(password) = asked.password {
                registration.password = password;
            }
            shown_ipn(&registration)
        }
        (Err(error), _) => refuse(StatusCode::BAD_REQUEST, vec![format!("url: {error}.")]),
        (_, Err(error)) => refuse(StatusCode::BAD_REQUEST, vec![format!("username: {error}.")]),
    }
}

async fn show_ipn(State(app): State<Arc<App>>) -> Response {
    shown_ipn(&app.jenga.registration())
}

/// Never the password.
fn shown_ipn(registration: &Registration) -> Response {
    let Registration { url, username, .. } = registration;
    Json(json!({"ipn": {"url": url, "username": username}})).into_response()
}
