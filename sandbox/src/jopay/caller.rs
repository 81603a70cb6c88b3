//! Who calls: the bearer key, its scope and its quota, which every call is checked for.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::{key::Scope, limit::Quota, refusal};
use crate::{app::App, calls::CallNumber, clock, payment::Mode, trouble::Reply};

/// Checks a call.
///
/// The quota comes before the scope, so that a call that is refused for its scope counts; the documents do not say.
///
/// # Errors
/// 401 `unauthorized`, 429 `rate_limited` or 403 `insufficient_scope`.
pub(super) fn admit(
    app: &App,
    call: CallNumber,
    headers: &HeaderMap,
    scope: Scope,
) -> Result<Mode, Reply> {
    let known = bearer(headers).and_then(|it| app.jopay.keys().find(it).cloned());
    let Some(key) = known else {
        return Err(refusal(app, StatusCode::UNAUTHORIZED, "unauthorized"));
    };
    take(app, call, &key.id, scope)?;
    if key.may(scope) {
        return Ok(key.mode());
    }
    let mut refused = refusal(app, StatusCode::FORBIDDEN, "insufficient_scope");
    if let Some(body) = refused.body.as_object_mut() {
        body.insert("required_scope".to_owned(), json!(scope.as_str()));
    }
    Err(refused)
}

/// What stands after `Bearer`, whose case does not matter.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Counts the call. Its time is read while no other call can be counted and is the one that the record keeps, so that the record
/// proves the limit to the millisecond.
fn take(app: &App, call: CallNumber, key_id: &str, scope: Scope) -> Result<(), Reply> {
    let limits = app.script().jopay.limits.clone();
    let mut windows = app.jopay.windows();
    let now_ms = clock::now_ms();
    app.calls().note_key(call, key_id, now_ms);
    let mut take = |quota, most| windows.take(key_id, quota, (most, limits.window_ms), now_ms);
    let taken = take(Quota::Calls, limits.calls).and_then(|()| match scope {
        Scope::MerchantsWrite => take(Quota::Merchants, limits.merchants),
        Scope::RequestsRead | Scope::RequestsWrite | Scope::MerchantsRead => Ok(()),
    });
    drop(windows);
    taken.map_err(|wait_ms| {
        let mut refused = refusal(app, StatusCode::TOO_MANY_REQUESTS, "rate_limited");
        refused.retry_after_s = limits.retry_after.then(|| wait_ms.div_ceil(1000));
        refused
    })
}
