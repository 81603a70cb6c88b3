//! Which attempts are being asked about: one question an attempt at a time, and whom its answer serves.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::asked::{Asked, Asking};
use super::question::Cause;
use super::rhythm::Rhythm;
use super::watch;
use crate::clock::{SECOND_MS, UnixMs};
use crate::payment::{Attempt, AttemptId};

/// Which attempts are being asked about, and when each was asked about last.
#[derive(Debug, Default)]
pub struct Asker {
    slots: Mutex<HashMap<AttemptId, Slot>>,
    pub(super) rhythm: Rhythm,
}

/// The last question about an attempt.
#[derive(Debug)]
struct Slot {
    asked_at: UnixMs,
    asked: Asked,
    /// When it was to be asked about by itself, as the store had it then: by the clock of whichever server wrote that.
    due_at: Option<UnixMs>,
    /// It was asked because the provider had told of the attempt.
    was_told: bool,
    /// Somebody waits to ask once more.
    is_followed: bool,
}

/// A question, as seen by whoever wants one asked.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) asked: Asked,
    pub(super) asked_at: UnixMs,
    pub(super) begun: Begun,
    /// The provider has told of the attempt since, and whoever holds this is to ask once more: after it, and not before then.
    pub(super) followed_at: Option<UnixMs>,
}

/// When a question was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// For whoever wants it, who is to ask.
    Now,
    /// Before, and its answer may be older than the reason to want one.
    Before,
    /// Since there is that reason, or not longer ago than whoever wants it puts up with: its answer is as good.
    Since,
}

/// What this server has heard of an attempt by asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It has not asked, or long ago.
    Nothing,
    /// The last question was answered, or will be.
    Answer,
    /// The last question had no answer.
    NoAnswer,
}

impl Slot {
    /// Whether its answer serves whoever asks for this cause.
    fn serves(&self, attempt: &Attempt, cause: Cause, now: UnixMs) -> bool {
        let ago_ms = now.since_ms(self.asked_at);
        match cause {
            // A clock that was set back must not silence us.
            Cause::Watched { every_ms } => (0..every_ms).contains(&ago_ms),
            // What the provider tells is news, unless it was told just now.
            Cause::Told => self.was_told && (0..TOLD_MS).contains(&ago_ms),
            // It knew why it was due: a notification may have been noted since, by a server whose clock is behind. And it was
            // asked since then; one of the same millisecond may be older than a notification, unless it was asked because of it.
            Cause::Due { .. } => {
                let knew = self.due_at == attempt.next_check_at;
                let late_ms = self.due_at.map_or(-1, |it| self.asked_at.since_ms(it));
                knew && (0 < late_ms && 0 <= ago_ms || self.was_told && 0 <= late_ms)
            }
            Cause::Cancelled => false,
        }
    }

    /// Whether it is over and had no answer.
    fn has_failed(&self) -> bool {
        !self.asked.is_running() && !self.asked.answer().is_some_and(Result::is_ok)
    }
}

impl Asker {
    fn lock(&self) -> MutexGuard<'_, HashMap<AttemptId, Slot>> {
        // No call under this lock can leave the map half changed.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the question that is under way, or one whose answer serves as well. Where there is none, a question begins, and
    /// whoever called this is to ask it.
    pub(super) fn join(
        &self,
        attempt: &Attempt,
        cause: Cause,
        now: UnixMs,
    ) -> (Question, Option<Asking>) {
        let mut slots = self.lock();
        if let Some(slot) = slots.get_mut(&attempt.id) {
            let serves = slot.serves(attempt, cause, now);
            if serves || slot.asked.is_running() {
                let is_mine =
                    cause == Cause::Told && !std::mem::replace(&mut slot.is_followed, true);
                let apart = if slot.was_told { TOLD_MS } else { 0 };
                let question = Question {
                    asked: slot.asked.clone(),
                    asked_at: slot.asked_at,
                    begun: if serves { Begun::Since } else { Begun::Before },
                    followed_at: is_mine.then(|| slot.asked_at.plus_ms(apart)),
                };
                return (question, None);
            }
        }
        let (asking, asked) = begin(&mut slots, attempt, cause, now);
        let question = Question {
            asked,
            asked_at: now,
            begun: Begun::Now,
            followed_at: None,
        };
        (question, Some(asking))
    }

