//! What is read.

use std::sync::LazyLock;

use malipo_wire::OrderId;
use rusqlite::{CachedStatement, Connection, Error, OptionalExtension, Params, params};

use super::rows;
use crate::clock::UnixMs;
use crate::payment::begin::KnownKey;
use crate::payment::{Attempt, AttemptId, AttemptStatus, Order};
use crate::store::records::{COUNTS, waiting};
use crate::store::{Door, Hash, KEEP_MS};

pub(super) fn order(connection: &Connection, id: &OrderId) -> Result<Option<Order>, Error> {
    let statement = connection.prepare_cached(&ORDER)?;
    whole(statement, params![id.as_str()])
}

pub(super) fn opened_by(
    connection: &Connection,
    token: Hash,
    now: UnixMs,
) -> Result<Option<Order>, Error> {
    let statement = connection.prepare_cached(&OPENED_BY)?;
    whole(statement, params![token, now.0])
}

/// The attempts of one order as the order; `None` of none, since an order begins with its first attempt.
fn whole(mut statement: CachedStatement<'_>, values: impl Params) -> Result<Option<Order>, Error> {
    let mut rows = statement.query(values)?;
    let mut paid_by = None;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        if attempts.is_empty() {
            paid_by = row.get::<_, Option<String>>(rows::PAID_BY)?;
        }
        attempts.push((row.get::<_, i64>(rows::ROWID)?, rows::attempt(row)?));
    }
    // In the order in which they were begun, which is not that of their times where the clock was set back in between. There is
    // one, as a rule, for which SQLite would make a sorter all the same.
    attempts.sort_unstable_by_key(|it| it.0);
    let attempts: Vec<_> = attempts.into_iter().map(|it| it.1).collect();
    let of_all = attempts.first().map(|it| (it.order_id.clone(), it.price));
    Ok(of_all.map(|(id, price)| Order {
        id,
        price,
        paid_by: paid_by.map(AttemptId),
        attempts,
    }))
}

pub(super) fn attempt(connection: &Connection, id: &AttemptId) -> Result<Option<Attempt>, Error> {
    let sql = format!("{} WHERE a.attempt_id = ?1", rows::ATTEMPT);
    connection
        .prepare_cached(&sql)?
        .query_row([&id.0], rows::attempt)
        .optional()
}

pub(super) fn attempt_by_secret(
    connection: &Connection,
    door: Door,
    hash: Hash,
) -> Result<Option<Attempt>, Error> {
    let column = match door {
        Door::Return => "return_hash",
        Door::Notify => "notify_hash",
    };
    let sql = format!("{} WHERE a.{column} = ?1", rows::ATTEMPT);
    connection
        .prepare_cached(&sql)?
        .query_row([hash], rows::attempt)
        .optional()
}

