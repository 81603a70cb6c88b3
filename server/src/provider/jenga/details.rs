//! Transaction details: documented for other products, and off unless the merchant knows that it answers for links too.

use axum::http::{HeaderValue, Method};
use malipo_wire::Money;
use serde_json::Value;

use super::super::{HttpRequest, HttpResponse, ProviderError};
use super::answer;
use crate::config::Jenga;
use crate::payment::settle::Observation;
use crate::payment::{Attempt, Reference};

pub(super) fn request(
    config: &Jenga,
    reference: &Reference,
    bearer: HeaderValue,
) -> Result<HttpRequest, ProviderError> {
    let signature = config.private_key.sign(&[&reference.0])?;
    let signature = HeaderValue::from_str(&signature).map_err(|_| ProviderError::Unreachable)?;
    Ok(HttpRequest {
        method: Method::GET,
        url: format!(
            "{}/v3-apis/transaction-api/v3.0/transactions/details/{}",
            config.base_url, reference.0
        ),
        headers: vec![
            ("authorization", bearer),
            ("signature", signature),
            ("accept", HeaderValue::from_static("application/json")),
        ],
        body: Vec::new(),
    })
}

/// What it says of the attempt; `None` where it says nothing that counts.
///
/// The answer names no currency: the attempt's own is taken.
pub(super) fn read(attempt: &Attempt, response: &HttpResponse) -> Option<Observation> {
    let data = answer::data(response).ok()?;
    match data.get("stateCode").and_then(Value::as_i64)? {
        SUCCESS => {
            let Value::Number(amount) = data.get("amount")? else {
                return None;
            };
            let currency = attempt.price.currency();
            let received = Money::parse(&amount.to_string(), currency).ok();
            Some(Observation::Success(received))
        }
        // The link may still be paid.
        FAILED => Some(Observation::Declined),
        _ => None,
    }
}

const SUCCESS: i64 = 2;
const FAILED: i64 = 1;
