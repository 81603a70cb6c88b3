//! `malipo-server`: holds the provider's keys, starts payments, and knows which orders are paid.
//!
//! ```text
//! routes -> opening, reconcile -> payment (pure) <- store
//!                             \-> provider (pure adapters, one HTTP client)
//! ```
//!
//! What holds: what is charged never comes from the browser; an attempt is in the store before the provider is called;
//! `paid` is written once, by a look-up that this server made itself; verify is answered from the store.

/// Whether a bug is planted here: in a simulation that looks for it, and nowhere else. `=> f(x)` returns what that function
/// of [`simulation`] makes of it, where it makes something; `=> f(x) else y` is that instead of `y`.
#[cfg(feature = "simulation")]
macro_rules! planted {
    ($bug:ident) => {
        crate::simulation::is_planted(crate::simulation::Bug::$bug)
    };
    ($bug:ident => $made:ident($($of:expr),*) else $real:expr) => {
        if planted!($bug) { crate::simulation::$made($($of),*) } else { $real }
    };
    ($bug:ident => $made:ident($($of:expr),*)) => {
        if planted!($bug) && let Some(made) = crate::simulation::$made($($of),*) {
            return made;
        }
    };
}
/// Whether a bug is planted here: never. It leaves not a byte in what is shipped.
#[cfg(not(feature = "simulation"))]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
    ($bug:ident => $made:ident($($of:expr),*) else $real:expr) => {
        $real
    };
    ($bug:ident => $made:ident($($of:expr),*)) => {};
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
mod texts;
pub mod widget;

/// Why this build serves nobody: bugs can be planted in it. `None` in every other one.
pub const REFUSES: Option<&str> = if cfg!(feature = "simulation") {
    Some(
        "this build has the feature `simulation`, with bugs that are planted on purpose; build the server by itself: cargo build --release -p malipo-server",
    )
} else {
    None
};

pub use app::App;
pub use mount::{Mount, Mounted, router};
pub use routes::{Peer, routes};
