//! Transactions that notifications told of.

use async_trait::async_trait;
use malipo_wire::OrderId;
use rusqlite::{Connection, Error, params};

use super::cached::Cached as _;
use super::{SqliteStore, outbox, reads, writes};
use crate::clock::UnixMs;
use crate::payment::event::EventKind;
use crate::payment::transaction::{KnownReference, Payment};
use crate::payment::{Attempt, AttemptId};
use crate::store::StoreError;
use crate::store::transactions::{ToldTransaction, TransactionRecord, Transactions, grouped};

#[async_trait]
impl Transactions for SqliteStore {
    async fn tell_transaction(&self, told: ToldTransaction) -> Result<Payment, StoreError> {
        self.write(move |it| tell(it, &told)).await
    }

    async fn transactions(&self, order: &OrderId) -> Result<Vec<TransactionRecord>, StoreError> {
        let sql = "SELECT t.attempt_id, t.transaction_ref, t.told_with, t.told_at FROM told_transactions t \
             JOIN attempts a ON a.attempt_id = t.attempt_id WHERE a.order_id = ?1 ORDER BY t.told_at, t.transaction_ref";
        let rows: Vec<_> = self.read(|it| {
            it.prepare_cached(sql)?
                .query_map([order.as_str()], |row| {
                    let reference = KnownReference {
                        reference: row.get(1)?,
                        told_with: row.get(2)?,
                    };
                    Ok((AttemptId(row.get(0)?), reference, UnixMs(row.get(3)?)))
                })?
                .collect::<Result<_, _>>()
        })?;
        Ok(grouped(rows))
    }
}

fn tell(connection: &Connection, told: &ToldTransaction) -> Result<Payment, Error> {
    let attempt = reads::attempt(connection, &told.attempt)?.ok_or(Error::QueryReturnedNoRows)?;
    let known = known(connection, &told.attempt)?;
    let payment = Payment::judge(&attempt, &known, &told.references);
    for it in told.references.to_note(&known) {
        connection.execute_cached(
            "INSERT INTO told_transactions (attempt_id, transaction_ref, told_with, told_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (attempt_id, transaction_ref) DO UPDATE SET told_with = ?3",
            params![told.attempt.0, it.reference, it.told_with, told.now.0],
        )?;
    }
    if let Some(note) = payment.note(&attempt, &told.summary) {
        let names = told.names.join(" ");
        writes::park(connection, &told.provider, &names, &note, told.now)?;
    }
    if payment == Payment::Second {
        let second = Attempt {
            received: told.received,
            ..attempt
        };
        outbox::tell(
            connection,
            EventKind::Duplicate,
            &second,
            told.references.all().next(),
            told.tell,
            told.now,
        )?;
    }
    Ok(payment)
}

fn known(connection: &Connection, attempt: &AttemptId) -> Result<Vec<KnownReference>, Error> {
    connection
        .prepare_cached(
            "SELECT transaction_ref, told_with FROM told_transactions WHERE attempt_id = ?1",
        )?
        .query_map([&attempt.0], |row| {
            Ok(KnownReference {
                reference: row.get(0)?,
                told_with: row.get(1)?,
            })
        })?
        .collect()
}
