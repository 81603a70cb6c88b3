//! `malipo-server`: holds the provider's keys, starts payments, and knows which orders are paid.
//!
//! ```text
//! routes -> opening, reconcile -> payment (pure) <- store
//!                             \-> provider (pure adapters, one HTTP client)
//! ```
//!
//! What holds: what is charged never comes from the browser; an attempt is in the store before the provider is called;
//! `paid` is written once, by a look-up that this server made itself; verify is answered from the store.

/// Whether a bug is planted here: in a simulation that looks for it, and nowhere else.
#[cfg(feature = "simulation")]
macro_rules! planted {
    ($bug:ident) => {
        crate::simulation::is_planted(crate::simulation::Bug::$bug)
    };
}
/// Whether a bug is planted here: never. It leaves not a byte in what is shipped.
#[cfg(not(feature = "simulation"))]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
}

pub mod app;
pub mod background;
pub mod clock;
pub mod config;
pub mod connections;
pub mod fanout;
pub mod hub;
pub mod limits;
pub mod machine;
mod mount;
mod opening;
pub mod outbox;
pub mod payment;
pub mod provider;
pub mod quota;
pub mod random;
pub mod reconcile;
mod routes;
pub mod serve;
#[cfg(feature = "simulation")]
pub mod simulation;
pub mod store;
pub mod telemetry;
pub mod widget;

pub use app::App;
pub use mount::{Mount, Mounted, router};
pub use routes::{Peer, routes};
