//! How many connections are served at a time. Those that come when every place is taken wait: each costs a file
//! descriptor, and the store and the calls to providers need some as well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::machine::Descriptors;

/// The places for connections.
#[derive(Debug)]
pub struct Connections {
    places: Arc<Semaphore>,
    most: u32,
    exhausted: AtomicU64,
    /// It has been logged that every place is taken, and there have not been many free ones since.
    told: AtomicBool,
}

/// The place of an open connection.
#[derive(Debug)]
#[must_use = "dropping it frees the place"]
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Connections {
    /// So many places; one at least.
    #[must_use]
    pub fn new(most: u32) -> Self {
        let most = most.max(1);
        let places = usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            most,
            exhausted: AtomicU64::new(0),
            told: AtomicBool::new(false),
        }
    }

    /// Waits for a place.
    pub async fn enter(&self) -> Place {
        let permit = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                self.exhausted.fetch_add(1, Ordering::Relaxed);
                if !self.told.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        most = self.most,
                        "every connection is in use; new ones wait"
                    );
                }
                match Arc::clone(&self.places).acquire_owned().await {
                    Ok(permit) => permit,
                    // The places are never closed.
                    Err(_) => std::future::pending().await,
                }
            }
        };
        // Once an hour of rush is over, the next one is worth a word again.
        if self.open() < self.most / 2 {
            self.told.store(false, Ordering::Relaxed);
        }
        Place { _permit: permit }
    }

    /// How many places are taken.
    #[must_use]
    pub fn open(&self) -> u32 {
        let free = u32::try_from(self.places.available_permits()).unwrap_or(u32::MAX);
        self.most.saturating_sub(free)
    }

    /// How many places there are.
    #[must_use]
    pub fn most(&self) -> u32 {
        self.most
    }

    /// How often one came and found every place taken.
    #[must_use]
    pub fn exhausted(&self) -> u64 {
        self.exhausted.load(Ordering::Relaxed)
    }
}

/// How many places there are by default, and at most, with so many file descriptors.
///
/// Some descriptors are kept for the store's `store_connections` and for files; a quarter of the others, [`CALLS`] at most, for
/// calls to providers and to the shop, since a connection may wait for one.
#[must_use]
pub fn places(
    wanted: Option<u32>,
    descriptors: Option<Descriptors>,
    store_connections: u32,
) -> u32 {
    let possible = descriptors.map_or(u64::MAX, |it| {
        let free = it
            .most
            .saturating_sub(KEPT)
            .saturating_sub(store_connections.into());
        (free / 4 * 3).max(free.saturating_sub(CALLS))
    });
    let possible = u32::try_from(possible).unwrap_or(u32::MAX).max(1);
    let wanted = wanted.unwrap_or(DEFAULT.min(possible));
    if possible < wanted {
        tracing::warn!(
            wanted,
            possible,
            "limits.connections is more than the file descriptors allow (ulimit -n, LimitNOFILE); so many are served as are possible"
        );
    }
    wanted.min(possible)
}

/// 15,000 waiting event streams (`limits.streams`) and a third more: at 20 KB each, some 400 MB.
const DEFAULT: u32 = 20_000;
/// Streams make no calls, and of what else is served at a time no more than these wait for one.
const CALLS: u64 = 2_000;
/// For the store's files, the log, the runtime and what is being read once.
const KEPT: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_leave_descriptors_to_the_store_and_to_calls() {
        let of = |wanted, most| {
            let descriptors = Descriptors { open: None, most };
            places(wanted, Some(descriptors), 10)
        };
        assert_eq!(of(None, 1_024), 711);
        assert_eq!(of(None, 1_048_576), 20_000);
        assert_eq!(of(Some(50), 1_024), 50);
        assert_eq!(of(Some(5_000), 1_024), 711);
        assert_eq!(of(Some(50_000), 1_048_576), 50_000);
        // Of many, no quarter lies idle: 20,000 is the hard limit of many systems.
        assert_eq!(of(None, 8_074), 6_000);
        assert_eq!(of(None, 20_000), 17_926);
        assert_eq!(of(None, 10), 1);
        assert_eq!(places(None, None, 10), 20_000);
    }
}
