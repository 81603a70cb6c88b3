//! Many worlds: one thread a core, each world in one thread.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::live::{Outcome, live};
use crate::world::{Plan, Report};

/// How many worlds, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The first seed; the others follow.
    pub from: u64,
    /// How many steps, all together.
    pub steps: u64,
    /// How long at the most.
    pub time: Duration,
    /// How many threads.
    pub threads: usize,
}

/// What many worlds came to.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    /// Worlds.
    pub worlds: u64,
    /// All their numbers, added.
    pub report: Report,
    /// Seeds that failed, with what.
    pub failed: Vec<(u64, String)>,
    /// How long it took.
    pub took: Duration,
}

impl Sum {
    fn add(&mut self, seed: u64, outcome: Outcome) {
        self.worlds += 1;
        let (sum, one) = (&mut self.report, outcome.report);
        sum.steps += one.steps;
        sum.payments += one.payments;
        sum.paid += one.paid;
        sum.virtual_ms += one.virtual_ms;
        sum.injected
            .resize(one.injected.len().max(sum.injected.len()), 0);
        for (all, one) in sum.injected.iter_mut().zip(one.injected) {
            *all += one;
        }
        sum.injected_at
            .resize(one.injected_at.len().max(sum.injected_at.len()), [0; 3]);
        let cells = sum.injected_at.iter_mut().flatten();
        for (all, one) in cells.zip(one.injected_at.iter().flatten()) {
            *all += one;
        }
        let cells = sum.at.iter_mut().flatten();
        for (all, one) in cells.zip(one.at.iter().flatten()) {
            *all += one;
        }
        for (name, times) in one.checked {
            match sum.checked.iter_mut().find(|it| it.0 == name) {
                Some(it) => it.1 += times,
                None => sum.checked.push((name, times)),
            }
        }
        self.failed.extend(outcome.failure.map(|it| (seed, it)));
    }
}

/// Lives through worlds until there are enough steps, the time is over, or ten have failed.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "how long worlds take is measured; nothing in them knows"
)]
pub fn live_many(wish: Wish) -> Sum {
    let begun = Instant::now();
    let (next, steps, stops) = (
        AtomicU64::new(wish.from),
        AtomicU64::new(0),
        AtomicBool::new(false),
    );
    let sum = Mutex::new(Sum::default());
    std::thread::scope(|threads| {
        for _ in 0..wish.threads {
            threads.spawn(|| {
                while !stops.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let outcome = live(&Plan::of(seed), None);
                    let lived = outcome.report.steps;
                    let steps = steps.fetch_add(lived, Ordering::Relaxed) + lived;
                    let mut sum = sum.lock().unwrap();
                    sum.add(seed, outcome);
                    let over = wish.steps <= steps || wish.time <= begun.elapsed();
                    if over || 10 <= sum.failed.len() {
                        stops.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap();
    sum.report.checked.sort_unstable();
    sum.took = begun.elapsed();
    sum
}
