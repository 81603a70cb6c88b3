//! The store in memory keeps the contract that SQLite and PostgreSQL keep: the same cases, from the server's own tests.
//!
//! Left out is what no world does: an operator's lists, links by hand, refunds, and updates of tables.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect should stop"
)]

mod store;
