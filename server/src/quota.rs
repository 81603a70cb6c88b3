//! How many calls a provider takes from us: one budget for all calls with one key, over all servers that share a store.
//!
//! A sliding window, exact on the safe side: calls are leased from the store as many at a time as were made lately, to be
//! made within [`LEASE_MS`], and count until the last of them has left the provider's window. A press, whoever watches, and the
//! schedule have a part each that the others leave alone ([`InUse::free`]). A `429` silences everybody until its
//! `Retry-After` and halves the budget for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;

use crate::clock::{Clock, UnixMs};
use crate::provider::Urgency;
use crate::store::quota::{CallLease, LONGEST_LEASE_MS};
use crate::store::{Store, StoreError};

/// The budget of one key.
#[derive(Debug)]
pub struct Quota {
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    budget: String,
    most: u32,
    /// What is leased and not yet used, by urgency: what was leased for the schedule is not there for a press, and the
    /// reverse.
    leased: [Mutex<Leased>; 3],
    refused: AtomicU64,
    exhausted: AtomicU64,
}

/// How a budget stands, over all servers that share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// Calls that may be made in a minute now: those configured, halved `halvings` times.
    pub limit: u32,
    /// Calls that count now.
    pub used: u32,
    /// How often it is halved.
    pub halvings: u32,
    /// Until when nothing is sent.
    pub silent_until: Option<UnixMs>,
}

impl Used {
    /// Calls that may still be made now.
    #[must_use]
    pub fn left(&self, now: UnixMs) -> u32 {
        match self.silent_until {
            Some(until) if now < until => 0,
            Some(_) | None => self.limit.saturating_sub(self.used),
        }
    }
}

/// What is left of a lease.
#[derive(Clone, Copy, Debug)]
struct Leased {
    calls: u32,
    /// How many there were; 0 before the first lease.
    size: u32,
    until: UnixMs,
}

impl Leased {
    const NONE: Self = Self {
        calls: 0,
        size: 0,
        until: UnixMs(0),
    };

    /// How many calls to lease next: what is leased and not made counts all the same, so no more than were made lately.
    /// A lease that was used up in time was too small.
    fn next_size(&self, now: UnixMs, most: u32) -> u32 {
        let made = self.size.saturating_sub(self.calls);
        let next = if self.is_good(now) {
            made.saturating_mul(2)
        } else {
            made
        };
        next.clamp(1, most)
    }

    /// A clock that was set back must not make a lease last for ever.
    fn is_good(&self, now: UnixMs) -> bool {
        now < self.until && self.until <= now.plus_ms(LEASE_MS)
    }
}

