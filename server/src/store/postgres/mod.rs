//! PostgreSQL: any number of servers on one database.
//!
//! The decisions are those of `payment`; each is taken and written in one transaction that holds the order's row, so two
//! servers never decide about one order at once. What is due is taken with `FOR UPDATE SKIP LOCKED`, so none is taken
//! twice. Statements and waits are bounded in time; a connection that is lost is replaced by the next request.

mod begin;
mod links;
mod news;
mod notified;
mod open;
mod outbox;
mod quota;
mod reads;
mod recipients;
mod records;
mod rows;
mod session;
mod settle;
mod transactions;
mod upkeep;

use std::fmt;

use async_trait::async_trait;
use malipo_wire::OrderId;

use self::news::Listener;
use self::session::Session;
use super::{Answered, Begin, Begun, Door, Hash, Settled, Store, StoreError};
use crate::clock::UnixMs;
use crate::config::PostgresConfig;
use crate::payment::settle::Observation;
use crate::payment::{Attempt, AttemptId, AttemptStatus, Order, answer};
use crate::store::outbox::Tell;

/// The store in a PostgreSQL database.
pub struct PostgresStore {
    shown: String,
    session: Session,
    listener: Listener,
}

impl PostgresStore {
    /// Connects, and brings the tables up to date; servers that start together do that one after the other.
    ///
    /// # Errors
    /// Where the database is not reached, is older than PostgreSQL 13, was written by a newer version of this server, or
    /// is not encoded in UTF-8.
    pub async fn open(config: &PostgresConfig) -> Result<Self, StoreError> {
        let tls = open::tls(config)?;
        let session = open::session(config, tls.clone())?;
        let cursor = open::prepare(&session, config).await?;
        let listener = Listener::new(config.clone(), tls, session.patience, cursor);
        Ok(Self {
            shown: config.to_string(),
            session,
            listener,
        })
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresStore({})", self.shown)
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn begin(&self, begin: Begin) -> Result<Begun, StoreError> {
        if let Some(begun) = begin::unknown(&self.session, &begin).await? {
            return Ok(begun);
        }
        self.session.transact(begin::Beginning(begin)).await
    }

    async fn answered(
        &self,
        attempt: &AttemptId,
        answer: Answered,
        now: UnixMs,
    ) -> Result<bool, StoreError> {
        if let Answered::Opened(opened) = &answer
            && settle::opened_as_begun(&self.session, attempt, opened, now).await?
        {
            return Ok(answer::AS_BEGUN.is_shown);
        }
        self.session
            .transact(settle::Answer {
                attempt,
                answer,
                now,
            })
            .await
    }

    async fn settle(
        &self,
        attempt: &AttemptId,
        observation: Observation,
        tell: Tell,
        now: UnixMs,
    ) -> Result<Option<Settled>, StoreError> {
        self.session
            .transact(settle::Settling {
                attempt,
                observation,
                tell,
                now,
            })
            .await
    }

    async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        reads::order(&self.session, id).await
    }

    async fn attempt(&self, id: &AttemptId) -> Result<Option<Attempt>, StoreError> {
        let sql = reads::attempt_sql("a.attempt_id = $1");
        let row = self.session.find(&sql, &[&id.0]).await?;
        Ok(row.as_ref().map(rows::attempt).transpose()?)
    }

    async fn attempt_by_secret(
        &self,
        door: Door,
        hash: Hash,
    ) -> Result<Option<Attempt>, StoreError> {
        reads::attempt_by_secret(&self.session, door, hash).await
    }

    async fn attempt_named(
        &self,
        provider: &str,
        names: &[String],
    ) -> Result<Option<Attempt>, StoreError> {
        reads::attempt_named(&self.session, provider, names).await
    }

    async fn opened_by(&self, token: Hash, now: UnixMs) -> Result<Option<Order>, StoreError> {
        reads::opened_by(&self.session, token, now).await
    }

    async fn issue_token(
        &self,
        hash: Hash,
        order: &OrderId,
        expires_at: UnixMs,
    ) -> Result<(), StoreError> {
        let sql = begin::ISSUE_TOKEN;
        let values: &session::Values<'_> = &[&hash.as_slice(), &order.as_str(), &expires_at.0];
        self.session.query(sql, values).await?;
        Ok(())
    }

    async fn cancelled(&self, order: &OrderId, now: UnixMs) -> Result<(), StoreError> {
        upkeep::cancelled(&self.session, order, now).await
    }

    async fn take_due(
        &self,
        provider: &str,
        now: UnixMs,
        until: UnixMs,
        most: u32,
    ) -> Result<Vec<Attempt>, StoreError> {
        upkeep::take_due(&self.session, provider, now, until, most).await
    }

    async fn reschedule(
        &self,
        attempt: &AttemptId,
        taken_until: UnixMs,
        at: Option<UnixMs>,
    ) -> Result<(), StoreError> {
        upkeep::reschedule(&self.session, attempt, taken_until, at).await
    }

    async fn unanswered(&self) -> Result<Vec<AttemptId>, StoreError> {
        upkeep::unanswered(&self.session).await
    }

    async fn recover(&self, lost: &[AttemptId], now: UnixMs) -> Result<usize, StoreError> {
        upkeep::recover(&self.session, lost, now).await
    }

    async fn park(
        &self,
        provider: &str,
        names: &[String],
        summary: &str,
        now: UnixMs,
    ) -> Result<(), StoreError> {
        upkeep::park(&self.session, provider, names, summary, now).await
    }

    async fn tidy(&self, now: UnixMs) -> Result<(), StoreError> {
        self.session.transact(upkeep::Tidying(now)).await
    }

    async fn bind_mode(&self, mode: &str) -> Result<String, StoreError> {
        self.session.transact(upkeep::Binding(mode)).await
    }

    async fn ready(&self, now: UnixMs) -> Result<(), StoreError> {
        upkeep::ready(&self.session, now).await
    }

    async fn counts(&self) -> Result<Vec<(AttemptStatus, u64)>, StoreError> {
        reads::counts(&self.session).await
    }

    fn failures(&self) -> u64 {
        self.session.failures()
    }
}

/// The first half of the numbers of our advisory locks, of all those in the database: "mali" in ASCII.
const LOCKS: i32 = 0x6d61_6c69;
