//! Steps that the table in `settle` does not tell apart.

use malipo_wire::Reason;

use super::{ALL, attempt, money};
use crate::clock::UnixMs;
use crate::payment::AttemptStatus as S;
use crate::payment::settle::{GIVE_UP_MS, Observation, Step, settle};

fn step(status: S, observation: Observation, now: i64) -> Option<Step> {
    settle(&attempt("a", status), None, observation, UnixMs(now))
}

#[test]
fn of_what_cannot_be_asked_about_only_the_pending_and_the_unknown_reach_a_person() {
    for status in ALL {
        let seen = step(status, Observation::Unasked, GIVE_UP_MS);
        let waits = matches!(status, S::Pending | S::Unknown);
        assert_eq!(seen.is_some(), waits, "{status}: {seen:?}");
        assert_eq!(step(status, Observation::Unasked, GIVE_UP_MS - 1), None);
    }
}

#[test]
fn a_status_is_written_as_its_word_and_reads_back_as_itself() {
    let words =
        "created pending unknown orphaned refused failed paid duplicate_paid needs_review refunded";
    for (status, word) in ALL.into_iter().zip(words.split(' ')) {
        assert_eq!(status.to_string(), word);
        assert_eq!(word.parse(), Ok(status));
    }
    assert_eq!("settled".parse::<S>(), Err(()));
}

#[test]
fn an_end_has_the_reason_that_the_provider_gave_and_a_wait_in_vain_that_of_a_review() {
    for reason in [Reason::Declined, Reason::Expired, Reason::Cancelled] {
        let failed = step(S::Pending, Observation::Failed(reason), 1).unwrap();
        assert_eq!((failed.status, failed.reason), (S::Failed, Some(reason)));
    }
    // Three days.
    assert_eq!(step(S::Pending, Observation::Pending, 259_199_999), None);
    let given_up = step(S::Pending, Observation::Pending, 259_200_000).unwrap();
    assert_eq!(
        (given_up.status, given_up.reason),
        (S::NeedsReview, Some(Reason::Review))
    );
}

#[test]
fn a_declined_try_tells_its_reason_once_and_the_attempt_goes_on() {
    let declined = step(S::Pending, Observation::Declined, 1).unwrap();
    assert_eq!(declined.status, S::Pending);
    assert_eq!(declined.reason, Some(Reason::Declined));
    let mut again = attempt("a", S::Pending);
    again.reason = Some(Reason::Declined);
    assert_eq!(settle(&again, None, Observation::Declined, UnixMs(1)), None);
}

#[test]
fn a_step_that_changes_the_amount_alone_is_a_step() {
    let mut review = attempt("a", S::NeedsReview);
    review.reason = Some(Reason::Review);
    let too_little = Observation::Success(Some(money("1", "UGX")));
    let seen = settle(&review, None, too_little, UnixMs(1)).unwrap();
    assert_eq!(seen.status, S::NeedsReview);
    assert_eq!(seen.received, Some(money("1", "UGX")));
    review.received = seen.received;
    assert_eq!(settle(&review, None, too_little, UnixMs(1)), None);
}
