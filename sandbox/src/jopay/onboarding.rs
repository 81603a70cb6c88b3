//! The page behind `onboarding_url`: a person sets the wallet and accepts the terms.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    merchants::{Merchant, is_wallet},
    pages::{self, onboarding_url},
};
use crate::{app::App, page::see_other};

/// The form of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entered {
    wallet_address: String,
    terms: String,
}

/// `GET /jopay/onboarding/{merchant_id}`
pub(super) async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    match find(&app, &id) {
        None => pages::unknown(),
        Some(it) => {
            let wallet = it.wallet.clone().unwrap_or_default();
            pages::onboarding(StatusCode::OK, &it, &wallet, &[])
        }
    }
}

/// `POST /jopay/onboarding/{merchant_id}`
pub(super) async fn complete(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    form: Result<Form<Entered>, FormRejection>,
) -> Response {
    let (merchant, entered) = match (find(&app, &id), form) {
        (None, _) => return pages::unknown(),
        (Some(_), Err(rejection)) => return rejection.into_response(),
        (Some(merchant), Ok(Form(entered))) => (merchant, entered),
    };
    let wallet = entered.wallet_address.trim();
    let mut problems = Vec::new();
    if !is_wallet(wallet) {
        problems.push("Please enter a wallet address: 0x and 40 hex digits.");
    }
    if entered.terms.is_empty() {
        problems.push("Please accept the terms.");
    }
    if !problems.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return pages::onboarding(status, &merchant, wallet, &problems);
    }
    app.jopay.merchants().onboard(merchant.id, wallet);
    see_other(&onboarding_url(&app, merchant.id))
}

fn find(app: &App, id: &str) -> Option<Merchant> {
    let id = Uuid::parse_str(id).ok()?;
    app.jopay.merchants().merchant(id).cloned()
}
