//! What JoPay answers: `{"ok": true, ...}`, or `{"ok": false, "error": "code"}`.

use std::time::Duration;

use malipo_wire::Money;
use serde_json::{Map, Value};

use super::money;
use crate::clock::UnixMs;
use crate::provider::text::cut;
use crate::provider::{HttpResponse, ProviderError};

/// A payment request as JoPay describes it; what cannot be read is absent.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) id: String,
    pub(super) status: Option<String>,
    pub(super) proof: Option<String>,
    pub(super) page: Option<String>,
    pub(super) expires_at: Option<UnixMs>,
    pub(super) amount: Option<Money>,
    pub(super) merchant_id: Option<String>,
    pub(super) order_id: Option<String>,
    pub(super) reference: Option<String>,
}

impl Request {
    /// Reads one; `None` where it has no id of the documented kind.
    pub(super) fn read(object: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| string(object.get(name));
        let id = text("request_id").filter(|it| is_id(it))?;
        let metadata = |name: &str| object.get("metadata").and_then(|it| it.get(name));
        Some(Self {
            id,
            // One page of the documentation calls it `status`, another one `request_status`.
            status: text("status").or_else(|| text("request_status")),
            proof: text("proof_status"),
            page: text("pay_page_url"),
            expires_at: text("expires_at").and_then(|it| UnixMs::from_rfc3339(&it)),
            amount: object.get("amount").and_then(money::read),
            merchant_id: text("merchant_id"),
            order_id: string(metadata("order_id")),
            reference: string(metadata("reference")),
        })
    }
}

/// A page of a list, and where the next one begins.
pub(super) type Page<T> = (Vec<T>, Option<String>);

/// The answer to a question about one request.
pub(super) fn request(response: &HttpResponse) -> Result<Request, ProviderError> {
    let body = read(response)?;
    // What the answer to a GET looks like is not documented: the same as the answer to a create, or that within an object.
    let inner = ["request", "data"]
        .iter()
        .find_map(|it| body.get(*it).and_then(Value::as_object))
        .filter(|_| !body.contains_key("request_id"));
    Request::read(inner.unwrap_or(&body)).ok_or(unknown(
        "the answer has no request_id of the documented kind",
    ))
}

/// The answer to `GET /requests`: what can be read of it, and where the next page begins.
pub(super) fn list(response: &HttpResponse) -> Result<Page<Request>, ProviderError> {
    let (items, next) = items(response, "requests")?;
    Ok((items.iter().filter_map(Request::read).collect(), next))
}

/// The objects of a list by its name, or by `data`, and where the next page begins.
pub(super) fn items(
    response: &HttpResponse,
    name: &str,
) -> Result<Page<Map<String, Value>>, ProviderError> {
    let body = read(response)?;
    let items = [name, "data"]
        .iter()
        .find_map(|it| body.get(*it).and_then(Value::as_array))
        .ok_or(unknown("the answer has no list of the documented name"))?;
    let objects = items.iter().filter_map(Value::as_object);
    Ok((objects.cloned().collect(), string(body.get("next_cursor"))))
}

/// The body of an answer that says yes.
///
/// # Errors
/// What the answer says instead. A client error means that nothing was done, also where it comes from something in front
/// of JoPay and is no JSON.
pub(super) fn read(response: &HttpResponse) -> Result<Map<String, Value>, ProviderError> {
    let status = response.status;
    let good = (200..300).contains(&status);
    let body: Map<String, Value> = match serde_json::from_slice(&response.body) {
        Ok(body) => body,
        Err(_) if is_client_error(status) => {
            return Err(rejected(status, &Map::new()));
        }
        Err(_) => return Err(unknown("the answer is not JSON of the documented shape")),
    };
    let code = body.get("error").and_then(Value::as_str);
    match (body.get("ok"), code) {
        (Some(Value::Bool(true)), _) if good => Ok(body),
        // Statuses may change, says the documentation: the code counts.
        (_, Some("rate_limited")) => Err(ProviderError::Throttled(RATE_LIMITED)),
        (_, Some(code)) if DOCUMENTED.contains(&code) => Err(rejected(status, &body)),
        (Some(Value::Bool(false)), Some(_)) if good => Err(rejected(status, &body)),
        _ if is_client_error(status) => Err(rejected(status, &body)),
        _ => Err(unknown("the answer is neither a success nor an error")),
    }
}

/// A client error that says for certain that nothing was done. A time-out (408), a conflict (409) and "too early" (425)
/// may be about a first try that goes on.
fn is_client_error(status: u16) -> bool {
    (400..500).contains(&status) && ![408, 409, 425].contains(&status)
}

fn rejected(status: u16, body: &Map<String, Value>) -> ProviderError {
    let word = |name: &str| string(body.get(name)).and_then(|it| cut(&it, MOST_WORD));
    let code = word("error").unwrap_or_else(|| format!("HTTP {status}"));
    let detail = match (code.as_str(), status) {
        ("unauthorized", _) | (_, 401) => Some(
            "JoPay does not take the API key: it is wrong or was revoked (jopay.api_key)"
                .to_owned(),
        ),
        ("insufficient_scope", _) => Some(format!(
            "the API key (jopay.api_key) lacks the scope {}",
            word("required_scope").unwrap_or_else(|| "that this needs".to_owned())
        )),
        (_, 403) => Some("JoPay does not let this API key do that (jopay.api_key)".to_owned()),
        ("currency_mismatch", _) => Some(format!(
            "the merchant is paid in {}, and an order in another currency cannot be paid through JoPay (expected_fiat_code)",
            word("expected_fiat_code").unwrap_or_else(|| "another currency".to_owned())
        )),
        ("invalid_merchant_id", _) => {
            Some("JoPay knows no such merchant of this partner (jopay.merchant_id)".to_owned())
        }
        (_, 404) => Some("there is no such thing at this address (jopay.base_url)".to_owned()),
        _ => string(body.get("message")).and_then(|it| cut(&it, MOST_MESSAGE)),
    };
    ProviderError::Rejected {
        detail: detail.map_or(code.clone(), |it| format!("{code}: {it}")),
    }
}

pub(super) fn unknown(detail: &'static str) -> ProviderError {
    ProviderError::OutcomeUnknown { detail }
}

/// An id that may stand in a path. Two pages of the documentation show UUIDs, a third one `req_...`.
fn is_id(text: &str) -> bool {
    let good = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
    (1..=MOST_ID).contains(&text.len()) && text.bytes().all(good)
}

fn string(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(ToOwned::to_owned)
}

/// The codes that mean that nothing was done, whatever the HTTP status (developers/errors, requests-api and
/// reference/error-codes, read 2026-11-21).
const DOCUMENTED: [&str; 17] = [
    "unauthorized",
    "insufficient_scope",
    "currency_mismatch",
    "invalid_merchant_id",
    "invalid_fiat_amount",
    "invalid_idempotency_key",
    "invalid_memo",
    "metadata_too_many_keys",
    "metadata_key_too_long",
    "metadata_value_too_long",
    "invalid_email",
    "invalid_wallet_address",
    "invalid_country",
    "invalid_account_type",
    "invalid_amount",
    "invalid_currency",
    "auth_failed",
];
/// How long to wait after a `rate_limited` that is no 429.
const RATE_LIMITED: Duration = Duration::from_secs(10);
const MOST_ID: usize = 64;
const MOST_WORD: usize = 64;
const MOST_MESSAGE: usize = 200;
