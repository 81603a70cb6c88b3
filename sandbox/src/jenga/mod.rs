//! Payment links of Jenga (Finserve Africa), written from its public "Payment Link as API" page and the pages around it
//! (2026-11-21).
//!
//! `/jenga` stands for the provider's host: `/jenga/authentication/api/v3/authenticate/merchant`,
//! `/jenga/api-checkout/api/v1/create/payment-link`, `/jenga/v3-apis/transaction-api/v3.0/transactions/details/{ref}`. The
//! answer to create holds no address: the customer gets the link by SMS or e-mail, here in the [`crate::outbox`], and it opens
//! `/jenga/link/{paymentLinkRef}`. One address a merchant is notified of every payment ([`ipn`]).
//!
//! What the pages leave open is our choice, said where it is made, and changed by script or option where a backend could depend
//! on it.

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

use self::{args::JengaArgs, ipn::Registration, links::Links, token::Tokens};
use crate::{app::App, calls, payment::Provider, trouble::Reply};

pub(crate) mod args;
mod ask;
mod authenticate;
mod caller;
mod checkout;
mod control;
mod create;
mod customers;
mod day;
mod details;
pub(crate) mod entry;
mod ipn;
mod key;
mod link;
mod links;
mod pages;
mod payload;
mod settle;
mod token;

/// Everything that the sandbox knows as Jenga.
#[derive(Debug)]
pub(crate) struct Jenga {
    settings: JengaArgs,
    tokens: Mutex<Tokens>,
    links: Mutex<Links>,
    registration: Mutex<Registration>,
}

impl Jenga {
    /// No link, no token.
    pub(crate) fn new(settings: JengaArgs) -> Self {
        Self {
            registration: Mutex::new(Registration::new(&settings)),
            settings,
            tokens: Mutex::default(),
            links: Mutex::default(),
        }
    }

    /// Forgets every link. Tokens and the address to notify stay, as they would with the provider.
    pub(crate) fn reset(&self) {
        *self.links() = Links::default();
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn links(&self) -> MutexGuard<'_, Links> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn registration(&self) -> MutexGuard<'_, Registration> {
        self.registration
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The API and the payment pages.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let api = Router::new()
        .route(
            "/authentication/api/v3/authenticate/merchant",
            post(authenticate::authenticate),
        )
        .route(
            "/api-checkout/api/v1/create/payment-link",
            post(create::create),
        )
        .route(
            "/v3-apis/transaction-api/v3.0/transactions/details/{reference}",
            get(details::details),
        )
        .method_not_allowed_fallback(wrong_method)
        .fallback(no_such_endpoint)
        .layer(middleware::from_fn_with_state(
            (Arc::clone(app), Provider::Jenga),
            calls::record,
        ));
    Router::new()
        .nest("/jenga", api)
        .route(
            "/jenga/link/{link}",
            get(checkout::show).post(checkout::press),
        )
        .route("/jenga/checkout.css", get(checkout::style))
        .merge(control::routes())
}

/// A refusal as documented: `{"status":false,"code":400,"message":"...","metadata":{}}`. Whether the HTTP status follows the
/// code is not documented; `status` is this program's choice.
fn refusal(app: &App, status: StatusCode, code: u32, message: &str) -> Reply {
    let scripted = app.script().jenga.error_status;
    Reply::new(
        scripted
            .and_then(|it| StatusCode::from_u16(it).ok())
            .unwrap_or(status),
        json!({"status": false, "code": code, "message": message, "metadata": {}}),
    )
}

async fn wrong_method(State(app): State<Arc<App>>) -> Response {
    let message = "The method is not supported here.";
    refusal(&app, StatusCode::METHOD_NOT_ALLOWED, 405, message).into_response()
}

async fn no_such_endpoint(State(app): State<Arc<App>>) -> Response {
    refusal(
        &app,
        StatusCode::NOT_FOUND,
        404,
        "There is no such endpoint.",
    )
    .into_response()
}