    /// Begins another question after `last`, which is over: whoever called this is to ask it. `None` where somebody has begun one
    /// since, unless that had no answer.
    pub(super) fn follow(&self, attempt: &Attempt, last: &Asked, now: UnixMs) -> Option<Asking> {
        let mut slots = self.lock();
        let other = slots.get(&attempt.id).filter(|it| !it.asked.is_same(last));
        let is_served = other.is_some_and(|it| !it.has_failed());
        (!is_served).then(|| begin(&mut slots, attempt, Cause::Told, now).0)
    }

    /// What is known of an attempt since it was begun.
    pub(super) fn knows(&self, attempt: &Attempt) -> Known {
        match self.lock().get(&attempt.id) {
            None => Known::Nothing,
            Some(it) if it.has_failed() => Known::NoAnswer,
            Some(_) => Known::Answer,
        }
    }

    /// Forgets attempts that were asked about long ago.
    pub fn tidy(&self, now: UnixMs) {
        self.lock()
            .retain(|_, it| it.asked.is_running() || now.since_ms(it.asked_at) < KEPT_MS);
        self.rhythm.tidy(now);
    }
}

fn begin(
    slots: &mut HashMap<AttemptId, Slot>,
    attempt: &Attempt,
    cause: Cause,
    now: UnixMs,
) -> (Asking, Asked) {
    let (asking, asked) = Asked::begin();
    let slot = Slot {
        asked_at: now,
        asked: asked.clone(),
        due_at: attempt.next_check_at,
        was_told: cause == Cause::Told,
        is_followed: false,
    };
    slots.insert(attempt.id.clone(), slot);
    (asking, asked)
}

/// As long as it matters to a shopper who waits whether it has been asked at all.
const KEPT_MS: i64 = watch::STEPPED_BACK_MS + 5 * SECOND_MS;
/// Least time between the beginnings of two questions that are asked because of notifications, and none in between.
pub(super) const TOLD_MS: i64 = 300;

#[cfg(test)]
mod tests {
    use malipo_wire::Money;

    use super::*;
    use crate::payment::Reference;
    use crate::payment::settle::Observation;
    use crate::provider::ProviderError;

    const DUE: Cause = Cause::Due {
        until: UnixMs(30_000),
    };
    const WATCHED: Cause = Cause::Watched { every_ms: 0 };

    /// The attempt, which is due then.
    fn attempt(due_at: i64) -> Attempt {
        let price = Money::parse("10000", "UGX".parse().unwrap()).unwrap();
        let (id, order) = (AttemptId("attempt".to_owned()), "order".parse().unwrap());
        let reference = Reference("REFERENCE0000001".to_owned());
        Attempt {
            next_check_at: Some(UnixMs(due_at)),
            ..Attempt::new(id, order, "joyndpay", reference, price, UnixMs(0))
        }
    }

    /// A notification comes then.
    fn told(asker: &Asker, now: i64) -> (Question, Option<Asking>) {
        asker.join(&attempt(now), Cause::Told, UnixMs(now))
    }

    fn pending(asking: Option<Asking>) {
        asking.unwrap().answered(Ok(Observation::Pending));
    }

    /// One question at 5,000, and another wanted so many milliseconds later, each by whoever knows when the attempt was due.
    #[track_caller]
    fn check(first: (Cause, i64), is_over: bool, then: (Cause, i64), after_ms: i64, begun: Begun) {
        let asker = Asker::default();
        let (_, asking) = asker.join(&attempt(first.1), first.0, UnixMs(5_000));
        let asking = (!is_over).then_some(asking);
        let now = UnixMs(5_000 + after_ms);
        let (question, own) = asker.join(&attempt(then.1), then.0, now);
        assert_eq!(question.begun, begun);
        let asked_at = if begun == Begun::Now {
            now
        } else {
            UnixMs(5_000)
        };
        assert_eq!(question.asked_at, asked_at);
        assert_eq!(own.is_some(), begun == Begun::Now);
        drop(asking);
    }

