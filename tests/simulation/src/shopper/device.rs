//! A shopper's device.

use crate::START;
use crate::drift::Drift;

/// A device: its clock and its network.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// How far its wall clock is off, in milliseconds.
    pub off_ms: i64,
    /// How its clock runs.
    pub drift: Drift,
    /// It has no network.
    pub offline: bool,
}

impl Device {
    /// What its monotonic clock shows at the world's time `now`.
    #[must_use]
    pub fn monotonic(&self, now: u64) -> u64 {
        self.drift.counted(now)
    }

    /// What its wall clock shows at the world's time `now`.
    #[must_use]
    pub fn wall(&self, now: u64) -> u64 {
        (START + self.monotonic(now)).saturating_add_signed(self.off_ms)
    }
}
