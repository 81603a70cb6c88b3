//! What browsers do to a page, in the browser that `BROWSER` names.
//!
//! Each test is a situation of its own; what every change runs is in `tests/e2e`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is the test's failure"
)]

mod closing;
mod coop;
mod crowded;
mod denied;
mod discarded;
mod frames;
mod in_app;
mod lasting;
mod leaving;
mod opening;
mod pausing;
mod placed;
mod reloading;
mod restored;
mod slow;
mod telling;
