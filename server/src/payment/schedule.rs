//! When the provider is asked although nobody hints.

use crate::clock::{HOUR_MS, MINUTE_MS, SECOND_MS, UnixMs};

/// When to ask for the first time about an attempt begun at `created_at`.
///
/// Where notifications come (`notified`), its first minutes are left to them: nobody who waits depends on the schedule. Once
/// anything has been asked, the next times are [`next_check`]'s.
///
/// `jitter`: as there.
#[must_use]
pub fn first_check(created_at: UnixMs, notified: bool, jitter: u32) -> Option<UnixMs> {
    let least = if notified { FIRST_IF_NOTIFIED_MS } else { 0 };
    by_age(created_at, least, created_at, jitter)
}

/// When to ask next about an attempt begun at `created_at` whose page takes a payment until `expires_at`, where that is
/// known; `None` after the last time.
///
/// The last question was begun at `asked_at` and is answered `now`. Of an expiry in between the answer may not know: such a
/// moment has not been asked about, and is the next one though it has gone by.
///
/// `jitter` is any random number: it moves the moment later by up to a fifth (after an expiry by up to
/// [`EXPIRY_SPREAD_MS`]), so that attempts begun together do not stay together.
#[must_use]
pub fn next_check(
    created_at: UnixMs,
    expires_at: Option<UnixMs>,
    asked_at: UnixMs,
    now: UnixMs,
    jitter: u32,
) -> Option<UnixMs> {
    // A clock that was set back since: what lies ahead of it has not been asked about.
    let asked_at = match planted!(ExpiryMissed) {
        true => now,
        false => asked_at.min(now),
    };
    let after_expiry = expires_at.and_then(|end| {
        let moments = AFTER_EXPIRY_MS.iter().map(|it| end.plus_ms(*it));
        let next = moments.into_iter().find(|it| asked_at < *it)?;
        Some(next.plus_ms(spread(EXPIRY_SPREAD_MS, jitter)))
    });
    let by_age = by_age(created_at, 0, now, jitter);
    by_age.into_iter().chain(after_expiry).min()
}

/// The next of [`AGES_MS`] that is at least `least`.
fn by_age(created_at: UnixMs, least: i64, now: UnixMs, jitter: u32) -> Option<UnixMs> {
    let age = now.since_ms(created_at).max(0);
    let mut ages = AGES_MS.iter().filter(|it| least <= **it);
    ages.find(|it| age < **it).map(|it| {
        let wait = it.saturating_sub(age);
        // Later, never earlier: an early check would be followed by a second one at the age itself.
        now.plus_ms(wait.saturating_add(spread(wait / 5, jitter)))
    })
}

/// A part of `most` as large as `jitter` is of all its values.
fn spread(most: i64, jitter: u32) -> i64 {
    i64::try_from((i128::from(most) * i128::from(jitter)) >> 32).unwrap_or(0)
}

/// Ages of an attempt at which the provider is asked. Without a notification most payments end within minutes; the
/// last two are there so that what never ends reaches a person (see `settle::GIVE_UP_MS`).
const AGES_MS: [i64; 11] = [
    20 * SECOND_MS,
    45 * SECOND_MS,
    90 * SECOND_MS,
    3 * MINUTE_MS,
    6 * MINUTE_MS,
    15 * MINUTE_MS,
    HOUR_MS,
    6 * HOUR_MS,
    24 * HOUR_MS,
    48 * HOUR_MS,
    72 * HOUR_MS,
];
/// A payment of a minute and a half costs the provider no question but the one that its notification causes.
const FIRST_IF_NOTIFIED_MS: i64 = 3 * MINUTE_MS;
/// Moments after the expiry: the provider has written it down by then; a proof that was still being checked has had its
/// hour of grace; and, for what never ends, the three days of `settle::GIVE_UP_MS`, which count from the expiry.
const AFTER_EXPIRY_MS: [i64; 3] = [5 * SECOND_MS, 65 * MINUTE_MS, 72 * HOUR_MS + MINUTE_MS];
/// How far the checks of attempts that expire together are spread.
const EXPIRY_SPREAD_MS: i64 = 20 * SECOND_MS;

#[cfg(test)]
mod tests {
    use super::*;

    /// After a question at this age, answered at once, about an attempt whose page closes at `end`.
    fn next(end: Option<i64>, age: i64, jitter: u32) -> Option<i64> {
        let now = UnixMs(age);
        next_check(UnixMs(0), end.map(UnixMs), now, now, jitter).map(|it| it.0)
    }

