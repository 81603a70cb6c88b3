//! What the shop's own system is told: an event a step that it should know of.

use malipo_wire::Money;
use serde::{Deserialize, Serialize};

use super::settle::Step;
use super::transaction::TransactionRef;
use super::{Attempt, AttemptStatus};
use crate::clock::UnixMs;

/// What happened, as the shop is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The order is paid. Fulfil it once, by its `order_id`, and only where `test` is false.
    Paid,
    /// The provider's final no. It may still become paid.
    Failed,
    /// A second success of one order: money to give back.
    Duplicate,
    /// A person has to look at it: too little was paid, or in another currency, or it never ended.
    Review,
}

impl EventKind {
    /// The event's `type`: `payment.paid`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "payment.paid",
            Self::Failed => "payment.failed",
            Self::Duplicate => "payment.duplicate",
            Self::Review => "payment.review",
        }
    }
}

/// An event as the shop reads it, in a webhook's body and in the hook of an embedding program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// [`EventKind::as_str`].
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened: RFC 3339, UTC.
    pub timestamp: String,
    /// About which payment.
    pub data: EventData,
}

/// The payment that an event is about. No personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventData {
    /// The shop's name of the order.
    pub order_id: String,
    /// Our name of the attempt.
    pub attempt_id: String,
    /// `joyndpay`, `jopay` or `jenga`.
    pub provider: String,
    /// The provider's name of the attempt, or our reference towards it where it has none.
    pub provider_ref: String,
    /// The provider's name of the transaction to give back, where one attempt was paid by two: of `payment.duplicate` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_ref: Option<String>,
    /// What was paid, where that is known (it may be more than the price, or the wrong amount); else the price. A decimal
    /// string in major units.
    pub amount: String,
    /// ISO 4217 code of `amount`.
    pub currency: String,
    /// No money moved.
    pub test: bool,
    /// It was paid after it had seemed lost.
    pub late: bool,
}

/// Which event a step is, if any. `before` is the attempt as it stood.
#[must_use]
pub fn kind(before: &Attempt, step: &Step) -> Option<EventKind> {
    if step.status == before.status && step.received == before.received {
        return None;
    }
    match step.status {
        AttemptStatus::Paid => Some(EventKind::Paid),
        AttemptStatus::Failed => Some(EventKind::Failed),
        AttemptStatus::DuplicatePaid => Some(EventKind::Duplicate),
        AttemptStatus::NeedsReview if planted!(ReviewToldAsPaid) => Some(EventKind::Paid),
        AttemptStatus::NeedsReview => Some(EventKind::Review),
        AttemptStatus::Created
        | AttemptStatus::Pending
        | AttemptStatus::Unknown
        | AttemptStatus::Orphaned
        | AttemptStatus::Refused
        | AttemptStatus::Refunded => None,
    }
}

/// The event about an attempt that now stands as `after`; about one of its transactions, where several paid it.
#[must_use]
pub fn event(
    kind: EventKind,
    after: &Attempt,
    transaction: Option<&TransactionRef>,
    test: bool,
    now: UnixMs,
) -> Event {
    let amount = after.received.unwrap_or(after.price);
    let known = after.provider_ref.as_ref();
    Event {
        kind: kind.as_str().to_owned(),
        timestamp: now.to_rfc3339(),
        data: EventData {
            order_id: after.order_id.to_string(),
            attempt_id: after.id.0.clone(),
            provider: after.provider.clone(),
            provider_ref: known.unwrap_or(&after.reference.0).clone(),
            transaction_ref: transaction.map(ToString::to_string),
            amount: Money::to_decimal(amount),
            currency: amount.currency().code().to_owned(),
            test,
            late: after.late,
        },
    }
}
