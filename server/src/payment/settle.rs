//! What an answer of the provider makes of an attempt.

use malipo_wire::{Money, Reason};

use super::{Attempt, AttemptId, AttemptStatus};
use crate::clock::{HOUR_MS, UnixMs};

pub use super::alarm::Alarm;

/// What the provider said when it was asked about an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observation {
    /// Not over yet.
    Pending,
    /// One try was declined, and the shopper may try again: not over yet.
    Declined,
    /// The provider's final no.
    Failed(Reason),
    /// Paid. `None` where the amount or its currency could not be read exactly.
    Success(Option<Money>),
    /// It cannot be asked, and has told nothing: what is known stays as it is.
    Unasked,
    /// It answered in its own form that it cannot say: it does not know the reference, or takes nothing from us.
    NotFound,
}

/// A step of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands from now on.
    pub status: AttemptStatus,
    /// Why, where it is not (or not yet) paid.
    pub reason: Option<Reason>,
    /// What the provider said was paid, where it said success.
    pub received: Option<Money>,
    /// Paid after it had seemed lost, so the shopper may have been told otherwise.
    pub late: bool,
    /// Worth a loud word to a person.
    pub alarm: Option<Alarm>,
}

/// What the answer changes; `None` where it changes nothing.
///
/// The lattice: paid never becomes anything less; failed may become paid (late success is real); a second success of
/// one order is kept as `duplicate_paid`; a wrong amount is never paid.
#[must_use]
pub fn settle(
    attempt: &Attempt,
    paid_by: Option<&AttemptId>,
    observation: Observation,
    now: UnixMs,
) -> Option<Step> {
    let success_seen = matches!(observation, Observation::Success(_));
    // Refused: the provider said that it began nothing. Only money says otherwise.
    let may_fail = planted!(PaidMayFail) && matches!(observation, Observation::Failed(_));
    if (!attempt.status.is_open() && !may_fail)
        || (attempt.status == AttemptStatus::Refused && !success_seen)
    {
        return None;
    }
    if planted!(FailedIsFinal) && attempt.status == AttemptStatus::Failed {
        return None;
    }
    let step = match observation {
        Observation::Success(received) => success(attempt, paid_by, received),
        Observation::Failed(reason) => failed(attempt, reason),
        Observation::Declined if planted!(DeclinedMeansFailed) => failed(attempt, Reason::Declined),
        Observation::Declined if waits_in_vain(attempt, now) => given_up(attempt, now),
        Observation::Declined => Step {
            reason: Some(Reason::Declined),
            ..stay(attempt)
        },
        // Whether it was begun is as unknown as before: a shopper may hold its link.
        Observation::Unasked if attempt.status == AttemptStatus::Unknown => given_up(attempt, now),
        Observation::Pending | Observation::NotFound | Observation::Unasked => {
            unsettled(attempt, now)
        }
    };
    let changes = step.status != attempt.status
        || step.received != attempt.received
        || step.reason != attempt.reason;
    changes.then_some(step)
}

fn success(attempt: &Attempt, paid_by: Option<&AttemptId>, received: Option<Money>) -> Step {
    // More is fine where fees are added: the surplus is what `received` has over `price`. Elsewhere it is another payment.
    let (price, fees) = (
        attempt.price,
        ADDS_FEES.contains(&attempt.provider.as_str()) || planted!(SurplusTaken),
    );
    let enough = received.is_some_and(|it| {
        let most = if fees { u64::MAX } else { price.minor() };
        let is_same = planted!(CurrencyNotCompared) || it.currency() == price.currency();
        is_same && (planted!(AmountNotCompared) || (price.minor()..=most).contains(&it.minor()))
    });
    if !enough {
        return Step {
            status: AttemptStatus::NeedsReview,
            reason: Some(Reason::Review),
            received,
            late: attempt.late,
            alarm: Some(Alarm::WrongAmount),
        };
    }
    let late = match attempt.status {
        AttemptStatus::Failed if planted!(LateSuccessNotSaid) => false,
        AttemptStatus::Failed
        | AttemptStatus::Orphaned
        | AttemptStatus::Refused
        | AttemptStatus::NeedsReview => true,
        AttemptStatus::Created
        | AttemptStatus::Pending
        | AttemptStatus::Unknown
        | AttemptStatus::Paid
        | AttemptStatus::DuplicatePaid
        | AttemptStatus::Refunded => false,
    };
    let duplicate =
        paid_by.is_some_and(|it| *it != attempt.id) && !planted!(SecondSuccessPaysAgain);
    Step {
        status: if duplicate {
            AttemptStatus::DuplicatePaid
        } else {
            AttemptStatus::Paid
        },
        reason: None,
        received,
        late,
        alarm: match (duplicate, late) {
            (true, _) => Some(Alarm::DuplicatePaid),
            (false, true) => Some(Alarm::LateSuccess),
            (false, false) => None,
        },
    }
}