    #[test]
    fn checks_thin_out_with_age_and_reach_the_three_days() {
        for jitter in [0, u32::MAX / 2, u32::MAX] {
            let mut now = 0;
            let mut asked = Vec::new();
            while let Some(next) = next(None, now, jitter) {
                assert!(now < next, "{now} {next}");
                asked.push(next);
                now = next;
                assert!(asked.len() <= AGES_MS.len(), "{asked:?}");
            }
            let first = asked.first().copied().unwrap();
            assert!((20_000..=24_000).contains(&first), "{first}");
            assert!(crate::payment::settle::GIVE_UP_MS <= now, "{now}");
        }
    }

    #[test]
    fn an_expiry_is_asked_about_soon_after_it_and_until_a_person_is_told() {
        for end in [MINUTE_MS, HOUR_MS, 7 * 24 * HOUR_MS] {
            for jitter in [0, u32::MAX / 2, u32::MAX] {
                let mut now = 0;
                let mut asked = Vec::new();
                while let Some(next) = next(Some(end), now, jitter) {
                    assert!(now < next, "{now} {next}");
                    asked.push(next);
                    now = next;
                    assert!(
                        asked.len() <= AGES_MS.len() + AFTER_EXPIRY_MS.len(),
                        "{asked:?}"
                    );
                }
                let soon = end + 5 * SECOND_MS..=end + 30 * SECOND_MS;
                assert!(asked.iter().any(|it| soon.contains(it)), "{end} {asked:?}");
                assert!(end + crate::payment::settle::GIVE_UP_MS <= now, "{now}");
            }
        }
    }

    /// Questions begun and answered at such ages, about an attempt whose page closed at an hour.
    #[track_caller]
    fn check_across_expiry(asked_at: i64, now: i64, expected: i64) {
        let (asked_at, now) = (UnixMs(HOUR_MS + asked_at), UnixMs(HOUR_MS + now));
        let next = next_check(UnixMs(0), Some(UnixMs(HOUR_MS)), asked_at, now, 0);
        assert_eq!(next, Some(UnixMs(HOUR_MS + expected)));
    }

    #[test]
    fn an_expiry_during_a_question_is_asked_about_though_its_moment_has_gone_by() {
        check_across_expiry(-SECOND_MS, 4_999, 5_000);
        check_across_expiry(-SECOND_MS, 5_000, 5_000);
        check_across_expiry(4_999, MINUTE_MS, 5_000);
        check_across_expiry(5_000, MINUTE_MS, 65 * MINUTE_MS);
        check_across_expiry(64 * MINUTE_MS, 66 * MINUTE_MS, 65 * MINUTE_MS);
        // The clock was set back in between.
        check_across_expiry(MINUTE_MS, 0, 5_000);
    }

    #[test]
    fn a_clock_that_was_set_back_asks_soon_and_not_in_years() {
        let (created_at, now) = (UnixMs(HOUR_MS), UnixMs(0));
        let next = next_check(created_at, None, created_at, now, 0).unwrap();
        assert!(next.0 <= MINUTE_MS);
    }

    /// Seconds after which it is asked.
    #[track_caller]
    fn asked(end: Option<i64>, jitter: u32) -> Vec<i64> {
        let (mut now, mut all) = (0, Vec::new());
        while let Some(next) = next(end, now, jitter) {
            all.push(next / 1_000);
            now = next;
        }
        all
    }

    #[test]
    fn the_provider_is_asked_at_eleven_ages_and_three_times_after_an_expiry() {
        let (minute, hour) = (60, 3_600);
        let by_age = [
            20,
            45,
            90,
            3 * minute,
            6 * minute,
            15 * minute,
            hour,
            6 * hour,
            24 * hour,
            48 * hour,
            72 * hour,
        ];
        assert_eq!(asked(None, 0), by_age);
        let after = [5, 65 * minute, 72 * hour + minute];
        let end = 100 * hour;
        let expected: Vec<i64> = by_age.into_iter().chain(after.map(|it| end + it)).collect();
        assert_eq!(asked(Some(end * 1_000), 0), expected);
    }

    #[test]
    fn jitter_moves_a_check_later_by_up_to_a_fifth_of_the_wait_in_proportion() {
        assert_eq!(next(None, 0, 0), Some(20_000));
        assert_eq!(next(None, 0, 1 << 31), Some(22_000));
        assert_eq!(next(None, 0, u32::MAX), Some(23_999));
        assert_eq!(next(Some(0), 0, 0), Some(5_000));
        assert_eq!(next(Some(0), 0, 1 << 31), Some(15_000));
    }

    #[test]
    fn where_notifications_come_the_first_minutes_are_left_to_them_until_anything_has_been_asked() {
        let first = |notified| first_check(UnixMs(0), notified, 0).map(|it| it.0);
        assert_eq!(first(true), Some(3 * MINUTE_MS));
        assert_eq!(first(false), Some(20 * SECOND_MS));
        assert_eq!(next(None, 30 * SECOND_MS, 0), Some(45 * SECOND_MS));
    }
}
