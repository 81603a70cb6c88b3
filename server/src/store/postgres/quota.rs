//! Calls to providers, counted over all servers.

use async_trait::async_trait;
use deadpool_postgres::{GenericClient, Transaction};

use super::session::{Failure, Work, query};
use super::{PostgresStore, rows};
use crate::clock::UnixMs;
use crate::store::StoreError;
use crate::store::quota::{CallLease, InUse, NoRoom, Quotas, Refusals, kept_ends, latest_end};

#[async_trait]
impl Quotas for PostgresStore {
    async fn calls_in_use(&self, budget: &str, now: UnixMs) -> Result<InUse, StoreError> {
        let latest = latest_end(now).0;
        let row = self
            .session
            .find(IN_USE, &[&budget, &now.0, &latest])
            .await?;
        Ok(row.map_or(Ok(InUse::default()), |it| in_use(&it, now))?)
    }

    async fn lease_calls(
        &self,
        budget: &str,
        lease: CallLease,
        now: UnixMs,
    ) -> Result<Result<(), NoRoom>, StoreError> {
        // A refusal costs no lock.
        let in_use = self.calls_in_use(budget, now).await?;
        if let Err(none) = in_use.room_for(&lease, now) {
            return Ok(Err(none));
        }
        self.session.transact(Lease { budget, lease, now }).await
    }

    async fn calls_refused(
        &self,
        budget: &str,
        silent_until: UnixMs,
        now: UnixMs,
    ) -> Result<(), StoreError> {
        self.session
            .transact(Refusal {
                budget,
                silent_until,
                now,
            })
            .await
    }
}

struct Lease<'a> {
    budget: &'a str,
    lease: CallLease,
    now: UnixMs,
}

impl Work for Lease<'_> {
    type Made = Result<(), NoRoom>;

    async fn run(&self, it: &Transaction<'_>) -> Result<Self::Made, Failure> {
        lock(it, self.budget).await?;
        let in_use = in_use_now(it, self.budget, self.now).await?;
        if let Err(none) = in_use.room_for(&self.lease, self.now) {
            return Ok(Err(none));
        }
        let sql = "DELETE FROM call_leases WHERE budget = $1 AND (counts_until < $2 OR $3 < counts_until)";
        let (first, last) = kept_ends(self.now);
        query(it, sql, &[&self.budget, &first.0, &last.0]).await?;
        let sql = "INSERT INTO call_leases (budget, calls, counts_until, urgency) VALUES ($1, $2, $3, $4)";
        let (calls, until) = (i64::from(self.lease.calls), self.lease.counts_until.0);
        let urgency = i64::try_from(self.lease.urgency.index()).unwrap_or(i64::MAX);
        query(it, sql, &[&self.budget, &calls, &until, &urgency]).await?;
        Ok(Ok(()))
    }
}

struct Refusal<'a> {
    budget: &'a str,
    silent_until: UnixMs,
    now: UnixMs,
}

impl Work for Refusal<'_> {
    type Made = ();

    async fn run(&self, it: &Transaction<'_>) -> Result<(), Failure> {
        lock(it, self.budget).await?;
        let sql = "SELECT silent_until, level, changed_at FROM call_refusals WHERE budget = $1";
        let rows = query(it, sql, &[&self.budget]).await?;
        let before = rows.first().map_or(Ok(None), |it| refusals(it, 0))?;
        let after = Refusals::one_more(before, self.silent_until, self.now);
        let level = i64::from(after.level);
        query(
            it,
            "INSERT INTO call_refusals (budget, silent_until, level, changed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (budget) DO UPDATE SET silent_until = $2, level = $3, changed_at = $4",
            &[&self.budget, &after.silent_until.0, &level, &after.changed_at.0],
        )
        .await?;
        Ok(())
    }
}

/// One server at a time counts a budget. Two budgets of one hash would wait for each other, and nothing worse.
async fn lock(it: &Transaction<'_>, budget: &str) -> Result<(), Failure> {
    let sql = "SELECT pg_advisory_xact_lock($1, hashtext($2))";
    query(it, sql, &[&super::LOCKS, &budget]).await?;
    Ok(())
}

async fn in_use_now(
    client: &impl GenericClient,
    budget: &str,
    now: UnixMs,
) -> Result<InUse, Failure> {
    let rows = query(client, IN_USE, &[&budget, &now.0, &latest_end(now).0]).await?;
    rows.first()
        .map_or(Ok(InUse::default()), |it| in_use(it, now))
}

fn in_use(row: &tokio_postgres::Row, now: UnixMs) -> Result<InUse, Failure> {
    let mut in_use = InUse {
        calls: [
            rows::count(row, 0)?,
            rows::count(row, 1)?,
            rows::count(row, 2)?,
        ],
        first_ends: rows::moment(row, 3)?,
        ..InUse::default()
    };
    if let Some(left) = refusals(row, 4)?.and_then(|it| it.left(now)) {
        in_use.silent_until = Some(left.silent_until);
        in_use.level = left.level;
    }
    Ok(in_use)
}

/// From the columns `silent_until`, `level` and `changed_at`, the first of which is number `first`.
fn refusals(row: &tokio_postgres::Row, first: usize) -> Result<Option<Refusals>, Failure> {
    let (Some(silent_until), Some(changed_at)) = (
        rows::moment(row, first)?,
        rows::moment(row, first.saturating_add(2))?,
    ) else {
        return Ok(None);
    };
    Ok(Some(Refusals {
        silent_until,
        level: rows::count(row, first.saturating_add(1))?,
        changed_at,
    }))
}

const IN_USE: &str = "SELECT l.schedule, l.watched, l.press, l.ends, r.silent_until, r.level, r.changed_at \
    FROM (SELECT coalesce(sum(calls) FILTER (WHERE urgency = 0), 0)::bigint AS schedule, \
    coalesce(sum(calls) FILTER (WHERE urgency = 1), 0)::bigint AS watched, \
    coalesce(sum(calls) FILTER (WHERE urgency = 2), 0)::bigint AS press, min(counts_until) AS ends FROM call_leases \
    WHERE budget = $1 AND $2 < counts_until AND counts_until <= $3) l LEFT JOIN call_refusals r ON r.budget = $1";
