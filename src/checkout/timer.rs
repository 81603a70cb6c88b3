//! The widget's notion of time.

/// A moment on the widget's clock: milliseconds since the Unix epoch, never running backwards.
///
/// The shell makes it from the larger of the elapsed wall time and the elapsed monotonic time, because the monotonic clock
/// stands still while most machines sleep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl Moment {
    /// This moment, `ms` milliseconds later; stays at the end of time on overflow.
    #[must_use]
    pub fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment, 0 if it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Seconds in milliseconds; at the end of time where they are too many. (A product that saturates is one of 128 bits in the page.)
#[must_use]
pub fn ms_of(seconds: u64) -> u64 {
    seconds.min(u64::MAX / 1_000) * 1_000
}

/// How long one initiate may take. Above the backend's own 10 s limit towards a provider, plus a slow phone's round trips.
pub const INITIATE_TIMEOUT_MS: u64 = 25_000;
/// How long one verify or cancel may take: the backend answers from its store.
pub const VERIFY_TIMEOUT_MS: u64 = 10_000;
/// How long `cancel()` waits for its verify (docs/contract.md 2.2).
pub const CANCEL_VERIFY_MS: u64 = 3_000;
/// Wake-ups closer together than this cause one verify: a tab that comes forward brings three of them.
pub const WAKE_GAP_MS: u64 = 500;
/// The first delay after a verify that failed; doubles up to [`BACKOFF_MOST_MS`] (docs/contract.md 3).
pub const BACKOFF_FIRST_MS: u64 = 2_500;
/// The longest delay after verifies that failed, and the poll's pace while the stream is healthy (docs/contract.md 3).
pub const BACKOFF_MOST_MS: u64 = 20_000;
/// A stream without a byte for this long is dead: two heartbeats of 15 s and some grace (docs/contract.md 3).
pub const STREAM_STALL_MS: u64 = 35_000;
/// A lost stream is opened again after up to this long (docs/contract.md 3).
pub const STREAM_JITTER_MS: u64 = 5_000;
/// The longest `Retry-After` that is obeyed.
pub const RETRY_AFTER_MOST_MS: u64 = 300_000;
/// How long a 409 with `Retry-After` ("the first is still running") is waited for at initiate, in all.
pub const BUSY_MOST_MS: u64 = 60_000;
/// How long an ended attempt is still verified by hints and wake-ups, and how long its record is kept (docs/contract.md 2.3, 2.4).
pub const KEEP_MS: u64 = 24 * 60 * 60 * 1_000;
/// The deadline where neither the page nor the backend names one (docs/contract.md 2.1).
pub const DEADLINE_DEFAULT_MS: u64 = 15 * 60_000;
/// What is added to the backend's own expiry, so that its last word can still arrive (docs/contract.md 2.1).
pub const DEADLINE_GRACE_MS: u64 = 90_000;
/// The least deadline derived from the backend's expiry (docs/contract.md 2.1).
pub const DEADLINE_LEAST_MS: u64 = 60_000;
/// The longest deadline derived from the backend's expiry (docs/contract.md 2.1).
pub const DEADLINE_MOST_MS: u64 = 30 * 60_000;
