//! What an initiate does to an order, case by case.

use super::{attempt, id, money, order};
use crate::clock::UnixMs;
use crate::payment::begin::{Decision, KnownKey, Wish, decide};
use crate::payment::{Attempt, AttemptStatus as S};

fn wish() -> Wish {
    Wish {
        order_id: "order".parse().unwrap(),
        price: money("10000", "UGX"),
        payload_hash: [1; 32],
        quoted: false,
        expired: false,
        asked: Vec::new(),
        now: UnixMs(1_000),
    }
}

fn key(hash: u8) -> KnownKey {
    KnownKey {
        payload_hash: [hash; 32],
        order_id: "order".parse().unwrap(),
    }
}

#[track_caller]
fn check(wish: &Wish, key: Option<&KnownKey>, attempts: Vec<Attempt>, expected: &str) {
    let seen = decide(wish, key, Some(&order(attempts)));
    let seen = if let Decision::Same(live) = &seen {
        format!("Same({:?})", live.id.0)
    } else {
        format!("{seen:?}")
    };
    assert_eq!(seen, expected);
}

#[test]
fn a_key_belongs_to_the_payload_that_it_came_with_first() {
    let seen = |hash| decide(&wish(), Some(&key(hash)), None);
    assert!(matches!(seen(2), Decision::KeyReused));
    assert!(matches!(seen(1), Decision::New { first: true }));
}

#[test]
fn an_order_keeps_its_price() {
    let dearer = Wish {
        price: money("10001", "UGX"),
        ..wish()
    };
    check(&dearer, None, Vec::new(), "OrderChanged");
    check(&wish(), None, Vec::new(), "New { first: true }");
}

#[test]
fn a_paid_order_is_never_begun_again_and_says_whether_its_asker_proved_anything() {
    let mut paid = order(vec![attempt("a", S::Paid)]);
    paid.paid_by = Some(id("a"));
    let quoted = Wish {
        quoted: true,
        ..wish()
    };
    let seen = |wish: &Wish, key: Option<&KnownKey>| decide(wish, key, Some(&paid));
    assert!(matches!(
        seen(&wish(), None),
        Decision::Paid { proven: false }
    ));
    assert!(matches!(
        seen(&quoted, None),
        Decision::Paid { proven: true }
    ));
    assert!(matches!(
        seen(&wish(), Some(&key(1))),
        Decision::Paid { proven: true }
    ));
    assert!(seen(&wish(), None).opens_unproven());
    assert!(!Decision::NoProof.opens_unproven());
}

#[test]
fn a_live_attempt_is_handed_out_to_whoever_proves_the_order_and_to_nobody_else() {
    let live = || vec![attempt("old", S::Failed), attempt("live", S::Pending)];
    let quoted = Wish {
        quoted: true,
        ..wish()
    };
    check(&wish(), None, live(), "NoProof");
    check(&quoted, None, live(), "Same(\"live\")");
    check(&wish(), Some(&key(1)), live(), "Same(\"live\")");
    check(&quoted, None, vec![attempt("a", S::Created)], "Running");
    check(
        &quoted,
        None,
        vec![attempt("a", S::Unknown)],
        "Unknown(AttemptId(\"a\"))",
    );
}

#[test]
fn of_a_page_that_takes_no_payment_any_more_the_provider_is_asked_once() {
    let expiring = |at| {
        let mut it = attempt("a", S::Pending);
        it.expires_at = Some(UnixMs(at));
        vec![it]
    };
    let quoted = Wish {
        quoted: true,
        ..wish()
    };
    let ask = "AskFirst([AttemptId(\"a\")])";
    check(&quoted, None, expiring(1_001), "Same(\"a\")");
    check(&quoted, None, expiring(1_000), ask);
    let asked = Wish {
        asked: vec![id("a")],
        ..quoted
    };
    check(&asked, None, expiring(1_000), "Same(\"a\")");
    check(&asked, None, expiring(1_001), "Same(\"a\")");
}

#[test]
fn before_a_new_attempt_the_provider_is_asked_about_those_that_may_still_pay() {
    let old = || {
        vec![
            attempt("refused", S::Refused),
            attempt("failed", S::Failed),
            attempt("orphan", S::Orphaned),
        ]
    };
    check(
        &wish(),
        None,
        old(),
        "AskFirst([AttemptId(\"failed\"), AttemptId(\"orphan\")])",
    );
    let half = Wish {
        asked: vec![id("orphan")],
        ..wish()
    };
    check(&half, None, old(), "AskFirst([AttemptId(\"failed\")])");
    let all = Wish {
        asked: vec![id("orphan"), id("failed")],
        ..wish()
    };
    check(&all, None, old(), "New { first: false }");
    check(
        &wish(),
        None,
        vec![attempt("refused", S::Refused)],
        "New { first: false }",
    );
}

#[test]
fn a_quote_that_is_too_old_begins_nothing() {
    let late = Wish {
        quoted: true,
        expired: true,
        ..wish()
    };
    check(&late, None, Vec::new(), "QuoteExpired");
    assert!(matches!(decide(&late, None, None), Decision::QuoteExpired));
    check(&late, None, vec![attempt("a", S::Failed)], "QuoteExpired");
    // What it was used for before is still its own.
    check(&late, None, vec![attempt("a", S::Pending)], "Same(\"a\")");
}

#[test]
fn a_token_and_a_key_are_for_whoever_has_proven_that_the_order_is_theirs() {
    let live = Box::new(attempt("a", S::Pending));
    for (decision, proven, opens) in [
        (Decision::New { first: true }, true, false),
        (Decision::Same(live), true, false),
        (Decision::Paid { proven: true }, true, true),
        (Decision::Paid { proven: false }, false, true),
        (Decision::KeyReused, false, false),
        (Decision::OrderChanged, false, false),
        (Decision::NoProof, false, false),
        (Decision::Running, false, false),
        (Decision::Unknown(id("a")), false, false),
        (Decision::AskFirst(Vec::new()), false, false),
        (Decision::QuoteExpired, false, false),
    ] {
        assert_eq!(decision.is_proven(), proven, "{decision:?}");
        assert_eq!(decision.opens_unproven(), opens, "{decision:?}");
    }
}
