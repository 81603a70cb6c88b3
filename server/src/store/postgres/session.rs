//! Statements and transactions on pooled connections: bounded in time, run again where they collided with another one.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool_postgres::{GenericClient, Object, Pool, PoolError, Transaction};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use crate::random;
use crate::store::StoreError;

/// What is bound to a statement's `$1`, `$2`, ...
pub(super) type Values<'a> = [&'a (dyn ToSql + Sync)];

/// Several statements that are one transaction. It may be run more than once: where it collides with another one, all of
/// it is undone and run again.
pub(super) trait Work: Sync {
    /// What it brings back.
    type Made: Send;

    /// Whether it finds what it has written where nobody heard of its commit; else it is not run again then.
    const FINDS_ITSELF: bool = false;

    /// Runs the statements; beginning and committing are not its business.
    fn run(&self, it: &Transaction<'_>)
    -> impl Future<Output = Result<Self::Made, Failure>> + Send;
}

/// Why a statement or a transaction was not carried out.
#[derive(Debug)]
pub(super) enum Failure {
    /// PostgreSQL, or the way to it.
    Postgres(tokio_postgres::Error),
    /// No connection was free in time, or none could be made.
    NoConnection(String),
    /// A row does not fit its type: the table was changed by someone else.
    Odd(&'static str),
    /// Another transaction was quicker: what was read before holds no more.
    Overtaken,
    /// No answer in time.
    Slow,
}

impl Failure {
    /// It collided with another transaction and may well succeed the next time.
    fn is_collision(&self) -> bool {
        match self {
            Self::Overtaken => true,
            Self::Postgres(error) => error.code().is_some_and(|it| {
                [
                    // Two new orders of one name, two uses of one key: the second finds what the first has written.
                    SqlState::UNIQUE_VIOLATION,
                    SqlState::T_R_SERIALIZATION_FAILURE,
                    SqlState::T_R_DEADLOCK_DETECTED,
                ]
                .contains(it)
            }),
            Self::NoConnection(_) | Self::Odd(_) | Self::Slow => false,
        }
    }

    /// The connection was cut: another one may work.
    fn is_lost(&self) -> bool {
        match self {
            Self::Postgres(error) => {
                let cause = std::error::Error::source(error);
                error.is_closed()
                    || cause.is_some_and(|it| it.is::<std::io::Error>())
                    || error.code().is_some_and(is_shutdown)
            }
            Self::NoConnection(_) | Self::Odd(_) | Self::Overtaken | Self::Slow => false,
        }
    }

    /// The connection is of no use any more: lost, stuck, out of step, or to a server that has become a standby.
    fn spoils(&self) -> bool {
        match self {
            Self::Slow => true,
            Self::Postgres(error) => error
                .code()
                .is_none_or(|it| is_shutdown(it) || *it == SqlState::READ_ONLY_SQL_TRANSACTION),
            Self::NoConnection(_) | Self::Odd(_) | Self::Overtaken => false,
        }
    }
}

fn is_shutdown(code: &SqlState) -> bool {
    [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
    ]
    .contains(code)
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::NoConnection(text(&error)),
            PoolError::Timeout(_) => Self::NoConnection("no connection within the time".to_owned()),
            PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                Self::NoConnection(error.to_string())
            }
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self(failure.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(error) => f.write_str(&text(error)),
            Self::NoConnection(why) => write!(f, "no connection to PostgreSQL: {why}"),
            Self::Odd(what) => write!(f, "{what} in the database is none that this version writes"),
            Self::Overtaken => f.write_str("other transactions were quicker each time"),
            Self::Slow => f.write_str("PostgreSQL gave no answer in time"),
        }
    }
}

