//! A process's line to the disk, and what may go wrong on it.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use malipo_server::store::StoreError;

use crate::rng::Rng;

/// What a world does to one process's reads and writes. Atomic only because a store must be `Sync`: a world is one thread.
#[derive(Debug, Default)]
pub struct Line {
    /// So many of 65,536 reads and writes fail.
    failing: AtomicU32,
    /// Writes until the process dies; 0: it does not.
    fuse: AtomicU32,
    /// Whether the write during which it dies is kept.
    keeps: AtomicBool,
    dead: AtomicBool,
    random: AtomicU64,
    failed: AtomicU32,
    shared: AtomicBool,
    news: AtomicUsize,
}

impl Line {
    /// A good line; `shared`: other processes work on the same disk.
    #[must_use]
    pub fn new(seed: u64, shared: bool) -> Self {
        let line = Self::default();
        line.random.store(seed, Ordering::Relaxed);
        line.shared.store(shared, Ordering::Relaxed);
        line
    }

    pub(super) fn is_shared(&self) -> bool {
        self.shared.load(Ordering::Relaxed)
    }

    pub(super) fn news_read(&self) -> usize {
        self.news.load(Ordering::Relaxed)
    }

    pub(super) fn set_news_read(&self, read: usize) {
        self.news.store(read, Ordering::Relaxed);
    }

    /// From now on so many of 65,536 reads and writes fail.
    pub fn fail(&self, of_65536: u32) {
        self.failing.store(of_65536, Ordering::Relaxed);
    }

    /// The process dies at its `writes`-th write from now; `keeps`: that one is durable all the same.
    pub fn die_at(&self, writes: u32, keeps: bool) {
        self.keeps.store(keeps, Ordering::Relaxed);
        self.fuse.store(writes, Ordering::Relaxed);
    }

    /// Whether it has died.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Reads and writes that failed since the last call.
    #[must_use]
    pub fn take_failed(&self) -> u32 {
        self.failed.swap(0, Ordering::Relaxed)
    }

    pub(super) fn may_read(&self) -> Result<(), StoreError> {
        self.chance()
    }

    pub(super) fn may_write(&self) -> Result<(), StoreError> {
        self.chance()
    }

    fn chance(&self) -> Result<(), StoreError> {
        let failing = self.failing.load(Ordering::Relaxed);
        if failing == 0 {
            return Ok(());
        }
        let mut rng = Rng::new(self.random.load(Ordering::Relaxed));
        let drawn = rng.below(65_536);
        self.random.store(rng.state(), Ordering::Relaxed);
        if drawn < u64::from(failing) {
            self.failed.fetch_add(1, Ordering::Relaxed);
            return Err(StoreError("the disk is full (simulated)".to_owned()));
        }
        Ok(())
    }

    pub(super) fn dies_before_write(&self) -> bool {
        self.is_dead() || (self.burns() && !self.keeps.load(Ordering::Relaxed) && self.dies())
    }

    pub(super) fn dies_after_write(&self) -> bool {
        let dies = self.fuse.load(Ordering::Relaxed) == 1 && self.keeps.load(Ordering::Relaxed);
        dies && self.dies()
    }

    fn dies(&self) -> bool {
        self.fuse.store(0, Ordering::Relaxed);
        self.dead.store(true, Ordering::Relaxed);
        true
    }

    /// Burns the fuse by one write; whether this is the last.
    fn burns(&self) -> bool {
        match self.fuse.load(Ordering::Relaxed) {
            0 => false,
            1 => true,
            more => {
                self.fuse.store(more - 1, Ordering::Relaxed);
                false
            }
        }
    }
}
