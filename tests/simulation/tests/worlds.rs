//! Worlds that are lived through with every `cargo test`: few, for `make worlds` lives through the many.

use malipo_simulation::catch::{catch, catch_by_search};
use malipo_simulation::drift::Drift;
use malipo_simulation::live::{Outcome, invariant, live};
use malipo_simulation::mix::{Fault, Mix};
use malipo_simulation::planted::{Planted, breaks};
use malipo_simulation::provider::Kind;
use malipo_simulation::shrink::shrink;
use malipo_simulation::world::Plan;
use malipo_simulation::{exhaustive, report};

#[track_caller]
fn good(plan: &Plan) -> Outcome {
    let outcome = live(plan, None);
    assert_eq!(outcome.failure, None, "seed {}", plan.seed);
    outcome
}

#[test]
fn the_same_seed_is_the_same_world() {
    for seed in 1..=20 {
        let plan = Plan {
            tells: true,
            ..Plan::of(seed)
        };
        let (first, second) = (good(&plan), good(&plan));
        assert_eq!(first.report, second.report);
        let mut lines = first.story.iter().zip(&second.story);
        assert_eq!(lines.find(|it| it.0 != it.1), None, "seed {seed}");
        // Telling it changes nothing.
        assert_eq!(good(&Plan::of(seed)).report, first.report);
    }
}

#[test]
fn worlds_differ_and_in_them_everything_happens() {
    let mut fingerprints = Vec::new();
    let mut injected = vec![0; Fault::ALL.len()];
    let mut injected_at = vec![[0; 3]; Fault::ALL.len()];
    let mut at = [[0; 2]; 3];
    for seed in 1..=WORLDS {
        let report = good(&Plan::of(seed)).report;
        assert!(100 < report.steps, "seed {seed} is empty: {report:?}");
        fingerprints.push(report.fingerprint);
        for (all, one) in injected.iter_mut().zip(report.injected) {
            *all += one;
        }
        let cells = injected_at.iter_mut().flatten();
        for (all, one) in cells.zip(report.injected_at.iter().flatten()) {
            *all += one;
        }
        for (all, one) in at.iter_mut().flatten().zip(report.at.iter().flatten()) {
            *all += one;
        }
    }
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len() as u64, WORLDS);
    for (kind, [begun, paid]) in Kind::ALL.iter().zip(at) {
        assert!(
            60 < begun && 30 < paid,
            "{kind:?}: {begun} payments, {paid} paid"
        );
    }
    let never = Fault::ALL.iter().zip(&injected).filter(|it| *it.1 == 0);
    let never: Vec<_> = never.map(|it| it.0.as_str()).collect();
    assert!(never.is_empty(), "never happened: {never:?}");
    let mut never = Vec::new();
    for (fault, times) in Fault::ALL.iter().zip(&injected_at) {
        for (kind, times) in Kind::ALL.iter().zip(times) {
            // What makes no sense at a provider does not happen there.
            if fault.is_at(*kind) != (0 < *times) {
                never.push((fault.as_str(), kind.as_str()));
            }
        }
    }
    assert!(never.is_empty(), "never, or for nothing: {never:?}");
}

/// So many that each provider meets whatever can happen to it.
const WORLDS: u64 = 400;

/// Seeds that found bugs of ours, which are mended: docs/simulation.md says which.
#[test]
fn what_was_found_stays_mended() {
    for seed in FOUND {
        // They were found when there was one provider, and fewer kinds of trouble.
        let plan = Plan {
            provider: Some(Kind::JoyndPay),
            without: LATER,
            ..Plan::of(*seed)
        };
        good(&plan);
    }
}

#[test]
fn what_was_found_with_clocks_that_drift_stays_mended() {
    for seed in FOUND_WITH_DRIFT {
        good(&Plan::of(*seed));
    }
}

#[test]
fn what_was_found_with_all_three_providers_stays_mended() {
    for seed in FOUND_WITH_THREE {
        let plan = Plan {
            without: SINCE_THREE,
            ..Plan::of(*seed)
        };
        good(&plan);
    }
}

const FOUND: &[u64] = &[1, 6, 106, 116, 126];
/// In the order of docs/simulation.md.
const FOUND_WITH_THREE: &[u64] = &[
    1795326665, 1795335919, 1795338049, 1795332336, 1795335283, 1795345969, 1795355688, 1795350977,
    1383, 1795355405, 1795469097,
];
/// All but the first found mistakes of the model's.
const FOUND_WITH_DRIFT: &[u64] = &[1798021941, 1799061085, 1805040763];
/// The kinds of trouble that were not there then.
const LATER: u64 = !0 << Fault::NoticeReplayed as u32;
const SINCE_THREE: u64 = !0 << Fault::ClockDrift as u32;

