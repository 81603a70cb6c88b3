//! The provider's transactions that notifications told of: so that a second payment of one attempt is not taken for the
//! first one, told again.

use async_trait::async_trait;
use malipo_wire::Money;

use super::StoreError;
use super::outbox::Tell;
use crate::clock::UnixMs;
use crate::payment::AttemptId;
use crate::payment::transaction::{Payment, References};

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
    /// By what it is named; none of these is a name of the attempt.
    pub references: References,
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
