//! Transactions that notifications told of.

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use malipo_wire::OrderId;
use tokio_postgres::Row;

use super::session::{Failure, Values, Work, query};
use super::{PostgresStore, outbox, reads, upkeep};
use crate::clock::UnixMs;
use crate::payment::event::EventKind;
use crate::payment::transaction::{KnownReference, Payment};
use crate::payment::{Attempt, AttemptId};
use crate::store::StoreError;
use crate::store::transactions::{ToldTransaction, TransactionRecord, Transactions, grouped};

#[async_trait]
impl Transactions for PostgresStore {
    async fn tell_transaction(&self, told: ToldTransaction) -> Result<Payment, StoreError> {
        self.session.transact(Telling(told)).await
    }

    async fn transactions(&self, order: &OrderId) -> Result<Vec<TransactionRecord>, StoreError> {
        let sql = "SELECT t.attempt_id, t.transaction_ref, t.told_with, t.told_at FROM told_transactions t \
             JOIN attempts a ON a.attempt_id = t.attempt_id WHERE a.order_id = $1 ORDER BY t.told_at, t.transaction_ref";
        let rows = self.session.query(sql, &[&order.as_str()]).await?;
        let row = |row: &Row| -> Result<_, Failure> {
            let reference = KnownReference {
                reference: row.try_get(1)?,
                told_with: row.try_get(2)?,
            };
            Ok((
                AttemptId(row.try_get(0)?),
                reference,
                UnixMs(row.try_get(3)?),
            ))
        };
        let rows: Result<Vec<_>, Failure> = rows.iter().map(row).collect();
        Ok(grouped(rows?))
    }
}

struct Telling(ToldTransaction);

impl Work for Telling {
    type Made = Payment;

    async fn run(&self, it: &Transaction<'_>) -> Result<Payment, Failure> {
        let Self(told) = self;
        let none = || Failure::Odd("an attempt that was told of");
        let seen = reads::attempt(it, &told.attempt).await?.ok_or_else(none)?;
        // Two that are told at once, to two servers: the later one sees the earlier one, and what it made of the order.
        reads::lock(it, &seen.order_id).await?;
        let attempt = reads::attempt(it, &told.attempt).await?.ok_or_else(none)?;
        let known = known(it, &told.attempt).await?;
        let payment = Payment::judge(&attempt, &known, &told.references);
        let sql = "INSERT INTO told_transactions (attempt_id, transaction_ref, told_with, told_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (attempt_id, transaction_ref) DO UPDATE SET told_with = $3";
        for noted in told.references.to_note(&known) {
            let values: &Values<'_> = &[
                &told.attempt.0,
                &noted.reference,
                &noted.told_with,
                &told.now.0,
            ];
            query(it, sql, values).await?;
        }
        if let Some(note) = payment.note(&attempt, &told.summary) {
            upkeep::park_in(it, &told.provider, &told.names, &note, told.now).await?;
        }
        if payment == Payment::Second {
            let second = Attempt {
                received: told.received,
                ..attempt
            };
            let which = told.references.all().next();
            let kind = EventKind::Duplicate;
            outbox::tell(it, kind, &second, which, told.tell, told.now).await?;
        }
        Ok(payment)
    }
}

async fn known(it: &Transaction<'_>, attempt: &AttemptId) -> Result<Vec<KnownReference>, Failure> {
    let sql = "SELECT transaction_ref, told_with FROM told_transactions WHERE attempt_id = $1";
    let rows = query(it, sql, &[&attempt.0]).await?;
    let known = |row: &Row| {
        Ok(KnownReference {
            reference: row.try_get(0)?,
            told_with: row.try_get(1)?,
        })
    };
    rows.iter().map(known).collect()
}
