//! Clocks that run fast or slow.

use crate::mix::{Fault, Mix};

/// How a clock runs that nobody sets: so many millionths fast from the world's beginning on, until it is put right; it goes
/// on from there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drift {
    /// Millionths; negative where it runs slow.
    ppm: i64,
    /// Since when it runs right.
    right_since: Option<u64>,
}

impl Drift {
    /// What a world draws for a clock, counted where it is wrong.
    #[must_use]
    pub fn drawn(mix: &mut Mix) -> Self {
        if !mix.hits(Fault::ClockDrift) {
            return Self::default();
        }
        let draw = mix.stream(Fault::ClockDrift);
        let ppm = draw.pick(&RATES_PPM);
        Self {
            ppm: if draw.percent(50) { ppm } else { -ppm },
            right_since: None,
        }
    }

    /// Millionths by which it runs fast; negative where it runs slow.
    #[must_use]
    pub fn ppm(self) -> i64 {
        match self.right_since {
            None => self.ppm,
            Some(_) => 0,
        }
    }

    /// How many milliseconds it is ahead at the world's time `now`; negative where it is behind.
    #[must_use]
    pub fn ahead_ms(self, now: u64) -> i64 {
        let wrong_for = self.right_since.map_or(now, |it| it.min(now));
        let wrong_for = i64::try_from(wrong_for).unwrap_or(i64::MAX);
        wrong_for.saturating_mul(self.ppm) / 1_000_000
    }

    /// How many milliseconds it has counted at the world's time `now`: what a monotonic clock shows.
    #[must_use]
    pub fn counted(self, now: u64) -> u64 {
        now.saturating_add_signed(self.ahead_ms(now))
    }

    /// How many milliseconds of the world's time pass until it has counted `ms` more.
    #[must_use]
    pub fn until(self, ms: u64) -> u64 {
        let rate = MILLION.saturating_add_signed(self.ppm());
        ms.saturating_mul(MILLION).div_ceil(rate)
    }

    /// It is put right at the world's time `now`: it goes on from what it shows.
    pub fn put_right(&mut self, now: u64) {
        self.right_since.get_or_insert(now);
    }
}

/// A good quartz; a bad one in the heat; a virtual machine that nobody sets.
const RATES_PPM: [i64; 3] = [20, 500, 10_000];
const MILLION: u64 = 1_000_000;
