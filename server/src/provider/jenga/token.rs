//! The access token: asked for once, used until shortly before it ends, by all requests.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderValue, Method};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use super::super::calls::secret;
use super::super::{Calls, HttpRequest, HttpResponse, ProviderError};
use super::answer;
use crate::clock::{MINUTE_MS, SECOND_MS, UnixMs};
use crate::config::Jenga;

/// The token that is good now, if any. One instance of the server asks for its own.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    slot: Mutex<Slot>,
    /// How often it was asked for in vain.
    failures: AtomicU64,
}

#[derive(Debug, Default)]
struct Slot {
    token: Option<Token>,
    /// What came of asking the last time, where that was no token.
    failed: Option<ProviderError>,
}

#[derive(Clone, Debug)]
struct Token {
    text: SecretString,
    until: UnixMs,
}

impl Tokens {
    /// The `Authorization` header. Whoever comes while it is being asked for waits for the same one, or for the same error:
    /// one after the other, each with a deadline of its own, many would wait for minutes.
    ///
    /// # Errors
    /// [`ProviderError`]; whatever goes wrong here, nothing was begun.
    pub(super) async fn bearer(
        &self,
        calls: &Calls<'_>,
        config: &Jenga,
        now: UnixMs,
    ) -> Result<HeaderValue, ProviderError> {
        let before = self.failures.load(Ordering::Acquire);
        let mut slot = self.slot.lock().await;
        let good = slot.token.as_ref().filter(|it| now < it.until);
        let token = match good {
            Some(token) => token.clone(),
            None => {
                let since = self.failures.load(Ordering::Acquire) != before;
                if let Some(error) = slot.failed.as_ref().filter(|_| since) {
                    return Err(error.clone());
                }
                let response = calls.send(request(config)).await;
                match response
                    .and_then(|it| read(&it, now))
                    .map_err(nothing_begun)
                {
                    Ok(token) => slot.token.insert(token).clone(),
                    Err(error) => {
                        slot.failed = Some(error.clone());
                        self.failures.fetch_add(1, Ordering::Release);
                        return Err(error);
                    }
                }
            }
        };
        Ok(secret(&format!("Bearer {}", token.text.expose_secret())))
    }

    /// Forgets a token that was refused, unless another one has taken its place meanwhile.
    pub(super) async fn refused(&self, bearer: &HeaderValue) {
        let mut slot = self.slot.lock().await;
        let same = slot
            .token
            .as_ref()
            .is_some_and(|it| secret(&format!("Bearer {}", it.text.expose_secret())) == *bearer);
        if same {
            slot.token = None;
        }
    }
}

/// Asking for a token begins no payment, whatever comes of it.
fn nothing_begun(error: ProviderError) -> ProviderError {
    match error {
        ProviderError::OutcomeUnknown { .. } | ProviderError::Unsafe { .. } => {
            ProviderError::Unreachable
        }
        ProviderError::Rejected { .. }
        | ProviderError::Unreachable
        | ProviderError::Throttled(_) => error,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials<'a> {
    merchant_code: &'a str,
    consumer_secret: &'a str,
}

fn request(config: &Jenga) -> HttpRequest {
    let credentials = Credentials {
        merchant_code: &config.merchant_code,
        consumer_secret: config.consumer_secret.expose_secret(),
    };
    HttpRequest {
        method: Method::POST,
        url: format!(
            "{}/authentication/api/v3/authenticate/merchant",
            config.base_url
        ),
        headers: vec![
            ("api-key", secret(config.api_key.expose_secret())),
            ("content-type", HeaderValue::from_static("application/json")),
            ("accept", HeaderValue::from_static("application/json")),
        ],
        // Texts only: writing them cannot fail.
        body: serde_json::to_vec(&credentials).unwrap_or_default(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: Value,
}

fn read(response: &HttpResponse, now: UnixMs) -> Result<Token, ProviderError> {
    if (200..300).contains(&response.status)
        && let Ok(granted) = serde_json::from_slice::<Granted>(&response.body)
        && HeaderValue::from_str(&granted.access_token).is_ok()
    {
        return Ok(Token {
            text: granted.access_token.into(),
            until: ends(&granted.expires_in, now).plus_ms(-EARLY_MS),
        });
    }
    Err(answer::refusal(response))
}

/// When a token ends: its `expiresIn` is documented as a time, and read as a number of seconds too.
fn ends(expires_in: &Value, now: UnixMs) -> UnixMs {
    let seconds = match expires_in {
        Value::Number(it) => it.as_i64(),
        Value::String(text) => match UnixMs::from_rfc3339(text) {
            Some(end) => return end,
            None => text.trim().parse().ok(),
        },
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    match seconds {
        Some(seconds) => now.plus_ms(seconds.saturating_mul(SECOND_MS)),
        None => now.plus_ms(LIFETIME_MS),
    }
}

/// How long before its end a token is no longer used.
const EARLY_MS: i64 = 60 * SECOND_MS;
/// Stated by the provider's support pages (read 2026-11-21).
const LIFETIME_MS: i64 = 15 * MINUTE_MS;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tokens_end_is_a_time_or_a_number_of_seconds() {
        let now = UnixMs(1_000);
        for (expires_in, expected) in [
            (json!("1970-01-01T00:20:00Z"), 1_200_000),
            (json!(900), 901_000),
            (json!("900"), 901_000),
            (json!(null), 901_000),
            (json!("soon"), 901_000),
        ] {
            assert_eq!(ends(&expires_in, now), UnixMs(expected), "{expires_in}");
        }
    }
}
