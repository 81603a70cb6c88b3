//! A shopper's device.

use crate::START;

/// A device: its clock and its network.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// How far its wall clock is off, in milliseconds.
    pub off_ms: i64,
    /// It has no network.
    pub offline: bool,
}

impl Device {
    /// What its wall clock shows at the world's time `now`.
    #[must_use]
    pub fn wall(&self, now: u64) -> u64 {
        (START + now).saturating_add_signed(self.off_ms)
    }
}
