//! SQLite: one writer on a thread of its own, readers inline.
//!
//! WAL with `synchronous=FULL`: what is committed survives a power loss. A read takes microseconds, so it runs on the
//! calling thread with a connection of a small pool; a write waits for the disk, so it runs on the writer's thread.

mod cached;
mod links;
mod news;
mod notified;
mod open;
mod outbox;
mod quota;
mod reads;
mod recipients;
mod records;
mod rows;
mod transactions;
mod writer;
mod writes;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use malipo_wire::OrderId;
use rusqlite::Connection;

use self::writer::Writer;
use super::outbox::Tell;
use super::{Answered, Begin, Begun, Door, Hash, Settled, Store, StoreError};
use crate::clock::UnixMs;
use crate::payment::settle::Observation;
use crate::payment::{Attempt, AttemptId, AttemptStatus, Order};

/// The store in one file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    /// Held by the one server that has this file.
    _lock: Option<File>,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
    failures: AtomicU64,
}

impl SqliteStore {
    /// Opens the file for a server, makes it where it does not exist, and brings its tables up to date.
    ///
    /// # Errors
    /// Where another server has the file, it cannot be opened or written, was written by a newer version, or SQLite is
    /// older than 3.51.3.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let lock = open::lock(path)?;
        Self::start(path, Some(lock))
    }

    /// Opens the file beside the server that has it, for a command that takes no attempt away from it.
    ///
    /// # Errors
    /// Those of [`SqliteStore::open`], but for the other server.
    pub fn open_beside(path: &Path) -> Result<Self, StoreError> {
        Self::start(path, None)
    }

    fn start(path: &Path, lock: Option<File>) -> Result<Self, StoreError> {
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
            writer: Writer::start(open::writer(path)?)?,
            readers: Mutex::new(Vec::new()),
            failures: AtomicU64::new(0),
        })
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.counted(self.writer.write(work).await)
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let pooled = self.pool().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => self.counted(open::reader(&self.path))?,
        };
        let result = work(&connection);
        // A connection that failed is closed; the next read opens a fresh one.
        if result.is_ok() {
            self.pool().push(connection);
        }
        self.counted(result.map_err(StoreError::from))
    }

    fn counted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_err() {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    fn pool(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // Push and pop cannot leave the list half done.
        self.readers
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self, begin: Begin) -> Result<Begun, StoreError> {
        self.write(move |it| writes::begin(it, &begin)).await
    }

    async fn answered(
        &self,
        attempt: &AttemptId,
        answer: Answered,
        now: UnixMs,
    ) -> Result<bool, StoreError> {
        let attempt = attempt.clone();
        self.write(move |it| writes::answered(it, &attempt, &answer, now))
            .await
    }

    async fn settle(
        &self,
        attempt: &AttemptId,
        observation: Observation,
        tell: Tell,
        now: UnixMs,
    ) -> Result<Option<Settled>, StoreError> {
        // Most answers change nothing: those cost no write.
        let unchanged = self.read(|it| writes::unchanged(it, attempt, observation, now))?;
        if unchanged {
            return Ok(None);
        }
        let attempt = attempt.clone();
        self.write(move |it| writes::settle(it, &attempt, observation, tell, now))
            .await
    }

    async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        self.read(|it| reads::order(it, id))
    }

    async fn attempt(&self, id: &AttemptId) -> Result<Option<Attempt>, StoreError> {
        self.read(|it| reads::attempt(it, id))
    }

    async fn attempt_by_secret(
        &self,
        door: Door,
        hash: Hash,
    ) -> Result<Option<Attempt>, StoreError> {
        self.read(|it| reads::attempt_by_secret(it, door, hash))
    }

    async fn attempt_named(
        &self,
        provider: &str,
        names: &[String],
    ) -> Result<Option<Attempt>, StoreError> {
        self.read(|it| reads::attempt_named(it, provider, names))
    }

    async fn opened_by(&self, token: Hash, now: UnixMs) -> Result<Option<Order>, StoreError> {
        self.read(|it| reads::opened_by(it, token, now))
    }

    async fn issue_token(
        &self,
        hash: Hash,
        order: &OrderId,
        expires_at: UnixMs,
    ) -> Result<(), StoreError> {
        let order = order.clone();
        self.write(move |it| writes::issue_token(it, hash, &order, expires_at))
            .await
    }

    async fn cancelled(&self, order: &OrderId, now: UnixMs) -> Result<(), StoreError> {
        let order = order.clone();
        self.write(move |it| writes::cancelled(it, &order, now))
            .await
    }

    async fn take_due(
        &self,
        provider: &str,
        now: UnixMs,
        until: UnixMs,
        most: u32,
    ) -> Result<Vec<Attempt>, StoreError> {
        // Most of the time nothing is due: that costs no write.
        if self.read(|it| reads::due(it, provider, now, 1))?.is_empty() {
            return Ok(Vec::new());
        }
        let provider = provider.to_owned();
        self.write(move |it| writes::take_due(it, &provider, now, until, most))
            .await
    }

    async fn unanswered(&self) -> Result<Vec<AttemptId>, StoreError> {
        self.read(reads::unanswered)
    }

    async fn recover(&self, lost: &[AttemptId], now: UnixMs) -> Result<usize, StoreError> {
        let lost = lost.to_vec();
        self.write(move |it| writes::recover(it, &lost, now)).await
    }

    async fn park(
        &self,
        provider: &str,
        names: &[String],
        summary: &str,
        now: UnixMs,
    ) -> Result<(), StoreError> {
        let (provider, names) = (provider.to_owned(), names.join(" "));
        let summary = summary.to_owned();
        self.write(move |it| writes::park(it, &provider, &names, &summary, now))
            .await
    }

    async fn tidy(&self, now: UnixMs) -> Result<(), StoreError> {
        self.write(move |it| writes::tidy(it, now)).await
    }

    async fn reschedule(
        &self,
        attempt: &AttemptId,
        taken_until: UnixMs,
        at: Option<UnixMs>,
    ) -> Result<(), StoreError> {
        let attempt = attempt.clone();
        self.write(move |it| writes::reschedule(it, &attempt, taken_until, at))
            .await
    }

    async fn bind_mode(&self, mode: &str) -> Result<String, StoreError> {
        let mode = mode.to_owned();
        self.write(move |it| writes::bind_mode(it, &mode)).await
    }

    async fn ready(&self, now: UnixMs) -> Result<(), StoreError> {
        self.write(move |it| writes::ready(it, now)).await
    }

    async fn counts(&self) -> Result<Vec<(AttemptStatus, u64)>, StoreError> {
        self.read(reads::counts)
    }

    fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // SQLite's messages name tables and columns, never values: every value is bound.
        Self(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Records as _;

    const NOW: UnixMs = UnixMs(1_795_000_000_000);

    fn store() -> (tempfile::TempDir, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("store.sqlite")).unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn a_commit_is_synced_to_the_disk_before_it_returns() {
        let (_folder, store) = store();
        let set = store.write(|it| {
            let wal: String = it.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
            let synchronous: u8 = it.pragma_query_value(None, "synchronous", |row| row.get(0))?;
            Ok((wal, synchronous))
        });
        // 2 is FULL: the log is synced before a commit returns.
        assert_eq!(set.await.unwrap(), ("wal".to_owned(), 2));
    }

    /// Lets the file have this many pages at most; `None`: as many as it has.
    async fn most_pages(store: &SqliteStore, most: Option<u32>) {
        let set = store.write(move |it| {
            let pages: u32 = it.pragma_query_value(None, "page_count", |row| row.get(0))?;
            it.pragma_update(None, "max_page_count", most.unwrap_or(pages))
        });
        set.await.unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_is_an_error_that_leaves_nothing_behind_and_is_over_when_there_is_room() {
        let (_folder, store) = store();
        let park = async |number: u32| {
            let names = [format!("{number}{}", "x".repeat(3_000))];
            store.park("jenga", &names, "unknown", NOW).await
        };
        park(0).await.unwrap();
        most_pages(&store, None).await;
        let mut kept = 1_usize;
        let full = loop {
            match park(u32::try_from(kept).unwrap()).await {
                Ok(()) => kept += 1,
                Err(full) => break full,
            }
            assert!(kept < 100, "it is never full");
        };
        assert!(full.to_string().contains("full"), "{full}");
        assert_eq!(store.parked(100).await.unwrap().len(), kept);
        most_pages(&store, Some(u32::MAX - 1)).await;
        park(99).await.unwrap();
        assert_eq!(store.parked(100).await.unwrap().len(), kept + 1);
    }

    #[tokio::test]
    async fn a_file_of_a_newer_version_is_left_alone() {
        let (folder, store) = store();
        let newer = store.write(|it| it.pragma_update(None, "user_version", 999));
        newer.await.unwrap();
        drop(store);
        let path = folder.path().join("store.sqlite");
        for opened in [SqliteStore::open(&path), SqliteStore::open_beside(&path)] {
            let why = opened.unwrap_err().to_string();
            assert!(why.contains("newer version (schema 999"), "{why}");
        }
    }
}
