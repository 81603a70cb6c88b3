//! From rows to types. What does not fit its type is an error: the file was changed by someone else.

use malipo_wire::{Currency, Money, OrderId};
use rusqlite::types::Type;
use rusqlite::{Error, Row};

use crate::clock::UnixMs;
use crate::payment::{Attempt, AttemptId, Reference};

/// What [`attempt`] reads; `o` is the order's table.
pub(super) const ATTEMPT: &str = "SELECT a.attempt_id, a.order_id, a.provider, a.reference, a.provider_ref, a.status, \
    o.minor, o.currency, a.received_minor, a.received_currency, a.redirect_url, a.return_url, a.late, \
    a.created_at, a.updated_at, a.paid_at, a.next_check_at, a.reason, a.sent_to, a.expires_at, a.description, \
    o.paid_by, a.rowid FROM attempts a JOIN orders o ON o.order_id = a.order_id";
/// The columns behind an attempt's own.
pub(super) const PAID_BY: usize = 21;
pub(super) const ROWID: usize = 22;

pub(super) fn attempt(row: &Row<'_>) -> Result<Attempt, Error> {
    let received: Option<u64> = row.get(8)?;
    Ok(Attempt {
        id: AttemptId(row.get(0)?),
        order_id: order_id(row, 1)?,
        provider: row.get(2)?,
        reference: Reference(row.get(3)?),
        provider_ref: row.get(4)?,
        status: parsed(row, 5)?,
        price: price(row)?,
        received: match (received, text(row, 9)?) {
            (Some(_), Some(_)) => Some(money(row, 8, 9)?),
            _ => None,
        },
        redirect_url: row.get(10)?,
        return_url: row.get(11)?,
        late: row.get(12)?,
        created_at: UnixMs(row.get(13)?),
        updated_at: UnixMs(row.get(14)?),
        paid_at: row.get::<_, Option<i64>>(15)?.map(UnixMs),
        next_check_at: row.get::<_, Option<i64>>(16)?.map(UnixMs),
        reason: match text(row, 17)? {
            Some(word) => Some(word.parse().map_err(|()| wrong(17))?),
            None => None,
        },
        sent_to: match text(row, 18)? {
            Some(json) => serde_json::from_str(json).map_err(|_| wrong(18))?,
            None => Vec::new(),
        },
        expires_at: row.get::<_, Option<i64>>(19)?.map(UnixMs),
        description: row.get(20)?,
    })
}

/// The price of the order of an attempt's row.
fn price(row: &Row<'_>) -> Result<Money, Error> {
    money(row, 6, 7)
}

pub(super) fn money(row: &Row<'_>, minor: usize, currency: usize) -> Result<Money, Error> {
    let currency: Currency = parsed(row, currency)?;
    Money::from_minor(row.get(minor)?, currency).map_err(|_| wrong(minor))
}

pub(super) fn order_id(row: &Row<'_>, column: usize) -> Result<OrderId, Error> {
    parsed(row, column)
}

pub(super) fn parsed<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<T, Error> {
    let text = text(row, column)?.ok_or_else(|| wrong(column))?;
    text.parse().map_err(|_| wrong(column))
}

/// A text where it lies, or none.
fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<Option<&'a str>, Error> {
    let value = row.get_ref(column)?;
    value.as_str_or_null().map_err(|_| wrong(column))
}

fn wrong(column: usize) -> Error {
    Error::InvalidColumnType(column, "a value of its own kind".to_owned(), Type::Text)
}
