//! What an operator reads: orders, what the shop was told of them, notices that could not be placed, and the last day.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use malipo_wire::{Currency, OrderId};

use super::StoreError;
use super::outbox::{Channel, Tell};
use crate::clock::UnixMs;
use crate::payment::refund::{NotRefundable, RefundNote, RefundWish};
use crate::payment::{AttemptId, AttemptStatus, Order};

/// The records as an operator reads them. Every method is one transaction; none but [`Records::note_refund`] and
/// [`Records::drop_parked`] changes what is kept of payments, and those two change no money.
#[async_trait]
pub trait Records {
    /// Orders, newest first: by the beginning of their newest attempt that the filter lets through.
    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<OrderPage, StoreError>;

    /// What the shop was told of an order, or still is to be told; oldest first.
    async fn deliveries(&self, order: &OrderId) -> Result<Vec<DeliveryRecord>, StoreError>;

    /// What the shop still is to be told, of all orders, and what was given up; oldest first.
    async fn undelivered(&self, most: u32) -> Result<Vec<DeliveryRecord>, StoreError>;

    /// The notes of money given back, oldest first.
    async fn refund_notes(&self, order: &OrderId) -> Result<Vec<RefundNote>, StoreError>;

    /// Decides whether a refund can be noted ([`crate::payment::refund::decide`]) and notes it. Where that is wished, the
    /// attempt becomes `refunded`.
    async fn note_refund(
        &self,
        wish: &RefundWish,
    ) -> Result<Result<RefundNote, NotRefundable>, StoreError>;

    /// Notices that could not be placed, the newest first.
    async fn parked(&self, most: u32) -> Result<Vec<ParkedNotice>, StoreError>;

    /// What shows at a glance whether somebody has to act.
    async fn vitals(&self) -> Result<Vitals, StoreError>;

    /// Drops a parked notice by its id. Returns whether there was one.
    async fn drop_parked(&self, id: &str) -> Result<bool, StoreError>;

    /// What happened in the hours from `from` on; hours without anything are left out.
    async fn hours(&self, from: UnixMs) -> Result<Hours, StoreError>;

    /// Writes down who is told of payments, for commands beside the server, which tell the same.
    async fn set_audience(&self, tell: Tell) -> Result<(), StoreError>;

    /// Who is told of payments, as the last server that started has it.
    async fn audience(&self) -> Result<Tell, StoreError>;
}

/// Which orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Those with an attempt that stands so.
    pub status: Option<AttemptStatus>,
    /// Those with an attempt at this provider; together with `status`, with one that is both.
    pub provider: Option<String>,
    /// Those whose attempt was begun then or later.
    pub since: Option<UnixMs>,
}

/// Where a list goes on: after the attempt that was begun then and has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When it was begun.
    pub created_at: UnixMs,
    /// Its name.
    pub attempt: AttemptId,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at.0, self.attempt.0)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (moment, attempt) = text.split_once('.').ok_or(())?;
        let good = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
        if attempt.is_empty() || 64 < attempt.len() || !attempt.bytes().all(good) {
            return Err(());
        }
        Ok(Self {
            created_at: UnixMs(moment.parse().map_err(|_| ())?),
            attempt: AttemptId(attempt.to_owned()),
        })
    }
}

/// A page of orders.
#[derive(Clone, Debug)]
pub struct OrderPage {
    /// The orders, newest first, each once and in full.
    pub orders: Vec<Order>,
    /// Where the next page begins, where there may be one.
    pub next: Option<Cursor>,
}

/// What became of telling the shop something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// The webhook-id.
    pub event_id: String,
    /// By which way.
    pub channel: Channel,
    /// About which order.
    pub order_id: OrderId,
    /// About which attempt.
    pub attempt_id: AttemptId,
    /// What: `payment.paid`.
    pub kind: String,
    /// When it happened.
    pub created_at: UnixMs,
    /// Tries so far.
    pub tries: u32,
    /// When it is tried next; `None`: delivered, or given up.
    pub next_at: Option<UnixMs>,
    /// When it arrived.
    pub delivered_at: Option<UnixMs>,
    /// Why the last try failed; never what the receiver answered.
    pub last_error: Option<String>,
}

impl DeliveryRecord {
    /// `delivered`, `waiting` or `given up`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (self.delivered_at, self.next_at) {
            (Some(_), _) => "delivered",
            (None, Some(_)) => "waiting",
            (None, None) => "given up",
        }
    }
}

/// A notice that could not be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedNotice {
    /// Its name: [`PARKED_ID`] hexadecimal digits.
    pub id: String,
    /// From which provider, as its address says.
    pub provider: String,
    /// What it says it is about.
    pub names: String,
    /// What it says.
    pub summary: String,
    /// How often it came.
    pub times: u64,
    /// When it came last.
    pub received_at: UnixMs,
}

/// What shows at a glance whether somebody has to act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Notices that could not be placed.
    pub parked: u64,
    /// When the attempt fell due, or falls due, that is looked up next.
    pub due_since: Option<UnixMs>,
}

