//! What the provider's answer to its beginning makes of an attempt.

use super::{Attempt, AttemptStatus, Order};

/// What becomes of an attempt to which a shopper can get now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// How it stands.
    pub status: AttemptStatus,
    /// Whether the shopper may be sent to it.
    pub is_shown: bool,
}

/// Whether an answer that opened nothing says how an attempt stands.
///
/// A notification may have been quicker, and then it knows more. What was taken for left behind meanwhile (`unknown`) may be
/// being begun once more, under its own key: that the first call was refused says nothing of the second.
#[must_use]
pub fn is_awaited(attempt: &Attempt) -> bool {
    attempt.status == AttemptStatus::Created
}

/// What [`reached`] decides about an attempt that stands as it was begun, the only one of its order.
pub const AS_BEGUN: Reached = Reached {
    status: AttemptStatus::Pending,
    is_shown: true,
};

/// Decides about an attempt that the provider has begun.
///
/// One that was given up meanwhile is taken up again, unless another one of its order was begun or paid: two open pages
/// would be two payments.
#[must_use]
pub fn reached(attempt: &Attempt, order: &Order) -> Reached {
    let is_in_the_way = |it: &Attempt| {
        it.id != attempt.id && (it.status.is_live() || it.status == AttemptStatus::Paid)
    };
    let free = !order.attempts.iter().any(is_in_the_way);
    let again = attempt.status == AttemptStatus::Orphaned && free;
    let is_begun = matches!(
        attempt.status,
        AttemptStatus::Created | AttemptStatus::Unknown
    );
    let status = match is_begun || again {
        true => AttemptStatus::Pending,
        false => attempt.status,
    };
    let takes_money = matches!(status, AttemptStatus::Pending | AttemptStatus::NeedsReview);
    Reached {
        status,
        is_shown: takes_money && order.paid_by.is_none(),
    }
}
