//! One server process: the real routes over the real `App`, in a runtime whose clock stands still until the world moves it.

mod exchange;
mod process;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use exchange::Call;
pub(crate) use process::QUOTE_KEY;
pub use process::{Process, Setting};

use malipo_server::clock::{Clock, UnixMs};
use malipo_server::outbox::hook::Told;

/// What a process has brought forth since it was looked at last.
#[derive(Debug, Default)]
pub struct Outs {
    /// Answers to requests, by the request's number.
    pub answers: Vec<(u64, Answer)>,
    /// Pieces of streams, by the request's number; `None`: it ended.
    pub pieces: Vec<(u64, Option<String>)>,
    /// Calls to the provider.
    pub calls: Vec<Call>,
    /// What the shop was told, with what to answer.
    pub told: Vec<Told>,
}

/// A whole HTTP answer; a stream's has an empty body, and pieces follow.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After` in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The body.
    pub body: String,
    /// It is a stream of events.
    pub is_stream: bool,
}

/// Shared between a process's tasks and the world.
#[derive(Clone, Debug, Default)]
pub struct OutTray(Arc<Mutex<Outs>>);

impl OutTray {
    fn lock(&self) -> MutexGuard<'_, Outs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes everything out.
    #[must_use]
    pub fn take(&self) -> Outs {
        std::mem::take(&mut *self.lock())
    }
}

/// A server's wall clock, which a world sets.
#[derive(Debug, Default)]
pub struct WorldClock(std::sync::atomic::AtomicI64);

impl WorldClock {
    /// Sets it.
    pub fn set(&self, now: i64) {
        self.0.store(now, std::sync::atomic::Ordering::Relaxed);
    }
}

impl Clock for WorldClock {
    fn now(&self) -> UnixMs {
        UnixMs(self.0.load(std::sync::atomic::Ordering::Relaxed))
    }
}
