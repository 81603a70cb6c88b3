//! The whole of it: real browsers before the real programs, popup blocker on, clicks trusted.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is the test's failure"
)]

mod admin;
mod bad_input;
mod bad_requests;
mod demo;
mod example_money;
mod examples;
mod firefox;
mod hostile;
mod jenga;
mod jopay;
mod languages;
mod modes;
mod opening;
mod oracles;
mod package;
mod paying;
mod policies;
mod providers;
mod records;
mod returning;
mod samples;
mod server_pages;
mod surviving;
mod trouble;
mod without_wasm;
