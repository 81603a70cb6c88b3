//! The one error of the routes: public text and logged cause part ways here.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use malipo_wire::{ErrorAnswer, ErrorCode};

use crate::payment::price::PriceError;
use crate::provider::ProviderError;
use crate::random::NoRandomness;
use crate::store::StoreError;

/// What went wrong with a request.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: ErrorCode,
    /// One sentence for a developer. Never repeats what came with the request.
    pub(crate) sentence: String,
    /// Seconds after which it may work.
    pub(crate) retry_after: Option<u64>,
    /// For the log alone.
    pub(crate) cause: Option<String>,
}

/// Travels with the response to the line that logs the request.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) code: ErrorCode,
    pub(crate) text: String,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: ErrorCode, sentence: impl Into<String>) -> Self {
        Self {
            status,
            code,
            sentence: sentence.into(),
            retry_after: None,
            cause: None,
        }
    }

    pub(crate) fn bad(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::BadOption, sentence)
    }

    pub(crate) fn busy(sentence: &str, seconds: u64) -> Self {
        Self::new(StatusCode::CONFLICT, ErrorCode::Busy, sentence).after(seconds)
    }

    /// The one answer to an unknown order, a wrong token and none at all.
    pub(crate) fn unknown_order() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            ErrorCode::Backend,
            "no such order, or the token is missing, wrong or older than 24 hours",
        )
    }

    pub(crate) fn rate_limited(seconds: u32) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::RateLimited,
            "too many requests; wait as long as Retry-After says",
        )
        .after(u64::from(seconds))
    }

    pub(crate) fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(crate) fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What a refused or failed call to the provider is towards the page. `test` decides whether the provider's own
    /// words are passed on.
    pub(crate) fn from_provider(error: &ProviderError, test: bool) -> Self {
        let (status, code, sentence, retry_after) = match error {
            // Not among the statuses that are retried by themselves: the same request would be refused again.
            ProviderError::Rejected { .. } if test => (
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::Backend,
                error.to_string(),
                None,
            ),
            ProviderError::Rejected { .. } => (
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::Backend,
                "the provider refused to begin this payment; the server's log says why".to_owned(),
                None,
            ),
            ProviderError::Unreachable => (
                StatusCode::BAD_GATEWAY,
                ErrorCode::Network,
                "the payment provider was not reached; nothing was begun, try again".to_owned(),
                Some(2),
            ),
            ProviderError::Throttled(wait) => (
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::RateLimited,
                "the payment provider takes no more requests for the moment".to_owned(),
                Some(wait.as_secs().max(1)),
            ),
            ProviderError::OutcomeUnknown { .. } => (
                StatusCode::GATEWAY_TIMEOUT,
                ErrorCode::Timeout,
                "the payment provider gave no answer that is understood; it is looked up before anything is begun anew".to_owned(),
                Some(3),
            ),
            ProviderError::Unsafe { detail } => (
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::UnsafeRedirectUrl,
                format!("the payment provider's answer must not reach a shopper: {detail}"),
                None,
            ),
        };
        Self {
            retry_after,
            ..Self::new(status, code, sentence).because(error.to_string())
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Backend,
            "the server cannot read or write its records for the moment; nothing was begun",
        )
        .after(5)
        .because(error.to_string())
    }
}

impl From<NoRandomness> for ApiError {
    fn from(_: NoRandomness) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Backend,
            "the server cannot begin payments for the moment",
        )
        .because("the operating system gave no random bytes")
    }
}

impl From<PriceError> for ApiError {
    fn from(error: PriceError) -> Self {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self::new(status, error.code, error.sentence)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let text = self.cause.unwrap_or_else(|| self.sentence.clone());
        let answer = ErrorAnswer::new(self.code, self.sentence);
        let mut response = (self.status, Json(answer)).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Logged {
            code: self.code,
            text,
        });
        response
    }
}
