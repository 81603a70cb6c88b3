//! Whether a provider's notifications come: where they do, it is asked far less.

use crate::clock::{HOUR_MS, SECOND_MS, UnixMs};

/// A payment that the provider's own answer has confirmed, and its notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidNotice {
    /// When the payment was noted.
    pub paid_at: UnixMs,
    /// When the provider last told of it by itself.
    pub notified_at: Option<UnixMs>,
}

/// What is thought of a provider's notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// They come: each of the last payments was told of in time.
    Proven,
    /// At least one of the last payments was not told of, or too late.
    Untold,
    /// No payment shows whether they come.
    NothingPaid,
}

/// Judges notifications by the last [`LAST`] payments that count ([`counted`]); fewer will do, but one.
///
/// A single payment that nobody told of, or told of too late, unproves them all.
#[must_use]
pub fn judge(last: &[PaidNotice]) -> Judgement {
    if last.is_empty() {
        Judgement::NothingPaid
    } else if last.iter().all(PaidNotice::is_in_time) {
        Judgement::Proven
    } else {
        Judgement::Untold
    }
}

/// Payments noted then count: after the first moment, and not after the second. A later one may still be told of.
#[must_use]
pub fn counted(now: UnixMs) -> (UnixMs, UnixMs) {
    (now.plus_ms(-LATELY_MS), now.plus_ms(-GRACE_MS))
}

impl PaidNotice {
    /// Before the payment was noted it made the server ask; after it, somebody who came back was quicker. A notification of
    /// something else, long before, is none of the payment.
    fn is_in_time(&self) -> bool {
        let told = self.notified_at;
        told.is_some_and(|it| it.since_ms(self.paid_at).saturating_abs() <= GRACE_MS)
    }
}

/// Of how many payments notifications are judged.
pub const LAST: u32 = 3;
/// How long before or after its payment is noted a notification is in time.
pub const GRACE_MS: i64 = 15 * SECOND_MS;
/// What was long ago proves nothing: an address may have been changed since.
const LATELY_MS: i64 = 24 * HOUR_MS;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_795_000_000_000);

    /// Payments, whose notifications came so many milliseconds after they were noted.
    #[track_caller]
    fn check(notices: &[Option<i64>], expected: Judgement) {
        let notice = |after: &Option<i64>| PaidNotice {
            paid_at: NOW,
            notified_at: after.map(|it| NOW.plus_ms(it)),
        };
        let last: Vec<_> = notices.iter().map(notice).collect();
        assert_eq!(judge(&last), expected, "{notices:?}");
    }

    #[test]
    fn every_one_of_the_last_payments_has_to_be_told_of_in_time() {
        use Judgement::{NothingPaid, Proven, Untold};
        check(&[], NothingPaid);
        check(&[Some(-300)], Proven);
        check(&[Some(GRACE_MS), Some(-GRACE_MS), Some(0)], Proven);
        check(&[None], Untold);
        check(&[Some(0), Some(0), None], Untold);
        check(&[Some(15_000)], Proven);
        check(&[Some(15_001)], Untold);
        check(&[Some(-15_001), Some(0)], Untold);
        check(&[Some(i64::MIN)], Untold);
    }

    #[test]
    fn what_is_a_day_old_or_may_still_be_told_of_does_not_count() {
        let (after, until) = counted(NOW);
        assert_eq!(NOW.since_ms(after), 24 * HOUR_MS);
        assert_eq!(NOW.since_ms(until), GRACE_MS);
    }
}
