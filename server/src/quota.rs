//! How many calls a provider takes from us: one budget for all calls with one key.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, RateLimiter};

use crate::clock::Clock;
use crate::provider::Urgency;

/// The budget of one key.
#[derive(Debug)]
pub struct Quota {
    clock: Arc<dyn Clock>,
    budget: DefaultDirectRateLimiter,
    /// Until when the provider asked for silence, in Unix milliseconds.
    silent_until: AtomicI64,
}

impl Quota {
    /// A budget of calls a minute.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, calls_per_minute: u32) -> Self {
        let calls = NonZeroU32::new(calls_per_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            clock,
            budget: RateLimiter::direct(governor::Quota::per_minute(calls)),
            silent_until: AtomicI64::new(0),
        }
    }

    /// Takes one call out of the budget.
    ///
    /// # Errors
    /// How long to wait before there may be one.
    pub async fn take(&self, _urgency: Urgency) -> Result<(), Duration> {
        let silent = self
            .silent_until
            .load(Ordering::Relaxed)
            .saturating_sub(self.clock.now().0);
        if let Ok(ms) = u64::try_from(silent)
            && 0 < ms
        {
            return Err(Duration::from_millis(ms));
        }
        self.budget.check().map_err(|_| Duration::from_secs(1))
    }

    /// Notes a `429`: nothing is sent until the provider's `Retry-After`. Returns how long that is.
    pub async fn refused(&self, retry_after: Option<Duration>) -> Duration {
        let wait = retry_after.unwrap_or(DEFAULT_SILENCE).min(LONGEST_SILENCE);
        let ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        self.silent_until
            .fetch_max(self.clock.now().plus_ms(ms).0, Ordering::Relaxed);
        wait
    }
}

/// How long a `429` without `Retry-After` silences us.
const DEFAULT_SILENCE: Duration = Duration::from_secs(10);
const LONGEST_SILENCE: Duration = Duration::from_secs(15 * 60);
