//! What takes minutes, or what a second browser says to it.
#![expect(
    clippy::unwrap_used,
    reason = "a failed expectation is the test's failure"
)]

mod firefox;
mod hidden;
