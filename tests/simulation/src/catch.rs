//! Looks for a planted bug, world by world.

use std::time::{Duration, Instant};

use crate::exhaustive::{self, attempts};
use crate::live::{broken, live};
use crate::planted::Planted;
use crate::world::Plan;

/// How a bug was caught.
#[derive(Clone, Debug)]
pub struct Caught {
    /// In which world.
    pub seed: u64,
    /// What did not hold.
    pub failure: String,
    /// How many worlds it took.
    pub worlds: u64,
    /// How many steps.
    pub steps: u64,
    /// How long.
    pub took: Duration,
}

/// Lives through worlds until one fails; `None` where so many do not.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is asked"
)]
pub fn catch(bug: Planted, worlds: u64) -> Option<Caught> {
    let begun = Instant::now();
    let mut steps = 0;
    for seed in 1..=worlds {
        let outcome = live(&Plan::of(seed), Some(bug));
        steps += outcome.report.steps;
        if let Some(failure) = outcome.failure {
            return Some(Caught {
                seed,
                failure,
                worlds: seed,
                steps,
                took: begun.elapsed(),
            });
        }
    }
    None
}

/// Looks for a bug by the searches: through the states of the machine, or of an attempt; what did not hold.
#[must_use]
pub fn catch_by_search(bug: Planted) -> Option<String> {
    broken(Some(bug), || match bug {
        Planted::Server(_) => assert!(0 < attempts::search().states),
        Planted::Widget(_) => {
            let found = exhaustive::search();
            let lost = found.without_end.first();
            assert_eq!(lost, None, "W13: time alone never ends it");
        }
    })
}
