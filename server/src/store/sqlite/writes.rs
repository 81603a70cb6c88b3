//! What is written; each function runs within one transaction.

use malipo_wire::OrderId;
use rusqlite::{Connection, Error, params};

use super::cached::Cached as _;
use super::{outbox, reads, recipients};
use crate::clock::{HOUR_MS, UnixMs};
use crate::payment::begin::{self, Decision};
use crate::payment::settle::{self, Observation};
use crate::payment::{Attempt, AttemptId, AttemptStatus, Opened, Reference, answer, event};
use crate::store::outbox::Tell;
use crate::store::{Answered, Begin, Begun, Hash, KEEP_MS, Settled};

pub(super) fn begin(connection: &Connection, begin: &Begin) -> Result<Begun, Error> {
    let now = begin.now;
    let key = match &begin.key {
        Some(key) => reads::key(connection, key, now)?,
        None => None,
    };
    let order_id = key
        .as_ref()
        .map_or(&begin.wish.order_id, |it| &it.order_id)
        .clone();
    let order = reads::order(connection, &order_id)?;
    let decision = begin::decide(&begin.wish, key.as_ref(), order.as_ref());
    let mut reference = None;
    if let Decision::New { first } = &decision {
        if order.is_none() {
            connection.execute_cached(
                "INSERT INTO orders (order_id, minor, currency, created_at) VALUES (?1, ?2, ?3, ?4)",
                params![
                    order_id.as_str(),
                    begin.wish.price.minor(),
                    begin.wish.price.currency().code(),
                    now.0
                ],
            )?;
        }
        reference = Some(new_attempt(connection, begin, &order_id, *first)?);
    }
    let proven = decision.is_proven();
    if proven || decision.opens_unproven() {
        issue_token(
            connection,
            begin.token_hash,
            &order_id,
            now.plus_ms(KEEP_MS),
        )?;
    }
    if proven && let (Some(text), None) = (&begin.key, &key) {
        // An expired key may still be there until it is tidied away.
        connection.execute_cached(
            "INSERT OR REPLACE INTO idempotency_keys (key, payload_hash, order_id, created_at) VALUES (?1, ?2, ?3, ?4)",
            params![text, begin.wish.payload_hash, order_id.as_str(), now.0],
        )?;
    }
    Ok(Begun {
        decision,
        order_id,
        reference,
    })
}

fn new_attempt(
    connection: &Connection,
    begin: &Begin,
    order_id: &OrderId,
    first: bool,
) -> Result<Reference, Error> {
    let new = &begin.attempt;
    let wanted = &new.first_reference;
    let taken: bool = connection.query_row_cached(
        "SELECT EXISTS (SELECT 1 FROM attempts WHERE provider = ?1 AND reference = ?2) \
         OR EXISTS (SELECT 1 FROM links WHERE provider = ?1 AND external_ref = ?2) \
         OR EXISTS (SELECT 1 FROM link_payments WHERE provider = ?1 AND order_id = ?2)",
        params![new.provider, wanted.0],
        |row| row.get(0),
    )?;
    let reference = if first && !taken {
        wanted.clone()
    } else {
        new.other_reference.clone()
    };
    connection.execute_cached(
        "INSERT INTO attempts (attempt_id, order_id, provider, reference, status, return_url, return_hash, notify_hash, \
         created_at, updated_at, next_check_at, description) VALUES (?1, ?2, ?3, ?4, 'created', ?5, ?6, ?7, ?8, ?8, ?9, ?10)",
        params![
            new.id.0,
            order_id.as_str(),
            new.provider,
            reference.0,
            new.return_url,
            new.return_hash,
            new.notify_hash,
            begin.now.0,
            new.next_check_at.map(|it| it.0),
            new.description,
        ],
    )?;
    Ok(reference)
}

