//! The provider's transactions that notifications told of: so that a second payment of one attempt is not taken for the
//! first one, told again.

use async_trait::async_trait;
use malipo_wire::{Money, OrderId};

use super::StoreError;
use super::outbox::Tell;
use crate::clock::UnixMs;
use crate::payment::AttemptId;
use crate::payment::transaction::{KnownReference, Payment, References};

/// Transactions by attempt.
#[async_trait]
pub trait Transactions {
    /// Notes a transaction by which an attempt was paid. A second payment's notification is kept for a person
    /// ([`super::Store::park`]), and the shop is told (`payment.duplicate`), in the same stroke.
    async fn tell_transaction(&self, told: ToldTransaction) -> Result<Payment, StoreError>;

    /// The transactions of which was told for an order, the first one told of first.
    async fn transactions(&self, order: &OrderId) -> Result<Vec<TransactionRecord>, StoreError>;
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

/// A transaction as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRecord {
    /// What was paid by it.
    pub attempt_id: AttemptId,
    /// By what it is named, its own reference first.
    pub references: Vec<String>,
    /// When it was told of first.
    pub told_at: UnixMs,
}

/// Puts together what was told together; the rows come by their time.
#[must_use]
pub fn grouped(rows: Vec<(AttemptId, KnownReference, UnixMs)>) -> Vec<TransactionRecord> {
    let mut all: Vec<(Option<String>, TransactionRecord)> = Vec::new();
    for (
        attempt_id,
        KnownReference {
            reference,
            told_with,
        },
        told_at,
    ) in rows
    {
        let own = told_with.filter(|it| !it.is_empty());
        let is_it = |it: &&mut (Option<String>, TransactionRecord)| {
            own.is_some() && it.0 == own && it.1.attempt_id == attempt_id
        };
        match all.iter_mut().find(is_it) {
            Some((own, record)) => {
                let first = own.as_ref() == Some(&reference);
                let at = if first { 0 } else { record.references.len() };
                record.references.insert(at, reference);
            }
            None => all.push((
                own,
                TransactionRecord {
                    attempt_id,
                    references: vec![reference],
                    told_at,
                },
            )),
        }
    }
    all.into_iter().map(|it| it.1).collect()
}
