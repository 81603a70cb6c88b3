//! What an operator reads.

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use malipo_wire::{Currency, OrderId};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::rows::{self, COLUMNS};
use super::session::{Failure, Values, Work, query, storable};
use super::{PostgresStore, news, reads};
use crate::clock::{HOUR_MS, UnixMs};
use crate::payment::AttemptId;
use crate::payment::refund::{self, NotRefundable, RefundNote, RefundWish};
use crate::store::StoreError;
use crate::store::outbox::Tell;
use crate::store::records::{
    Cursor, DeliveryRecord, Hours, OrderFilter, OrderPage, PaidHour, ParkedNotice, Records, VITALS,
    Value, Vitals, audience_of, audience_text, is_parked_id, list_sql, next_page, parked_id,
};

#[async_trait]
impl Records for PostgresStore {
    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<OrderPage, StoreError> {
        let (sql, values) = list_sql(filter, after, most);
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(bound).collect();
        let rows = self.session.query(&sql, &values).await?;
        let found: Vec<(OrderId, Cursor)> =
            rows.iter().map(cursor).collect::<Result<_, Failure>>()?;
        let ids: Vec<&str> = found.iter().map(|it| it.0.as_str()).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM attempts a JOIN orders o ON o.order_id = a.order_id \
             JOIN unnest($1::text[]) WITH ORDINALITY listed (id, place) ON listed.id = a.order_id \
             ORDER BY listed.place, a.nth"
        );
        let rows = self.session.query(&sql, &[&ids]).await?;
        let mut orders = Vec::with_capacity(found.len());
        for of_one in rows.chunk_by(same_order) {
            orders.extend(rows::order(of_one)?);
        }
        Ok(OrderPage {
            orders,
            next: next_page(&found, most),
        })
    }

    async fn deliveries(&self, order: &OrderId) -> Result<Vec<DeliveryRecord>, StoreError> {
        let sql =
            format!("{DELIVERIES} WHERE order_id = $1 ORDER BY created_at, event_id, channel DESC");
        let rows = self.session.query(&sql, &[&order.as_str()]).await?;
        Ok(rows.iter().map(delivery).collect::<Result<_, Failure>>()?)
    }

    async fn undelivered(&self, most: u32) -> Result<Vec<DeliveryRecord>, StoreError> {
        let sql = format!("{DELIVERIES} WHERE delivered_at IS NULL ORDER BY created_at LIMIT $1");
        let rows = self.session.query(&sql, &[&i64::from(most)]).await?;
        Ok(rows.iter().map(delivery).collect::<Result<_, Failure>>()?)
    }

    async fn refund_notes(&self, order: &OrderId) -> Result<Vec<RefundNote>, StoreError> {
        let sql = "SELECT attempt_id, minor, currency, reason, noted_by, marked, noted_at \
                   FROM refund_notes WHERE order_id = $1 ORDER BY note_id";
        let rows = self.session.query(sql, &[&order.as_str()]).await?;
        Ok(rows.iter().map(note).collect::<Result<_, Failure>>()?)
    }

    async fn note_refund(
        &self,
        wish: &RefundWish,
    ) -> Result<Result<RefundNote, NotRefundable>, StoreError> {
        self.session.transact(Noting(wish)).await
    }

    async fn parked(&self, most: u32) -> Result<Vec<ParkedNotice>, StoreError> {
        let sql = "SELECT provider, names, summary, times, received_at FROM parked_notices \
                   ORDER BY received_at DESC, provider, names, summary LIMIT $1";
        let rows = self.session.query(sql, &[&i64::from(most)]).await?;
        Ok(rows.iter().map(parked).collect::<Result<_, Failure>>()?)
    }

    async fn vitals(&self) -> Result<Vitals, StoreError> {
        let Some(row) = self.session.find(VITALS, &[]).await? else {
            return Ok(Vitals::default());
        };
        Ok(Vitals {
            parked: rows::count(&row, 0)?,
            due_since: rows::moment(&row, 1)?,
        })
    }

    async fn drop_parked(&self, id: &str) -> Result<bool, StoreError> {
        if !is_parked_id(id) {
            return Ok(false);
        }
        let sql = "DELETE FROM parked_notices WHERE left(encode(hash, 'hex'), length($1)) = $1 RETURNING 1";
        Ok(!self.session.query(sql, &[&id]).await?.is_empty())
    }

    async fn hours(&self, from: UnixMs) -> Result<Hours, StoreError> {
        let values: &Values<'_> = &[&from.0, &HOUR_MS];
        let begun = "SELECT created_at / $2, count(*) FROM attempts WHERE $1 <= created_at GROUP BY 1 ORDER BY 1";
        let failed = "SELECT updated_at / $2, count(*) FROM attempts WHERE status = 'failed' AND $1 <= updated_at \
             GROUP BY 1 ORDER BY 1";
        let paid = "SELECT a.paid_at / $2, o.currency, count(*), sum(o.minor)::bigint FROM attempts a \
             JOIN orders o ON o.order_id = a.order_id AND o.paid_by = a.attempt_id \
             WHERE $1 <= a.paid_at GROUP BY 1, 2 ORDER BY 1, 2";
        let counted = |row: &Row| Ok((hour(row)?, rows::count(row, 1)?));
        let begun = self.session.query(begun, values).await?;
        let failed = self.session.query(failed, values).await?;
        let paid = self.session.query(paid, values).await?;
        Ok(Hours {
            begun: begun.iter().map(counted).collect::<Result<_, Failure>>()?,
            failed: failed.iter().map(counted).collect::<Result<_, Failure>>()?,
            paid: paid.iter().map(paid_hour).collect::<Result<_, Failure>>()?,
        })
    }

    async fn set_audience(&self, tell: Tell) -> Result<(), StoreError> {
        let sql = "INSERT INTO about (name, value) VALUES ('audience', $1) ON CONFLICT (name) DO UPDATE SET value = $1";
        self.session.query(sql, &[&audience_text(tell)]).await?;
        Ok(())
    }

    async fn audience(&self) -> Result<Tell, StoreError> {
        let sql = "SELECT value FROM about WHERE name = 'audience'";
        let row = self.session.find(sql, &[]).await?;
        let text: Option<String> = row
            .map(|it| it.try_get(0))
            .transpose()
            .map_err(Failure::from)?;
        Ok(audience_of(&text.unwrap_or_default()))
    }
}

