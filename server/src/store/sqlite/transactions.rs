//! Transactions that notifications told of.

use async_trait::async_trait;
use rusqlite::{Connection, Error, params};

use super::{SqliteStore, outbox, reads, writes};
use crate::payment::Attempt;
use crate::payment::event::EventKind;
use crate::store::StoreError;
use crate::store::transactions::{Payment, ToldTransaction, Transactions};

#[async_trait]
impl Transactions for SqliteStore {
    async fn tell_transaction(&self, told: ToldTransaction) -> Result<Payment, StoreError> {
        self.write(move |it| tell(it, &told)).await
    }
}

fn tell(connection: &Connection, told: &ToldTransaction) -> Result<Payment, Error> {
    let attempt = reads::attempt(connection, &told.attempt)?.ok_or(Error::QueryReturnedNoRows)?;
    let known: Vec<String> = connection
        .prepare_cached("SELECT transaction_ref FROM told_transactions WHERE attempt_id = ?1")?
        .query_map([&told.attempt.0], |row| row.get(0))?
        .collect::<Result<_, Error>>()?;
    let payment = Payment::judge(&attempt, &known, &told.references);
    for reference in &told.references {
        connection.execute(
            "INSERT INTO told_transactions (attempt_id, transaction_ref, told_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![told.attempt.0, reference, told.now.0],
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
            told.tell,
            told.now,
        )?;
    }
    Ok(payment)
}
