//! The provider's transactions that notifications told of: so that a second payment of one attempt is not taken for the
//! first one, told again.

use async_trait::async_trait;
use malipo_wire::Money;

use super::StoreError;
use super::outbox::Tell;
use crate::clock::UnixMs;
use crate::payment::{Attempt, AttemptId, AttemptStatus};

/// Transactions by attempt.
#[async_trait]
pub trait Transactions {
    /// Notes a transaction by which an attempt was paid. A second payment's notification is kept for a person
    /// ([`super::Store::park`]), and the shop is told (`payment.duplicate`), in the same stroke.
    async fn tell_transaction(&self, told: ToldTransaction) -> Result<Payment, StoreError>;
}

/// A transaction as a notification tells of it.
#[derive(Clone, Debug)]
pub struct ToldTransaction {
    /// What was paid by it.
    pub attempt: AttemptId,
    /// What the provider calls it: it is the same payment where any of these is known.
    pub references: Vec<String>,
    /// What was paid, where that is known.
    pub received: Option<Money>,
    /// By whom it was told.
    pub provider: String,
    /// The names in the notification.
    pub names: Vec<String>,
    /// For the person who has to look at a second payment. No personal data.
    pub summary: String,
    /// Whom to tell of a second payment.
    pub tell: Tell,
    /// Now.
    pub now: UnixMs,
}

/// Which payment of its attempt a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// The first.
    First,
    /// One that was told before.
    Known,
    /// Another one, of which nobody had told before: money to give back.
    Second,
    /// Another one, or the rest of too little: the attempt waits for a person as it is.
    Rest,
    /// The attempt was closed before its transactions were noted: another one, or the first one told again.
    Unclear,
}

impl Payment {
    /// What a transaction is that is told of an attempt with these known references.
    #[must_use]
    pub fn judge(attempt: &Attempt, known: &[String], told: &[String]) -> Self {
        if known.iter().any(|it| told.contains(it)) {
            Self::Known
        } else if !known.is_empty() && attempt.status == AttemptStatus::NeedsReview {
            Self::Rest
        } else if !known.is_empty() {
            Self::Second
        } else if attempt.status.is_open() {
            Self::First
        } else {
            Self::Unclear
        }
    }

    /// What the person reads who has to look at it; `None` where nobody has to.
    #[must_use]
    pub fn note(self, attempt: &Attempt, summary: &str) -> Option<String> {
        let what = match self {
            Self::First | Self::Known => return None,
            Self::Second | Self::Rest => "a second payment",
            Self::Unclear => "a second payment, or the first one told again,",
        };
        Some(format!("{what} of order {}: {summary}", attempt.order_id))
    }
}
