//! The widget's clock, made of the browser's two readings.

use core::cell::Cell;

use super::timer::Moment;

/// A clock that always goes on: by what passed on the wall clock or on the monotonic one, whichever is more.
///
/// The monotonic clock stands still while most machines sleep, and the wall clock may be set: taking the larger of both, no
/// deadline is missed by a sleep. Where the wall clock is set back, both are counted anew from there: waiting until it has
/// caught up would mean not to ask for as long as it had been ahead.
#[derive(Debug)]
pub struct Clock {
    base: Cell<Reading>,
    last: Cell<Reading>,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    now: u64,
    wall: u64,
    monotonic: u64,
}

impl Clock {
    /// A clock that starts with these readings, in milliseconds: the wall clock's since 1970.
    #[must_use]
    pub fn start(wall: u64, monotonic: u64) -> Self {
        let start = Reading {
            now: wall,
            wall,
            monotonic,
        };
        Self {
            base: Cell::new(start),
            last: Cell::new(start),
        }
    }

    /// What it says for these readings.
    pub fn reading(&self, wall: u64, monotonic: u64) -> Moment {
        let last = self.last.get();
        let was_set_back = wall < last.wall && !planted!(ClockStandsStill);
        let base = if was_set_back { last } else { self.base.get() };
        let elapsed = wall
            .saturating_sub(base.wall)
            .max(monotonic.saturating_sub(base.monotonic));
        let now = last.now.max(base.now.saturating_add(elapsed));
        let reading = Reading {
            now,
            wall,
            monotonic,
        };
        self.last.set(reading);
        if was_set_back {
            self.base.set(reading);
        }
        Moment(now)
    }
}
