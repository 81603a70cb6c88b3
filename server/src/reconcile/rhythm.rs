//! Whether a verify was made by a timer of the page, or because the shopper has done something.
//!
//! Pages say nothing of the kind, so it is judged by when they verify: a timer comes in its rhythm, and whoever comes back to
//! the shop's page, closes the checkout tab or loads the page anew breaks it. Where it is not clear, it was the shopper: that
//! costs a question, and the other way round costs waiting.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::{MINUTE_MS, UnixMs};
use crate::payment::{Attempt, AttemptId, AttemptStatus};

/// The pace of every attempt that somebody waits for.
#[derive(Debug, Default)]
pub(super) struct Rhythm {
    paces: Mutex<HashMap<AttemptId, Pace>>,
}

/// What pages have shown of one attempt so far.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// The last verify; before the first one, when the page was opened.
    last: UnixMs,
    is_first: bool,
    /// There was a stream, and no verify has come without one since.
    had_stream: bool,
    /// For how many verifies to come there is a stream at another server.
    elsewhere: u8,
    /// When it was heard of last.
    heard_at: UnixMs,
}

impl Rhythm {
    /// Notes a verify; returns whether it is one that no timer of the page made.
    pub(super) fn is_broken(&self, attempt: &Attempt, has_stream: bool, now: UnixMs) -> bool {
        let mut paces = self.lock();
        let pace = paces.entry(attempt.id.clone());
        let pace = pace.or_insert_with(|| Pace::new(opened_at(attempt), now));
        pace.is_broken(has_stream, now)
    }

    /// Notes that a page listens; returns whether one has before, and there was no verify without a stream since.
    pub(super) fn listens(&self, attempt: &Attempt, now: UnixMs) -> bool {
        let mut paces = self.lock();
        let pace = paces.entry(attempt.id.clone());
        let pace = pace.or_insert_with(|| Pace::new(opened_at(attempt), now));
        pace.heard_at = now;
        std::mem::replace(&mut pace.had_stream, true)
    }

