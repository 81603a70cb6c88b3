//! Ceilings on requests and streams.

use std::collections::HashMap;
use std::hash::Hash as StdHash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config;
use crate::connections::{Connections, places};
use crate::machine::descriptors;
use crate::store::Hash;

/// Every ceiling of one server.
#[derive(Debug)]
pub struct Limits {
    /// Initiates, by order (or by Idempotency-Key, where the order has no name yet).
    pub initiates: PerMinute<String>,
    /// Verifies and cancels, by token.
    pub verifies: PerMinute<Hash>,
    /// Everything, by address.
    pub addresses: PerMinute<IpAddr>,
    /// Notifications, by attempt.
    pub notices: PerMinute<String>,
    /// Questions to the provider because a shopper came back, by attempt. Above it the page shows what the store knows.
    pub returns: PerMinute<String>,
    /// Tries of `admin.token`, right ones included, by address.
    pub sign_ins: PerMinute<IpAddr>,
    /// Open event streams.
    pub streams: Streams,
    /// Connections that are served at a time.
    pub connections: Connections,
}

impl Limits {
    /// The ceilings of a configuration, on this machine, beside a store with so many connections.
    #[must_use]
    pub fn new(config: &config::Limits, store_connections: u32) -> Self {
        let most = places(config.connections, descriptors(), store_connections);
        Self {
            initiates: PerMinute::new(config.initiates_per_order_per_minute),
            verifies: PerMinute::new(config.verifies_per_token_per_minute),
            addresses: PerMinute::new(config.requests_per_ip_per_minute),
            notices: PerMinute::new(config.notifications_per_attempt_per_minute),
            returns: PerMinute::new(RETURNS_A_MINUTE),
            sign_ins: PerMinute::new(SIGN_INS_A_MINUTE),
            streams: Streams {
                open: Arc::default(),
                per_token: config.streams_per_token,
                in_all: config.streams.min(beside_others(most)),
            },
            connections: Connections::new(most),
        }
    }

    /// Forgets whoever has been quiet.
    pub fn tidy(&self) {
        self.initiates.limiter.retain_recent();
        self.verifies.limiter.retain_recent();
        self.addresses.limiter.retain_recent();
        self.notices.limiter.retain_recent();
        self.returns.limiter.retain_recent();
        self.sign_ins.limiter.retain_recent();
    }
}

/// So many a minute for each key; all of them at once if need be.
#[derive(Debug)]
pub struct PerMinute<K: StdHash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    wait_seconds: u32,
}

impl<K: StdHash + Eq + Clone> PerMinute<K> {
    fn new(most: u32) -> Self {
        let most = NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN);
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(most)),
            wait_seconds: 60_u32.div_ceil(most.get()),
        }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// The seconds to wait, where it is one too many.
    pub fn count(&self, key: &K) -> Result<(), u32> {
        self.limiter.check_key(key).map_err(|_| self.wait_seconds)
    }
}

/// Open event streams.
#[derive(Debug)]
pub struct Streams {
    open: Arc<Mutex<Open>>,
    per_token: u32,
    in_all: u32,
}

/// How many are open.
#[derive(Debug, Default)]
struct Open {
    by_token: HashMap<Hash, u32>,
    in_all: u32,
}

impl Streams {
    /// A place for one more stream; `None` where there is none.
    #[must_use]
    pub fn enter(&self, token: Hash) -> Option<StreamPlace> {
        let mut open = lock(&self.open);
        let mine = open.by_token.get(&token).copied().unwrap_or(0);
        if self.in_all <= open.in_all || self.per_token <= mine {
            return None;
        }
        open.by_token.insert(token, mine.saturating_add(1));
        open.in_all = open.in_all.saturating_add(1);
        Some(StreamPlace {
            open: Arc::clone(&self.open),
            token,
        })
    }

    /// The most that may be open.
    #[must_use]
    pub fn most(&self) -> u32 {
        self.in_all
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> u32 {
        lock(&self.open).in_all
    }
}

/// The place of an open stream.
#[derive(Debug)]
#[must_use = "dropping it frees the place"]
pub struct StreamPlace {
    open: Arc<Mutex<Open>>,
    token: Hash,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.in_all = open.in_all.saturating_sub(1);
        if let Some(mine) = open.by_token.get_mut(&self.token) {
            *mine = mine.saturating_sub(1);
            if *mine == 0 {
                open.by_token.remove(&self.token);
            }
        }
    }
}

/// The most streams among so many connections. A stream lasts: who begins a payment must find a place beside them.
fn beside_others(connections: u32) -> u32 {
    let quarter_left = (connections / 4).saturating_mul(3);
    quarter_left.max(connections.saturating_sub(OTHERS)).max(1)
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    // Counting cannot stop half-way.
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A shopper comes back once, and reloads a few times; who reloads in a loop must not use up the provider's limit.
const RETURNS_A_MINUTE: u32 = 20;
/// Enough for a program that looks every 3 s with the token itself; for guessing 16 random bytes, no number would be.
const SIGN_INS_A_MINUTE: u32 = 30;
/// Connections that are kept for what is no stream, where a quarter of all would be more: answers take milliseconds.
const OTHERS: u32 = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_leave_a_quarter_of_the_connections_to_others_and_never_more_than_they_need() {
        for (connections, streams) in [(0, 1), (100, 75), (8_000, 6_000), (17_926, 15_926)] {
            assert_eq!(beside_others(connections), streams);
        }
    }

    #[test]
    fn every_stream_is_counted_once_for_its_token_and_once_in_all_until_it_ends() {
        let streams = Streams {
            open: Arc::default(),
            per_token: 2,
            in_all: 3,
        };
        let (ada, ben) = ([1; 32], [2; 32]);
        let first = streams.enter(ada).unwrap();
        let second = streams.enter(ada).unwrap();
        assert!(streams.enter(ada).is_none(), "her third");
        let third = streams.enter(ben).unwrap();
        assert!(streams.enter([3; 32]).is_none(), "the fourth in all");
        assert_eq!(streams.open(), 3);
        drop(first);
        assert_eq!(streams.open(), 2);
        let fourth = streams.enter(ada).unwrap();
        drop((second, third, fourth));
        assert_eq!(streams.open(), 0);
        assert!(lock(&streams.open).by_token.is_empty());
    }
}
