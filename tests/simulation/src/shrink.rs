//! Makes a failing world smaller: fewer kinds of trouble, fewer shoppers, as long as the same still fails.

use crate::live::{invariant, live};
use crate::mix::Fault;
use crate::planted::Planted;
use crate::world::Plan;

/// The smallest plan found by taking things out one by one.
#[must_use]
pub fn shrink(plan: &Plan, planted: Option<Planted>, failure: &str) -> Plan {
    let wanted = invariant(failure);
    let fails = |plan: &Plan| {
        let outcome = live(plan, planted);
        outcome.failure.is_some_and(|it| invariant(&it) == wanted)
    };
    let mut best = plan.clone();
    for shoppers in 1..6 {
        let fewer = Plan {
            shoppers,
            ..best.clone()
        };
        if fails(&fewer) {
            best = fewer;
            break;
        }
    }
    loop {
        let before = best.without;
        for index in 0..Fault::ALL.len() {
            let without = best.without | 1 << index;
            if without == best.without {
                continue;
            }
            let fewer = Plan {
                without,
                ..best.clone()
            };
            if fails(&fewer) {
                best = fewer;
            }
        }
        if best.without == before {
            return best;
        }
    }
}

/// How to see this world again.
#[must_use]
pub fn command(plan: &Plan) -> String {
    let mut command = format!("make simulate SEED={}", plan.seed);
    if plan.without != 0 {
        command.push_str(&format!(" WITHOUT={:x}", plan.without));
    }
    if plan.shoppers != usize::MAX {
        command.push_str(&format!(" SHOPPERS={}", plan.shoppers));
    }
    if let Some(kind) = plan.provider {
        command.push_str(&format!(" PROVIDER={}", kind.as_str()));
    }
    command
}
