//! Transactions that notifications told of.

use async_trait::async_trait;
use deadpool_postgres::Transaction;

use super::session::{Failure, Work, query, storable};
use super::{PostgresStore, rows, upkeep};
use crate::store::StoreError;
use crate::store::transactions::{ToldTransaction, Transactions};

#[async_trait]
impl Transactions for PostgresStore {
    async fn tell_transaction(&self, told: ToldTransaction<'_>) -> Result<bool, StoreError> {
        self.session.transact(Telling(told)).await
    }
}

struct Telling<'a>(ToldTransaction<'a>);

impl Work for Telling<'_> {
    type Made = bool;

    async fn run(&self, it: &Transaction<'_>) -> Result<bool, Failure> {
        let Self(told) = self;
        // Two that are told at once, to two servers: the later one sees the earlier one.
        let sql = "SELECT 1 FROM attempts WHERE attempt_id = $1 FOR NO KEY UPDATE";
        query(it, sql, &[&told.attempt.0]).await?;
        let transaction = storable(told.transaction);
        let sql = "INSERT INTO told_transactions (attempt_id, transaction_ref, told_at) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING RETURNING 1";
        let new = query(it, sql, &[&told.attempt.0, &transaction, &told.now.0]).await?;
        let sql = "SELECT count(*) FROM told_transactions WHERE attempt_id = $1";
        let counted = query(it, sql, &[&told.attempt.0]).await?;
        let row = counted.first().ok_or(Failure::Odd("a count"))?;
        let all: u32 = rows::count(row, 0)?;
        let again = !new.is_empty() && 1 < all;
        if again {
            upkeep::park_in(it, told.provider, told.names, told.summary, told.now).await?;
        }
        Ok(again)
    }
}
