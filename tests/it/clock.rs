//! The widget's clock over wall clocks that jump and monotonic clocks that sleep.

use malipo::checkout::Clock;

const START: u64 = 1_790_000_000_000;
const HOUR: u64 = 3_600_000;

/// Readings of the wall clock and the monotonic clock since the start, and what the clock then says.
#[track_caller]
fn check(readings: &[(i64, u64, u64)]) {
    let clock = Clock::start(START, 500);
    for (wall, monotonic, expected) in readings {
        let said = clock
            .reading(START.saturating_add_signed(*wall), 500 + monotonic)
            .0;
        assert_eq!(said - START, *expected, "at {wall}, {monotonic}");
    }
}

#[test]
fn it_goes_with_both_and_with_the_wall_clock_over_a_sleep() {
    check(&[
        (0, 0, 0),
        (5_000, 5_000, 5_000),
        (65_000, 5_000, 65_000),
        (66_000, 6_000, 66_000),
    ]);
}

#[test]
fn a_wall_clock_that_stands_still_or_goes_slowly_does_not_hold_it_up() {
    check(&[(0, 1_000, 1_000), (10, 2_000, 2_000), (1_500, 2_001, 2_001)]);
}

#[test]
fn it_goes_on_after_the_wall_clock_was_set_ahead_and_back() {
    let day = 24 * HOUR;
    check(&[
        (day as i64, 1_000, day),
        (1_000, 1_000, day),
        (2_000, 2_000, day + 1_000),
        (3_500, 3_500, day + 2_500),
    ]);
}

#[test]
fn it_never_runs_backwards_nor_over_the_end_of_time() {
    check(&[
        (-(HOUR as i64), 1_000, 1_000),
        (-(10 * HOUR as i64), 2_000, 2_000),
    ]);
    let clock = Clock::start(u64::MAX - 1, 0);
    assert_eq!(clock.reading(u64::MAX, u64::MAX).0, u64::MAX);
    assert_eq!(clock.reading(0, 0).0, u64::MAX);
}

#[test]
fn reading_it_often_does_not_make_it_quicker() {
    let clock = Clock::start(START, 0);
    let mut said = 0;
    for ms in 1..=10_000_u64 {
        // The two clocks tick at different moments.
        clock.reading(START + ms / 2, (ms - 1) / 2);
        said = clock.reading(START + ms.div_ceil(2), ms / 2).0;
    }
    assert_eq!(said, START + 5_000);
}
