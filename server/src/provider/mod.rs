//! The payment providers: one trait, one file or folder a provider, one HTTP client.
//!
//! An adapter says what the requests are and what the responses mean; every request goes through [`Calls`], which alone
//! does I/O, so that deadlines, the cap on answers, the quota and a `429` are dealt with once.

mod calls;
pub mod http;
pub mod jenga;
pub mod jopay;
mod joyndpay;
mod judge;
mod last_call;
mod notice;
mod notices;
mod redact;
mod text;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use malipo_wire::{Customer, Money, OrderId};

use crate::clock::UnixMs;
use crate::payment::settle::Observation;
use crate::payment::{Attempt, Opened, Reference};
use crate::quota::Quota;
use crate::store::Hash;

pub use calls::{Calls, HttpRequest, HttpResponse, Urgency};
pub(crate) use jenga::TEMPLATE_FIELD as JENGA_TEMPLATE_FIELD;
pub use jenga::{JengaAdapter, PrivateKey as JengaKey};
pub use jopay::JoPayAdapter;
pub use joyndpay::JoyndPayAdapter;
pub use last_call::LastCall;
pub use notice::{Notice, NoticeError, NoticeRequest, Transaction};
pub use notices::Notices;

/// A payment provider. No clock and no state that a second server beside it would miss.
#[async_trait]
pub trait Provider: Send + Sync + fmt::Debug {
    /// Its name in URLs, in the store and in answers: `joyndpay`.
    fn id(&self) -> &'static str;

    /// Whether an order id may serve as its reference of an attempt.
    fn fits_as_reference(&self, order_id: &OrderId) -> bool;

    /// Whether it can take this amount at all, from this customer.
    ///
    /// # Errors
    /// What is wrong and what is accepted, as one sentence that names the field: `amount: ...`.
    fn accepts(&self, price: Money, customer: &Customer) -> Result<(), String>;

    /// Whether it adds its fees on top of the price.
    fn adds_fees(&self) -> bool {
        false
    }

    /// Whether its checkout page sends the shopper back to `callback_url`.
    fn returns(&self) -> bool {
        true
    }

    /// Whether it can be asked how an attempt stands. Where not, its notifications alone say so.
    fn tells_state(&self) -> bool {
        true
    }

    /// Whether its notifications prove by themselves who sent them. Where not, each attempt has a path of its own.
    fn signs_notices(&self) -> bool;

    /// To whom beginning an attempt sends a message, as keyed hashes of each telephone and mailbox; none where it sends
    /// nothing. Where a page named them, so many a day are let through ([`crate::store::recipients`]).
    fn recipients(&self, _: &Customer) -> Vec<Hash> {
        Vec::new()
    }

    /// Begins an attempt at the provider.
    ///
    /// # Errors
    /// [`ProviderError`], sorted by what to do next.
    async fn open(&self, calls: &Calls<'_>, opening: &Opening<'_>)
    -> Result<Opened, ProviderError>;

    /// Asks how an attempt stands.
    ///
    /// An attempt whose beginning had no answer ([`crate::payment::AttemptStatus::Unknown`]) is looked for by its
    /// reference, never begun anew.
    ///
    /// # Errors
    /// [`ProviderError`].
    async fn look_up(
        &self,
        calls: &Calls<'_>,
        attempt: &Attempt,
        now: UnixMs,
    ) -> Result<Snapshot, ProviderError>;

    /// Calls an attempt off where that is possible, and says how it stands afterwards; else the same as a look-up.
    ///
    /// # Errors
    /// [`ProviderError`].
    async fn cancel(
        &self,
        calls: &Calls<'_>,
        attempt: &Attempt,
        now: UnixMs,
    ) -> Result<Snapshot, ProviderError> {
        self.look_up(calls, attempt, now).await
    }

    /// What a notification is about; its sender is checked here where [`Provider::signs_notices`]. `None`: it was
    /// understood and is about no payment of ours.
    ///
    /// # Errors
    /// [`NoticeError`].
    fn read_notice(&self, request: &NoticeRequest<'_>) -> Result<Option<Notice>, NoticeError>;
}

/// A provider and the client that calls it.
#[derive(Debug)]
pub struct Desk {
    /// What to ask and what answers mean.
    pub provider: Arc<dyn Provider>,
    /// Makes the calls.
    pub http: http::Http,
    /// What the calls are counted against.
    pub quota: Arc<Quota>,
    /// Least time between two questions about an order that a shopper is watching, in milliseconds, where notifications are not
    /// proven to come.
    pub watch_interval_ms: u32,
    /// What came of the last question.
    pub last_call: LastCall,
    /// Whether its notifications come.
    pub notices: Notices,
}

impl Desk {
    /// Calls of this urgency.
    #[must_use]
    pub fn calls(&self, urgency: Urgency) -> Calls<'_> {
        Calls::new(&self.http, urgency)
    }
}

/// What a checkout page is to be about.
pub struct Opening<'a> {
    /// The order, for the provider's records where they have room for it.
    pub order_id: &'a OrderId,
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
    /// Now.
    pub now: UnixMs,
}

/// Without the customer and the URLs: both addresses hold a secret of the attempt.
impl fmt::Debug for Opening<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening")
            .field("order_id", &self.order_id)
            .field("reference", &self.reference)
            .field("price", &self.price)
            .finish_non_exhaustive()
    }
}

/// What is known of an attempt after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// How it stands.
    pub observation: Observation,
    /// How the shopper reaches it: where the answer to its beginning was lost and has been found again.
    pub opened: Option<Opened>,
}

impl From<Observation> for Snapshot {
    fn from(observation: Observation) -> Self {
        Self {
            observation,
            opened: None,
        }
    }
}

/// Why there is no answer, sorted by what to do next.
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
    /// Every word of [`ProviderError::as_str`].
    pub const WORDS: [&'static str; 5] =
        ["rejected", "unreachable", "throttled", "unknown", "unsafe"];

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

impl std::error::Error for ProviderError {}

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
