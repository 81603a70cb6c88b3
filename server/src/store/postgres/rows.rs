//! From rows to types. What does not fit its type is an error: the table was changed by someone else.

use malipo_wire::{Currency, Money, OrderId};
use tokio_postgres::Row;

use super::session::Failure;
use crate::clock::UnixMs;
use crate::payment::{Attempt, AttemptId, Order, Reference};

/// The columns that [`attempt`] reads; `a` is the attempt, `o` its order.
pub(super) const COLUMNS: &str = "a.attempt_id, a.order_id, a.provider, a.reference, a.provider_ref, a.status, \
    o.minor, o.currency, a.received_minor, a.received_currency, a.redirect_url, a.return_url, a.late, \
    a.created_at, a.updated_at, a.paid_at, a.next_check_at, a.reason, a.sent_to, a.expires_at, a.description, o.paid_by";

pub(super) fn attempt(row: &Row) -> Result<Attempt, Failure> {
    let received: Option<i64> = row.try_get(8)?;
    let received_currency: Option<String> = row.try_get(9)?;
    Ok(Attempt {
        id: AttemptId(row.try_get(0)?),
        order_id: order_id(row, 1)?,
        provider: row.try_get(2)?,
        reference: Reference(row.try_get(3)?),
        provider_ref: row.try_get(4)?,
        status: parsed(row, 5)?,
        price: money(row.try_get(6)?, &row.try_get::<_, String>(7)?)?,
        received: match (received, received_currency) {
            (Some(minor), Some(currency)) => Some(money(minor, &currency)?),
            _ => None,
        },
        redirect_url: row.try_get(10)?,
        return_url: row.try_get(11)?,
        late: row.try_get(12)?,
        created_at: UnixMs(row.try_get(13)?),
        updated_at: UnixMs(row.try_get(14)?),
        paid_at: moment(row, 15)?,
        next_check_at: moment(row, 16)?,
        reason: match row.try_get::<_, Option<String>>(17)? {
            Some(word) => Some(word.parse().map_err(|()| Failure::Odd("a reason"))?),
            None => None,
        },
        sent_to: match row.try_get::<_, Option<String>>(18)? {
            Some(json) => serde_json::from_str(&json)
                .map_err(|_| Failure::Odd("a list of those to whom a link was sent"))?,
            None => Vec::new(),
        },
        expires_at: moment(row, 19)?,
        description: row.try_get(20)?,
    })
}

/// The attempts of one order, oldest first, as the order; `None` of none, since an order begins with its first attempt.
pub(super) fn order(rows: &[Row]) -> Result<Option<Order>, Failure> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    Ok(Some(Order {
        id: order_id(first, 1)?,
        price: money(first.try_get(6)?, &first.try_get::<_, String>(7)?)?,
        paid_by: first.try_get::<_, Option<String>>(21)?.map(AttemptId),
        attempts: rows.iter().map(attempt).collect::<Result<_, _>>()?,
    }))
}

pub(super) fn order_id(row: &Row, column: usize) -> Result<OrderId, Failure> {
    parsed(row, column)
}

pub(super) fn parsed<T: std::str::FromStr>(row: &Row, column: usize) -> Result<T, Failure> {
    row.try_get::<_, String>(column)?
        .parse()
        .map_err(|_| Failure::Odd("a word"))
}

pub(super) fn moment(row: &Row, column: usize) -> Result<Option<UnixMs>, Failure> {
    Ok(row.try_get::<_, Option<i64>>(column)?.map(UnixMs))
}

/// A count, which is never negative and fits.
pub(super) fn count<T: TryFrom<i64>>(row: &Row, column: usize) -> Result<T, Failure> {
    T::try_from(row.try_get::<_, i64>(column)?).map_err(|_| Failure::Odd("a count"))
}

pub(super) fn hash(row: &Row, column: usize) -> Result<[u8; 32], Failure> {
    row.try_get::<_, &[u8]>(column)?
        .try_into()
        .map_err(|_| Failure::Odd("a hash"))
}

pub(super) fn money(minor: i64, currency: &str) -> Result<Money, Failure> {
    let wrong = Failure::Odd("an amount");
    let (Ok(minor), Ok(currency)) = (u64::try_from(minor), currency.parse::<Currency>()) else {
        return Err(wrong);
    };
    Money::from_minor(minor, currency).map_err(|_| wrong)
}

/// Minor units as the database counts them. [`Money`] holds no more than fits.
pub(super) fn minor(money: Money) -> Result<i64, Failure> {
    i64::try_from(money.minor()).map_err(|_| Failure::Odd("an amount"))
}
