//! One suite over every provider: the same list of troubles for each, with the sandbox's ledger as the oracle.
//!
//! Every case has a server, a sandbox and a store of its own. After each, the record agrees with the ledger, the shop was
//! told once of what it should know, and the server's log, written at TRACE, holds none of the secrets.

mod calls;
mod case;
mod notices;
mod outcomes;
mod table;
mod world;

use std::rc::Rc;

use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet, spawn_local};

pub use case::Case;
pub use table::{Cell, Table};

use self::world::World;
use crate::provider::{ALL, Provider};

/// Runs every case with every provider.
pub async fn run() -> Table {
    // On one thread: the waits of a case borrow what they look at.
    LocalSet::new().run_until(all()).await
}

async fn all() -> Table {
    let places = Rc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for provider in ALL {
        for case in Case::ALL {
            let places = Rc::clone(&places);
            tasks.spawn_local(async move {
                let _place = places.acquire().await.expect("nobody closes it");
                // A task of its own: a failed expectation ends this case and no other.
                let ended = spawn_local(one(provider, *case)).await;
                let cell = ended.unwrap_or_else(|error| Cell::Failed(table::words(error)));
                println!("{} {}: {}", provider.id, case.name(), cell.word());
                (provider.id, *case, cell)
            });
        }
    }
    Table::new(tasks.join_all().await)
}

/// Runs one case with one provider.
pub async fn one(provider: &'static Provider, case: Case) -> Cell {
    if let Some(why) = case.not_applicable(provider) {
        return Cell::NotApplicable(why);
    }
    let mut world = World::start(provider).await;
    case.run(&mut world).await;
    world.agree().await;
    world.tells_no_secret().await;
    Cell::Ok
}

/// Most of a case is waiting.
const AT_ONCE: usize = 4;
