//! Notes of money that was given back. The money itself moves at the provider, by a person; here it is only written down.

use std::fmt;

use malipo_wire::{Money, OrderId};

use super::{Attempt, AttemptId, AttemptStatus, Order};
use crate::clock::UnixMs;

/// What a person wants to have noted.
#[derive(Clone, Debug)]
pub struct RefundWish {
    /// Of which order.
    pub order_id: OrderId,
    /// Of which attempt; `None`: the only one of the order that can have brought money.
    pub attempt: Option<AttemptId>,
    /// How much was given back, in the currency in which it was received.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: String,
    /// Whether the attempt is `refunded` from now on.
    pub mark: bool,
    /// Now.
    pub now: UnixMs,
}

/// A note, as it is kept: appended, never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundNote {
    /// Of which attempt.
    pub attempt_id: AttemptId,
    /// How much was given back.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// Whether the attempt became `refunded` with it.
    pub marked: bool,
    /// When it was noted.
    pub noted_at: UnixMs,
}

/// Why nothing was noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRefundable {
    /// There is no such order.
    NoOrder,
    /// The order has no attempt of this name.
    NoAttempt,
    /// None of the order's attempts can have brought money.
    NothingPaid,
    /// This attempt cannot have brought money.
    NotPaid(AttemptStatus),
    /// Several attempts may be meant.
    Several(Vec<AttemptId>),
    /// The amount is nothing, more than was received, or in another currency.
    Amount {
        /// What was received; the price, where that is not known.
        most: Money,
    },
}

impl fmt::Display for NotRefundable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOrder => f.write_str("there is no such order"),
            Self::NoAttempt => f.write_str("attempt: the order has no attempt of this name"),
            Self::NothingPaid => f.write_str(
                "nothing was paid for this order, as far as is known: none of its attempts is paid, duplicate_paid, needs_review or refunded",
            ),
            Self::NotPaid(status) => write!(
                f,
                "attempt: is {status}; accepted: one that is paid, duplicate_paid, needs_review or refunded"
            ),
            Self::Several(ids) => {
                f.write_str("attempt: several may be meant; accepted: one of")?;
                for id in ids {
                    write!(f, " {}", id.0)?;
                }
                Ok(())
            }
            Self::Amount { most } => write!(
                f,
                "amount: accepted: more than nothing and at most what was received, {} {}",
                most.currency().code(),
                most.to_decimal()
            ),
        }
    }
}

/// Decides whether it can be noted, and of which attempt.
///
/// # Errors
/// [`NotRefundable`].
pub fn decide(order: &Order, wish: &RefundWish) -> Result<RefundNote, NotRefundable> {
    let attempt = meant(order, wish.attempt.as_ref())?;
    let most = attempt.received.unwrap_or(attempt.price);
    let amount = wish.amount;
    if amount.currency() != most.currency() || !(1..=most.minor()).contains(&amount.minor()) {
        return Err(NotRefundable::Amount { most });
    }
    Ok(RefundNote {
        attempt_id: attempt.id.clone(),
        amount,
        reason: wish.reason.clone(),
        by: wish.by.clone(),
        marked: wish.mark && attempt.status != AttemptStatus::Refunded,
        noted_at: wish.now,
    })
}

/// The attempt that is meant: the named one, or the only one that can have brought money.
///
/// # Errors
/// [`NotRefundable`].
pub fn meant<'a>(
    order: &'a Order,
    named: Option<&AttemptId>,
) -> Result<&'a Attempt, NotRefundable> {
    if let Some(id) = named {
        let found = order.attempts.iter().find(|it| it.id == *id);
        let attempt = found.ok_or(NotRefundable::NoAttempt)?;
        return match has_money(attempt.status) {
            true => Ok(attempt),
            false => Err(NotRefundable::NotPaid(attempt.status)),
        };
    }
    let mut paid = order.attempts.iter().filter(|it| has_money(it.status));
    match (paid.next(), paid.next()) {
        (None, _) => Err(NotRefundable::NothingPaid),
        (Some(one), None) => Ok(one),
        (Some(first), Some(second)) => {
            let ids = [first, second].into_iter().chain(paid);
            Err(NotRefundable::Several(
                ids.map(|it| it.id.clone()).collect(),
            ))
        }
    }
}

fn has_money(status: AttemptStatus) -> bool {
    match status {
        AttemptStatus::Paid
        | AttemptStatus::DuplicatePaid
        | AttemptStatus::NeedsReview
        | AttemptStatus::Refunded => true,
        AttemptStatus::Created
        | AttemptStatus::Pending
        | AttemptStatus::Unknown
        | AttemptStatus::Orphaned
        | AttemptStatus::Refused
        | AttemptStatus::Failed => false,
    }
}
