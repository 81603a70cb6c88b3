//! Orders of the past, straight into the SQLite file of a server that is stopped: a million of them through its door would take
//! an hour.

use std::path::Path;

use rusqlite::{Connection, params};
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Adds the paid orders of these numbers.
///
/// # Panics
/// If the file is not a server's store.
pub(crate) fn add(store: &Path, first: u64, last: u64) {
    let mut connection = Connection::open(store).unwrap();
    // What is thrown away need not survive a power loss.
    connection
        .pragma_update(None, "synchronous", "OFF")
        .unwrap();
    // An order names the attempt that paid it before that is there, and each attempt would be looked for among all orders.
    connection
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    connection
        .pragma_update(None, "cache_size", -200_000)
        .unwrap();
    let transaction = connection.transaction().unwrap();
    {
        let mut order = transaction.prepare(ORDER).unwrap();
        let mut attempt = transaction.prepare(ATTEMPT).unwrap();
        let mut secret = transaction.prepare(TOKEN).unwrap();
        for number in first..=last {
            let id = name(number);
            let attempt_id = format!("{:08x}-0000-4000-8000-{number:012x}", scattered(number));
            order.execute(params![id, attempt_id, PAST_MS]).unwrap();
            let hashed =
                |what: &str| -> [u8; 32] { Sha256::digest(format!("{what}{number}")).into() };
            attempt
                .execute(params![
                    attempt_id,
                    id,
                    format!("{attempt_id}-ref"),
                    hashed("return"),
                    hashed("notify"),
                    PAST_MS,
                ])
                .unwrap();
            let hash: [u8; 32] = Sha256::digest(token(number)).into();
            secret.execute(params![hash, id]).unwrap();
        }
    }
    transaction.commit().unwrap();
    connection
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize")
        .unwrap();
}

/// The body of a verify of each of so many orders, spread over all of them, as lines.
#[must_use]
pub(crate) fn verifies(orders: u64, sample: u64) -> String {
    let mut random = fastrand::Rng::with_seed(orders);
    let mut lines = String::new();
    for _ in 0..sample {
        let number = random.u64(1..=orders);
        lines += &json!({"order_id": name(number), "token": token(number)}).to_string();
        lines.push('\n');
    }
    lines
}

fn name(number: u64) -> String {
    format!("PAST{number:010}")
}

fn token(number: u64) -> String {
    format!("past-token-{number:032}")
}

/// Ids are random in earnest, so that neighbours in time are none in an index.
fn scattered(number: u64) -> u32 {
    (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

/// Some time in 2025.
const PAST_MS: i64 = 1_750_000_000_000;
const ORDER: &str = "INSERT INTO orders (order_id, minor, currency, paid_by, created_at) VALUES (?1, 10000, 'UGX', ?2, ?3)";
const ATTEMPT: &str = "INSERT INTO attempts (attempt_id, order_id, provider, reference, provider_ref, status, received_minor, \
    received_currency, redirect_url, return_url, return_hash, notify_hash, created_at, updated_at, paid_at) VALUES \
    (?1, ?2, 'joyndpay', ?2, ?3, 'paid', 10000, 'UGX', 'http://localhost:1/pay/' || ?1, 'http://127.0.0.1:1/thanks', ?4, ?5, ?6, ?6, ?6)";
/// Good until 2286.
const TOKEN: &str =
    "INSERT INTO tokens (token_hash, order_id, expires_at) VALUES (?1, ?2, 9999999999999)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verify_names_an_order_that_is_there_and_its_token() {
        let lines = verifies(3, 50);
        assert_eq!(lines.lines().count(), 50);
        for line in lines.lines() {
            let number: u64 = (1..=3).find(|it| line.contains(&name(*it))).unwrap();
            assert!(line.contains(&token(number)), "{line}");
        }
    }
}
