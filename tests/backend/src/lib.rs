//! Tests of the backend as a whole: the real `malipo-server` beside the real `malipo-sandbox`, whose ledger is the oracle.
//!
//! - [`conformance`]: every provider times every trouble.
//! - [`killing`]: `kill -9` under load, on each store; with the power, on SQLite.
//! - [`quota`]: thousands of pending orders and 60 calls a minute.
//! - [`updating`]: the server ends and is started again while shoppers listen and press.
//! - [`stack`]: the processes; [`provider`]: what differs between the providers; [`oracle`]: record against ledger.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::missing_panics_doc,
    reason = "a failed expectation is the test's failure"
)]

pub mod conformance;
pub mod database;
pub mod killing;
pub mod oracle;
mod power;
pub mod process;
pub mod provider;
pub mod quota;
pub mod receiver;
pub mod sandbox;
pub mod secrets;
pub mod shop;
pub mod stack;
pub mod updating;
pub mod wait;
