//! Transactions that notifications told of.

use async_trait::async_trait;
use rusqlite::{Connection, Error, params};

use super::{SqliteStore, writes};
use crate::store::StoreError;
use crate::store::transactions::{ToldTransaction, Transactions};

#[async_trait]
impl Transactions for SqliteStore {
    async fn tell_transaction(&self, told: ToldTransaction<'_>) -> Result<bool, StoreError> {
        let (attempt, transaction) = (told.attempt.clone(), told.transaction.to_owned());
        let (provider, names) = (told.provider.to_owned(), told.names.to_vec());
        let (summary, now) = (told.summary.to_owned(), told.now);
        self.write(move |it| {
            let told = ToldTransaction {
                attempt: &attempt,
                transaction: &transaction,
                provider: &provider,
                names: &names,
                summary: &summary,
                now,
            };
            tell(it, told)
        })
        .await
    }
}

fn tell(connection: &Connection, told: ToldTransaction<'_>) -> Result<bool, Error> {
    let new = connection.execute(
        "INSERT INTO told_transactions (attempt_id, transaction_ref, told_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![told.attempt.0, told.transaction, told.now.0],
    )?;
    let all: i64 = connection
        .prepare_cached("SELECT count(*) FROM told_transactions WHERE attempt_id = ?1")?
        .query_row([&told.attempt.0], |row| row.get(0))?;
    let again = new == 1 && 1 < all;
    if again {
        writes::park(
            connection,
            told.provider,
            &told.names.join(" "),
            told.summary,
            told.now,
        )?;
    }
    Ok(again)
}
