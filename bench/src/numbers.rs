//! The arithmetic of measurements: percentiles, rates, ratios.

use std::time::Duration;

/// Durations that were measured, in order of size.
#[derive(Clone, Debug)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// In any order.
    #[must_use]
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The least one that `percent` of all are not longer than (nearest rank); 0 where there is none.
    #[must_use]
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied().unwrap_or_default()
    }

    /// The middle one.
    #[must_use]
    pub(crate) fn median(&self) -> Duration {
        self.percentile(50)
    }

    /// The longest.
    #[must_use]
    pub(crate) fn longest(&self) -> Duration {
        self.percentile(100)
    }

    /// How many there are.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// In milliseconds.
#[must_use]
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// How many in a second.
#[must_use]
pub(crate) fn rate(count: u64, time: Duration) -> f64 {
    if time.is_zero() {
        return 0.0;
    }
    count as f64 / time.as_secs_f64()
}

/// The middle of several measurements of one thing; of two, the lesser: nothing is claimed that was reached once.
#[must_use]
pub(crate) fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = values.len().saturating_sub(1) / 2;
    values.get(at).copied().unwrap_or_default()
}

/// With so many digits that a reader can compare, and no more: 3 significant ones, or all before the point.
#[must_use]
pub(crate) fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let places = (2 - value.abs().log10().floor() as i32).max(0);
    let shift = 10_f64.powi(places);
    (value * shift).round() / shift
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(all: &[u64]) -> Times {
        Times::new(all.iter().map(|it| Duration::from_millis(*it)).collect())
    }

    #[test]
    fn a_percentile_is_a_time_that_was_measured_and_so_many_are_not_longer_than() {
        let hundred: Vec<u64> = (1..=100).rev().collect();
        let hundred = times(&hundred);
        for (percent, expected) in [(0, 1), (1, 1), (50, 50), (99, 99), (100, 100)] {
            assert_eq!(
                hundred.percentile(percent).as_millis(),
                expected,
                "{percent}"
            );
        }
        // Of few, p99 is the longest: one in a hundred cannot be left out of ten.
        let ten = times(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1000]);
        assert_eq!(ten.percentile(99).as_millis(), 1000);
        assert_eq!(ten.median().as_millis(), 6);
        assert_eq!(ten.longest().as_millis(), 1000);
        assert_eq!(ten.count(), 10);
        assert_eq!(times(&[]).percentile(99), Duration::ZERO);
    }

    #[test]
    fn a_rate_is_a_count_over_seconds_and_nothing_of_no_time() {
        assert!((rate(500, Duration::from_millis(250)) - 2000.0).abs() < 1e-9);
        assert!(rate(500, Duration::ZERO).abs() < 1e-9);
    }

    #[test]
    fn the_middle_of_two_is_the_lesser() {
        assert!((middle(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((middle(vec![9.0, 4.0]) - 4.0).abs() < 1e-9);
        assert!(middle(Vec::new()).abs() < 1e-9);
    }

    #[test]
    fn a_figure_has_three_digits_or_all_before_the_point() {
        for (value, expected) in [
            (0.123_456, 0.123),
            (1.23456, 1.23),
            (45.678, 45.7),
            (18_234.56, 18_235.0),
            (0.0, 0.0),
            (f64::NAN, 0.0),
        ] {
            assert!((rounded(value) - expected).abs() < 1e-9, "{value}");
        }
    }
}
