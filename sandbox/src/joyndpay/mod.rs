//! JoyndPay, written from its public API page.
//!
//! API base `/joyndpay/api`, checkout pages `/joyndpay/make/payment/{mode}/{utr}`. What the page leaves open (HTTP statuses of
//! errors, the notification's body, retries) is our choice and can be changed by script.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    middleware,
    response::Response,
    routing::{get, post},
};
use serde_json::json;

use crate::{
    app::App,
    args::Settings,
    calls,
    payment::{Mode, Provider},
    trouble::Reply,
};

mod checkout;
mod initiate;
mod ipn;
mod pages;
pub(crate) mod settle;
mod verify;

/// The API and the checkout pages.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let api = Router::new()
        .route("/initiate/payment", post(initiate::initiate))
        .route("/verify/payment", post(verify::verify))
        .method_not_allowed_fallback(wrong_method)
        .fallback(no_such_endpoint)
        .layer(middleware::from_fn_with_state(
            (Arc::clone(app), Provider::JoyndPay),
            calls::record,
        ));
    Router::new()
        .nest("/joyndpay/api", api)
        .route(
            "/joyndpay/make/payment/{mode}/{utr}",
            get(checkout::show).post(checkout::press),
        )
        .route("/joyndpay/checkout.css", get(checkout::style))
}

/// A refusal as documented: `{"status":"error","error":["..."]}`.
fn refusal(app: &App, status: StatusCode, problems: &[String]) -> Reply {
    let scripted = app.script().joyndpay.error_status;
    Reply::new(
        scripted
            .and_then(|it| StatusCode::from_u16(it).ok())
            .unwrap_or(status),
        json!({"status": "error", "error": problems}),
    )
}

/// Which mode the two key headers select. Header names are taken in any case.
///
/// # Errors
/// A sentence for each header that is missing or wrong.
fn mode(settings: &Settings, headers: &HeaderMap) -> Result<Mode, Vec<String>> {
    let sent = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let (public, secret) = (sent("ApiKey"), sent("SecretKey"));
    let mut problems = Vec::new();
    for (name, value) in [("ApiKey", public), ("SecretKey", secret)] {
        if value.is_none_or(str::is_empty) {
            problems.push(format!("The {name} header is missing."));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    for (pair, mode) in [
        (&settings.joyndpay_test, Mode::Test),
        (&settings.joyndpay_live, Mode::Live),
    ] {
        if public == Some(&pair.public) {
            return if secret == Some(&pair.secret) {
                Ok(mode)
            } else {
                Err(vec![
                    "The SecretKey does not belong to the ApiKey.".to_owned(),
                ])
            };
        }
    }
    Err(vec!["The ApiKey is not known.".to_owned()])
}

async fn wrong_method(State(app): State<Arc<App>>) -> Response {
    let problem = "The method is not supported here: use POST.".to_owned();
    refusal(&app, StatusCode::METHOD_NOT_ALLOWED, &[problem]).into_response()
}

async fn no_such_endpoint(State(app): State<Arc<App>>) -> Response {
    let problem = "There is no such endpoint.".to_owned();
    refusal(&app, StatusCode::NOT_FOUND, &[problem]).into_response()
}