struct Noting<'a>(&'a RefundWish);

impl Work for Noting<'_> {
    type Made = Result<RefundNote, NotRefundable>;

    async fn run(&self, it: &Transaction<'_>) -> Result<Self::Made, Failure> {
        let wish = self.0;
        if !reads::lock(it, &wish.order_id).await? {
            return Ok(Err(NotRefundable::NoOrder));
        }
        let Some(order) = reads::locked_order(it, &wish.order_id).await? else {
            return Ok(Err(NotRefundable::NoOrder));
        };
        let note = match refund::decide(&order, wish) {
            Ok(note) => RefundNote {
                reason: storable(&note.reason),
                by: storable(&note.by),
                ..note
            },
            Err(refusal) => return Ok(Err(refusal)),
        };
        let sql = "INSERT INTO refund_notes (order_id, attempt_id, minor, currency, reason, noted_by, marked, noted_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let currency = note.amount.currency();
        let (minor, currency) = (rows::minor(note.amount)?, currency.code());
        let values: &Values<'_> = &[
            &order.id.as_str(),
            &note.attempt_id.0,
            &minor,
            &currency,
            &note.reason,
            &note.by,
            &note.marked,
            &note.noted_at.0,
        ];
        query(it, sql, values).await?;
        if note.marked {
            let sql = "UPDATE attempts SET status = 'refunded', updated_at = $2, next_check_at = NULL WHERE attempt_id = $1";
            query(it, sql, &[&note.attempt_id.0, &note.noted_at.0]).await?;
            news::announce(it, &order.id).await?;
        }
        Ok(Ok(note))
    }
}

fn bound(value: &Value) -> &(dyn ToSql + Sync) {
    match value {
        Value::Text(text) => text,
        Value::Number(number) => number,
    }
}

fn cursor(row: &Row) -> Result<(OrderId, Cursor), Failure> {
    let cursor = Cursor {
        created_at: UnixMs(row.try_get(1)?),
        attempt: AttemptId(row.try_get(2)?),
    };
    Ok((rows::order_id(row, 0)?, cursor))
}

fn same_order(a: &Row, b: &Row) -> bool {
    let id = |row: &Row| row.try_get::<_, String>(1).ok();
    id(a) == id(b)
}

fn paid_hour(row: &Row) -> Result<PaidHour, Failure> {
    Ok(PaidHour {
        hour: hour(row)?,
        currency: rows::parsed::<Currency>(row, 1)?,
        orders: rows::count(row, 2)?,
        minor: rows::count(row, 3)?,
    })
}

fn hour(row: &Row) -> Result<UnixMs, Failure> {
    Ok(UnixMs(row.try_get::<_, i64>(0)?.saturating_mul(HOUR_MS)))
}

fn delivery(row: &Row) -> Result<DeliveryRecord, Failure> {
    Ok(DeliveryRecord {
        event_id: row.try_get(0)?,
        channel: rows::parsed(row, 1)?,
        order_id: rows::order_id(row, 2)?,
        attempt_id: AttemptId(row.try_get(3)?),
        kind: row.try_get(4)?,
        created_at: UnixMs(row.try_get(5)?),
        tries: rows::count(row, 6)?,
        next_at: rows::moment(row, 7)?,
        delivered_at: rows::moment(row, 8)?,
        last_error: row.try_get(9)?,
    })
}

fn note(row: &Row) -> Result<RefundNote, Failure> {
    Ok(RefundNote {
        attempt_id: AttemptId(row.try_get(0)?),
        amount: rows::money(row.try_get(1)?, &row.try_get::<_, String>(2)?)?,
        reason: row.try_get(3)?,
        by: row.try_get(4)?,
        marked: row.try_get(5)?,
        noted_at: UnixMs(row.try_get(6)?),
    })
}

fn parked(row: &Row) -> Result<ParkedNotice, Failure> {
    let (provider, names, summary): (String, String, String) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    Ok(ParkedNotice {
        id: parked_id(&provider, &names, &summary),
        provider,
        names,
        summary,
        times: rows::count(row, 3)?,
        received_at: UnixMs(row.try_get(4)?),
    })
}

const DELIVERIES: &str = "SELECT event_id, channel, order_id, attempt_id, kind, created_at, tries, next_at, \
    delivered_at, last_error FROM outbox";