/// An error without its detail, which may quote a row's values.
pub(super) fn text(error: &tokio_postgres::Error) -> String {
    if let Some(db) = error.as_db_error() {
        let constraint = db.constraint().map(|it| format!(" ({it})"));
        return format!(
            "{} [{}]{}",
            db.message(),
            db.code().code(),
            constraint.unwrap_or_default()
        );
    }
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// The connections of one server to its database.
pub(super) struct Session {
    pub(super) pool: Pool,
    /// Longest wait for one statement, its way there and back included.
    pub(super) patience: Duration,
    failures: AtomicU64,
}

impl Session {
    pub(super) fn new(pool: Pool, patience: Duration) -> Self {
        Self {
            pool,
            patience,
            failures: AtomicU64::new(0),
        }
    }

    /// How often it failed, after all tries.
    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Runs one statement, which is a transaction by itself.
    pub(super) async fn query(
        &self,
        sql: &str,
        values: &Values<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let mut tries = Tries::new();
        loop {
            match self.query_once(sql, values).await {
                Ok(rows) => return Ok(rows),
                // A statement that is run again does what it did before: each sets values that do not depend on the old.
                Err(failure) => self.counted(tries.again(failure, true).await)?,
            }
        }
    }

    /// Runs one statement that must not be run again where it may have been carried out. `None` where it collided with
    /// another one or its connection was lost: what is there now has to be looked at.
    pub(super) async fn try_once(
        &self,
        sql: &str,
        values: &Values<'_>,
    ) -> Result<Option<Vec<Row>>, StoreError> {
        match self.query_once(sql, values).await {
            Ok(rows) => Ok(Some(rows)),
            Err(failure) if failure.is_collision() || failure.is_lost() => Ok(None),
            Err(failure) => self.counted(Err(failure.into())),
        }
    }

    /// The same as [`Session::query`], for the row that there is one of at most.
    pub(super) async fn find(
        &self,
        sql: &str,
        values: &Values<'_>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }

    /// Runs a transaction.
    pub(super) async fn transact<W: Work>(&self, work: W) -> Result<W::Made, StoreError> {
        let mut tries = Tries::new();
        loop {
            match self.transact_once(&work).await {
                Ok(made) => return Ok(made),
                Err((failure, begun)) => {
                    let repeatable = !begun || W::FINDS_ITSELF;
                    self.counted(tries.again(failure, repeatable).await)?;
                }
            }
        }
    }

    fn counted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_err() {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    async fn query_once(&self, sql: &str, values: &Values<'_>) -> Result<Vec<Row>, Failure> {
        let client = self.pool.get().await?;
        let done = tokio::time::timeout(self.patience, query(&client, sql, values)).await;
        finish(client, done.unwrap_or(Err(Failure::Slow)))
    }

    /// With the failure: whether anything was sent that may have been carried out.
    async fn transact_once<W: Work>(&self, work: &W) -> Result<W::Made, (Failure, bool)> {
        let mut client = self.pool.get().await.map_err(|it| (it.into(), false))?;
        let mut begun = false;
        let steps = async {
            let transaction = client.transaction().await?;
            begun = true;
            let made = work.run(&transaction).await?;
            transaction.commit().await?;
            Ok(made)
        };
        // Each statement has its own bound in the server; this one is for a server that has gone.
        let done = tokio::time::timeout(self.patience.saturating_mul(STATEMENTS), steps).await;
        finish(client, done.unwrap_or(Err(Failure::Slow))).map_err(|it| (it, begun))
    }
}

/// Runs a prepared statement.
pub(super) async fn query(
    client: &impl GenericClient,
    sql: &str,
    values: &Values<'_>,
) -> Result<Vec<Row>, Failure> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, values).await?)
}

/// Gives the connection back, unless it is of no use any more.
fn finish<T>(client: Object, done: Result<T, Failure>) -> Result<T, Failure> {
    if let Err(failure) = &done
        && failure.spoils()
    {
        drop(Object::take(client));
    }
    done
}

/// How often a collision is tried again.
struct Tries(u32);

impl Tries {
    fn new() -> Self {
        Self(0)
    }

    /// Waits where it is worth another try.
    ///
    /// # Errors
    /// The failure, where it is not.
    async fn again(&mut self, failure: Failure, repeatable: bool) -> Result<(), StoreError> {
        let worth = failure.is_collision() || (repeatable && failure.is_lost() && self.0 == 0);
        if !worth || MOST_TRIES <= self.0 {
            return Err(failure.into());
        }
        self.0 = self.0.saturating_add(1);
        tracing::debug!(%failure, tries = self.0, "a transaction is run again");
        // Some milliseconds, and not the same for both that collided.
        let spread = u64::from(random::jitter() >> 27);
        tokio::time::sleep(Duration::from_millis(spread * u64::from(self.0))).await;
        Ok(())
    }
}

/// Text without what PostgreSQL cannot hold: a NUL, which nothing needs, becomes the replacement character.
pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The second of two that collide finds what the first has written; more than this is a fault, not a coincidence.
const MOST_TRIES: u32 = 10;
/// Statements of the longest transaction, about.
const STATEMENTS: u32 = 4;
