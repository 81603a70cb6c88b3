//! To whom links were sent.

use async_trait::async_trait;
use rusqlite::{Connection, Error, params};

use super::SqliteStore;
use super::cached::Cached as _;
use crate::clock::UnixMs;
use crate::payment::AttemptId;
use crate::store::recipients::{Recipients, SentEnough, WINDOW_MS};
use crate::store::{Hash, StoreError};

#[async_trait]
impl Recipients for SqliteStore {
    async fn reserve_sends(
        &self,
        attempt: &AttemptId,
        to: &[Hash],
        now: UnixMs,
    ) -> Result<Result<(), SentEnough>, StoreError> {
        let (attempt, to) = (attempt.clone(), to.to_vec());
        self.write(move |it| reserve(it, &attempt, &to, now)).await
    }

    async fn release_sends(&self, attempt: &AttemptId) -> Result<(), StoreError> {
        let attempt = attempt.clone();
        self.write(move |it| release(it, &attempt)).await
    }
}

fn reserve(
    connection: &Connection,
    attempt: &AttemptId,
    to: &[Hash],
    now: UnixMs,
) -> Result<Result<(), SentEnough>, Error> {
    let since = now.plus_ms(-WINDOW_MS);
    for recipient in to {
        let (sends, first) = connection
            .prepare_cached("SELECT count(*), min(sent_at) FROM link_sends WHERE recipient = ?1 AND ?2 < sent_at AND attempt_id <> ?3")?
            .query_row(params![recipient, since.0, attempt.0], |row| {
                Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(UnixMs)))
            })?;
        if let Err(enough) = SentEnough::check(sends, first, now) {
            return Ok(Err(enough));
        }
    }
    for recipient in to {
        connection.execute_cached(
            "INSERT OR REPLACE INTO link_sends (recipient, attempt_id, sent_at) VALUES (?1, ?2, ?3)",
            params![recipient, attempt.0, now.0],
        )?;
    }
    Ok(Ok(()))
}

fn release(connection: &Connection, attempt: &AttemptId) -> Result<(), Error> {
    connection.execute_cached("DELETE FROM link_sends WHERE attempt_id = ?1", [&attempt.0])?;
    Ok(())
}

/// Forgets sends that count no more.
pub(super) fn tidy(connection: &Connection, now: UnixMs) -> Result<(), Error> {
    let before = now.plus_ms(-WINDOW_MS);
    connection.execute_cached("DELETE FROM link_sends WHERE sent_at <= ?1", [before.0])?;
    Ok(())
}