impl Quota {
    /// A budget of calls in any minute. `budget` names the provider and the key: servers with the same name share it.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        budget: String,
        calls_per_minute: u32,
    ) -> Self {
        let none = || Mutex::new(Leased::NONE);
        Self {
            clock,
            store,
            budget,
            most: calls_per_minute.max(1),
            leased: [none(), none(), none()],
            refused: AtomicU64::new(0),
            exhausted: AtomicU64::new(0),
        }
    }

    /// Takes one call out of the budget, to be made at once.
    ///
    /// # Errors
    /// How long to wait before there may be one.
    pub async fn take(&self, urgency: Urgency) -> Result<(), Duration> {
        if planted!(QuotaNotCounted) {
            return Ok(());
        }
        // Held over the lease: whoever comes meanwhile uses what it brings.
        let mut leased = self.pool(urgency).lock().await;
        let now = self.clock.now();
        if !leased.is_good(now) || leased.calls == 0 {
            let batch = leased.next_size(now, (self.most / BATCHES).max(1));
            *leased = self.lease(urgency, batch, now).await?;
        }
        leased.calls = leased.calls.saturating_sub(1);
        Ok(())
    }

    /// Notes a `429`: nothing is sent until the provider's `Retry-After`. Returns how long that is.
    pub async fn refused(&self, retry_after: Option<Duration>) -> Duration {
        let wait = retry_after.unwrap_or(DEFAULT_SILENCE).min(LONGEST_SILENCE);
        self.refused.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now();
        let ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let noted = self
            .store
            .calls_refused(&self.budget, now.plus_ms(ms), now)
            .await;
        if let Err(error) = noted {
            tracing::error!(%error, budget = self.budget, "a provider's 429 could not be noted");
        }
        for pool in &self.leased {
            *pool.lock().await = Leased::NONE;
        }
        wait
    }

    /// How many calls of this urgency may be made now.
    ///
    /// # Errors
    /// Where the store cannot say.
    pub async fn room(&self, urgency: Urgency) -> Result<u32, StoreError> {
        let now = self.clock.now();
        let in_use = self.store.calls_in_use(&self.budget, now).await?;
        let silent = in_use.silent_until.is_some_and(|it| now < it);
        Ok(if silent {
            0
        } else {
            in_use.free(self.most, urgency)
        })
    }

    /// How the budget stands.
    ///
    /// # Errors
    /// Where the store cannot say.
    pub async fn used(&self) -> Result<Used, StoreError> {
        let in_use = self
            .store
            .calls_in_use(&self.budget, self.clock.now())
            .await?;
        Ok(Used {
            limit: in_use.limit(self.most),
            used: in_use.total(),
            halvings: in_use.level,
            silent_until: in_use.silent_until,
        })
    }

    /// How many calls the provider refused with a `429`, since the start.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// How many calls were put off because nothing was left, since the start.
    #[must_use]
    pub fn exhausted(&self) -> u64 {
        self.exhausted.load(Ordering::Relaxed)
    }

    async fn lease(&self, urgency: Urgency, batch: u32, now: UnixMs) -> Result<Leased, Duration> {
        let until = now.plus_ms(LEASE_MS);
        // Where there is no room for a batch there may be some for one.
        for calls in [batch, 1] {
            let lease = CallLease {
                calls,
                most: self.most,
                urgency,
                counts_until: until
                    .plus_ms(planted!(QuotaForgetsEarly => half(WINDOW_MS) else WINDOW_MS)),
            };
            match self.store.lease_calls(&self.budget, lease, now).await {
                Ok(Ok(())) => {
                    return Ok(Leased {
                        calls,
                        size: calls,
                        until,
                    });
                }
                Ok(Err(none)) if calls == 1 => {
                    self.exhausted.fetch_add(1, Ordering::Relaxed);
                    let ms = none.until.since_ms(now).max(LEAST_WAIT_MS);
                    return Err(Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
                }
                Ok(Err(_)) => {}
                Err(error) => {
                    tracing::error!(%error, budget = self.budget, "calls cannot be counted, so none is made");
                    return Err(STORE_DOWN);
                }
            }
        }
        Err(STORE_DOWN)
    }

    fn pool(&self, urgency: Urgency) -> &Mutex<Leased> {
        let [schedule, watched, press] = &self.leased;
        match urgency {
            Urgency::Schedule => schedule,
            Urgency::Watched => watched,
            Urgency::Press => press,
        }
    }
}

/// A lease is a twentieth of the budget at most: where there is much to call, 30 calls of 600 cost one write.
const BATCHES: u32 = 20;
/// How long leased calls may be made.
const LEASE_MS: i64 = 2_000;
/// The providers' minute, and what a call may be late on its way to them.
const WINDOW_MS: i64 = 62_000;
const _: () = assert!(LEASE_MS + WINDOW_MS <= LONGEST_LEASE_MS);
const LEAST_WAIT_MS: i64 = 100;
/// How long a `429` without `Retry-After` silences us.
const DEFAULT_SILENCE: Duration = Duration::from_secs(10);
const LONGEST_SILENCE: Duration = Duration::from_secs(15 * 60);
const STORE_DOWN: Duration = Duration::from_secs(1);
