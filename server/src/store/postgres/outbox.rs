//! What the shop is still to be told.

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use super::session::{Failure, query, storable};
use super::{PostgresStore, rows};
use crate::clock::UnixMs;
use crate::payment::Attempt;
use crate::payment::event::{self, EventKind};
use crate::payment::transaction::TransactionRef;
use crate::store::StoreError;
use crate::store::outbox::{Backlog, Channel, Delivery, Outbox, Tell, event_id};

#[async_trait]
impl Outbox for PostgresStore {
    async fn take_deliveries(
        &self,
        channel: Channel,
        now: UnixMs,
        until: UnixMs,
        most: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        // What another server is taking at this moment is passed over, not waited for.
        let sql = "WITH due AS (SELECT event_id, channel, next_at AS was_at FROM outbox \
             WHERE channel = $1 AND next_at <= $2 ORDER BY next_at, created_at LIMIT $4 FOR UPDATE SKIP LOCKED), \
             taken AS (UPDATE outbox o SET next_at = $3 FROM due \
             WHERE o.event_id = due.event_id AND o.channel = due.channel \
             RETURNING o.event_id, o.channel, o.body, o.tries, o.created_at, due.was_at) \
             SELECT event_id, channel, body, tries, created_at FROM taken ORDER BY was_at, created_at";
        let most = i64::from(most);
        let values: &super::session::Values<'_> = &[&channel.as_str(), &now.0, &until.0, &most];
        let rows = self.session.query(sql, values).await?;
        Ok(rows.iter().map(delivery).collect::<Result<_, Failure>>()?)
    }

    async fn delivered(&self, delivery: &Delivery, now: UnixMs) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET delivered_at = $3, next_at = NULL, tries = tries + 1, last_error = NULL \
             WHERE event_id = $1 AND channel = $2 AND delivered_at IS NULL";
        let channel = delivery.channel.as_str();
        let values: &super::session::Values<'_> = &[&delivery.event_id, &channel, &now.0];
        self.session.query(sql, values).await?;
        Ok(())
    }

    async fn not_delivered(
        &self,
        delivery: &Delivery,
        next_at: Option<UnixMs>,
        error: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET next_at = $3, tries = tries + 1, last_error = $4 \
             WHERE event_id = $1 AND channel = $2 AND delivered_at IS NULL";
        let (channel, next_at) = (delivery.channel.as_str(), next_at.map(|it| it.0));
        let error = storable(error);
        let values: &super::session::Values<'_> = &[&delivery.event_id, &channel, &next_at, &error];
        self.session.query(sql, values).await?;
        Ok(())
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let sql = "SELECT count(next_at), min(created_at) FILTER (WHERE next_at IS NOT NULL), \
             count(*) FILTER (WHERE next_at IS NULL) FROM outbox WHERE delivered_at IS NULL";
        let Some(row) = self.session.find(sql, &[]).await? else {
            return Ok(Backlog::default());
        };
        Ok(Backlog {
            waiting: rows::count(&row, 0)?,
            oldest: rows::moment(&row, 1)?,
            given_up: rows::count(&row, 2)?,
        })
    }

    async fn retry_given_up(&self, now: UnixMs) -> Result<u64, StoreError> {
        let sql = "UPDATE outbox SET next_at = $1, tries = 0 WHERE next_at IS NULL AND delivered_at IS NULL RETURNING 1";
        let rows = self.session.query(sql, &[&now.0]).await?;
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }
}

/// Writes down what the shop is to be told of a step. The order is locked, so no other event of this attempt comes in
/// between.
pub(super) async fn tell(
    it: &Transaction<'_>,
    kind: EventKind,
    after: &Attempt,
    transaction: Option<&TransactionRef>,
    tell: Tell,
    now: UnixMs,
) -> Result<(), Failure> {
    let sql = "UPDATE attempts SET told = told + 1 WHERE attempt_id = $1 RETURNING told - 1";
    let rows = query(it, sql, &[&after.id.0]).await?;
    let row = rows.first().ok_or(Failure::Odd("an attempt"))?;
    let nth = rows::count(row, 0)?;
    let event = event::event(kind, after, transaction, tell.test, now);
    let body = serde_json::to_string(&event).map_err(|_| Failure::Odd("an event"))?;
    for channel in tell.channels() {
        query(
            it,
            "INSERT INTO outbox (event_id, channel, order_id, attempt_id, kind, body, created_at, next_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
            &[
                &event_id(&after.id, nth),
                &channel.as_str(),
                &after.order_id.as_str(),
                &after.id.0,
                &event.kind,
                &body,
                &now.0,
            ],
        )
        .await?;
    }
    Ok(())
}

fn delivery(row: &Row) -> Result<Delivery, Failure> {
    Ok(Delivery {
        event_id: row.try_get(0)?,
        channel: rows::parsed(row, 1)?,
        body: row.try_get(2)?,
        tries: rows::count(row, 3)?,
        created_at: UnixMs(row.try_get(4)?),
    })
}
