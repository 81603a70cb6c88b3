//! What an initiate does: one statement for an order of which nothing is known, as most are; else one transaction.

use deadpool_postgres::Transaction;
use malipo_wire::OrderId;

use super::reads;
use super::rows;
use super::session::{Failure, Session, Values, Work, query, storable};
use crate::payment::begin::{self, Decision, KnownKey};
use crate::payment::{AttemptStatus, Order, Reference};
use crate::store::{Begin, Begun, Hash, KEEP_MS, StoreError};

/// Begins an order of which nothing is known, nor of its key. `None` where something is, and nothing was written.
pub(super) async fn unknown(session: &Session, begin: &Begin) -> Result<Option<Begun>, StoreError> {
    let decision = begin::decide(&begin.wish, None, None);
    let Decision::New { first: true } = decision else {
        return Ok(None);
    };
    let (wish, new) = (&begin.wish, &begin.attempt);
    let reference = &new.first_reference;
    let written = session
        .try_once(
            UNKNOWN,
            &[
                &wish.order_id.as_str(),
                &rows::minor(wish.price)?,
                &wish.price.currency().code(),
                &begin.now.0,
                &new.id.0,
                &new.provider,
                &reference.0,
                &storable(&new.return_url),
                &new.return_hash.as_slice(),
                &new.notify_hash.as_slice(),
                &new.next_check_at.map(|it| it.0),
                &new.description.as_deref().map(storable),
                &begin.token_hash.as_slice(),
                &begin.now.plus_ms(KEEP_MS).0,
                &begin.key.as_deref().map(storable),
                &wish.payload_hash.as_slice(),
            ],
        )
        .await?;
    let is_written = written.is_some_and(|it| !it.is_empty());
    Ok(is_written.then(|| Begun {
        decision,
        order_id: wish.order_id.clone(),
        reference: Some(reference.clone()),
    }))
}

/// Two initiates of one order, or with one key, wait for each other: for the order's row where there is one, else for
/// the unique index that both write to. Whoever comes second is run again and finds what the first has written.
pub(super) struct Beginning(pub(super) Begin);

impl Work for Beginning {
    type Made = Begun;

    // By its attempt's id; else by its key, or it writes the same token again.
    const FINDS_ITSELF: bool = true;

    async fn run(&self, it: &Transaction<'_>) -> Result<Begun, Failure> {
        let begin = &self.0;
        let text = begin.key.as_deref().map(storable);
        let key = match &text {
            Some(text) => reads::key(it, text, begin.now).await?,
            None => None,
        };
        let order_id = key
            .as_ref()
            .map_or(&begin.wish.order_id, |it| &it.order_id)
            .clone();
        let order = match reads::lock(it, &order_id).await? {
            true => reads::locked_order(it, &order_id).await?,
            false => None,
        };
        if let Some(begun) = order.as_ref().and_then(|it| begun_unheard(begin, it)) {
            return Ok(begun);
        }
        let decision = begin::decide(&begin.wish, key.as_ref(), order.as_ref());
        let mut reference = None;
        if let Decision::New { first } = &decision {
            if order.is_none() {
                new_order(it, begin, &order_id).await?;
            }
            reference = Some(new_attempt(it, begin, &order_id, *first).await?);
        }
        let proven = decision.is_proven();
        if proven || decision.opens_unproven() {
            let expires_at = begin.now.plus_ms(KEEP_MS).0;
            issue_token(it, &begin.token_hash, &order_id, expires_at).await?;
        }
        if proven {
            keep_key(it, begin, text.as_deref(), key.as_ref(), &order_id).await?;
        }
        Ok(Begun {
            decision,
            order_id,
            reference,
        })
    }
}

/// What this very request has begun, where the answer to that was lost: its attempt's id is its own, so nobody else is calling
/// the provider for it, and its token and its key are written.
fn begun_unheard(begin: &Begin, order: &Order) -> Option<Begun> {
    let own = order
        .attempts
        .iter()
        .find(|it| it.id == begin.attempt.id && it.status == AttemptStatus::Created)?;
    Some(Begun {
        decision: Decision::New {
            first: order.attempts.len() == 1,
        },
        order_id: order.id.clone(),
        reference: Some(own.reference.clone()),
    })
}

async fn new_order(it: &Transaction<'_>, begin: &Begin, id: &OrderId) -> Result<(), Failure> {
    let price = begin.wish.price;
    let sql = "INSERT INTO orders (order_id, minor, currency, created_at) VALUES ($1, $2, $3, $4)";
    let (minor, currency) = (rows::minor(price)?, price.currency());
    let values: &Values<'_> = &[&id.as_str(), &minor, &currency.code(), &begin.now.0];
    query(it, sql, values).await?;
    Ok(())
}