#[test]
fn a_clock_runs_as_wrong_as_was_drawn_until_it_is_put_right() {
    for seed in 1..=200 {
        let mut mix = Mix::new(seed, 0);
        let mut drift = Drift::drawn(&mut mix);
        assert_eq!(drift.ppm() != 0, mix.injected().contains(&1));
        assert_eq!(drift.ahead_ms(HOUR_MS), drift.ppm() * 36 / 10);
        let shown = (0..2_000).map(|now| drift.counted(now));
        assert!(shown.is_sorted(), "{drift:?} goes back");
        // A timer does not fire before its time by that clock.
        let due = drift.counted(drift.until(1_000));
        assert!((1_000..=1_001).contains(&due), "{drift:?}: {due}");
        let shown = drift.counted(HOUR_MS);
        drift.put_right(HOUR_MS);
        assert_eq!(drift.counted(2 * HOUR_MS), shown + HOUR_MS);
        assert_eq!(drift.until(HOUR_MS), HOUR_MS);
    }
}

const HOUR_MS: u64 = 3_600_000;

/// A bug, and what did not hold where it is planted is what it breaks.
#[track_caller]
fn caught(name: &str, catch: impl FnOnce(Planted) -> Option<String>) -> String {
    let all = Planted::all();
    let bug = all.iter().find(|it| it.1 == name).map(|it| it.0);
    let failure = bug.and_then(catch).unwrap_or_default();
    let by = invariant(&failure);
    assert!(
        breaks(name).contains(&by.as_str()),
        "{name} was caught by {by:?}: {failure}"
    );
    failure
}

#[test]
fn planted_bugs_are_caught_by_what_they_break() {
    for name in [
        "success-on-stream-message",
        "closed-means-cancelled",
        "new-key-on-retry",
        "new-key-on-reload",
        "notice-believed",
        "notice-dropped",
        "half-the-price-charged",
        "amount-not-compared",
        "unknown-begins-anew",
        "verify-waits",
        "signature-not-checked",
        "attached-means-paid",
        "repeated-under-a-new-key",
        "password-not-checked",
        "declined-means-failed",
    ] {
        caught(name, |bug| Some(catch(bug, 400)?.failure));
    }
    // Rare, and this is a world that has it.
    let rare = Plan::of(28_132);
    caught("expiry-missed", |bug| live(&rare, Some(bug)).failure);
}

#[test]
fn of_every_planted_bug_it_is_said_what_it_breaks() {
    for (_, name, _) in Planted::all() {
        assert!(!breaks(name).is_empty(), "{name}");
    }
}

#[test]
fn time_alone_ends_whatever_is_under_way_and_the_diagram_of_the_machine_is_current() {
    let found = exhaustive::search();
    assert!(1_000 < found.states, "{} states", found.states);
    assert_eq!(found.without_end, Vec::<String>::new());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ARCHITECTURE.md");
    let text = std::fs::read_to_string(file).unwrap();
    let current = report::inserted(&text, "states", &exhaustive::diagram(&found));
    assert_eq!(current.as_deref(), Some(text.as_str()), "run `make states`");
}

#[test]
fn whatever_a_provider_says_in_whichever_order_an_attempt_goes_on_as_it_may() {
    let seen = exhaustive::attempts::search();
    assert!(50 < seen.states, "{seen:?}");
    for name in [
        "paid-may-fail",
        "failed-is-final",
        "amount-not-compared",
        "late-success-not-said",
        "unknown-shown-as-failed",
    ] {
        caught(name, catch_by_search);
    }
}

#[test]
fn the_search_through_the_machine_names_what_is_wrong_in_it() {
    let failure = caught("retry-forgotten", catch_by_search);
    assert!(failure.contains("initiating tab="), "{failure}");
    for name in [
        "pending-means-paid",
        "any-amount-taken",
        "new-key-on-press",
        "second-press-ignored",
        "origins-ignored",
        "old-record-resumed",
        "record-saved-again",
    ] {
        caught(name, catch_by_search);
    }
}

#[test]
fn a_failing_world_is_told_as_a_small_story() {
    let bug = Planted::Server(malipo_server::simulation::Bug::NoticeMeansPaid);
    let caught = catch(bug, 400).unwrap();
    let plan = Plan::of(caught.seed);
    let small = shrink(&plan, Some(bug), &caught.failure);
    let left = Fault::ALL.len() - usize::try_from(small.without.count_ones()).unwrap();
    assert!(left <= 6, "{left} kinds of trouble are left");
    let told = live(
        &Plan {
            tells: true,
            ..small
        },
        Some(bug),
    );
    let failure = told.failure.map(|it| invariant(&it));
    assert_eq!(failure, Some(invariant(&caught.failure)));
    assert!(told.story.iter().any(|it| it.contains("/pay/notify/")));
}
