//! The store as a model: the same contract as SQLite's and PostgreSQL's (`tests/contract`), in memory.
//!
//! A [`Disk`] outlives the processes that write to it. Each process has a [`Line`] to it, over which a world lets writes fail,
//! or lets the process die in the middle of one: before it is durable, or after it and before the process learns of it.

mod disk;
mod line;
mod notified;
mod operator;
mod payments;
mod shared;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use malipo_server::clock::UnixMs;
use malipo_server::payment::settle::Observation;
use malipo_server::payment::{Attempt, AttemptId, AttemptStatus, Order};
use malipo_server::store::outbox::Tell;
use malipo_server::store::{Answered, Begin, Begun, Door, Hash, Settled, Store, StoreError};
use malipo_wire::OrderId;

pub use disk::{Change, Disk};
pub use line::Line;

/// One process's store.
#[derive(Debug)]
pub struct MemoryStore {
    disk: Arc<Mutex<Disk>>,
    line: Arc<Line>,
}

/// Records that processes share.
#[derive(Clone, Debug, Default)]
pub struct SharedDisk(Arc<Mutex<Disk>>);

impl SharedDisk {
    /// A process's store on these records.
    #[must_use]
    pub fn store(&self, line: Arc<Line>) -> MemoryStore {
        MemoryStore {
            disk: Arc::clone(&self.0),
            line,
        }
    }

    /// The records themselves.
    pub fn look(&self) -> MutexGuard<'_, Disk> {
        // A world is one thread: a panic in the middle ends it, and the next begins with a disk of its own.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemoryStore {
    fn read<T>(&self, read: impl FnOnce(&Disk) -> T) -> Result<T, StoreError> {
        self.line.may_read()?;
        Ok(read(&self.lock()))
    }

    async fn write<T>(&self, write: impl FnOnce(&mut Disk) -> T) -> Result<T, StoreError> {
        if let Err(error) = self.line.may_write() {
            self.lock().failures += 1;
            return Err(error);
        }
        if self.line.dies_before_write() {
            return std::future::pending().await;
        }
        let result = write(&mut self.lock());
        if self.line.dies_after_write() {
            return std::future::pending().await;
        }
        Ok(result)
    }

    fn lock(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self, begin: Begin) -> Result<Begun, StoreError> {
        self.write(|it| it.begin(&begin)).await
    }

    async fn answered(
        &self,
        attempt: &AttemptId,
        answer: Answered,
        now: UnixMs,
    ) -> Result<bool, StoreError> {
        self.write(|it| it.answered(attempt, answer, now)).await
    }

    async fn settle(
        &self,
        attempt: &AttemptId,
        observation: Observation,
        tell: Tell,
        now: UnixMs,
    ) -> Result<Option<Settled>, StoreError> {
        self.write(|it| it.settle(attempt, observation, tell, now))
            .await
    }

    async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        self.read(|it| it.order(id))
    }

    async fn attempt(&self, id: &AttemptId) -> Result<Option<Attempt>, StoreError> {
        self.read(|it| it.index(id).map(|at| it.attempt_at(at).clone()))
    }

    async fn attempt_by_secret(
        &self,
        door: Door,
        hash: Hash,
    ) -> Result<Option<Attempt>, StoreError> {
        self.read(|disk| {
            let row = disk.attempts.iter().find(|it| match door {
                Door::Return => it.return_hash == hash,
                Door::Notify => it.notify_hash == hash,
            });
            row.map(|it| it.attempt.clone())
        })
    }

    async fn attempt_named(
        &self,
        provider: &str,
        names: &[String],
    ) -> Result<Option<Attempt>, StoreError> {
        self.read(|disk| {
            let named = |name: &String| {
                disk.attempts().find(|it| {
                    it.provider == provider
                        && (it.reference.0 == *name || it.provider_ref.as_ref() == Some(name))
                })
            };
            names.iter().find_map(named).cloned()
        })
    }

    async fn opened_by(&self, token: Hash, now: UnixMs) -> Result<Option<Order>, StoreError> {
        self.read(|disk| {
            let found = disk.tokens.get(&token).filter(|it| now < it.1);
            found.and_then(|it| disk.order(&it.0))
        })
    }

    async fn issue_token(
        &self,
        hash: Hash,
        order: &OrderId,
        expires_at: UnixMs,
    ) -> Result<(), StoreError> {
        self.write(|it| {
            if !it.orders.contains_key(order) {
                return Err(StoreError("a token of no order".to_owned()));
            }
            it.tokens.insert(hash, (order.clone(), expires_at));
            Ok(())
        })
        .await?
    }

    async fn cancelled(&self, order: &OrderId, now: UnixMs) -> Result<(), StoreError> {
        self.write(|it| it.cancelled(order, now)).await
    }

    async fn take_due(
        &self,
        provider: &str,
        now: UnixMs,
        until: UnixMs,
        most: u32,
    ) -> Result<Vec<Attempt>, StoreError> {
        let is_due =
            |it: &Attempt| it.provider == provider && it.next_check_at.is_some_and(|at| at <= now);
        if !self.read(|it| it.attempts().any(is_due))? {
            return Ok(Vec::new());
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.write(|it| it.take_due(provider, now, until, most))
            .await
    }

    async fn reschedule(
        &self,
        attempt: &AttemptId,
        taken_until: UnixMs,
        at: Option<UnixMs>,
    ) -> Result<(), StoreError> {
        self.write(|it| it.reschedule(attempt, taken_until, at))
            .await
    }

    async fn unanswered(&self) -> Result<Vec<AttemptId>, StoreError> {
        let created = |it: &&Attempt| it.status == AttemptStatus::Created;
        self.read(|it| {
            let all = it.attempts().filter(created);
            all.map(|it| it.id.clone()).collect()
        })
    }

    async fn recover(&self, lost: &[AttemptId], now: UnixMs) -> Result<usize, StoreError> {
        self.write(|it| it.recover(lost, now)).await
    }

    async fn park(
        &self,
        provider: &str,
        names: &[String],
        summary: &str,
        now: UnixMs,
    ) -> Result<(), StoreError> {
        self.write(|it| it.park(provider, names, summary, now))
            .await
    }

    async fn tidy(&self, now: UnixMs) -> Result<(), StoreError> {
        self.write(|it| it.tidy(now)).await
    }

    async fn bind_mode(&self, mode: &str) -> Result<String, StoreError> {
        self.write(|it| it.mode.get_or_insert_with(|| mode.to_owned()).clone())
            .await
    }

    async fn ready(&self, _: UnixMs) -> Result<(), StoreError> {
        self.write(|_| ()).await
    }

    async fn counts(&self) -> Result<Vec<(AttemptStatus, u64)>, StoreError> {
        self.read(|disk| {
            let count = |status| {
                let rows = disk.attempts().filter(|it| it.status == status);
                (status, u64::try_from(rows.count()).unwrap_or(u64::MAX))
            };
            AttemptStatus::WAITING.map(count).to_vec()
        })
    }

    fn failures(&self) -> u64 {
        self.lock().failures
    }
}