async fn new_attempt(
    it: &Transaction<'_>,
    begin: &Begin,
    order_id: &OrderId,
    first: bool,
) -> Result<Reference, Failure> {
    let new = &begin.attempt;
    let wanted = &new.first_reference;
    let sql = "SELECT 1 FROM attempts WHERE provider = $1 AND reference = $2 \
         UNION ALL SELECT 1 FROM links WHERE provider = $1 AND external_ref = $2 \
         UNION ALL SELECT 1 FROM link_payments WHERE provider = $1 AND order_id = $2";
    let taken = !query(it, sql, &[&new.provider, &wanted.0])
        .await?
        .is_empty();
    let reference = if first && !taken {
        wanted.clone()
    } else {
        new.other_reference.clone()
    };
    query(
        it,
        "INSERT INTO attempts (attempt_id, order_id, provider, reference, status, return_url, return_hash, notify_hash, \
         created_at, updated_at, next_check_at, description) VALUES ($1, $2, $3, $4, 'created', $5, $6, $7, $8, $8, $9, $10)",
        &[
            &new.id.0,
            &order_id.as_str(),
            &new.provider,
            &reference.0,
            &storable(&new.return_url),
            &new.return_hash.as_slice(),
            &new.notify_hash.as_slice(),
            &begin.now.0,
            &new.next_check_at.map(|it| it.0),
            &new.description.as_deref().map(storable),
        ],
    )
    .await?;
    Ok(reference)
}

async fn issue_token(
    it: &Transaction<'_>,
    hash: &Hash,
    order_id: &OrderId,
    expires_at: i64,
) -> Result<(), Failure> {
    let values: &Values<'_> = &[&hash.as_slice(), &order_id.as_str(), &expires_at];
    query(it, ISSUE_TOKEN, values).await?;
    Ok(())
}

/// Writes the key down where it is new; it replaces one that has expired and is not tidied away yet.
async fn keep_key(
    it: &Transaction<'_>,
    begin: &Begin,
    text: Option<&str>,
    known: Option<&KnownKey>,
    order_id: &OrderId,
) -> Result<(), Failure> {
    let (Some(text), None) = (text, known) else {
        return Ok(());
    };
    let written = query(
        it,
        "INSERT INTO idempotency_keys (key, payload_hash, order_id, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (key) DO UPDATE SET payload_hash = $2, order_id = $3, created_at = $4 \
         WHERE idempotency_keys.created_at <= $5 RETURNING 1",
        &[
            &text,
            &begin.wish.payload_hash.as_slice(),
            &order_id.as_str(),
            &begin.now.0,
            &begin.now.plus_ms(-KEEP_MS).0,
        ],
    )
    .await?;
    // Another request with this key was quicker, perhaps for another order: what it began counts.
    if written.is_empty() {
        return Err(Failure::Overtaken);
    }
    Ok(())
}

/// Writes all of it or, where the order or its key is there, nothing. Where its reference is there, or whoever writes the same at
/// the same time, it fails at a unique index. (To look for the reference here would cost more and more on a new database: as long
/// as PostgreSQL has no statistics, it may read every attempt of the provider for it.)
const UNKNOWN: &str = "WITH new_order AS (\
     INSERT INTO orders (order_id, minor, currency, created_at) SELECT $1, $2, $3, $4 \
     WHERE NOT EXISTS (SELECT 1 FROM orders WHERE order_id = $1) \
     AND NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE key = $15) \
     AND NOT EXISTS (SELECT 1 FROM links WHERE provider = $6 AND external_ref = $7) \
     AND NOT EXISTS (SELECT 1 FROM link_payments WHERE provider = $6 AND order_id = $7) RETURNING order_id), \
     new_attempt AS (\
     INSERT INTO attempts (attempt_id, order_id, provider, reference, status, return_url, return_hash, notify_hash, \
     created_at, updated_at, next_check_at, description) \
     SELECT $5, order_id, $6, $7, 'created', $8, $9, $10, $4, $4, $11, $12 FROM new_order), \
     new_token AS (INSERT INTO tokens (token_hash, order_id, expires_at) SELECT $13, order_id, $14 FROM new_order), \
     new_key AS (\
     INSERT INTO idempotency_keys (key, payload_hash, order_id, created_at) \
     SELECT $15, $16, order_id, $4 FROM new_order WHERE $15 IS NOT NULL) \
     SELECT 1 FROM new_order";

pub(super) const ISSUE_TOKEN: &str = "INSERT INTO tokens (token_hash, order_id, expires_at) VALUES ($1, $2, $3) \
     ON CONFLICT (token_hash) DO UPDATE SET order_id = $2, expires_at = $3";
