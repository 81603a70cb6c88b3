//! What an operator reads.

use async_trait::async_trait;
use malipo_wire::{Currency, OrderId};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Error, OptionalExtension, Row, ToSql, params, params_from_iter};

use super::cached::Cached as _;
use super::{SqliteStore, reads, rows};
use crate::clock::{HOUR_MS, UnixMs};
use crate::payment::AttemptId;
use crate::payment::refund::{self, NotRefundable, RefundNote, RefundWish};
use crate::store::StoreError;
use crate::store::outbox::Tell;
use crate::store::records::{
    Cursor, DeliveryRecord, Hours, OrderFilter, OrderPage, PaidHour, ParkedNotice, Records, VITALS,
    Value, Vitals, audience_of, audience_text, list_sql, next_page, parked_id,
};

#[async_trait]
impl Records for SqliteStore {
    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<OrderPage, StoreError> {
        self.read(|it| list(it, filter, after, most))
    }

    async fn deliveries(&self, order: &OrderId) -> Result<Vec<DeliveryRecord>, StoreError> {
        let sql = format!("{DELIVERIES} WHERE order_id = ?1 ORDER BY created_at, rowid");
        self.read(|it| {
            it.prepare_cached(&sql)?
                .query_map([order.as_str()], delivery)?
                .collect()
        })
    }

    async fn undelivered(&self, most: u32) -> Result<Vec<DeliveryRecord>, StoreError> {
        let sql = format!("{DELIVERIES} WHERE delivered_at IS NULL ORDER BY created_at LIMIT ?1");
        self.read(|it| {
            it.prepare_cached(&sql)?
                .query_map([most], delivery)?
                .collect()
        })
    }

    async fn refund_notes(&self, order: &OrderId) -> Result<Vec<RefundNote>, StoreError> {
        let sql = "SELECT attempt_id, minor, currency, reason, noted_by, marked, noted_at \
                   FROM refund_notes WHERE order_id = ?1 ORDER BY note_id";
        self.read(|it| {
            it.prepare_cached(sql)?
                .query_map([order.as_str()], note)?
                .collect()
        })
    }

    async fn note_refund(
        &self,
        wish: &RefundWish,
    ) -> Result<Result<RefundNote, NotRefundable>, StoreError> {
        let wish = wish.clone();
        self.write(move |it| note_refund(it, &wish)).await
    }

    async fn parked(&self, most: u32) -> Result<Vec<ParkedNotice>, StoreError> {
        let sql = "SELECT provider, names, summary, times, received_at FROM parked_notices \
                   ORDER BY received_at DESC, provider, names, summary LIMIT ?1";
        self.read(|it| it.prepare_cached(sql)?.query_map([most], parked)?.collect())
    }

    async fn vitals(&self) -> Result<Vitals, StoreError> {
        self.read(|it| {
            it.prepare_cached(VITALS)?.query_row([], |row| {
                Ok(Vitals {
                    parked: row.get(0)?,
                    due_since: row.get::<_, Option<i64>>(1)?.map(UnixMs),
                })
            })
        })
    }

    async fn drop_parked(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |it| drop_parked(it, &id)).await
    }

    async fn hours(&self, from: UnixMs) -> Result<Hours, StoreError> {
        self.read(|it| hours(it, from))
    }

    async fn set_audience(&self, tell: Tell) -> Result<(), StoreError> {
        let text = audience_text(tell);
        self.write(move |it| {
            it.execute_cached(
                "INSERT INTO about (name, value) VALUES ('audience', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
                [&text],
            )
            .map(|_| ())
        })
        .await
    }

    async fn audience(&self) -> Result<Tell, StoreError> {
        let sql = "SELECT value FROM about WHERE name = 'audience'";
        let text = self.read(|it| {
            it.query_row_cached(sql, [], |row| row.get::<_, String>(0))
                .optional()
        })?;
        Ok(audience_of(&text.unwrap_or_default()))
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, Error> {
        match self {
            Self::Text(text) => text.to_sql(),
            Self::Number(number) => number.to_sql(),
        }
    }
}

fn list(
    connection: &Connection,
    filter: &OrderFilter,
    after: Option<&Cursor>,
    most: u32,
) -> Result<OrderPage, Error> {
    let (sql, values) = list_sql(filter, after, most);
    let found: Vec<(OrderId, Cursor)> = connection
        .prepare_cached(&sql)?
        .query_map(params_from_iter(values), |row| {
            let cursor = Cursor {
                created_at: UnixMs(row.get(1)?),
                attempt: AttemptId(row.get(2)?),
            };
            Ok((rows::order_id(row, 0)?, cursor))
        })?
        .collect::<Result<_, _>>()?;
    let mut orders = Vec::with_capacity(found.len());
    for (id, _) in &found {
        orders.extend(reads::order(connection, id)?);
    }
    Ok(OrderPage {
        orders,
        next: next_page(&found, most),
    })
}

