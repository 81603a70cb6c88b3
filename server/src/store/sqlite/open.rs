//! Opening the file, and bringing its tables up to date.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;

/// Makes this the one server that has the file; the lock ends with the process, however that ends.
///
/// It is a file of its own: closing the database's own file would drop SQLite's locks on it.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = Path::new(&name);
    let failed = |error: std::io::Error| StoreError(format!("{}: {error}", name.display()));
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(name)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError(format!(
            "{}: another malipo-server has this file; one server at a time can work on it (several servers: store.postgres)",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let version = rusqlite::version_number();
    if version < LEAST_VERSION {
        // Two connections that write and checkpoint at once could lose commits: https://www.sqlite.org/wal.html#walresetbug
        return Err(StoreError(format!(
            "SQLite {} can lose commits; 3.51.3 or later is needed",
            rusqlite::version()
        )));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)
        .map_err(|error| StoreError(format!("{}: {error}", path.display())))?;
    settings(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    migrate(&mut connection)?;
    Ok(connection)
}

pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    settings(&connection)?;
    Ok(connection)
}

fn settings(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // One plan for every value: else each statement that names a value is parsed and planned anew whenever it comes out of
    // the cache.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if MIGRATIONS.len() < done {
        return Err(StoreError(format!(
            "the file was written by a newer version (schema {done}; this version knows {})",
            MIGRATIONS.len()
        )));
    }
    for migration in MIGRATIONS.iter().skip(done) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()?;
    Ok(())
}

/// In order, for ever: a migration that has been released is never changed.
const MIGRATIONS: [&str; 12] = [
    include_str!("../../../migrations/0001_payments.sql"),
    include_str!("../../../migrations/0002_quotas.sql"),
    include_str!("../../../migrations/0003_outbox.sql"),
    include_str!("../../../migrations/0004_recipients.sql"),
    include_str!("../../../migrations/0005_records.sql"),
    include_str!("../../../migrations/0006_links.sql"),
    include_str!("../../../migrations/0007_shares.sql"),
    include_str!("../../../migrations/0008_transactions.sql"),
    include_str!("../../../migrations/0009_references.sql"),
    include_str!("../../../migrations/0010_told_with.sql"),
    include_str!("../../../migrations/0011_notified.sql"),
    include_str!("../../../migrations/0012_conditions.sql"),
];
const LEAST_VERSION: i32 = 3_051_003;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