fn failed(attempt: &Attempt, reason: Reason) -> Step {
    // A success was seen once, with a wrong amount: a later "failed" contradicts it, and the person has to look anyway.
    if attempt.status == AttemptStatus::NeedsReview && attempt.received.is_some() {
        return stay(attempt);
    }
    Step {
        status: AttemptStatus::Failed,
        reason: Some(reason),
        ..stay(attempt)
    }
}

/// After [`GIVE_UP_MS`] a person has to look.
fn given_up(attempt: &Attempt, now: UnixMs) -> Step {
    if !is_given_up(attempt, now) {
        return stay(attempt);
    }
    Step {
        status: if planted!(GivenUpMeansFailed) {
            AttemptStatus::Failed
        } else {
            AttemptStatus::NeedsReview
        },
        reason: Some(Reason::Review),
        alarm: Some(Alarm::NeverEnded),
        ..stay(attempt)
    }
}

fn unsettled(attempt: &Attempt, now: UnixMs) -> Step {
    match attempt.status {
        // Asked, and it was no success. Its checkout page was never handed out, so nobody can pay it: a new attempt is
        // safe. Should it be paid by some way unknown to us, it is found by the schedule.
        AttemptStatus::Unknown => Step {
            status: AttemptStatus::Orphaned,
            ..stay(attempt)
        },
        AttemptStatus::Pending => given_up(attempt, now),
        // Created: the call that begins it is still under way, and knows more than this answer.
        AttemptStatus::Created
        | AttemptStatus::Orphaned
        | AttemptStatus::Refused
        | AttemptStatus::Failed
        | AttemptStatus::NeedsReview
        | AttemptStatus::Paid
        | AttemptStatus::DuplicatePaid
        | AttemptStatus::Refunded => stay(attempt),
    }
}

/// Whether a person is told of an attempt that still waits.
#[must_use]
pub fn is_given_up(attempt: &Attempt, now: UnixMs) -> bool {
    GIVE_UP_MS <= now.since_ms(waits_since(attempt))
}

/// Whether nobody asks about it any more, and it has no end yet.
fn waits_in_vain(attempt: &Attempt, now: UnixMs) -> bool {
    use AttemptStatus::{Pending, Unknown};
    matches!(attempt.status, Pending | Unknown) && is_given_up(attempt, now)
}

/// From when on an outcome is due: a link that is payable for a week is not suspicious after three days.
fn waits_since(attempt: &Attempt) -> UnixMs {
    attempt
        .expires_at
        .map_or(attempt.created_at, |it| it.max(attempt.created_at))
}

fn stay(attempt: &Attempt) -> Step {
    Step {
        status: attempt.status,
        reason: attempt.reason,
        received: attempt.received,
        late: attempt.late,
        alarm: None,
    }
}

