//! The widget's machine, driven on the host: no browser, no network, no clock.
//!
//! Every test is a script of inputs and a list of effects, through one door (`harness::check`); the promises that hold
//! everywhere are asserted after every step of every test (`invariants.rs`).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that meets what it does not expect should stop"
)]

mod answers;
mod browser;
mod cancelling;
mod cases;
mod clock;
mod documents;
mod earlier;
mod ending;
mod harness;
mod identity;
mod initiating;
mod invariants;
mod keys;
mod lines;
mod objects;
mod options;
mod policy;
mod press;
mod pressing_again;
mod promises;
mod properties;
mod record;
mod resume;
mod stream;
mod supply;
mod tidy;
mod view;
mod waiting;
