//! The way to the provider: a call is put down, and waits until the world answers it.

use async_trait::async_trait;
use malipo_server::provider::http::Exchange;
use malipo_server::provider::{HttpRequest, HttpResponse, ProviderError};
use tokio::sync::oneshot;

use crate::provider::Kind;

use super::OutTray;

/// A call that waits for its answer.
#[derive(Debug)]
pub struct Call {
    /// Which provider.
    pub kind: Kind,
    /// What is asked.
    pub request: HttpRequest,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<HttpResponse, ProviderError>>,
}

/// A process's way to the provider.
#[derive(Debug)]
pub(super) struct ToProvider(pub(super) Kind, pub(super) OutTray);

#[async_trait]
impl Exchange for ToProvider {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, ProviderError> {
        let (answer, waits) = oneshot::channel();
        let kind = self.0;
        let call = Call {
            kind,
            request,
            answer,
        };
        self.1.lock().calls.push(call);
        waits.await.unwrap_or(Err(ProviderError::OutcomeUnknown {
            detail: "the connection broke before the answer",
        }))
    }
}