    #[test]
    fn a_question_serves_whoever_wants_none_that_is_newer() {
        use Begun::{Before, Now, Since};
        use Cause::{Cancelled, Told};
        let watched = Cause::Watched { every_ms: 1_000 };
        for (is_over, older) in [(false, Before), (true, Now)] {
            check((watched, 0), is_over, (watched, 0), 999, Since);
            check((watched, 0), is_over, (watched, 0), 1_000, older);
            check((watched, 0), is_over, (Cancelled, 0), 0, older);
            // A clock that was set back.
            check((watched, 0), is_over, (watched, 0), -1, older);
            check((Told, 0), is_over, (Told, 0), -1, older);
            check((watched, 4_999), is_over, (DUE, 4_999), -1, older);
            // What is told is news to every question but one that was asked because of that, just now.
            check((watched, 0), is_over, (Told, 0), 0, older);
            check((Told, 0), is_over, (Told, 0), TOLD_MS - 1, Since);
            check((Told, 0), is_over, (Told, 0), TOLD_MS, older);
            // The schedule's was due before it was begun, for the same reason, or it may be too old.
            check((watched, 4_999), is_over, (DUE, 4_999), 10, Since);
            check((watched, 5_000), is_over, (DUE, 5_000), 10, older);
            check((watched, 4_999), is_over, (DUE, 4_998), 10, older);
            // Who was told knows since when it was due, and asks about nothing that falls due later.
            check((Told, 5_000), is_over, (DUE, 5_000), 10, Since);
            check((Told, 5_001), is_over, (DUE, 5_001), 10, older);
            check((Told, 5_000), is_over, (DUE, 4_999), 10, older);
        }
    }

    #[test]
    fn of_all_that_comes_during_a_question_one_follows_it() {
        let asker = Asker::default();
        let (_, first) = asker.join(&attempt(0), WATCHED, UnixMs(1_000));
        let (question, none) = told(&asker, 1_010);
        assert!(none.is_none());
        assert_eq!(question.followed_at, Some(UnixMs(1_000)));
        assert_eq!(told(&asker, 1_020).0.followed_at, None);
        pending(first);
        let second = asker.follow(&attempt(1_020), &question.asked, UnixMs(1_100));
        // Asked because of a notification: the next one keeps its distance.
        let (question, _) = told(&asker, 1_110);
        assert_eq!(question.followed_at, Some(UnixMs(1_100 + TOLD_MS)));
        pending(second);
    }

    #[test]
    fn who_follows_leaves_it_to_a_question_that_somebody_has_begun_since_and_to_whoever_follows_that()
     {
        let asker = Asker::default();
        let (_, first) = asker.join(&attempt(0), WATCHED, UnixMs(1_000));
        let (question, _) = told(&asker, 1_010);
        pending(first);
        let (_, second) = told(&asker, 1_020);
        assert!(second.is_some());
        let follow = || asker.follow(&attempt(1_020), &question.asked, UnixMs(1_030));
        assert!(follow().is_none());
        assert_eq!(
            told(&asker, 1_040).0.followed_at,
            Some(UnixMs(1_020 + TOLD_MS))
        );
        pending(second);
        assert!(follow().is_none());
    }

    #[test]
    fn who_follows_asks_where_a_question_that_somebody_has_begun_since_had_no_answer() {
        let asker = Asker::default();
        let (_, first) = asker.join(&attempt(0), WATCHED, UnixMs(1_000));
        let (question, _) = told(&asker, 1_010);
        pending(first);
        let (_, second) = told(&asker, 1_020);
        second.unwrap().answered(Err(ProviderError::Unreachable));
        let third = asker.follow(&attempt(1_020), &question.asked, UnixMs(1_030));
        assert!(third.is_some());
    }
}
