//! Where the stores keep their records.

use std::path::PathBuf;
use std::sync::Arc;

use malipo_server::store::{PostgresStore, SqliteStore, Store};

use super::Bench;
use crate::postgres::Database;

pub(super) enum Place {
    Sqlite(
        PathBuf,
        #[expect(dead_code, reason = "kept until the case is over")] tempfile::TempDir,
    ),
    Postgres(Database),
}

impl Bench {
    pub(super) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::at(Place::Sqlite(folder.path().join("store.sqlite"), folder)).await
    }

    pub(super) async fn postgres() -> Self {
        Self::at(Place::Postgres(Database::new().await)).await
    }

    /// As another server on the same records has it; SQLite has one server alone.
    pub(super) async fn beside(&self) -> Arc<dyn Store> {
        match &self.place {
            Place::Sqlite(..) => Arc::clone(&self.store),
            Place::Postgres(_) => self.place.open().await,
        }
    }

    /// The one number that a query brings, from the tables themselves.
    pub(super) async fn number(&self, sql: &str) -> i64 {
        match &self.place {
            Place::Sqlite(path, _) => {
                let file = rusqlite::Connection::open(path).unwrap();
                file.query_row(sql, [], |row| row.get(0)).unwrap()
            }
            Place::Postgres(it) => {
                let sql = format!("SELECT n::bigint FROM ({sql}) it (n)");
                it.client().await.query_one(&sql, &[]).await.unwrap().get(0)
            }
        }
    }

    /// A hundred for each notice that is kept for a person, and one for each time that one came.
    pub(super) async fn parked(&self) -> i64 {
        let sql = "SELECT coalesce(count(*) * 100 + sum(times), 0) FROM parked_notices";
        self.number(sql).await
    }

    /// When the shopper gave up the one attempt that there is.
    pub(super) async fn cancelled_at(&self) -> i64 {
        self.number("SELECT cancelled_at FROM attempts").await
    }

    /// How many sends are remembered.
    pub(super) async fn sends(&self) -> i64 {
        self.number("SELECT count(*) FROM link_sends").await
    }

    /// Does something to the tables themselves.
    pub(super) async fn tamper(&self, sql: &str) {
        match &self.place {
            Place::Sqlite(path, _) => {
                let file = rusqlite::Connection::open(path).unwrap();
                file.execute_batch(sql).unwrap();
            }
            Place::Postgres(it) => it.client().await.batch_execute(sql).await.unwrap(),
        }
    }

    /// Makes it forget that it was brought further than this version of its tables.
    pub(super) async fn unmigrated(&self, version: u32) {
        let sql = match &self.place {
            Place::Sqlite(..) => format!("PRAGMA user_version = {version}"),
            Place::Postgres(_) => format!("DELETE FROM malipo_schema WHERE {version} < version"),
        };
        self.tamper(&sql).await;
    }
}

impl Place {
    pub(super) async fn open(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(path, _) => Arc::new(SqliteStore::open(path).unwrap()),
            Self::Postgres(it) => Arc::new(PostgresStore::open(&it.config()).await.unwrap()),
        }
    }
}
