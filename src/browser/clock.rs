//! The one place that reads the browser's clocks.

use core::cell::Cell;

use crate::checkout::Moment;

/// The widget's clock: the largest of the last reading, the wall clock, and the start plus the monotonic time since.
///
/// The monotonic clock stands still while most machines sleep, and the wall clock may be set back: taking the larger of
/// both, no deadline is missed by a sleep, and none comes twice.
#[derive(Debug)]
pub struct Clock {
    started_wall: u64,
    started_monotonic: u64,
    last: Cell<u64>,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            started_wall: wall_ms(),
            started_monotonic: monotonic_ms(),
            last: Cell::new(0),
        }
    }

    /// Now.
    pub fn now(&self) -> Moment {
        self.reading(wall_ms(), monotonic_ms())
    }

    /// What the clock says for these readings of the browser's two.
    pub fn reading(&self, wall: u64, monotonic: u64) -> Moment {
        let elapsed = monotonic.saturating_sub(self.started_monotonic);
        let now = self
            .last
            .get()
            .max(wall)
            .max(self.started_wall.saturating_add(elapsed));
        self.last.set(now);
        Moment(now)
    }
}

/// Milliseconds since the Unix epoch on the wall clock, as HTTP dates count.
#[must_use]
pub fn wall_ms() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    whole(js_sys::Date::now())
}

fn monotonic_ms() -> u64 {
    let performance = web_sys::window().and_then(|it| it.performance());
    performance.map_or(0, |it| whole(it.now()))
}

/// A number of JavaScript's as milliseconds; what is no number, or lies before the epoch, is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and 2^53 ms are 285 000 years"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number as u64
}