pub(super) fn answered(
    connection: &Connection,
    id: &AttemptId,
    answered: &Answered,
    now: UnixMs,
) -> Result<bool, Error> {
    let Some(attempt) = reads::attempt(connection, id)? else {
        return Ok(false);
    };
    let (status, next_check_at) = match answered {
        Answered::Opened(opened) => return set_opened(connection, &attempt, opened, now),
        Answered::Refused => (AttemptStatus::Refused, None),
        Answered::Orphaned => (AttemptStatus::Orphaned, Some(now.plus_ms(HOUR_MS))),
        Answered::Unknown { check_at } => (AttemptStatus::Unknown, Some(*check_at)),
    };
    if answer::is_awaited(&attempt) {
        connection.execute_cached(
            "UPDATE attempts SET status = ?2, next_check_at = ?3, updated_at = ?4 WHERE attempt_id = ?1",
            params![id.0, status.as_str(), next_check_at.map(|it| it.0), now.0],
        )?;
    }
    Ok(false)
}

fn set_opened(
    connection: &Connection,
    attempt: &Attempt,
    opened: &Opened,
    now: UnixMs,
) -> Result<bool, Error> {
    let Some(order) = reads::order(connection, &attempt.order_id)? else {
        return Ok(false);
    };
    let reached = answer::reached(attempt, &order);
    let sent_to = match opened.sent_to.as_slice() {
        [] => None,
        // Texts only: writing them cannot fail.
        sent_to => serde_json::to_string(sent_to).ok(),
    };
    connection.execute_cached(
        "UPDATE attempts SET status = ?2, provider_ref = ?3, redirect_url = ?4, sent_to = ?5, expires_at = ?6, \
         updated_at = ?7 WHERE attempt_id = ?1",
        params![
            attempt.id.0,
            reached.status.as_str(),
            opened.provider_ref,
            opened.redirect_url,
            sent_to,
            opened.expires_at.map(|it| it.0),
            now.0
        ],
    )?;
    Ok(reached.is_shown)
}

/// Whether an observation changes nothing.
pub(super) fn unchanged(
    connection: &Connection,
    id: &AttemptId,
    observation: Observation,
    now: UnixMs,
) -> Result<bool, Error> {
    let Some(attempt) = reads::attempt(connection, id)? else {
        return Ok(true);
    };
    // Who paid the order decides between paid and duplicate, never whether something changes.
    Ok(settle::settle(&attempt, None, observation, now).is_none())
}

pub(super) fn settle(
    connection: &Connection,
    id: &AttemptId,
    observation: Observation,
    tell: Tell,
    now: UnixMs,
) -> Result<Option<Settled>, Error> {
    let Some(attempt) = reads::attempt(connection, id)? else {
        return Ok(None);
    };
    let Some(order) = reads::order(connection, &attempt.order_id)? else {
        return Ok(None);
    };
    let Some(step) = settle::settle(&attempt, order.paid_by.as_ref(), observation, now) else {
        return Ok(None);
    };
    let paid = step.status.public() == malipo_wire::Status::Success;
    connection.execute_cached(
        "UPDATE attempts SET status = ?2, received_minor = ?3, received_currency = ?4, late = ?5, updated_at = ?6, \
         paid_at = CASE WHEN ?7 THEN ?6 ELSE paid_at END, reason = ?8, \
         next_check_at = CASE WHEN ?7 THEN NULL ELSE next_check_at END WHERE attempt_id = ?1",
        params![
            id.0,
            step.status.as_str(),
            step.received.map(malipo_wire::Money::minor),
            step.received.map(|it| it.currency().code().to_owned()),
            step.late,
            now.0,
            paid,
            step.reason.map(malipo_wire::Reason::as_str),
        ],
    )?;
    if step.status == AttemptStatus::Paid {
        // Written once: `settle` makes a second success a duplicate, and this condition holds even if it did not.
        let written = connection.execute_cached(
            "UPDATE orders SET paid_by = ?2 WHERE order_id = ?1 AND paid_by IS NULL",
            params![attempt.order_id.as_str(), id.0],
        )?;
        if written != 1 {
            return Err(Error::StatementChangedRows(written));
        }
    }
    if let Some(kind) = event::kind(&attempt, &step)
        && let Some(after) = reads::attempt(connection, id)?
    {
        outbox::tell(connection, kind, &after, None, tell, now)?;
    }
    let order = reads::order(connection, &attempt.order_id)?;
    Ok(order.map(|order| Settled { step, order }))
}

