//! Content security policies: a part of what `make csp` tries.

use std::time::Duration;

use malipo_e2e::browser::{Kind, Options, all_without_wasm};
use malipo_e2e::policies::{Outcome, POLICIES, Shape, check, in_docs, rendered};
use malipo_e2e::world::{Setup, run};

#[test]
fn the_strictest_policies_and_those_that_refuse_something_do_what_the_docs_say() {
    if all_without_wasm() {
        // The table has a column of that.
        return;
    }
    let kind = Kind::of_this_run();
    for shape in [Shape::Embed, Shape::Bytes] {
        let setup = Setup::default().within(Duration::from_secs(120));
        run(setup, async |world| {
            // What a policy stops is counted here.
            world.expect_on_console("");
            let some = [
                Outcome::All,
                Outcome::NoWasm,
                Outcome::NoRequests,
                Outcome::NoRequestsBySku,
            ];
            for (number, outcome) in some.into_iter().enumerate() {
                // The longest is the strictest.
                let policies = POLICIES.iter().filter(|it| it.sandbox.is_none());
                let policy = policies
                    .filter(|it| it.outcome == outcome)
                    .max_by_key(|it| it.header.len());
                let policy = policy.unwrap();
                let found = check(world, policy, shape, &format!("ORDER-074{number}")).await;
                assert_eq!(
                    found,
                    outcome.with(shape, kind),
                    "{shape:?}, {}",
                    policy.header
                );
            }
        });
    }
}

/// A page has given its nonce to the entry alone: what the entry loads has none in the page.
#[test]
fn a_policy_of_nonces_without_strict_dynamic_lets_in_what_the_entry_loads() {
    if all_without_wasm() {
        // The table has a column of that.
        return;
    }
    for kind in [Kind::Chromium, Kind::Firefox] {
        for shape in Shape::ALL {
            let browser = Options {
                without_wasm: shape == Shape::Compat,
                ..Options::of(kind)
            };
            let setup = Setup::browser(browser).within(Duration::from_secs(120));
            run(setup, async |world| {
                world.expect_on_console("");
                let policies = POLICIES.iter().filter(|it| {
                    it.header.contains("'nonce-") && !it.header.contains("'strict-dynamic'")
                });
                for (number, policy) in policies.enumerate() {
                    let found = check(world, policy, shape, &format!("ORDER-073{number}")).await;
                    assert_eq!(
                        found,
                        policy.outcome.with(shape, kind),
                        "{kind:?}, {shape:?}, {}",
                        policy.header
                    );
                }
            });
        }
    }
}

#[test]
fn the_table_in_the_docs_says_what_is_held_to() {
    assert_eq!(in_docs(), rendered());
}
