//! Simulated worlds: everything between a shopper's click and the shop's ledger, in one thread, by one seed.
//!
//! Real are the widget's machine, and the server from its routes to its adapters; modelled are the store's medium, the
//! provider, the network, clocks, browsers and shoppers. One queue of events, no I/O, no real time. What must hold is checked
//! after every step; the provider's ledger is the oracle. docs/simulation.md says how to use it and what it has found.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::missing_panics_doc,
    clippy::cast_possible_truncation,
    reason = "a world that meets what it does not expect has found something"
)]

pub mod backend;
#[path = "../../it/browser.rs"]
mod browser;
pub mod catch;
pub mod checks;
pub mod drift;
pub mod exhaustive;
#[path = "../../it/invariants/mod.rs"]
mod invariants;
pub mod live;
pub mod many;
pub mod mix;
pub mod planted;
pub mod provider;
pub mod report;
pub mod rng;
pub mod shopper;
pub mod shrink;
pub mod store;
pub mod world;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// When every world begins: a day in 2026, in milliseconds since 1970.
pub const START: u64 = 1_790_000_000_000;
