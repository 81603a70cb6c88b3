//! Calls to providers, counted.

use async_trait::async_trait;
use rusqlite::{Connection, Error, OptionalExtension, params};

use super::SqliteStore;
use super::cached::Cached as _;
use crate::clock::UnixMs;
use crate::store::StoreError;
use crate::store::quota::{CallLease, InUse, NoRoom, Quotas, Refusals, kept_ends, latest_end};

#[async_trait]
impl Quotas for SqliteStore {
    async fn calls_in_use(&self, budget: &str, now: UnixMs) -> Result<InUse, StoreError> {
        self.read(|it| in_use(it, budget, now))
    }

    async fn lease_calls(
        &self,
        budget: &str,
        lease: CallLease,
        now: UnixMs,
    ) -> Result<Result<(), NoRoom>, StoreError> {
        // A refusal costs no write.
        if let Err(none) = self
            .read(|it| in_use(it, budget, now))?
            .room_for(&lease, now)
        {
            return Ok(Err(none));
        }
        let budget = budget.to_owned();
        self.write(move |it| take(it, &budget, lease, now)).await
    }

    async fn calls_refused(
        &self,
        budget: &str,
        silent_until: UnixMs,
        now: UnixMs,
    ) -> Result<(), StoreError> {
        let budget = budget.to_owned();
        self.write(move |it| refused(it, &budget, silent_until, now))
            .await
    }
}

fn in_use(connection: &Connection, budget: &str, now: UnixMs) -> Result<InUse, Error> {
    let mut in_use = connection
        .prepare_cached(
            "SELECT coalesce(sum(calls) FILTER (WHERE urgency = 0), 0), \
             coalesce(sum(calls) FILTER (WHERE urgency = 1), 0), \
             coalesce(sum(calls) FILTER (WHERE urgency = 2), 0), min(counts_until) FROM call_leases \
             WHERE budget = ?1 AND ?2 < counts_until AND counts_until <= ?3",
        )?
        .query_row(params![budget, now.0, latest_end(now).0], |row| {
            Ok(InUse {
                calls: [row.get(0)?, row.get(1)?, row.get(2)?],
                first_ends: row.get::<_, Option<i64>>(3)?.map(UnixMs),
                ..InUse::default()
            })
        })?;
    if let Some(left) = refusals(connection, budget)?.and_then(|it| it.left(now)) {
        in_use.silent_until = Some(left.silent_until);
        in_use.level = left.level;
    }
    Ok(in_use)
}

fn refusals(connection: &Connection, budget: &str) -> Result<Option<Refusals>, Error> {
    connection
        .prepare_cached(
            "SELECT silent_until, level, changed_at FROM call_refusals WHERE budget = ?1",
        )?
        .query_row([budget], |row| {
            Ok(Refusals {
                silent_until: UnixMs(row.get(0)?),
                level: row.get(1)?,
                changed_at: UnixMs(row.get(2)?),
            })
        })
        .optional()
}

fn take(
    connection: &Connection,
    budget: &str,
    lease: CallLease,
    now: UnixMs,
) -> Result<Result<(), NoRoom>, Error> {
    if let Err(none) = in_use(connection, budget, now)?.room_for(&lease, now) {
        return Ok(Err(none));
    }
    let (first, last) = kept_ends(now);
    connection.execute_cached(
        "DELETE FROM call_leases WHERE budget = ?1 AND (counts_until < ?2 OR ?3 < counts_until)",
        params![budget, first.0, last.0],
    )?;
    connection.execute_cached(
        "INSERT INTO call_leases (budget, calls, counts_until, urgency) VALUES (?1, ?2, ?3, ?4)",
        params![
            budget,
            lease.calls,
            lease.counts_until.0,
            lease.urgency.index()
        ],
    )?;
    Ok(Ok(()))
}

fn refused(
    connection: &Connection,
    budget: &str,
    silent_until: UnixMs,
    now: UnixMs,
) -> Result<(), Error> {
    let before = refusals(connection, budget)?;
    let after = Refusals::one_more(before, silent_until, now);
    connection.execute_cached(
        "INSERT INTO call_refusals (budget, silent_until, level, changed_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (budget) DO UPDATE SET silent_until = ?2, level = ?3, changed_at = ?4",
        params![
            budget,
            after.silent_until.0,
            after.level,
            after.changed_at.0
        ],
    )?;
    Ok(())
}
