//! The one place that reads the browser's clocks.

use crate::checkout::{self, Moment};

/// [`checkout::Clock`] over the browser's two clocks.
#[derive(Debug)]
pub struct Clock(checkout::Clock);

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(checkout::Clock::start(wall_ms(), monotonic_ms()))
    }

    /// Now.
    pub fn now(&self) -> Moment {
        self.0.reading(wall_ms(), monotonic_ms())
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