pub(super) fn issue_token(
    connection: &Connection,
    hash: Hash,
    order: &OrderId,
    expires_at: UnixMs,
) -> Result<(), Error> {
    connection.execute_cached(
        "INSERT OR REPLACE INTO tokens (token_hash, order_id, expires_at) VALUES (?1, ?2, ?3)",
        params![hash, order.as_str(), expires_at.0],
    )?;
    Ok(())
}

pub(super) fn cancelled(
    connection: &Connection,
    order: &OrderId,
    now: UnixMs,
) -> Result<(), Error> {
    connection.execute_cached(
        "UPDATE attempts SET cancelled_at = ?2 WHERE order_id = ?1 AND cancelled_at IS NULL \
         AND status IN ('created', 'pending', 'unknown', 'needs_review')",
        params![order.as_str(), now.0],
    )?;
    Ok(())
}

pub(super) fn reschedule(
    connection: &Connection,
    attempt: &AttemptId,
    taken_until: UnixMs,
    at: Option<UnixMs>,
) -> Result<(), Error> {
    connection.execute_cached(
        "UPDATE attempts SET next_check_at = ?3 WHERE attempt_id = ?1 AND next_check_at = ?2",
        params![attempt.0, taken_until.0, at.map(|it| it.0)],
    )?;
    Ok(())
}

pub(super) fn bind_mode(connection: &Connection, mode: &str) -> Result<String, Error> {
    connection.execute_cached(
        "INSERT INTO about (name, value) VALUES ('mode', ?1) ON CONFLICT (name) DO NOTHING",
        [mode],
    )?;
    connection.query_row_cached("SELECT value FROM about WHERE name = 'mode'", [], |row| {
        row.get(0)
    })
}

pub(super) fn ready(connection: &Connection, now: UnixMs) -> Result<(), Error> {
    connection.execute_cached(
        "INSERT INTO about (name, value) VALUES ('ready_at', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
        [now.0.to_string()],
    )?;
    Ok(())
}

pub(super) fn take_due(
    connection: &Connection,
    provider: &str,
    now: UnixMs,
    until: UnixMs,
    most: u32,
) -> Result<Vec<Attempt>, Error> {
    let due = reads::due(connection, provider, now, most)?;
    let mut statement = connection
        .prepare_cached("UPDATE attempts SET next_check_at = ?2 WHERE attempt_id = ?1")?;
    for attempt in &due {
        statement.execute(params![attempt.id.0, until.0])?;
    }
    Ok(due)
}

pub(super) fn recover(
    connection: &Connection,
    lost: &[AttemptId],
    now: UnixMs,
) -> Result<usize, Error> {
    let mut statement = connection.prepare_cached(
        "UPDATE attempts SET status = 'unknown', next_check_at = ?2, updated_at = ?2 \
         WHERE attempt_id = ?1 AND status = 'created'",
    )?;
    let mut found: usize = 0;
    for attempt in lost {
        found = found.saturating_add(statement.execute(params![attempt.0, now.0])?);
    }
    Ok(found)
}

pub(super) fn park(
    connection: &Connection,
    provider: &str,
    names: &str,
    summary: &str,
    now: UnixMs,
) -> Result<(), Error> {
    connection.execute_cached(
        "INSERT INTO parked_notices (provider, names, summary, received_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (provider, names, summary) DO UPDATE SET times = times + 1, received_at = ?4",
        params![provider, names, summary, now.0],
    )?;
    Ok(())
}

pub(super) fn tidy(connection: &Connection, now: UnixMs) -> Result<(), Error> {
    connection.execute_cached("DELETE FROM tokens WHERE expires_at <= ?1", [now.0])?;
    connection.execute_cached(
        "DELETE FROM idempotency_keys WHERE created_at <= ?1",
        [now.plus_ms(-KEEP_MS).0],
    )?;
    recipients::tidy(connection, now)?;
    outbox::tidy(connection, now.plus_ms(-30 * 24 * HOUR_MS))?;
    Ok(())
}
