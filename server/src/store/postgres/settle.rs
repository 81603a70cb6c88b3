//! What becomes of an attempt: the provider's answer to its beginning, and its word on how it stands.

use deadpool_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::session::{Failure, Session, Work, query, storable};
use super::{news, outbox, reads, rows};
use crate::clock::{HOUR_MS, UnixMs};
use crate::payment::settle::{self, Observation, Step};
use crate::payment::{Attempt, AttemptId, AttemptStatus, Opened, Order, answer, event};
use crate::store::outbox::Tell;
use crate::store::{Answered, Settled, StoreError};

/// [`crate::store::Store::answered`].
pub(super) struct Answer<'a> {
    pub(super) attempt: &'a AttemptId,
    pub(super) answer: Answered,
    pub(super) now: UnixMs,
}

impl Work for Answer<'_> {
    type Made = bool;

    async fn run(&self, it: &Transaction<'_>) -> Result<bool, Failure> {
        let Some(seen) = reads::attempt(it, self.attempt).await? else {
            return Ok(false);
        };
        reads::lock(it, &seen.order_id).await?;
        let Some(order) = reads::locked_order(it, &seen.order_id).await? else {
            return Ok(false);
        };
        let Some(attempt) = find(&order, self.attempt) else {
            return Ok(false);
        };
        let (status, next_check_at) = match &self.answer {
            Answered::Opened(opened) => {
                let reached = answer::reached(attempt, &order);
                set_opened(it, attempt, reached.status, opened, self.now).await?;
                return Ok(reached.is_shown);
            }
            Answered::Refused => (AttemptStatus::Refused, None),
            Answered::Orphaned => (AttemptStatus::Orphaned, Some(self.now.plus_ms(HOUR_MS))),
            Answered::Unknown { check_at } => (AttemptStatus::Unknown, Some(*check_at)),
        };
        if answer::is_awaited(attempt) {
            self.set_new(it, status, next_check_at).await?;
        }
        Ok(false)
    }
}

impl Answer<'_> {
    async fn set_new(
        &self,
        it: &Transaction<'_>,
        status: AttemptStatus,
        next_check_at: Option<UnixMs>,
    ) -> Result<(), Failure> {
        let next_check_at = next_check_at.map(|it| it.0);
        query(
            it,
            "UPDATE attempts SET status = $2, next_check_at = $3, updated_at = $4 WHERE attempt_id = $1",
            &[
                &self.attempt.0,
                &status.as_str(),
                &next_check_at,
                &self.now.0,
            ],
        )
        .await?;
        Ok(())
    }
}

async fn set_opened(
    it: &Transaction<'_>,
    attempt: &Attempt,
    status: AttemptStatus,
    opened: &Opened,
    now: UnixMs,
) -> Result<(), Failure> {
    let answer = OpenedRow::new(&attempt.id, status, opened, now);
    query(it, SET_OPENED, &answer.values()).await?;
    Ok(())
}

/// Notes an answer in one statement where the attempt stands as it was begun, as most do. Returns whether it does; else
/// nothing was written. Who changes it meanwhile holds its row, and is waited for.
pub(super) async fn opened_as_begun(
    session: &Session,
    id: &AttemptId,
    opened: &Opened,
    now: UnixMs,
) -> Result<bool, StoreError> {
    let sql = format!(
        "{SET_OPENED} AND status = 'created' AND NOT EXISTS \
         (SELECT 1 FROM attempts b WHERE b.order_id = attempts.order_id AND b.attempt_id <> $1) RETURNING 1"
    );
    let answer = OpenedRow::new(id, answer::AS_BEGUN.status, opened, now);
    let written = session.query(&sql, &answer.values()).await?;
    Ok(!written.is_empty())
}

/// What [`SET_OPENED`] writes.
struct OpenedRow<'a> {
    attempt: &'a str,
    status: &'static str,
    provider_ref: Option<String>,
    redirect_url: Option<String>,
    sent_to: Option<String>,
    expires_at: Option<i64>,
    now: i64,
}

impl<'a> OpenedRow<'a> {
    fn new(id: &'a AttemptId, status: AttemptStatus, opened: &Opened, now: UnixMs) -> Self {
        Self {
            attempt: &id.0,
            status: status.as_str(),
            provider_ref: opened.provider_ref.as_deref().map(storable),
            redirect_url: opened.redirect_url.as_deref().map(storable),
            sent_to: match opened.sent_to.as_slice() {
                [] => None,
                // Texts only: writing them cannot fail.
                sent_to => serde_json::to_string(sent_to).ok(),
            },
            expires_at: opened.expires_at.map(|it| it.0),
            now: now.0,
        }
    }

