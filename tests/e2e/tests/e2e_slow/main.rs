//! What takes minutes.
#![expect(
    clippy::indexing_slicing,
    reason = "a failed expectation is the test's failure"
)]

mod hidden;