/// What happened, by the hour. An hour is named by its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// Attempts begun.
    pub begun: Vec<(UnixMs, u64)>,
    /// Attempts that failed.
    pub failed: Vec<(UnixMs, u64)>,
    /// Orders paid, with the sum of their prices.
    pub paid: Vec<PaidHour>,
}

/// Orders paid in an hour in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidHour {
    /// The hour's beginning.
    pub hour: UnixMs,
    /// Which currency.
    pub currency: Currency,
    /// How many.
    pub orders: u64,
    /// The sum of their prices, in minor units.
    pub minor: u64,
}

/// Counts what waits, over the index `attempts_waiting`, whose condition is this one (SQLite's to the letter).
pub(super) const COUNTS: &str = "SELECT status, count(*) FROM attempts WHERE status = 'created' OR status = 'pending' \
    OR status = 'unknown' OR status = 'orphaned' OR status = 'needs_review' OR status = 'duplicate_paid' GROUP BY status";

/// Both over an index, or few rows.
pub(super) const VITALS: &str = "SELECT (SELECT count(*) FROM parked_notices), \
    (SELECT min(next_check_at) FROM attempts WHERE next_check_at IS NOT NULL)";

/// Every status that waits, with zero where none was found.
pub(super) fn waiting(found: &[(AttemptStatus, u64)]) -> Vec<(AttemptStatus, u64)> {
    let count = |status| found.iter().find(|it| it.0 == status).map_or(0, |it| it.1);
    let all = AttemptStatus::WAITING.iter();
    all.map(|status| (*status, count(*status))).collect()
}

/// The name of a parked notice.
#[must_use]
pub fn parked_id(provider: &str, names: &str, summary: &str) -> String {
    let hash = crate::random::hash(&format!("{provider}\0{names}\0{summary}"));
    let mut id = hex::encode(hash);
    id.truncate(PARKED_ID);
    id
}

/// Whether a text can be the name of a parked notice.
pub(super) fn is_parked_id(id: &str) -> bool {
    id.len() == PARKED_ID && id.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

/// A value of a statement.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Number(i64),
}

/// The statement that lists orders, and its values; both databases read it. Its columns: `order_id`, `created_at`,
/// `attempt_id`.
pub(super) fn list_sql(
    filter: &OrderFilter,
    after: Option<&Cursor>,
    most: u32,
) -> (String, Vec<Value>) {
    let mut values = Vec::new();
    let mut bind = |value| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut of_a = Vec::new();
    // An order is listed once: no newer attempt of it is let through too.
    let mut of_b = vec![
        "b.order_id = a.order_id".to_owned(),
        "(a.created_at, a.attempt_id) < (b.created_at, b.attempt_id)".to_owned(),
    ];
    if let Some(status) = filter.status {
        let place = bind(Value::Text(status.as_str().to_owned()));
        of_a.push(format!("a.status = {place}"));
        of_b.push(format!("b.status = {place}"));
    }
    if let Some(provider) = &filter.provider {
        let place = bind(Value::Text(provider.clone()));
        of_a.push(format!("a.provider = {place}"));
        of_b.push(format!("b.provider = {place}"));
    }
    if let Some(since) = filter.since {
        of_a.push(format!("{} <= a.created_at", bind(Value::Number(since.0))));
    }
    if let Some(cursor) = after {
        let moment = bind(Value::Number(cursor.created_at.0));
        let attempt = bind(Value::Text(cursor.attempt.0.clone()));
        of_a.push(format!(
            "(a.created_at, a.attempt_id) < ({moment}, {attempt})"
        ));
    }
    of_a.push(format!(
        "NOT EXISTS (SELECT 1 FROM attempts b WHERE {})",
        of_b.join(" AND ")
    ));
    let limit = bind(Value::Number(i64::from(most)));
    let sql = format!(
        "SELECT a.order_id, a.created_at, a.attempt_id FROM attempts a WHERE {} \
         ORDER BY a.created_at DESC, a.attempt_id DESC LIMIT {limit}",
        of_a.join(" AND ")
    );
    (sql, values)
}

/// The cursor after a page of `most`, where it is full.
pub(super) fn next_page(found: &[(OrderId, Cursor)], most: u32) -> Option<Cursor> {
    let full = usize::try_from(most).is_ok_and(|it| it <= found.len());
    found.last().filter(|_| full).map(|it| it.1.clone())
}

/// Who is told, as it is written down.
pub(super) fn audience_text(tell: Tell) -> String {
    let words: Vec<_> = tell.channels().map(Channel::as_str).collect();
    words.join(" ")
}

/// The reverse of [`audience_text`].
pub(super) fn audience_of(text: &str) -> Tell {
    let has = |channel: Channel| text.split(' ').any(|it| it == channel.as_str());
    Tell {
        webhook: has(Channel::Webhook),
        hook: has(Channel::Hook),
        test: false,
    }
}

/// Digits of a parked notice's name: 48 bits, for a few thousand of them.
pub const PARKED_ID: usize = 12;
