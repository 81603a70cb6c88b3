//! The one HTTP client: it makes every call to every provider.
//!
//! No redirects, no proxy, no cookies, one deadline for the whole call, a cap on what is read. All calls with one key
//! share one [`Quota`].

use std::sync::Arc;
use std::time::Duration;

use super::{HttpRequest, HttpResponse, ProviderError, Urgency};
use crate::quota::Quota;

/// Makes the calls of one provider.
#[derive(Debug)]
pub struct Http {
    client: reqwest::Client,
    quota: Arc<Quota>,
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
        Ok(Self { client, quota })
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
        let response = self.exchange(request).await?;
        if response.status == 429 {
            let wait = self.quota.refused(response.retry_after).await;
            return Err(ProviderError::Throttled(wait));
        }
        Ok(response)
    }

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
