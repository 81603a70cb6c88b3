//! JoPay, written from its public developers' pages (2026-11-21), of which only the first part of each could be read.
//!
//! `/jopay` stands for the provider's host: `/jopay/api/v1/requests/create`, `/jopay/api/v1/requests`,
//! `/jopay/api/v1/requests/{id}`, `/jopay/api/v1/requests/{id}/cancel`, `/jopay/api/v1/merchants` and
//! `/jopay/api/v1/merchants/{id}`. The shopper pays at `/jopay/pay/{request_id}`, from where nothing leads back to the shop. One
//! address a partner gets the webhooks of test and live payments ([`webhook`]).
//!
//! A key of the form `jo_test_...` sees test data, `jo_live_...` live data; the hosts are the same. What the pages leave open is
//! our choice, said where it is made, and changed by script or option where a backend could depend on it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    middleware,
    response::Response,
    routing::{get, post},
};
use serde_json::json;
use uuid::{Uuid, uuid};

use self::{
    args::JoPayArgs, key::Keys, limit::Windows, merchants::Merchants, requests::Requests,
    webhook::Registration,
};
use crate::{
    app::App,
    calls, clock,
    payment::{Mode, Provider},
    trouble::Reply,
};

mod answer;
pub(crate) mod args;
mod ask;
mod caller;
mod checkout;
mod control;
mod create;
mod currency;
pub(crate) mod entry;
mod key;
mod limit;
mod merchant_api;
mod merchants;
mod onboarding;
mod pages;
mod paging;
mod read;
pub(crate) mod request;
mod requests;
mod settle;
mod signature;
mod webhook;

/// Everything that the sandbox knows as JoPay. Where two of the locks are held at once, merchants come before requests.
#[derive(Debug)]
pub(crate) struct JoPay {
    settings: JoPayArgs,
    keys: Mutex<Keys>,
    windows: Mutex<Windows>,
    merchants: Mutex<Merchants>,
    requests: Mutex<Requests>,
    registration: Mutex<Registration>,
}

impl JoPay {
    /// No request, and the merchants of the command line.
    pub(crate) fn new(settings: JoPayArgs) -> Self {
        let keys = Keys::new(
            &settings.api_key,
            &settings.live_api_key,
            &settings.restricted_keys,
        );
        Self {
            keys: Mutex::new(keys),
            windows: Mutex::default(),
            merchants: Mutex::new(first_merchants(&settings)),
            requests: Mutex::default(),
            registration: Mutex::new(Registration::new(&settings)),
            settings,
        }
    }

    /// Forgets requests, merchants that were added, and used quotas. Keys and the webhook's address stay, as they would with the
    /// provider.
    pub(crate) fn reset(&self) {
        *self.requests() = Requests::default();
        *self.merchants() = first_merchants(&self.settings);
        *self.windows() = Windows::default();
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn windows(&self) -> MutexGuard<'_, Windows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn merchants(&self) -> MutexGuard<'_, Merchants> {
        self.merchants
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn registration(&self) -> MutexGuard<'_, Registration> {
        self.registration
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn first_merchants(settings: &JoPayArgs) -> Merchants {
    Merchants::new(
        &settings.merchants,
        &settings.live_merchants,
        clock::now_ms(),
    )
}

/// The API, the pay page and the onboarding page.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let api = Router::new()
        .route("/requests/create", post(create::create))
        .route("/requests", get(read::list))
        .route("/requests/{id}", get(read::get))
        .route("/requests/{id}/cancel", post(read::cancel))
        .route(
            "/merchants",
            get(merchant_api::list).post(merchant_api::create),
        )
        .route("/merchants/{id}", get(merchant_api::get))
        .method_not_allowed_fallback(wrong_method)
        .fallback(no_such_endpoint)
        .layer(middleware::from_fn_with_state(
            (Arc::clone(app), Provider::JoPay),
            calls::record,
        ));
    Router::new()
        .nest("/jopay/api/v1", api)
        .route("/jopay/pay/{id}", get(checkout::show).post(checkout::press))
        .route("/jopay/checkout.css", get(checkout::style))
        .route(
            "/jopay/onboarding/{id}",
            get(onboarding::show).post(onboarding::complete),
        )
        .merge(control::routes())
}

/// A refusal as documented: `{"ok":false,"error":"code"}`.
fn refusal(app: &App, status: StatusCode, code: &str) -> Reply {
    let scripted = app.script().jopay.error_status;
    Reply::new(
        scripted
            .and_then(|it| StatusCode::from_u16(it).ok())
            .unwrap_or(status),
        json!({"ok": false, "error": code}),
    )
}

async fn wrong_method(State(app): State<Arc<App>>) -> Response {
    refusal(&app, StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").into_response()
}

async fn no_such_endpoint(State(app): State<Arc<App>>) -> Response {
    refusal(&app, StatusCode::NOT_FOUND, "not_found").into_response()
}

/// Whose payments a webhook tells of: the documents name it as one way to tell test from live.
fn partner_id(mode: Mode) -> Uuid {
    match mode {
        Mode::Test => uuid!("10000000-0000-4000-8000-000000000001"),
        Mode::Live => uuid!("20000000-0000-4000-8000-000000000001"),
    }
}
