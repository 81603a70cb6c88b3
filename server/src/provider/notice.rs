//! What a provider tells by itself: IPNs and webhooks.

use axum::http::HeaderMap;
use malipo_wire::Money;

use crate::clock::UnixMs;
use crate::payment::Attempt;
use crate::payment::settle::Observation;
use crate::payment::transaction::References;
use crate::store::Hash;

/// A notification as it came in.
#[derive(Debug)]
pub struct NoticeRequest<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, raw: signatures are over these bytes.
    pub body: &'a [u8],
    /// Now.
    pub now: UnixMs,
}

/// What a notification says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// By what the attempt may be known: its reference, or the provider's own name of it. The first that is known counts.
    pub names: Vec<String>,
    /// What it says, where the provider cannot be asked about an attempt; `None`: go and ask. [`Observation::Unasked`]: nothing
    /// that we know, so a person has to read it, whatever it is about.
    pub says: Option<Observation>,
    /// What it says in a few words, for a person who has to place it by hand. No personal data.
    pub summary: String,
    /// Which transaction it is about, where it may be one of a link that the operator made by hand.
    pub transaction: Option<Transaction>,
}

impl Notice {
    /// The transaction by which it says that an attempt was paid, and how much: its references that are no names of the attempt.
    /// `None` where it says no success.
    #[must_use]
    pub fn paid_by(&self, attempt: &Attempt) -> Option<(References, Option<Money>)> {
        let transaction = self.transaction.as_ref()?;
        let Some(Observation::Success(received)) = self.says else {
            return None;
        };
        let is_own = |it: &str| {
            it == attempt.reference.0
                || Some(it) == attempt.provider_ref.as_deref()
                || it == attempt.order_id.as_str()
        };
        Some((transaction.references.without(is_own), received))
    }
}

/// A payment at the provider, as a notification names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// What the provider calls it; names of ours may stand among it.
    pub references: References,
    /// The payer's telephone as a keyed hash ([`super::Provider::recipients`]).
    pub payer: Option<Hash>,
}

/// Why a notification is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeError {
    /// Not proven to come from the provider: 401.
    Forged,
    /// Signed too long ago, or in the future: 503, so that the provider tries again with a fresh signature.
    Stale,
    /// Proven, but its body is not of the documented shape: 200, and it is kept for a person.
    Unreadable,
}
