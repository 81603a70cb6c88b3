//! The one HTTP client: it makes every call to every provider.
//!
//! No redirects, no proxy, no cookies, one deadline for the whole call, a cap on what is read. Calls share one budget,
//! and a `429` silences them all until its `Retry-After`.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::{Ask, HttpRequest, HttpResponse, Provider, ProviderError, Snapshot};
use crate::clock::UnixMs;

/// Makes the calls of one provider.
#[derive(Debug)]
pub struct Http {
    client: reqwest::Client,
    budget: DefaultDirectRateLimiter,
    /// Until when the provider asked for silence, in Unix milliseconds.
    silent_until: AtomicI64,
}

impl Http {
    /// A client with a deadline for the whole call and a budget of calls a minute.
    ///
    /// Without `tls` it trusts no certificate at all, so that a sandbox over plain http also runs where none are
    /// installed.
    ///
    /// # Errors
    /// Where no certificates are found, or the TLS library does not start.
    pub fn new(
        timeout: Duration,
        calls_per_minute: u32,
        tls: bool,
    ) -> Result<Self, reqwest::Error> {
        // A second start in one process finds the first one's choice, which is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder();
        let builder = if tls {
            builder.https_only(true)
        } else {
            builder.tls_certs_only([])
        };
        let client = builder
            .timeout(timeout)
            .connect_timeout(timeout.min(CONNECT_TIMEOUT))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_idle_timeout(POOL_IDLE)
            .user_agent(concat!("malipo-server/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let calls = NonZeroU32::new(calls_per_minute).unwrap_or(NonZeroU32::MIN);
        Ok(Self {
            client,
            budget: RateLimiter::direct(Quota::per_minute(calls)),
            silent_until: AtomicI64::new(0),
        })
    }

    /// Whether a call may be made now; `Some` is how long to wait.
    #[must_use]
    pub fn spend(&self, now: UnixMs) -> Option<Duration> {
        let silent = self
            .silent_until
            .load(Ordering::Relaxed)
            .saturating_sub(now.0);
        if let Ok(ms) = u64::try_from(silent)
            && 0 < ms
        {
            return Some(Duration::from_millis(ms));
        }
        match self.budget.check() {
            Ok(()) => None,
            Err(_) => Some(Duration::from_secs(1)),
        }
    }

    /// Asks, and reads the answer.
    ///
    /// # Errors
    /// [`ProviderError`]; whatever happens after the request may have left is [`ProviderError::OutcomeUnknown`].
    pub async fn ask(
        &self,
        provider: &dyn Provider,
        ask: &Ask<'_>,
        now: UnixMs,
    ) -> Result<Snapshot, ProviderError> {
        if let Some(wait) = self.spend(now) {
            return Err(ProviderError::Throttled(wait));
        }
        let response = self.send(provider.request(ask)).await?;
        if response.status == 429 {
            let wait = response
                .retry_after
                .unwrap_or(DEFAULT_SILENCE)
                .min(LONGEST_SILENCE);
            let ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            self.silent_until
                .fetch_max(now.plus_ms(ms).0, Ordering::Relaxed);
            return Err(ProviderError::Throttled(wait));
        }
        provider.read(ask, &response)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ProviderError> {
        let mut builder = self.client.post(request.url).body(request.body);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let mut response = builder.send().await.map_err(|error| {
            // What failed while connecting was never sent.
            if error.is_connect() || error.is_builder() {
                ProviderError::Unreachable
            } else if error.is_timeout() {
                unknown("no answer in time")
            } else {
                unknown("the connection broke before the answer")
            }
        })?;
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|it| it.to_str().ok())
            .and_then(|it| it.trim().parse().ok())
            .map(Duration::from_secs);
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) <= MOST_BYTES => {
                    body.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => return Err(unknown("the answer is larger than 256 KiB")),
                Ok(None) => break,
                Err(_) => return Err(unknown("the connection broke within the answer")),
            }
        }
        Ok(HttpResponse {
            status,
            retry_after,
            body,
        })
    }
}

fn unknown(detail: &'static str) -> ProviderError {
    ProviderError::OutcomeUnknown { detail }
}

/// The largest answer that is read: 256 KiB. A documented answer has less than 1 KiB.
pub const MOST_BYTES: usize = 256 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const POOL_IDLE: Duration = Duration::from_secs(20);
/// How long a `429` without `Retry-After` silences us.
const DEFAULT_SILENCE: Duration = Duration::from_secs(10);
const LONGEST_SILENCE: Duration = Duration::from_secs(15 * 60);
