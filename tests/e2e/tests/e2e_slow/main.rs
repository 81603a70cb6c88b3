//! What takes minutes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a failed expectation is the test's failure"
)]

mod hidden;