/// Providers that add their fees to what the shopper pays, and tell the sum.
const ADDS_FEES: [&str; 1] = ["joyndpay"];
/// How long an attempt may be pending before a person has to look: three days. It never ends as unpaid by itself.
pub const GIVE_UP_MS: i64 = 72 * HOUR_MS;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::Reference;

    fn attempt(status: AttemptStatus, received: Option<Money>) -> Attempt {
        let id = AttemptId("a".into());
        let order = "order".parse().unwrap();
        let reference = Reference("REFERENCE0000001".into());
        let price = money("10000", "UGX");
        Attempt {
            status,
            received,
            ..Attempt::new(id, order, "joyndpay", reference, price, UnixMs(0))
        }
    }

    fn money(amount: &str, currency: &str) -> Money {
        Money::parse(amount, currency.parse().unwrap()).unwrap()
    }

    /// `from` plus `observation` is `to`, with this alarm; `to == from` means that nothing changes.
    #[track_caller]
    fn check(
        from: AttemptStatus,
        observation: Observation,
        to: AttemptStatus,
        alarm: Option<Alarm>,
    ) {
        let step = settle(&attempt(from, None), None, observation, UnixMs(1));
        let seen = step.map_or((from, None), |it| (it.status, it.alarm));
        assert_eq!(seen, (to, alarm), "{from} + {observation:?}");
    }

    #[test]
    fn every_status_takes_every_answer() {
        use AttemptStatus as S;
        use Observation as O;
        let full = O::Success(Some(money("10000", "UGX")));
        for (from, looked_up) in [(S::Created, S::Created), (S::Unknown, S::Orphaned)] {
            check(from, O::Pending, looked_up, None);
            check(from, O::NotFound, looked_up, None);
            check(from, O::Unasked, from, None);
            check(from, O::Failed(Reason::Declined), S::Failed, None);
            check(from, full, S::Paid, None);
        }
        check(S::Pending, O::Pending, S::Pending, None);
        check(S::Pending, O::NotFound, S::Pending, None);
        check(S::Pending, O::Unasked, S::Pending, None);
        check(S::Pending, O::Failed(Reason::Declined), S::Failed, None);
        check(S::Pending, full, S::Paid, None);
        for from in [S::Failed, S::Orphaned, S::NeedsReview] {
            check(from, O::Pending, from, None);
            check(from, O::NotFound, from, None);
            check(from, O::Failed(Reason::Declined), S::Failed, None);
            check(from, full, S::Paid, Some(Alarm::LateSuccess));
        }
        for observation in [O::Pending, O::NotFound] {
            check(S::Refused, observation, S::Refused, None);
        }
        check(S::Refused, full, S::Paid, Some(Alarm::LateSuccess));
        for from in [S::Paid, S::DuplicatePaid, S::Refunded] {
            for observation in [
                O::Pending,
                O::NotFound,
                O::Failed(Reason::Declined),
                full,
                O::Success(None),
            ] {
                check(from, observation, from, None);
            }
        }
    }

    #[test]
    fn what_cannot_be_asked_about_reaches_a_person_after_days_and_never_a_second_page() {
        for from in [AttemptStatus::Unknown, AttemptStatus::Pending] {
            // A declined try was never the last word either.
            for observation in [Observation::Unasked, Observation::Declined] {
                let days = UnixMs(GIVE_UP_MS);
                let step = settle(&attempt(from, None), None, observation, days);
                let seen = step.map(|it| (it.status, it.alarm));
                let expected = (AttemptStatus::NeedsReview, Some(Alarm::NeverEnded));
                assert_eq!(seen, Some(expected), "{from} {observation:?}");
                let before = settle(&attempt(from, None), None, observation, UnixMs(1));
                assert_eq!(before.map_or(from, |it| it.status), from, "{observation:?}");
            }
        }
    }

    #[test]
    fn only_the_price_or_more_in_its_own_currency_pays() {
        use AttemptStatus::{NeedsReview, Paid, Pending};
        let success = |amount, currency| Observation::Success(Some(money(amount, currency)));
        check(Pending, success("10000", "UGX"), Paid, None);
        check(Pending, success("10231", "UGX"), Paid, None);
        let wrong = Some(Alarm::WrongAmount);
        check(Pending, success("9999", "UGX"), NeedsReview, wrong);
        check(Pending, success("10000", "KES"), NeedsReview, wrong);
        check(Pending, success("0", "UGX"), NeedsReview, wrong);
        check(Pending, Observation::Success(None), NeedsReview, wrong);
    }

    #[test]
    fn more_than_the_price_pays_only_where_fees_are_added() {
        let more = Observation::Success(Some(money("10001", "UGX")));
        let mut seen = attempt(AttemptStatus::Pending, None);
        seen.provider = "jenga".into();
        let step = settle(&seen, None, more, UnixMs(1)).unwrap();
        assert_eq!(step.status, AttemptStatus::NeedsReview);
    }

    #[test]
    fn a_second_success_of_an_order_is_a_duplicate() {
        let other = AttemptId("b".into());
        let full = Observation::Success(Some(money("10000", "UGX")));
        for from in [AttemptStatus::Failed, AttemptStatus::Pending] {
            let step = settle(&attempt(from, None), Some(&other), full, UnixMs(1)).unwrap();
            assert_eq!(step.status, AttemptStatus::DuplicatePaid);
            assert_eq!(step.alarm, Some(Alarm::DuplicatePaid));
        }
    }

    #[test]
    fn a_success_with_a_wrong_amount_is_not_undone_by_a_failure() {
        let seen = attempt(AttemptStatus::NeedsReview, Some(money("1", "UGX")));
        let no = Observation::Failed(Reason::Other);
        assert_eq!(settle(&seen, None, no, UnixMs(1)), None);
    }

    #[test]
    fn what_is_pending_for_three_days_is_reviewed_and_never_unpaid_by_itself() {
        let pending = attempt(AttemptStatus::Pending, None);
        let early = UnixMs(GIVE_UP_MS - 1);
        assert_eq!(settle(&pending, None, Observation::Pending, early), None);
        let step = settle(&pending, None, Observation::Pending, UnixMs(GIVE_UP_MS)).unwrap();
        assert_eq!(step.status, AttemptStatus::NeedsReview);
        assert_eq!(step.alarm, Some(Alarm::NeverEnded));
    }

    #[test]
    fn the_order_of_answers_does_not_decide_whether_an_attempt_is_paid() {
        use Observation as O;
        let full = O::Success(Some(money("10000", "UGX")));
        let answers = [O::Pending, O::Failed(Reason::Declined), full, O::NotFound];
        for first in answers {
            for second in answers {
                for third in answers {
                    let mut seen = attempt(AttemptStatus::Pending, None);
                    for answer in [first, second, third] {
                        if let Some(step) = settle(&seen, None, answer, UnixMs(1)) {
                            seen.status = step.status;
                            seen.received = step.received;
                        }
                    }
                    let paid = [first, second, third].contains(&full);
                    assert_eq!(seen.status == AttemptStatus::Paid, paid);
                }
            }
        }
    }
}
