//! The server over real HTTP on loopback, beside a small fake of the provider.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests: a panic is a failed test"
)]

mod adapter;
mod admin;
mod check;
mod clock;
mod config;
mod config_shown;
mod connections;
mod embedded;
mod events;
mod fake;
mod hostile;
mod idempotency;
mod inputs;
mod instances;
mod jenga;
mod jopay;
mod languages;
mod notices;
mod operator;
mod origins;
mod outcomes;
mod pages;
mod patience;
mod postgres;
mod prices;
mod process;
mod quota;
mod races;
mod ready;
mod secrets;
mod store;
mod store_down;
mod telemetry;
mod waiting;
mod webhooks;
mod world;
