//! To whom links were sent, counted over all servers.

use async_trait::async_trait;
use deadpool_postgres::Transaction;

use super::session::{Failure, Work, query};
use super::{PostgresStore, rows};
use crate::clock::UnixMs;
use crate::payment::AttemptId;
use crate::store::recipients::{Recipients, SentEnough, WINDOW_MS};
use crate::store::{Hash, StoreError};

#[async_trait]
impl Recipients for PostgresStore {
    async fn reserve_sends(
        &self,
        attempt: &AttemptId,
        to: &[Hash],
        now: UnixMs,
    ) -> Result<Result<(), SentEnough>, StoreError> {
        // Always locked in the same order, so that two servers do not wait for each other.
        let mut to = to.to_vec();
        to.sort_unstable();
        self.session
            .transact(Reservation { attempt, to, now })
            .await
    }

    async fn release_sends(&self, attempt: &AttemptId) -> Result<(), StoreError> {
        let sql = "DELETE FROM link_sends WHERE attempt_id = $1";
        self.session.query(sql, &[&attempt.0]).await?;
        Ok(())
    }
}

struct Reservation<'a> {
    attempt: &'a AttemptId,
    to: Vec<Hash>,
    now: UnixMs,
}

impl Work for Reservation<'_> {
    type Made = Result<(), SentEnough>;

    async fn run(&self, it: &Transaction<'_>) -> Result<Self::Made, Failure> {
        let since = self.now.plus_ms(-WINDOW_MS);
        for recipient in &self.to {
            let sql = "SELECT pg_advisory_xact_lock($1, hashtext(encode($2, 'hex')))";
            query(it, sql, &[&super::LOCKS, &recipient.as_slice()]).await?;
            let sql = "SELECT count(*), min(sent_at) FROM link_sends WHERE recipient = $1 AND $2 < sent_at AND attempt_id <> $3";
            let counted =
                query(it, sql, &[&recipient.as_slice(), &since.0, &self.attempt.0]).await?;
            let row = counted.first().ok_or(Failure::Odd("a count"))?;
            let (sends, first) = (rows::count(row, 0)?, rows::moment(row, 1)?);
            if let Err(enough) = SentEnough::check(sends, first, self.now) {
                return Ok(Err(enough));
            }
        }
        for recipient in &self.to {
            let sql = "INSERT INTO link_sends (recipient, attempt_id, sent_at) VALUES ($1, $2, $3) \
                 ON CONFLICT (recipient, attempt_id) DO UPDATE SET sent_at = $3";
            query(
                it,
                sql,
                &[&recipient.as_slice(), &self.attempt.0, &self.now.0],
            )
            .await?;
        }
        Ok(Ok(()))
    }
}