    fn values(&self) -> [&(dyn ToSql + Sync); 7] {
        [
            &self.attempt,
            &self.status,
            &self.provider_ref,
            &self.redirect_url,
            &self.sent_to,
            &self.expires_at,
            &self.now,
        ]
    }
}

const SET_OPENED: &str = "UPDATE attempts SET status = $2, provider_ref = $3, redirect_url = $4, sent_to = $5, \
    expires_at = $6, updated_at = $7 WHERE attempt_id = $1";

/// [`crate::store::Store::settle`].
pub(super) struct Settling<'a> {
    pub(super) attempt: &'a AttemptId,
    pub(super) observation: Observation,
    pub(super) tell: Tell,
    pub(super) now: UnixMs,
}

impl Work for Settling<'_> {
    type Made = Option<Settled>;

    async fn run(&self, it: &Transaction<'_>) -> Result<Option<Settled>, Failure> {
        let Some(seen) = reads::attempt(it, self.attempt).await? else {
            return Ok(None);
        };
        // Most answers change nothing: those cost no lock. Who paid the order decides between paid and duplicate, never
        // whether something changes.
        if settle::settle(&seen, None, self.observation, self.now).is_none() {
            return Ok(None);
        }
        reads::lock(it, &seen.order_id).await?;
        let Some(before) = reads::locked_order(it, &seen.order_id).await? else {
            return Ok(None);
        };
        let Some(attempt) = find(&before, self.attempt) else {
            return Ok(None);
        };
        let paid_by = before.paid_by.as_ref();
        let Some(step) = settle::settle(attempt, paid_by, self.observation, self.now) else {
            return Ok(None);
        };
        self.note(it, &step).await?;
        if step.status == AttemptStatus::Paid {
            self.note_paid(it, attempt).await?;
        }
        let Some(after) = reads::locked_order(it, &seen.order_id).await? else {
            return Ok(None);
        };
        if let Some(kind) = event::kind(attempt, &step)
            && let Some(after) = find(&after, self.attempt)
        {
            outbox::tell(it, kind, after, None, self.tell, self.now).await?;
        }
        // Whether money moves is the same before and after.
        if before.answer(false) != after.answer(false) {
            news::announce(it, &after.id).await?;
        }
        Ok(Some(Settled { step, order: after }))
    }
}

impl Settling<'_> {
    async fn note(&self, it: &Transaction<'_>, step: &Step) -> Result<(), Failure> {
        let paid = step.status.public() == malipo_wire::Status::Success;
        let received = step.received.map(rows::minor).transpose()?;
        let values: [&(dyn ToSql + Sync); 8] = [
            &self.attempt.0,
            &step.status.as_str(),
            &received,
            &step.received.map(|it| it.currency().code().to_owned()),
            &step.late,
            &self.now.0,
            &paid,
            &step.reason.map(malipo_wire::Reason::as_str),
        ];
        query(
            it,
            "UPDATE attempts SET status = $2, received_minor = $3, received_currency = $4, late = $5, updated_at = $6, \
             paid_at = CASE WHEN $7 THEN $6 ELSE paid_at END, reason = $8, \
             next_check_at = CASE WHEN $7 THEN NULL ELSE next_check_at END WHERE attempt_id = $1",
            &values,
        )
        .await?;
        Ok(())
    }

    async fn note_paid(&self, it: &Transaction<'_>, attempt: &Attempt) -> Result<(), Failure> {
        // Written once: `settle` makes a second success a duplicate, and this condition holds even if it did not.
        let written = query(
            it,
            "UPDATE orders SET paid_by = $2 WHERE order_id = $1 AND paid_by IS NULL RETURNING 1",
            &[&attempt.order_id.as_str(), &attempt.id.0],
        )
        .await?;
        match written.len() {
            1 => Ok(()),
            _ => Err(Failure::Odd("who paid an order")),
        }
    }
}

fn find<'a>(order: &'a Order, id: &AttemptId) -> Option<&'a Attempt> {
    order.attempts.iter().find(|it| it.id == *id)
}
