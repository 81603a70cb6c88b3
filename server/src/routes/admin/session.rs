//! What a browser keeps after signing in: a moment and a code that only the token makes. Servers with one token know each
//! other's; none keeps a list.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use url::Url;

use crate::app::App;
use crate::clock::HOUR_MS;
use crate::random;

/// Whether this is the token.
pub(super) fn is_token(app: &App, given: &str) -> bool {
    let Some(token) = &app.config.admin_token else {
        return false;
    };
    // Hashes have one length, so the comparison tells nothing about the token's.
    let (token, given) = (random::hash(token.expose_secret()), random::hash(given));
    token.ct_eq(&given).into()
}

/// Whether the request comes from a browser that has signed in, not too long ago.
pub(super) fn is_signed_in(app: &App, headers: &HeaderMap) -> bool {
    let name = name(app);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .any(|(key, value)| key == name && is_good(app, value))
}

/// The cookie that signs in.
pub(super) fn begin(app: &App) -> Option<String> {
    let until = app.now().plus_ms(LIVES_MS).seconds();
    let code = URL_SAFE_NO_PAD.encode(code(app, until)?.finalize().into_bytes());
    let age = LIVES_MS / 1000;
    Some(cookie(app, &format!("{until}.{code}"), age))
}

/// The cookie that signs out.
pub(super) fn end(app: &App) -> String {
    cookie(app, "", 0)
}

fn is_good(app: &App, value: &str) -> bool {
    let Some((until, given)) = value.split_once('.') else {
        return false;
    };
    let (Ok(until), Ok(given)) = (until.parse::<i64>(), URL_SAFE_NO_PAD.decode(given)) else {
        return false;
    };
    let good = code(app, until).is_some_and(|it| it.verify_slice(&given).is_ok());
    good && app.now().seconds() < until
}

/// The code over the shop, the mode and the moment: a session of one shop or mode opens no other's, even with one token.
fn code(app: &App, until: i64) -> Option<Hmac<Sha256>> {
    let token = app.config.admin_token.as_ref()?;
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes()).ok()?;
    mac.update(format!("malipo admin session 1\n{}\n{until}", app.config.audience()).as_bytes());
    Some(mac)
}

fn cookie(app: &App, value: &str, age_seconds: i64) -> String {
    let public_url = app.config.public_url.as_str();
    let url = Url::parse(public_url).ok();
    let prefix = url.as_ref().map_or("", |it| it.path());
    let prefix = prefix.trim_end_matches('/');
    let secure = if public_url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    format!(
        "{}={value}; Path={prefix}/admin; Max-Age={age_seconds}; HttpOnly; SameSite=Strict{secure}",
        name(app)
    )
}

/// A test server and a live one on one host sign nobody out of the other: cookies know no ports. Under https nobody can set it
/// over http, by its prefix; `__Host-` would want the whole host, and this is for one path.
fn name(app: &App) -> String {
    let is_secure = app.config.public_url.as_str().starts_with("https:");
    let prefix = if is_secure { "__Secure-" } else { "" };
    format!("{prefix}malipo_admin_{}", app.config.mode.as_str())
}

/// A working day. After it the token is asked for again, however busy the page was.
const LIVES_MS: i64 = 12 * HOUR_MS;