fn note_refund(
    connection: &Connection,
    wish: &RefundWish,
) -> Result<Result<RefundNote, NotRefundable>, Error> {
    let Some(order) = reads::order(connection, &wish.order_id)? else {
        return Ok(Err(NotRefundable::NoOrder));
    };
    let note = match refund::decide(&order, wish) {
        Ok(note) => note,
        Err(refusal) => return Ok(Err(refusal)),
    };
    connection.execute_cached(
        "INSERT INTO refund_notes (order_id, attempt_id, minor, currency, reason, noted_by, marked, noted_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            order.id.as_str(),
            note.attempt_id.0,
            note.amount.minor(),
            note.amount.currency().code(),
            note.reason,
            note.by,
            note.marked,
            note.noted_at.0
        ],
    )?;
    if note.marked {
        connection.execute_cached(
            "UPDATE attempts SET status = 'refunded', updated_at = ?2, next_check_at = NULL WHERE attempt_id = ?1",
            params![note.attempt_id.0, note.noted_at.0],
        )?;
    }
    Ok(Ok(note))
}

fn drop_parked(connection: &Connection, id: &str) -> Result<bool, Error> {
    let all: Vec<ParkedNotice> = connection
        .prepare_cached("SELECT provider, names, summary, times, received_at FROM parked_notices")?
        .query_map([], parked)?
        .collect::<Result<_, _>>()?;
    let Some(notice) = all.into_iter().find(|it| it.id == id) else {
        return Ok(false);
    };
    connection.execute_cached(
        "DELETE FROM parked_notices WHERE provider = ?1 AND names = ?2 AND summary = ?3",
        params![notice.provider, notice.names, notice.summary],
    )?;
    Ok(true)
}

fn hours(connection: &Connection, from: UnixMs) -> Result<Hours, Error> {
    let count = |sql: &str| -> Result<Vec<(UnixMs, u64)>, Error> {
        connection
            .prepare_cached(sql)?
            .query_map(params![from.0, HOUR_MS], |row| {
                Ok((hour(row)?, row.get(1)?))
            })?
            .collect()
    };
    Ok(Hours {
        begun: count(
            "SELECT created_at / ?2, count(*) FROM attempts WHERE ?1 <= created_at GROUP BY 1 ORDER BY 1",
        )?,
        failed: count(FAILED)?,
        paid: connection
            .prepare_cached(PAID)?
            .query_map(params![from.0, HOUR_MS], |row| {
                Ok(PaidHour {
                    hour: hour(row)?,
                    currency: rows::parsed::<Currency>(row, 1)?,
                    orders: row.get(2)?,
                    minor: row.get(3)?,
                })
            })?
            .collect::<Result<_, _>>()?,
    })
}

fn hour(row: &Row<'_>) -> Result<UnixMs, Error> {
    Ok(UnixMs(row.get::<_, i64>(0)?.saturating_mul(HOUR_MS)))
}

fn delivery(row: &Row<'_>) -> Result<DeliveryRecord, Error> {
    let moment = |column| -> Result<Option<UnixMs>, Error> {
        Ok(row.get::<_, Option<i64>>(column)?.map(UnixMs))
    };
    Ok(DeliveryRecord {
        event_id: row.get(0)?,
        channel: rows::parsed(row, 1)?,
        order_id: rows::order_id(row, 2)?,
        attempt_id: AttemptId(row.get(3)?),
        kind: row.get(4)?,
        created_at: UnixMs(row.get(5)?),
        tries: row.get(6)?,
        next_at: moment(7)?,
        delivered_at: moment(8)?,
        last_error: row.get(9)?,
    })
}

fn note(row: &Row<'_>) -> Result<RefundNote, Error> {
    Ok(RefundNote {
        attempt_id: AttemptId(row.get(0)?),
        amount: rows::money(row, 1, 2)?,
        reason: row.get(3)?,
        by: row.get(4)?,
        marked: row.get(5)?,
        noted_at: UnixMs(row.get(6)?),
    })
}

fn parked(row: &Row<'_>) -> Result<ParkedNotice, Error> {
    let (provider, names, summary): (String, String, String) =
        (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(ParkedNotice {
        id: parked_id(&provider, &names, &summary),
        provider,
        names,
        summary,
        times: row.get(3)?,
        received_at: UnixMs(row.get(4)?),
    })
}

const DELIVERIES: &str = "SELECT event_id, channel, order_id, attempt_id, kind, created_at, tries, next_at, \
    delivered_at, last_error FROM outbox";
// The planner would take the index by status, and read every failure there ever was.
pub(super) const FAILED: &str = "SELECT updated_at / ?2, count(*) FROM attempts INDEXED BY attempts_failed \
    WHERE status = 'failed' AND ?1 <= updated_at GROUP BY 1 ORDER BY 1";
pub(super) const PAID: &str = "SELECT a.paid_at / ?2, o.currency, count(*), sum(o.minor) FROM attempts a \
    JOIN orders o ON o.order_id = a.order_id AND o.paid_by = a.attempt_id \
    WHERE ?1 <= a.paid_at GROUP BY 1, 2 ORDER BY 1, 2";
