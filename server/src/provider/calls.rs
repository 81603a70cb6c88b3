//! What an adapter sees of the network: requests out, responses in.

use std::time::Duration;

use axum::http::{HeaderValue, Method};

use super::ProviderError;
use super::http::Http;

/// The way out for the requests of one question.
#[derive(Clone, Copy, Debug)]
pub struct Calls<'a> {
    http: &'a Http,
    urgency: Urgency,
}

impl<'a> Calls<'a> {
    pub(super) fn new(http: &'a Http, urgency: Urgency) -> Self {
        Self { http, urgency }
    }

    /// Makes one request and reads its response in full.
    ///
    /// # Errors
    /// [`ProviderError`]; whatever happens after the request may have left is [`ProviderError::OutcomeUnknown`]. A `429`
    /// is [`ProviderError::Throttled`].
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ProviderError> {
        self.http.send(request, self.urgency).await
    }
}

/// Who waits for the answer. What is more urgent gets its share of the quota first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Nobody: the schedule asks.
    Schedule,
    /// A shopper who watches, or a notification.
    Watched,
    /// A shopper who has pressed.
    Press,
}

impl Urgency {
    /// Every urgency, the least first: in this order they are counted.
    pub const ALL: [Self; 3] = [Self::Schedule, Self::Watched, Self::Press];

    /// Its place in [`Urgency::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Schedule => 0,
            Self::Watched => 1,
            Self::Press => 2,
        }
    }
}

/// An HTTP request that is still to be made.
#[derive(Debug)]
pub struct HttpRequest {
    /// GET or POST.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Headers; secrets among them are marked sensitive.
    pub headers: Vec<(&'static str, HeaderValue)>,
    /// The body; empty for a GET.
    pub body: Vec<u8>,
}

/// An HTTP response, read in full.
#[derive(Debug)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, where it was given and understood.
    pub retry_after: Option<Duration>,
    /// At most [`super::http::MOST_BYTES`].
    pub body: Vec<u8>,
}

/// A header's value that no log and no `Debug` shows.
pub(super) fn secret(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
