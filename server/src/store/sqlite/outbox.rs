//! What the shop is still to be told.

use async_trait::async_trait;
use rusqlite::{Connection, Error, Row, params};

use super::cached::Cached as _;
use super::{SqliteStore, rows};
use crate::clock::UnixMs;
use crate::payment::Attempt;
use crate::payment::event::{self, EventKind};
use crate::payment::transaction::TransactionRef;
use crate::store::StoreError;
use crate::store::outbox::{Backlog, Channel, Delivery, Outbox, Tell, event_id};

#[async_trait]
impl Outbox for SqliteStore {
    async fn take_deliveries(
        &self,
        channel: Channel,
        now: UnixMs,
        until: UnixMs,
        most: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        // Most of the time nothing is due: that costs no write.
        if self.read(|it| due(it, channel, now, 1))?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(move |it| take(it, channel, now, until, most))
            .await
    }

    async fn delivered(&self, delivery: &Delivery, now: UnixMs) -> Result<(), StoreError> {
        let (id, channel) = (delivery.event_id.clone(), delivery.channel);
        self.write(move |it| {
            it.execute_cached(
                "UPDATE outbox SET delivered_at = ?3, next_at = NULL, tries = tries + 1, last_error = NULL \
                 WHERE event_id = ?1 AND channel = ?2",
                params![id, channel.as_str(), now.0],
            )
            .map(|_| ())
        })
        .await
    }

    async fn not_delivered(
        &self,
        delivery: &Delivery,
        next_at: Option<UnixMs>,
        error: &str,
    ) -> Result<(), StoreError> {
        let (id, channel) = (delivery.event_id.clone(), delivery.channel);
        let error = error.to_owned();
        self.write(move |it| {
            it.execute_cached(
                "UPDATE outbox SET next_at = ?3, tries = tries + 1, last_error = ?4 \
                 WHERE event_id = ?1 AND channel = ?2 AND delivered_at IS NULL",
                params![id, channel.as_str(), next_at.map(|it| it.0), error],
            )
            .map(|_| ())
        })
        .await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.read(|it| {
            it.prepare_cached(
                "SELECT count(next_at), min(created_at) FILTER (WHERE next_at IS NOT NULL), \
                 count(*) FILTER (WHERE next_at IS NULL) FROM outbox WHERE delivered_at IS NULL",
            )?
            .query_row([], |row| {
                Ok(Backlog {
                    waiting: row.get(0)?,
                    oldest: row.get::<_, Option<i64>>(1)?.map(UnixMs),
                    given_up: row.get(2)?,
                })
            })
        })
    }

    async fn retry_given_up(&self, now: UnixMs) -> Result<u64, StoreError> {
        self.write(move |it| {
            it.execute_cached(
                "UPDATE outbox SET next_at = ?1, tries = 0 WHERE next_at IS NULL AND delivered_at IS NULL",
                [now.0],
            )
            .map(|count| u64::try_from(count).unwrap_or(u64::MAX))
        })
        .await
    }
}

/// Writes down what the shop is to be told of a step.
pub(super) fn tell(
    connection: &Connection,
    kind: EventKind,
    after: &Attempt,
    transaction: Option<&TransactionRef>,
    tell: Tell,
    now: UnixMs,
) -> Result<(), Error> {
    let nth: u32 = connection.query_row_cached(
        "UPDATE attempts SET told = told + 1 WHERE attempt_id = ?1 RETURNING told - 1",
        [&after.id.0],
        |row| row.get(0),
    )?;
    let event = event::event(kind, after, transaction, tell.test, now);
    let body =
        serde_json::to_string(&event).map_err(|it| Error::ToSqlConversionFailure(it.into()))?;
    for channel in tell.channels() {
        connection.execute_cached(
            "INSERT INTO outbox (event_id, channel, order_id, attempt_id, kind, body, created_at, next_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            params![
                event_id(&after.id, nth),
                channel.as_str(),
                after.order_id.as_str(),
                after.id.0,
                event.kind,
                body,
                now.0
            ],
        )?;
    }
    Ok(())
}

/// Drops what was delivered or given up long ago.
pub(super) fn tidy(connection: &Connection, before: UnixMs) -> Result<(), Error> {
    connection.execute_cached(
        "DELETE FROM outbox WHERE next_at IS NULL AND created_at < ?1",
        [before.0],
    )?;
    Ok(())
}

fn take(
    connection: &Connection,
    channel: Channel,
    now: UnixMs,
    until: UnixMs,
    most: u32,
) -> Result<Vec<Delivery>, Error> {
    let due = due(connection, channel, now, most)?;
    let mut statement = connection
        .prepare_cached("UPDATE outbox SET next_at = ?3 WHERE event_id = ?1 AND channel = ?2")?;
    for delivery in &due {
        statement.execute(params![delivery.event_id, channel.as_str(), until.0])?;
    }
    Ok(due)
}

fn due(
    connection: &Connection,
    channel: Channel,
    now: UnixMs,
    most: u32,
) -> Result<Vec<Delivery>, Error> {
    connection
        .prepare_cached(DUE)?
        .query_map(params![channel.as_str(), now.0, most], delivery)?
        .collect()
}

fn delivery(row: &Row<'_>) -> Result<Delivery, Error> {
    Ok(Delivery {
        event_id: row.get(0)?,
        channel: rows::parsed(row, 1)?,
        body: row.get(2)?,
        tries: row.get(3)?,
        created_at: UnixMs(row.get(4)?),
    })
}

pub(super) const DUE: &str = "SELECT event_id, channel, body, tries, created_at FROM outbox \
    WHERE channel = ?1 AND next_at <= ?2 ORDER BY next_at, created_at LIMIT ?3";
