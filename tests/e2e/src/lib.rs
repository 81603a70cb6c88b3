//! End-to-end tests: real browsers, the real programs, and trouble in between.
//!
//! [`world::run`] starts a sandbox, a backend and a browser for one test. The browser talks to a [`front::Front`], which
//! serves the test's page, passes the rest on, and makes trouble on demand; what the provider's ledger holds in the end is
//! what was really paid.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a failed expectation is the test's failure"
)]

pub mod browser;
pub mod catalogue;
pub mod checkout;
pub mod display;
pub mod example;
pub mod fault;
pub mod front;
pub mod lateness;
pub mod policies;
pub mod process;
pub mod quote;
pub mod record;
pub mod screenshots;
pub mod shop;
pub mod stack;
pub mod story;
pub mod tab;
pub mod table;
pub mod wait;
pub mod world;
