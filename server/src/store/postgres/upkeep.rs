//! Schedules, leases, and what is kept beside the payments.

use deadpool_postgres::Transaction;
use malipo_wire::OrderId;

use super::rows::{self, COLUMNS};
use super::session::{Failure, Session, Values, Work, query, storable};
use crate::clock::{HOUR_MS, UnixMs};
use crate::payment::{Attempt, AttemptId};
use crate::random;
use crate::store::recipients;
use crate::store::{KEEP_MS, StoreError};

pub(super) async fn cancelled(
    session: &Session,
    order: &OrderId,
    now: UnixMs,
) -> Result<(), StoreError> {
    let sql = "UPDATE attempts SET cancelled_at = $2 WHERE order_id = $1 AND cancelled_at IS NULL \
         AND status IN ('created', 'pending', 'unknown', 'needs_review')";
    session.query(sql, &[&order.as_str(), &now.0]).await?;
    Ok(())
}

/// What another server is taking or changing at this moment is passed over, not waited for.
pub(super) async fn take_due(
    session: &Session,
    provider: &str,
    now: UnixMs,
    until: UnixMs,
    most: u32,
) -> Result<Vec<Attempt>, StoreError> {
    let columns = COLUMNS.replace("a.next_check_at", "a.was_at");
    let sql = format!(
        "WITH due AS (SELECT attempt_id, next_check_at AS was_at FROM attempts \
         WHERE provider = $1 AND next_check_at <= $2 ORDER BY next_check_at LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED), \
         a AS (UPDATE attempts t SET next_check_at = $3 FROM due WHERE t.attempt_id = due.attempt_id \
         RETURNING t.*, due.was_at) \
         SELECT {columns} FROM a JOIN orders o ON o.order_id = a.order_id ORDER BY a.was_at"
    );
    let most = i64::from(most);
    let values: &Values<'_> = &[&provider, &now.0, &until.0, &most];
    let rows = session.query(&sql, values).await?;
    let attempts: Result<_, Failure> = rows.iter().map(rows::attempt).collect();
    Ok(attempts?)
}

pub(super) async fn reschedule(
    session: &Session,
    attempt: &AttemptId,
    taken_until: UnixMs,
    at: Option<UnixMs>,
) -> Result<(), StoreError> {
    let sql = "UPDATE attempts SET next_check_at = $3 WHERE attempt_id = $1 AND next_check_at = $2";
    let at = at.map(|it| it.0);
    let values: &Values<'_> = &[&attempt.0, &taken_until.0, &at];
    session.query(sql, values).await?;
    Ok(())
}

pub(super) async fn unanswered(session: &Session) -> Result<Vec<AttemptId>, StoreError> {
    let sql = "SELECT attempt_id FROM attempts WHERE status = 'created'";
    let rows = session.query(sql, &[]).await?;
    Ok(rows.iter().map(|row| AttemptId(row.get(0))).collect())
}

/// What another server is answering at this moment is passed over.
pub(super) async fn recover(
    session: &Session,
    lost: &[AttemptId],
    now: UnixMs,
) -> Result<usize, StoreError> {
    let lost: Vec<&str> = lost.iter().map(|it| it.0.as_str()).collect();
    let sql = "UPDATE attempts t SET status = 'unknown', next_check_at = $2, updated_at = $2 \
         FROM (SELECT attempt_id FROM attempts WHERE attempt_id = ANY($1) AND status = 'created' \
         FOR NO KEY UPDATE SKIP LOCKED) lost WHERE t.attempt_id = lost.attempt_id RETURNING 1";
    Ok(session.query(sql, &[&lost, &now.0]).await?.len())
}

pub(super) async fn park(
    session: &Session,
    provider: &str,
    names: &[String],
    summary: &str,
    now: UnixMs,
) -> Result<(), StoreError> {
    session
        .transact(Parking(provider, names, summary, now))
        .await
}

struct Parking<'a>(&'a str, &'a [String], &'a str, UnixMs);

impl Work for Parking<'_> {
    type Made = ();

    async fn run(&self, it: &Transaction<'_>) -> Result<(), Failure> {
        let Self(provider, names, summary, now) = *self;
        park_in(it, provider, names, summary, now).await
    }
}

/// Within a transaction that does more.
pub(super) async fn park_in(
    it: &Transaction<'_>,
    provider: &str,
    names: &[String],
    summary: &str,
    now: UnixMs,
) -> Result<(), Failure> {
    let (names, summary) = (storable(&names.join(" ")), storable(summary));
    let hash = random::hash(&format!("{provider}\0{names}\0{summary}"));
    let sql = "INSERT INTO parked_notices (hash, provider, names, summary, received_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (hash) DO UPDATE SET times = parked_notices.times + 1, received_at = $5";
    let values: &Values<'_> = &[&hash.as_slice(), &provider, &names, &summary, &now.0];
    query(it, sql, values).await?;
    Ok(())
}

pub(super) async fn ready(session: &Session, now: UnixMs) -> Result<(), StoreError> {
    let sql = "INSERT INTO about (name, value) VALUES ('ready_at', $1) ON CONFLICT (name) DO UPDATE SET value = $1";
    session.query(sql, &[&now.0.to_string()]).await?;
    Ok(())
}

/// [`crate::store::Store::bind_mode`].
pub(super) struct Binding<'a>(pub(super) &'a str);

impl Work for Binding<'_> {
    type Made = String;

    async fn run(&self, it: &Transaction<'_>) -> Result<String, Failure> {
        let sql =
            "INSERT INTO about (name, value) VALUES ('mode', $1) ON CONFLICT (name) DO NOTHING";
        query(it, sql, &[&self.0]).await?;
        let rows = query(it, "SELECT value FROM about WHERE name = 'mode'", &[]).await?;
        let row = rows.first().ok_or(Failure::Odd("the mode"))?;
        Ok(row.try_get(0)?)
    }
}

/// [`crate::store::Store::tidy`].
pub(super) struct Tidying(pub(super) UnixMs);

impl Work for Tidying {
    type Made = ();

    async fn run(&self, it: &Transaction<'_>) -> Result<(), Failure> {
        let now = self.0;
        let month_ago = now.plus_ms(-30 * 24 * HOUR_MS);
        for (sql, before) in [
            ("DELETE FROM tokens WHERE expires_at <= $1", now),
            (
                "DELETE FROM idempotency_keys WHERE created_at <= $1",
                now.plus_ms(-KEEP_MS),
            ),
            (
                "DELETE FROM link_sends WHERE sent_at <= $1",
                now.plus_ms(-recipients::WINDOW_MS),
            ),
            (
                "DELETE FROM outbox WHERE next_at IS NULL AND created_at < $1",
                month_ago,
            ),
        ] {
            query(it, sql, &[&before.0]).await?;
        }
        Ok(())
    }
}
