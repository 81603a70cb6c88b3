//! How many cases a property is tried with, and by which seed.

use proptest::test_runner::{Config, RngSeed};

/// So many cases, the same in every run, so that what a change broke is told from what chance found. `PROPTEST_CASES` and
/// `PROPTEST_RNG_SEED` choose others where they are set: the seed that `make properties` prints repeats its run. A case that
/// fails is written down as a test of its own.
pub(crate) fn config(cases: u32) -> Config {
    let default = Config::default();
    Config {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() {
            default.cases
        } else {
            cases
        },
        rng_seed: match default.rng_seed {
            RngSeed::Random => RngSeed::Fixed(SEED),
            given @ RngSeed::Fixed(_) => given,
        },
        failure_persistence: None,
        ..default
    }
}

const SEED: u64 = 20_261_121;