    /// Forgets attempts of which nobody has been heard for long.
    pub(super) fn tidy(&self, now: UnixMs) {
        self.lock()
            .retain(|_, it| now.since_ms(it.heard_at) < MINUTE_MS);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AttemptId, Pace>> {
        // No call under this lock can leave the map half changed.
        self.paces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    fn new(opened_at: UnixMs, now: UnixMs) -> Self {
        Self {
            last: opened_at,
            is_first: true,
            had_stream: false,
            elsewhere: 0,
            heard_at: now,
        }
    }

    fn is_broken(&mut self, has_stream: bool, now: UnixMs) -> bool {
        let gap = now.since_ms(self.last);
        let is_slow = BESIDE_A_STREAM_MS.contains(&gap);
        // The widget drops its stream, which may be frozen, when its page is looked at again; then it verifies.
        let is_dropped = self.had_stream && !has_stream;
        let is_timers = if has_stream || 0 < self.elsewhere {
            is_slow
        } else if self.is_first {
            is_slow || FIRST_MS.contains(&gap)
        } else {
            ALONE_MS.contains(&gap)
        };
        self.elsewhere = match (has_stream || is_dropped, is_slow) {
            (true, _) => 0,
            (false, true) => BELIEVED,
            (false, false) => self.elsewhere.saturating_sub(1),
        };
        self.had_stream = has_stream;
        self.is_first = false;
        (self.last, self.heard_at) = (now, now);
        is_dropped || !is_timers
    }
}

/// When the page could be opened: the provider's answer is what a pending attempt changed by last.
fn opened_at(attempt: &Attempt) -> UnixMs {
    if attempt.status == AttemptStatus::Pending {
        attempt.updated_at
    } else {
        attempt.created_at
    }
}

/// Gaps between verifies of a page whose stream speaks: 20 s after the last answer, or after the page was opened, which are
/// never less here, but for a phone's clock that is quick by a hundredth.
const BESIDE_A_STREAM_MS: RangeInclusive<i64> = 19_800..=25_000;
/// Gaps without a stream: from just below the least that the widget's timer waits (2.5 s, unless the page says otherwise)
/// to its longest pause (20 s).
const ALONE_MS: RangeInclusive<i64> = 2_400..=25_000;
/// The first verify without a stream: 2.5 s after the page was opened, as its answer reaches a slow phone.
const FIRST_MS: RangeInclusive<i64> = 2_400..=8_000;
/// After a gap as beside a stream, where none is here, so many verifies are judged as beside one: at another server. A page
/// that has lost it asks by itself every 2.5 s, and breaks the rhythm no more.
const BELIEVED: u8 = 2;

#[cfg(test)]
mod tests {
    use malipo_wire::Money;

    use super::*;
    use crate::payment::Reference;

    /// Verifies at these milliseconds after the page was opened: whether there was a stream, and which were the shopper's.
    #[track_caller]
    fn check(verifies: &[(i64, bool, bool)]) {
        let mut pace = Pace::new(UnixMs(0), UnixMs(0));
        let expected: Vec<_> = verifies.iter().map(|it| (it.0, it.2)).collect();
        let judged: Vec<_> = verifies
            .iter()
            .map(|it| (it.0, pace.is_broken(it.1, UnixMs(it.0))))
            .collect();
        assert_eq!(judged, expected);
    }

    const TIMER: bool = false;
    const SHOPPER: bool = true;
    const STREAM: bool = true;
    const ALONE: bool = false;

    #[test]
    fn a_plain_payment_of_ninety_seconds_is_quiet() {
        // 20 s after each answer, which takes a while.
        check(&[
            (20_100, STREAM, TIMER),
            (40_300, STREAM, TIMER),
            (61_200, STREAM, TIMER),
            (81_300, STREAM, TIMER),
        ]);
        let polls: Vec<_> = (1..36).map(|it| (it * 2_550, ALONE, TIMER)).collect();
        check(&polls);
    }

    #[test]
    fn the_first_verify_is_judged_from_the_opening_of_the_page() {
        for (at, stream, judged) in [
            (2_399, ALONE, SHOPPER),
            (2_400, ALONE, TIMER),
            (8_000, ALONE, TIMER),
            (8_001, ALONE, SHOPPER),
            (19_799, ALONE, SHOPPER),
            (19_800, ALONE, TIMER),
            (25_000, ALONE, TIMER),
            (25_001, ALONE, SHOPPER),
            (2_500, STREAM, SHOPPER),
            (19_799, STREAM, SHOPPER),
            (19_800, STREAM, TIMER),
            (25_000, STREAM, TIMER),
            (25_001, STREAM, SHOPPER),
            // A clock that was set back.
            (-1, ALONE, SHOPPER),
        ] {
            check(&[(at, stream, judged)]);
        }
    }

    #[test]
    fn without_a_stream_a_verify_sooner_than_the_timer_or_after_a_silence_is_the_shoppers() {
        check(&[
            (2_500, ALONE, TIMER),
            (4_899, ALONE, SHOPPER),
            (7_400, ALONE, TIMER),
            // Later and later, where answers were lost.
            (12_400, ALONE, TIMER),
            (22_400, ALONE, TIMER),
            (47_401, ALONE, SHOPPER),
            (49_901, ALONE, TIMER),
        ]);
    }

    #[test]
    fn beside_a_stream_only_a_gap_of_twenty_seconds_is_the_timers() {
        for (gap, judged) in [
            (500, SHOPPER),
            (15_000, SHOPPER),
            (19_799, SHOPPER),
            (19_800, TIMER),
            (25_000, TIMER),
            (25_001, SHOPPER),
        ] {
            check(&[(20_000, STREAM, TIMER), (20_000 + gap, STREAM, judged)]);
        }
    }

    #[test]
    fn a_stream_that_was_dropped_before_a_verify_is_an_act() {
        // Whenever it comes; afterwards the page asks by itself until its stream is back.
        check(&[
            (20_000, STREAM, TIMER),
            (40_000, ALONE, SHOPPER),
            (42_500, ALONE, TIMER),
            (62_500, STREAM, TIMER),
            (65_000, ALONE, SHOPPER),
        ]);
    }

    #[test]
    fn a_stream_at_another_server_is_known_by_its_rhythm() {
        check(&[
            (20_000, ALONE, TIMER),
            (40_000, ALONE, TIMER),
            (45_000, ALONE, SHOPPER),
            (50_000, ALONE, SHOPPER),
            // It was lost there: the page asks by itself.
            (52_500, ALONE, TIMER),
            (55_000, ALONE, TIMER),
            // It is there again.
            (75_000, ALONE, TIMER),
            (80_000, ALONE, SHOPPER),
            (100_000, ALONE, TIMER),
            (110_000, ALONE, SHOPPER),
        ]);
    }

    fn attempt(status: AttemptStatus, updated_at: i64) -> Attempt {
        let price = Money::parse("100", "UGX".parse().unwrap()).unwrap();
        let reference = Reference("R".to_owned());
        let order = "ORDER-1".parse().unwrap();
        let id = AttemptId("a".to_owned());
        Attempt {
            status,
            updated_at: UnixMs(updated_at),
            ..Attempt::new(id, order, "joyndpay", reference, price, UnixMs(0))
        }
    }

    #[test]
    fn a_page_is_opened_when_the_provider_has_answered_and_not_when_it_was_asked() {
        let late = attempt(AttemptStatus::Pending, 9_000);
        assert!(!Rhythm::default().is_broken(&late, false, UnixMs(11_500)));
        let failed = attempt(AttemptStatus::Failed, 9_000);
        assert!(Rhythm::default().is_broken(&failed, false, UnixMs(11_500)));
    }

    #[test]
    fn a_stream_that_came_and_went_between_two_verifies_was_there() {
        let (rhythm, attempt) = (Rhythm::default(), attempt(AttemptStatus::Pending, 0));
        assert!(!rhythm.is_broken(&attempt, false, UnixMs(2_500)));
        assert!(!rhythm.listens(&attempt, UnixMs(3_000)));
        assert!(rhythm.is_broken(&attempt, false, UnixMs(6_000)));
        assert!(!rhythm.is_broken(&attempt, false, UnixMs(8_500)));
    }

    #[test]
    fn a_page_that_listens_again_has_listened_before() {
        let (rhythm, attempt) = (Rhythm::default(), attempt(AttemptStatus::Pending, 0));
        assert!(!rhythm.listens(&attempt, UnixMs(100)));
        assert!(rhythm.listens(&attempt, UnixMs(15_000)));
        assert!(!rhythm.is_broken(&attempt, true, UnixMs(20_000)));
        assert!(rhythm.listens(&attempt, UnixMs(20_001)));
        // Its stream was lost, and it asked by itself until there was another one.
        assert!(rhythm.is_broken(&attempt, false, UnixMs(22_500)));
        assert!(!rhythm.listens(&attempt, UnixMs(24_000)));
    }

    #[test]
    fn what_nobody_has_been_heard_of_for_a_minute_is_forgotten() {
        let (rhythm, attempt) = (Rhythm::default(), attempt(AttemptStatus::Pending, 0));
        assert!(!rhythm.is_broken(&attempt, false, UnixMs(2_500)));
        assert!(!rhythm.listens(&attempt, UnixMs(4_000)));
        rhythm.tidy(UnixMs(63_999));
        assert_eq!(rhythm.lock().len(), 1);
        assert!(rhythm.is_broken(&attempt, false, UnixMs(63_999)));
        rhythm.tidy(UnixMs(123_998));
        assert_eq!(rhythm.lock().len(), 1);
        rhythm.tidy(UnixMs(123_999));
        assert!(rhythm.lock().is_empty());
    }
}
