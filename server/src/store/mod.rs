//! Where orders and attempts are kept. One trait; what to decide stands in `payment`, what to remember stands here.

pub mod links;
pub mod news;
pub mod notified;
pub mod outbox;
mod postgres;
pub mod quota;
pub mod recipients;
pub mod records;
mod sqlite;
pub mod transactions;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use malipo_wire::OrderId;

use self::outbox::Tell;
use crate::clock::UnixMs;
use crate::config::{Config, StoreConfig};
use crate::payment::begin::{Decision, Wish};
use crate::payment::settle::{Observation, Step};
use crate::payment::{Attempt, AttemptId, AttemptStatus, Opened, Order, Reference};

pub use links::Links;
pub use news::News;
pub use notified::Notified;
pub use outbox::Outbox;
pub use postgres::PostgresStore;
pub use quota::Quotas;
pub use recipients::Recipients;
pub use records::Records;
pub use sqlite::SqliteStore;
pub use transactions::Transactions;

/// SHA-256 of something secret.
pub type Hash = [u8; 32];

/// A store of payments. Every method is one transaction: it happens in full, or not at all, and is durable when it returns.
#[async_trait]
pub trait Store:
    News
    + Notified
    + Outbox
    + Quotas
    + Recipients
    + Records
    + Links
    + Transactions
    + Send
    + Sync
    + fmt::Debug
{
    /// Decides what an initiate does ([`crate::payment::begin::decide`]) and notes it: a new attempt with its key and
    /// token, or a token for the attempt there is.
    async fn begin(&self, begin: Begin) -> Result<Begun, StoreError>;

    /// Notes the provider's answer to a new attempt.
    ///
    /// Returns whether a shopper may be sent to what it opened: not where the attempt was given up meanwhile and another
    /// one was begun, or the order is paid.
    async fn answered(
        &self,
        attempt: &AttemptId,
        answer: Answered,
        now: UnixMs,
    ) -> Result<bool, StoreError>;

    /// Decides what the provider's word makes of an attempt ([`crate::payment::settle::settle`]) and notes it, together
    /// with what the shop is to be told of it ([`crate::payment::event::kind`]).
    ///
    /// `None` where it changes nothing.
    async fn settle(
        &self,
        attempt: &AttemptId,
        observation: Observation,
        tell: Tell,
        now: UnixMs,
    ) -> Result<Option<Settled>, StoreError>;

    /// An order with all its attempts.
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError>;

    /// One attempt.
    async fn attempt(&self, id: &AttemptId) -> Result<Option<Attempt>, StoreError>;

    /// The attempt behind a return URL or a notification URL.
    async fn attempt_by_secret(
        &self,
        door: Door,
        hash: Hash,
    ) -> Result<Option<Attempt>, StoreError>;

    /// The attempt at this provider whose reference, or whose name at the provider, is the first of `names` that is known.
    async fn attempt_named(
        &self,
        provider: &str,
        names: &[String],
    ) -> Result<Option<Attempt>, StoreError>;

    /// The order that a token opens, with all its attempts: what most requests are about, in one read.
    async fn opened_by(&self, token: Hash, now: UnixMs) -> Result<Option<Order>, StoreError>;

    /// Keeps a token until `expires_at`.
    async fn issue_token(
        &self,
        hash: Hash,
        order: &OrderId,
        expires_at: UnixMs,
    ) -> Result<(), StoreError>;

    /// Notes that the shopper gave up here. It changes nothing about the money.
    async fn cancelled(&self, order: &OrderId, now: UnixMs) -> Result<(), StoreError>;

    /// Takes attempts of this provider whose check is due, the longest due first, and makes them due again at `until`:
    /// nobody else takes them before, and what is forgotten is taken up again. They are returned with the times at which
    /// they were due.
    async fn take_due(
        &self,
        provider: &str,
        now: UnixMs,
        until: UnixMs,
        most: u32,
    ) -> Result<Vec<Attempt>, StoreError>;

    /// Gives an attempt that was taken by [`Store::take_due`], or was due at `taken_until`, its next time, unless somebody made it
    /// due meanwhile: a notification that comes while the provider is being asked is a reason to ask again.
    async fn reschedule(
        &self,
        attempt: &AttemptId,
        taken_until: UnixMs,
        at: Option<UnixMs>,
    ) -> Result<(), StoreError>;

    /// Attempts that were begun and whose answer is not noted: their calls are under way, or were cut off.
    async fn unanswered(&self) -> Result<Vec<AttemptId>, StoreError>;

    /// Makes those of `lost` that are unanswered still unknown and due at once: their calls were cut off.
    ///
    /// Returns how many.
    async fn recover(&self, lost: &[AttemptId], now: UnixMs) -> Result<usize, StoreError>;

    /// Keeps a notification that could not be placed.
    async fn park(
        &self,
        provider: &str,
        names: &[String],
        summary: &str,
        now: UnixMs,
    ) -> Result<(), StoreError>;

    /// Drops tokens, keys and sends that count no more, and finished deliveries older than 30 days. What is parked stays until
    /// a person drops it: it may be all there is of a payment.
    async fn tidy(&self, now: UnixMs) -> Result<(), StoreError>;

    /// Writes down the mode of these records where none is written yet; returns the one that is.
    async fn bind_mode(&self, mode: &str) -> Result<String, StoreError>;

    /// Writes something, to find out whether writing works.
    async fn ready(&self, now: UnixMs) -> Result<(), StoreError>;

    /// How many attempts there are of each status of [`AttemptStatus::WAITING`]; none is left out, and none needs a table
    /// to be read.
    async fn counts(&self) -> Result<Vec<(AttemptStatus, u64)>, StoreError>;

    /// How often it failed since it was opened.
    fn failures(&self) -> u64;
}

