//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use malipo_server::clock::{Clock, UnixMs};

#[derive(Debug)]
pub(crate) struct StillClock(AtomicI64);

impl StillClock {
    pub(crate) fn at(now: UnixMs) -> Self {
        Self(AtomicI64::new(now.0))
    }

    pub(crate) fn forward(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for StillClock {
    fn now(&self) -> UnixMs {
        UnixMs(self.0.load(Ordering::Relaxed))
    }
}
