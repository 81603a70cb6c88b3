//! The sandbox over real HTTP: each test starts the program on a free port and talks to it as a merchant and a shopper would.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at the first surprise"
)]

mod api;
mod checkout;
mod command_line;
mod control;
mod documented;
mod faults;
mod jenga;
mod jopay;
mod merchant;
mod notifications;
mod sandbox;
mod validation;
