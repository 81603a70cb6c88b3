//! What takes minutes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is the test's failure"
)]

mod hidden;
