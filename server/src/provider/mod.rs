//! The payment providers: one small trait, one file a provider, one HTTP executor.
//!
//! A provider only says what the request is and what the response means; [`http::Http`] alone does I/O, so a fixture
//! tests an adapter without a server.

pub mod http;
mod joyndpay;
mod judge;

use std::fmt;
use std::time::Duration;

use axum::http::HeaderValue;
use malipo_wire::{Customer, Money, OrderId};

use crate::payment::Reference;
use crate::payment::settle::Observation;

pub use joyndpay::JoyndPayAdapter;

/// A payment provider. Pure: no I/O, no clock.
pub trait Provider: Send + Sync + fmt::Debug {
    /// Its name in URLs, in the store and in answers: `joyndpay`.
    fn id(&self) -> &'static str;

    /// Whether an order id may serve as its reference of an attempt.
    fn fits_as_reference(&self, order_id: &OrderId) -> bool;

    /// Whether it can take this amount at all.
    ///
    /// # Errors
    /// What is accepted, as the end of a sentence.
    fn accepts(&self, price: Money) -> Result<(), &'static str>;

    /// Whether it adds its fees on top of the price.
    fn adds_fees(&self) -> bool;

    /// The request that asks this.
    fn request(&self, ask: &Ask<'_>) -> HttpRequest;

    /// What the response to that request means.
    ///
    /// # Errors
    /// [`ProviderError`], sorted by what to do next.
    fn read(&self, ask: &Ask<'_>, response: &HttpResponse) -> Result<Snapshot, ProviderError>;

    /// Which attempt a notification is about. The rest of a notification is hearsay: the provider is asked.
    ///
    /// `None` where the body names none.
    fn read_notice(&self, body: &[u8]) -> Option<Reference>;
}

/// What the provider is asked.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    /// Open a checkout page.
    Open(&'a Opening<'a>),
    /// How does this attempt stand?
    LookUp(&'a Reference),
}

impl Ask<'_> {
    /// A word for logs and metrics.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::LookUp(_) => "look_up",
        }
    }
}

/// What a checkout page is to be about.
#[derive(Debug)]
pub struct Opening<'a> {
    /// The attempt's name towards the provider.
    pub reference: &'a Reference,
    /// What is to be paid.
    pub price: Money,
    /// What is bought.
    pub description: Option<&'a str>,
    /// Who pays.
    pub customer: &'a Customer,
    /// Where the provider tells us that something changed.
    pub notify_url: &'a str,
    /// Where the shopper goes afterwards.
    pub callback_url: &'a str,
}

/// What is known of an attempt after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The provider's own name of it, where it said one.
    pub provider_ref: Option<String>,
    /// The checkout page, judged: only ever a URL to which a shopper may be sent.
    pub redirect_url: Option<String>,
    /// How it stands.
    pub observation: Observation,
}

/// An HTTP request that is still to be made.
#[derive(Debug)]
pub struct HttpRequest {
    /// Absolute URL.
    pub url: String,
    /// Headers; secrets among them are marked sensitive.
    pub headers: Vec<(&'static str, HeaderValue)>,
    /// The body of a POST.
    pub body: Vec<u8>,
}

/// An HTTP response, read in full.
#[derive(Debug)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, where it was given and understood.
    pub retry_after: Option<Duration>,
    /// At most [`http::MOST_BYTES`].
    pub body: Vec<u8>,
}

/// Why there is no snapshot, sorted by what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderError {
    /// The provider answered in its own form that it does not do this. Nothing was begun.
    Rejected {
        /// The provider's own words, for a developer; cut and without control characters.
        detail: String,
    },
    /// Nothing was sent. Ask again.
    Unreachable,
    /// Too many requests: nothing was done. Ask again after this time.
    Throttled(Duration),
    /// Sent, but no answer that is understood: money may move. Look it up; never start anew.
    OutcomeUnknown {
        /// For the log.
        detail: &'static str,
    },
    /// It was begun, but what came back must not reach a shopper.
    Unsafe {
        /// For the log and for a developer.
        detail: &'static str,
    },
}

impl ProviderError {
    /// A word for logs and metrics.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Rejected { .. } => "rejected",
            Self::Unreachable => "unreachable",
            Self::Throttled(_) => "throttled",
            Self::OutcomeUnknown { .. } => "unknown",
            Self::Unsafe { .. } => "unsafe",
        }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected { detail } => write!(f, "the provider refused: {detail}"),
            Self::Unreachable => f.write_str("the provider was not reached"),
            Self::Throttled(wait) => {
                write!(f, "the provider asks to wait for {} s", wait.as_secs())
            }
            Self::OutcomeUnknown { detail } => write!(f, "outcome unknown: {detail}"),
            Self::Unsafe { detail } => write!(f, "unsafe answer: {detail}"),
        }
    }
}
