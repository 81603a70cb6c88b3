//! Whether a provider's notifications come.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::payment::notified::{self, PaidNotice};

/// Whether they are proven to come; at the start, and where none has come yet, they are not.
#[derive(Debug, Default)]
pub struct Notices(AtomicBool);

impl Notices {
    /// Judges by the last payments.
    pub fn note(&self, last: &[PaidNotice]) {
        self.0.store(notified::are_proven(last), Ordering::Relaxed);
    }

    /// Whether whoever waits can be left to them.
    #[must_use]
    pub fn are_proven(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
