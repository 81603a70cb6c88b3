//! When the provider is asked although nobody hints.

use crate::clock::{HOUR_MS, MINUTE_MS, SECOND_MS, UnixMs};

/// When to ask next about an attempt begun at `created_at`; `None` after the last time.
///
/// `jitter` is any random number: it moves the moment later by up to a fifth, so that attempts begun together do not stay
/// together.
#[must_use]
pub fn next_check(created_at: UnixMs, now: UnixMs, jitter: u32) -> Option<UnixMs> {
    let age = now.since_ms(created_at).max(0);
    let offset = *AGES_MS.iter().find(|it| age < **it)?;
    let wait = offset.saturating_sub(age);
    // Later by up to a fifth, never earlier: an early check would be followed by a second one at the age itself.
    let spread = i128::from(wait / 5) * i128::from(jitter);
    let later = i64::try_from(spread >> 32).unwrap_or(0);
    Some(now.plus_ms(wait.saturating_add(later)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_thin_out_with_age_and_reach_the_three_days() {
        for jitter in [0, u32::MAX / 2, u32::MAX] {
            let mut now = UnixMs(0);
            let mut asked = Vec::new();
            while let Some(next) = next_check(UnixMs(0), now, jitter) {
                assert!(now < next, "{now:?} {next:?}");
                asked.push(next.0);
                now = next;
                assert!(asked.len() <= AGES_MS.len(), "{asked:?}");
            }
            let first = asked.first().copied().unwrap();
            assert!((20_000..=24_000).contains(&first), "{first}");
            assert!(crate::payment::settle::GIVE_UP_MS <= now.0, "{now:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_asks_soon_and_not_in_years() {
        let next = next_check(UnixMs(HOUR_MS), UnixMs(0), 0).unwrap();
        assert!(next.0 <= MINUTE_MS);
    }
}
