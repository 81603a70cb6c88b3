//! Transactions that notifications told of.

use async_trait::async_trait;
use deadpool_postgres::Transaction;

use super::session::{Failure, Work, query, storable};
use super::{PostgresStore, outbox, reads, upkeep};
use crate::payment::Attempt;
use crate::payment::event::EventKind;
use crate::store::StoreError;
use crate::store::transactions::{Payment, ToldTransaction, Transactions};

#[async_trait]
impl Transactions for PostgresStore {
    async fn tell_transaction(&self, told: ToldTransaction) -> Result<Payment, StoreError> {
        self.session.transact(Telling(told)).await
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
        let references: Vec<String> = told.references.iter().map(|it| storable(it)).collect();
        let sql = "SELECT transaction_ref FROM told_transactions WHERE attempt_id = $1";
        let rows = query(it, sql, &[&told.attempt.0]).await?;
        let known: Vec<String> = rows
            .iter()
            .map(|it| it.try_get(0))
            .collect::<Result<_, _>>()?;
        let payment = Payment::judge(&attempt, &known, &references);
        let sql = "INSERT INTO told_transactions (attempt_id, transaction_ref, told_at) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING";
        for reference in &references {
            query(it, sql, &[&told.attempt.0, reference, &told.now.0]).await?;
        }
        if let Some(note) = payment.note(&attempt, &told.summary) {
            upkeep::park_in(it, &told.provider, &told.names, &note, told.now).await?;
        }
        if payment == Payment::Second {
            let second = Attempt {
                received: told.received,
                ..attempt
            };
            outbox::tell(it, EventKind::Duplicate, &second, told.tell, told.now).await?;
        }
        Ok(payment)
    }
}
