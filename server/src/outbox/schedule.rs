//! When a delivery that failed is tried again.

use std::time::Duration;

use crate::clock::{HOUR_MS, MINUTE_MS, SECOND_MS, UnixMs};

/// When to try again after `tries` earlier tries and the one that just failed; `None`: give up.
///
/// `jitter` is any random number: it moves the moment later by up to a tenth.
#[must_use]
pub fn next_try(
    tries: u32,
    retry_after: Option<Duration>,
    now: UnixMs,
    jitter: u32,
) -> Option<UnixMs> {
    let wait = *WAITS_MS.get(usize::try_from(tries).ok()?)?;
    let asked = retry_after.map_or(0, |it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX));
    let wait = wait.max(asked.min(LONGEST_ASKED_MS));
    let spread = i128::from(wait / 10) * i128::from(jitter);
    let later = i64::try_from(spread >> 32).unwrap_or(0);
    Some(now.plus_ms(wait.saturating_add(later)))
}

/// The schedule that Standard Webhooks 1.0.0 recommends, with two days more at its end: more than five days in all.
const WAITS_MS: [i64; 11] = [
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
    24 * HOUR_MS,
    24 * HOUR_MS,
];
const LONGEST_ASKED_MS: i64 = 24 * HOUR_MS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_thin_out_over_days_and_end() {
        for jitter in [0, u32::MAX] {
            let mut now = UnixMs(0);
            let mut tries = 0;
            while let Some(next) = next_try(tries, None, now, jitter) {
                assert!(now < next);
                now = next;
                tries += 1;
            }
            assert_eq!(tries, 11);
            assert!(now.0 >= 5 * 24 * HOUR_MS, "{now:?}");
        }
    }

    #[test]
    fn a_receiver_that_asks_to_wait_is_heard_for_a_day_at_most() {
        let asked = |seconds| next_try(0, Some(Duration::from_secs(seconds)), UnixMs(0), 0);
        assert_eq!(asked(1), Some(UnixMs(5 * SECOND_MS)));
        assert_eq!(asked(60), Some(UnixMs(MINUTE_MS)));
        assert_eq!(asked(u64::MAX), Some(UnixMs(24 * HOUR_MS)));
        assert_eq!(asked(10_000_000), Some(UnixMs(24 * HOUR_MS)));
    }
}
