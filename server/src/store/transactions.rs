//! The provider's transactions that notifications told of: so that a second payment of one attempt is not taken for the
//! first one, told again.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::UnixMs;
use crate::payment::AttemptId;

/// Transactions by attempt.
#[async_trait]
pub trait Transactions {
    /// Notes a transaction by which an attempt was paid. Where another one is known already, it is a second payment, and its
    /// notification is kept for a person ([`super::Store::park`]) in the same stroke.
    ///
    /// Returns whether it is a second payment that nobody had told of before.
    async fn tell_transaction(&self, told: ToldTransaction<'_>) -> Result<bool, StoreError>;
}

/// A transaction as a notification tells of it.
#[derive(Clone, Copy, Debug)]
pub struct ToldTransaction<'a> {
    /// What was paid by it.
    pub attempt: &'a AttemptId,
    /// What the provider calls it.
    pub transaction: &'a str,
    /// By whom it was told.
    pub provider: &'a str,
    /// The names in the notification.
    pub names: &'a [String],
    /// For the person who has to look at a second payment. No personal data.
    pub summary: &'a str,
    /// Now.
    pub now: UnixMs,
}
