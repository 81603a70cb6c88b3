//! Who calls: the bearer token and the signature that every call but the authentication carries.

use axum::http::{HeaderMap, StatusCode};

use super::{key, refusal};
use crate::{app::App, clock, trouble::Reply};

/// Checks the bearer token, and revokes it where the script says so.
///
/// # Errors
/// A refusal with HTTP status and code 401.
pub(super) fn check_token(app: &App, headers: &HeaderMap) -> Result<(), Reply> {
    let revoke = app.script().jenga.token.take_refusal();
    let checked = app.jenga.tokens().check(headers, clock::now_ms(), revoke);
    checked.map_err(|problem| refusal(app, StatusCode::UNAUTHORIZED, 401, &problem))
}

/// Checks the signature over `text`.
///
/// # Errors
/// A refusal with code 900100. Its HTTP status is not documented: 400, so that it is not taken for a token that ended.
pub(super) fn check_signature(app: &App, headers: &HeaderMap, text: &str) -> Result<(), Reply> {
    let settings = &app.jenga.settings;
    key::check_signature(
        settings.public_key.as_ref(),
        settings.signature,
        headers,
        text,
    )
    .map_err(|problem| refusal(app, StatusCode::BAD_REQUEST, INVALID_SIGNATURE, &problem))
}

/// "Invalid signature", from an integrator's notes on the account validation page.
const INVALID_SIGNATURE: u32 = 900_100;