/// Opens the store that the configuration names, for a server.
///
/// # Errors
/// Where it cannot be read or written, or is SQLite and another server has the file.
pub async fn open(config: &Config) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match &config.store {
        StoreConfig::Sqlite(path) => Arc::new(SqliteStore::open(path)?),
        StoreConfig::Postgres(config) => Arc::new(PostgresStore::open(config).await?),
    })
}

/// Opens the store that the configuration names, for a command beside the servers that work on it: it takes no attempt
/// away from them.
///
/// # Errors
/// Where it cannot be read or written.
pub async fn open_beside(config: &Config) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match &config.store {
        StoreConfig::Sqlite(path) => Arc::new(SqliteStore::open_beside(path)?),
        StoreConfig::Postgres(config) => Arc::new(PostgresStore::open(config).await?),
    })
}

/// What an initiate brings.
#[derive(Debug)]
pub struct Begin {
    /// What is asked for.
    pub wish: Wish,
    /// The Idempotency-Key; the form without script has none.
    pub key: Option<String>,
    /// The new attempt, should there be one.
    pub attempt: NewAttempt,
    /// The hash of the token that the answer will carry.
    pub token_hash: Hash,
    /// Now.
    pub now: UnixMs,
}

/// A new attempt.
#[derive(Debug)]
pub struct NewAttempt {
    /// Our name of it.
    pub id: AttemptId,
    /// Whose checkout page.
    pub provider: &'static str,
    /// Its reference where it is the order's first; the order id, where that fits.
    pub first_reference: Reference,
    /// Its reference otherwise.
    pub other_reference: Reference,
    /// What is bought, as the provider is told.
    pub description: Option<String>,
    /// Where the shopper goes back to.
    pub return_url: String,
    /// The hash of the value in its return URL.
    pub return_hash: Hash,
    /// The hash of the value in its notification URL.
    pub notify_hash: Hash,
    /// When it is first checked.
    pub next_check_at: Option<UnixMs>,
}

/// What came of it.
#[derive(Debug)]
pub struct Begun {
    /// What was decided and noted.
    pub decision: Decision,
    /// The order's id: the key's, where the key was known.
    pub order_id: OrderId,
    /// The reference of the new attempt, where there is one.
    pub reference: Option<Reference>,
}

/// The provider's answer to a new attempt.
#[derive(Debug)]
pub enum Answered {
    /// The shopper can get to it.
    Opened(Opened),
    /// Nothing was begun.
    Refused,
    /// Nobody knows; look it up at `check_at`.
    Unknown {
        /// When.
        check_at: UnixMs,
    },
    /// Begun, but with a page to which nobody may be sent.
    Orphaned,
}

/// A change of an attempt.
#[derive(Debug)]
pub struct Settled {
    /// The step.
    pub step: Step,
    /// The order after it.
    pub order: Order,
}

/// Which secret of an attempt.
#[derive(Clone, Copy, Debug)]
pub enum Door {
    /// The one in its return URL.
    Return,
    /// The one in its notification URL.
    Notify,
}

/// The store did not do it. Nothing was changed; it may work again later.
#[derive(Clone, Debug)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store failed: {}", self.0)
    }
}

impl std::error::Error for StoreError {}

/// How long an Idempotency-Key is kept, and how long a token is good: 24 h, in milliseconds.
pub const KEEP_MS: i64 = 24 * crate::clock::HOUR_MS;
