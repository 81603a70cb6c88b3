//! The one HTTP client: it makes every call to every provider.
//!
//! No redirects, no proxy, no cookies, one deadline for the whole call, a cap on what is read. All calls with one key
//! share one [`Quota`]. What carries a request is an [`Exchange`]: the network, or a simulated world's.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use axum::http::HeaderMap;
use axum::http::header::{DATE, RETRY_AFTER};

use super::{HttpRequest, HttpResponse, ProviderError, Urgency};
use crate::clock::{Clock, SystemClock};
use crate::quota::Quota;

/// Carries one request to a provider and brings back its response.
#[async_trait]
pub trait Exchange: Send + Sync + fmt::Debug {
    /// One request and its response, whatever its status.
    ///
    /// # Errors
    /// [`ProviderError::Unreachable`] where nothing was sent, [`ProviderError::OutcomeUnknown`] where it may have been.
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, ProviderError>;
}

/// Makes the calls of one provider.
#[derive(Debug)]
pub struct Http {
    exchange: Arc<dyn Exchange>,
    quota: Arc<Quota>,
}

/// The network.
#[derive(Debug)]
struct Network {
    client: reqwest::Client,
}

impl Http {
    /// A client with a deadline for the whole call and a quota.
    ///
    /// Without `tls` it trusts no certificate at all, so that a sandbox over plain http also runs where none are
    /// installed.
    ///
    /// # Errors
    /// Where no certificates are found, or the TLS library does not start.
    pub fn new(timeout: Duration, quota: Arc<Quota>, tls: bool) -> Result<Self, reqwest::Error> {
        let client = builder(tls)
            .timeout(timeout)
            .connect_timeout(timeout.min(CONNECT_TIMEOUT))
            .build()?;
        Ok(Self::over(Arc::new(Network { client }), quota))
    }

    /// The same over another way to the provider.
    #[must_use]
    pub fn over(exchange: Arc<dyn Exchange>, quota: Arc<Quota>) -> Self {
        Self { exchange, quota }
    }

    /// Makes one request, where the quota has room for it.
    ///
    /// # Errors
    /// [`ProviderError`]; whatever happens after the request may have left is [`ProviderError::OutcomeUnknown`].
    pub(super) async fn send(
        &self,
        request: HttpRequest,
        urgency: Urgency,
    ) -> Result<HttpResponse, ProviderError> {
        if let Err(wait) = self.quota.take(urgency).await {
            return Err(ProviderError::Throttled(wait));
        }
        let response = self.exchange.exchange(request).await?;
        if response.status == 429 {
            let wait = self.quota.refused(response.retry_after).await;
            return Err(ProviderError::Throttled(wait));
        }
        Ok(response)
    }
}

#[async_trait]
impl Exchange for Network {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, ProviderError> {
        let mut builder = self
            .client
            .request(request.method, request.url)
            .body(request.body);
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
        let retry_after = retry_after(response.headers());
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

/// `Retry-After` in both its forms (RFC 9110, section 10.2.3): seconds, however many, or a date, which is judged by the
/// sender's own clock where it tells that. A date that has passed is no wait.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|it| it.to_str().ok());
    let wanted = text(RETRY_AFTER)?.trim();
    if !wanted.is_empty() && wanted.bytes().all(|it| it.is_ascii_digit()) {
        return Some(Duration::from_secs(wanted.parse().unwrap_or(u64::MAX)));
    }
    let wanted = httpdate::parse_http_date(wanted).ok()?;
    let theirs = text(DATE).and_then(|it| httpdate::parse_http_date(it).ok());
    let now = theirs.or_else(|| {
        let ms = u64::try_from(SystemClock.now().0).ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(ms))
    })?;
    Some(wanted.duration_since(now).unwrap_or_default())
}

/// What every client of this server has in common: no redirects, no proxy, https alone where `tls`.
pub(crate) fn builder(tls: bool) -> reqwest::ClientBuilder {
    // A second start in one process finds the first one's choice, which is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder();
    let builder = if tls {
        builder.https_only(true)
    } else {
        builder.tls_certs_only([])
    };
    builder
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_idle_timeout(POOL_IDLE)
        .user_agent(concat!("malipo-server/", env!("CARGO_PKG_VERSION")))
}

fn unknown(detail: &'static str) -> ProviderError {
    ProviderError::OutcomeUnknown { detail }
}

/// The largest answer that is read: 256 KiB. A documented answer has less than 1 KiB.
pub const MOST_BYTES: usize = 256 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const POOL_IDLE: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &'static str, expected: Option<u64>) {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, wanted.parse().unwrap());
        headers.insert(DATE, "Sat, 21 Nov 2026 11:00:00 GMT".parse().unwrap());
        let expected = expected.map(Duration::from_secs);
        assert_eq!(retry_after(&headers), expected, "{wanted}");
    }

    #[test]
    fn a_wait_is_asked_for_in_seconds_or_until_a_date() {
        check("0", Some(0));
        check(" 120 ", Some(120));
        check("99999999999999999999999", Some(u64::MAX));
        check("Sat, 21 Nov 2026 11:02:00 GMT", Some(120));
        check("Saturday, 21-Nov-26 11:02:00 GMT", Some(120));
        check("Sat, 21 Nov 2026 10:00:00 GMT", Some(0));
        for none in ["", "-5", "1.5", "soon", "2026-11-21T11:02:00Z"] {
            check(none, None);
        }
    }
}
