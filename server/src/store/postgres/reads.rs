//! What is read. Each is one statement, so that what it brings belongs together.

use deadpool_postgres::{GenericClient, Transaction};
use malipo_wire::OrderId;

use super::rows::{self, COLUMNS};
use super::session::{Failure, Session, query};
use crate::clock::UnixMs;
use crate::payment::begin::KnownKey;
use crate::payment::{Attempt, AttemptId, AttemptStatus, Order};
use crate::store::records::{COUNTS, waiting};
use crate::store::{Door, Hash, KEEP_MS, StoreError};

pub(super) async fn order(session: &Session, id: &OrderId) -> Result<Option<Order>, StoreError> {
    let rows = session.query(&order_sql(""), &[&id.as_str()]).await?;
    Ok(rows::order(&rows)?)
}

/// The same within a transaction that has locked the order ([`lock`]); the attempts are locked too, against what changes
/// them by themselves.
pub(super) async fn locked_order(
    it: &Transaction<'_>,
    id: &OrderId,
) -> Result<Option<Order>, Failure> {
    let sql = order_sql("FOR NO KEY UPDATE OF a");
    rows::order(&query(it, &sql, &[&id.as_str()]).await?)
}

/// Makes this transaction the only one that changes an order and its attempts, until it ends; returns whether there is
/// such an order. `NO KEY` lets tokens refer to the order meanwhile.
pub(super) async fn lock(it: &Transaction<'_>, id: &OrderId) -> Result<bool, Failure> {
    let sql = "SELECT 1 FROM orders WHERE order_id = $1 FOR NO KEY UPDATE";
    Ok(!query(it, sql, &[&id.as_str()]).await?.is_empty())
}

fn order_sql(lock: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM attempts a JOIN orders o ON o.order_id = a.order_id WHERE a.order_id = $1 ORDER BY a.nth {lock}"
    )
}

pub(super) async fn attempt(
    client: &impl GenericClient,
    id: &AttemptId,
) -> Result<Option<Attempt>, Failure> {
    let sql = attempt_sql("a.attempt_id = $1");
    let rows = query(client, &sql, &[&id.0]).await?;
    rows.first().map(rows::attempt).transpose()
}

pub(super) fn attempt_sql(condition: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM attempts a JOIN orders o ON o.order_id = a.order_id WHERE {condition}"
    )
}

pub(super) async fn attempt_by_secret(
    session: &Session,
    door: Door,
    hash: Hash,
) -> Result<Option<Attempt>, StoreError> {
    let sql = attempt_sql(match door {
        Door::Return => "a.return_hash = $1",
        Door::Notify => "a.notify_hash = $1",
    });
    let row = session.find(&sql, &[&hash.as_slice()]).await?;
    Ok(row.as_ref().map(rows::attempt).transpose()?)
}

pub(super) async fn attempt_named(
    session: &Session,
    provider: &str,
    names: &[String],
) -> Result<Option<Attempt>, StoreError> {
    // Two conditions that each have an index; `reference` before `provider_ref`, as the first of the names is known first.
    let sql = format!(
        "{} UNION ALL {} LIMIT 1",
        attempt_sql("a.provider = $1 AND a.reference = $2"),
        attempt_sql("a.provider = $1 AND a.provider_ref = $2")
    );
    // Nothing here has a NUL in its name, and PostgreSQL takes none.
    for name in names.iter().filter(|it| !it.contains('\0')) {
        if let Some(row) = session.find(&sql, &[&provider, name]).await? {
            return Ok(Some(rows::attempt(&row)?));
        }
    }
    Ok(None)
}

pub(super) async fn opened_by(
    session: &Session,
    token: Hash,
    now: UnixMs,
) -> Result<Option<Order>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t JOIN orders o ON o.order_id = t.order_id \
         JOIN attempts a ON a.order_id = o.order_id \
         WHERE t.token_hash = $1 AND $2 < t.expires_at ORDER BY a.nth"
    );
    let rows = session.query(&sql, &[&token.as_slice(), &now.0]).await?;
    Ok(rows::order(&rows)?)
}

pub(super) async fn key(
    it: &Transaction<'_>,
    key: &str,
    now: UnixMs,
) -> Result<Option<KnownKey>, Failure> {
    let sql =
        "SELECT payload_hash, order_id FROM idempotency_keys WHERE key = $1 AND $2 < created_at";
    let rows = query(it, sql, &[&key, &now.plus_ms(-KEEP_MS).0]).await?;
    let known = |row| {
        Ok(KnownKey {
            payload_hash: rows::hash(row, 0)?,
            order_id: rows::order_id(row, 1)?,
        })
    };
    rows.first().map(known).transpose()
}

pub(super) async fn counts(session: &Session) -> Result<Vec<(AttemptStatus, u64)>, StoreError> {
    let rows = session.query(COUNTS, &[]).await?;
    let count = |row| Ok((rows::parsed(row, 0)?, rows::count(row, 1)?));
    let found: Vec<_> = rows.iter().map(count).collect::<Result<_, Failure>>()?;
    Ok(waiting(&found))
}