pub(super) fn attempt_named(
    connection: &Connection,
    provider: &str,
    names: &[String],
) -> Result<Option<Attempt>, Error> {
    let mut statement = connection.prepare_cached(&named_sql())?;
    for name in names {
        let found = statement
            .query_row([provider, name], rows::attempt)
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn named_sql() -> String {
    format!(
        "{} WHERE a.provider = ?1 AND (a.reference = ?2 OR a.provider_ref = ?2)",
        rows::ATTEMPT
    )
}

pub(super) fn key(
    connection: &Connection,
    key: &str,
    now: UnixMs,
) -> Result<Option<KnownKey>, Error> {
    connection
        .prepare_cached(
            "SELECT payload_hash, order_id FROM idempotency_keys WHERE key = ?1 AND ?2 < created_at",
        )?
        .query_row(params![key, now.plus_ms(-KEEP_MS).0], |row| {
            Ok(KnownKey {
                payload_hash: row.get(0)?,
                order_id: rows::order_id(row, 1)?,
            })
        })
        .optional()
}

pub(super) fn due(
    connection: &Connection,
    provider: &str,
    now: UnixMs,
    most: u32,
) -> Result<Vec<Attempt>, Error> {
    connection
        .prepare_cached(&due_sql())?
        .query_map(params![now.0, provider, most], rows::attempt)?
        .collect()
}

fn due_sql() -> String {
    format!(
        "{} WHERE a.next_check_at <= ?1 AND a.provider = ?2 ORDER BY a.next_check_at LIMIT ?3",
        rows::ATTEMPT
    )
}

pub(super) fn unanswered(connection: &Connection) -> Result<Vec<AttemptId>, Error> {
    connection
        .prepare_cached(UNANSWERED)?
        .query_map([], |row| Ok(AttemptId(row.get(0)?)))?
        .collect()
}

pub(super) fn counts(connection: &Connection) -> Result<Vec<(AttemptStatus, u64)>, Error> {
    let found: Vec<(AttemptStatus, u64)> = connection
        .prepare_cached(COUNTS)?
        .query_map([], |row| Ok((rows::parsed(row, 0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(waiting(&found))
}

static ORDER: LazyLock<String> =
    LazyLock::new(|| format!("{} WHERE a.order_id = ?1", rows::ATTEMPT));
static OPENED_BY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} JOIN tokens t ON t.order_id = o.order_id WHERE t.token_hash = ?1 AND ?2 < t.expires_at",
        rows::ATTEMPT
    )
});
const UNANSWERED: &str = "SELECT attempt_id FROM attempts WHERE status = 'created'";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::{notified, open, outbox, records};

    /// How SQLite finds the rows of a statement that runs all the time: by these indexes, however many payments there
    /// have been.
    #[track_caller]
    fn check(connection: &Connection, sql: &str, expected: &[&str]) {
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let mut rows = statement.raw_query();
        let mut plan = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            plan.push(row.get::<_, String>(3).unwrap());
        }
        let plan = plan.join("; ");
        for index in expected {
            assert!(plan.contains(index), "{sql}\n{plan}");
        }
        let scans = plan.replace("SCAN CONSTANT ROW", "");
        assert!(!scans.contains("SCAN"), "{sql}\n{plan}");
    }

    #[test]
    fn what_runs_all_the_time_reads_what_it_needs_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open::writer(&folder.path().join("store.sqlite")).unwrap();
        let check = |sql: &str, expected: &[&str]| check(&connection, sql, expected);
        check(
            &due_sql(),
            &["attempts_due (provider=? AND next_check_at<?)"],
        );
        check(
            &named_sql(),
            &[
                "(provider=? AND reference=?)",
                "(provider=? AND provider_ref=?)",
            ],
        );
        check(
            &OPENED_BY,
            &[
                "PRIMARY KEY (token_hash=?)",
                "attempts_by_order (order_id=?)",
            ],
        );
        check(&ORDER, &["attempts_by_order (order_id=?)"]);
        check(UNANSWERED, &["(status=?)"]);
        check(COUNTS, &["COVERING INDEX attempts_waiting (status=?)"]);
        check(outbox::DUE, &["outbox_due (next_at<?)"]);
        check(records::FAILED, &["attempts_failed (updated_at>?)"]);
        check(records::PAID, &["attempts_paid (paid_at>?)"]);
        check(
            notified::PAID_NOTICES,
            &["attempts_paid_by_provider (provider=? AND paid_at>? AND paid_at<?)"],
        );
    }

    #[test]
    fn a_statement_is_planned_once_and_not_for_every_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let writer = open::writer(&path).unwrap();
        for connection in [writer, open::reader(&path).unwrap()] {
            for sql in [
                format!("{} WHERE a.attempt_id = ?1", rows::ATTEMPT),
                ORDER.clone(),
                format!("{} WHERE a.notify_hash = ?1", rows::ATTEMPT),
                "SELECT order_id FROM tokens WHERE token_hash = ?1".to_owned(),
            ] {
                for value in ["ORDER1", "ORDER2", "ORDER3"] {
                    let mut statement = connection.prepare_cached(&sql).unwrap();
                    assert!(!statement.exists([value]).unwrap());
                }
                let statement = connection.prepare_cached(&sql).unwrap();
                let again = statement.get_status(rusqlite::StatementStatus::RePrepare);
                assert_eq!(again, 0, "{sql}");
            }
        }
    }
}
