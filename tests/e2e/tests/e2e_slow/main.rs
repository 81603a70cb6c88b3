//! What takes minutes, and what a second browser says to it.
#![expect(
    clippy::indexing_slicing,
    reason = "a failed expectation is the test's failure"
)]

mod firefox;
mod hidden;
