//! Attempts begun before: what is read back from storage, and what is not trusted in it.

use malipo::checkout::{Input, Record, StateName};

use crate::harness::*;
use crate::record::resume;

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 3_600_000;

#[test]
fn a_reload_while_waiting_verifies_at_once_and_initiates_nothing() {
    check(
        &[
            (0, press()),
            (1, initiated(GOOD)),
            (1_000, Act::Reload),
            (1_000, Act::Resume),
            (1_100, verified(PENDING)),
            (4_000, verified(SUCCESS)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
            "reload",
            "verify ORD-1",
            "pay-pending ORD-1 #1 resumed",
            "verify ORD-1",
            "resolve success resumed",
            "pay-success ORD-1 10000 UGX resumed",
        ],
    );
}

#[test]
fn after_a_reload_too_a_success_over_another_amount_or_currency_waits() {
    for (said, expected) in [
        (r#""amount":"10000","currency":"UGX""#, StateName::Success),
        (r#""amount":"10000","currency":"KES""#, StateName::Waiting),
        (r#""amount":"100","currency":"UGX""#, StateName::Waiting),
    ] {
        let body = format!(r#"{{"order_id":"ORD-1","status":"success",{said}}}"#);
        // Only the record knows the price: the page has lost its own.
        let world = run(&[
            (0, Act::Without("amount")),
            (0, resume(|_| ())),
            (100, verified(&body)),
        ]);
        assert_eq!(world.state(), expected, "{said}");
    }
}

#[test]
fn an_order_that_came_by_the_address_is_found_again_after_a_reload() {
    let world = run(&[
        (
            0,
            resume(|it| {
                *it = Record {
                    order_id: it.order_id.take(),
                    token: it.token.take(),
                    ..Record::default()
                }
            }),
        ),
        (1_000, Act::Reload),
        (1_000, Act::Resume),
    ]);
    assert_eq!(world.state(), StateName::Waiting);
    assert_eq!(world.times("verify ORD-1"), [0, 1_000]);
}

#[test]
fn a_resumed_attempt_can_be_opened_again_and_cancelled() {
    check(
        &[
            (0, resume(|_| ())),
            (1, verified(PENDING)),
            (2, Act::Say(Input::ReopenRequested)),
            (600, Act::Say(Input::CancelRequested)),
            (700, verified(PENDING)),
        ],
        &[
            "verify ORD-1",
            "pay-pending ORD-1 #1 resumed",
            "open-checkout https://pay.example/p/1",
            "verify ORD-1",
            "pay-pending ORD-1 #2 resumed",
            "close-tab",
            "resolve cancelled resumed",
            "pay-cancelled ORD-1 resumed",
        ],
    );
}

#[test]
fn a_press_on_a_resumed_attempt_initiates_nothing() {
    let world = run(&[(0, resume(|_| ())), (1, press())]);
    assert!(world.times("initiate").is_empty() && world.times("open-tab").is_empty());
}

#[test]
fn a_key_without_an_answer_is_no_attempt_to_resume() {
    check(
        &[
            (0, press()),
            (1, Act::Reload),
            (1, Act::Resume),
            (2, press()),
        ],
        &[
            "open-tab",
            "initiate k1",
            "reload",
            "reject aborted",
            "open-tab",
            "initiate k1",
        ],
    );
}

#[test]
fn a_deadline_that_passed_meanwhile_is_verified_before_it_expires() {
    for (body, state) in [
        (PENDING, StateName::Expired),
        (SUCCESS, StateName::Success),
        (FAILED, StateName::Failed),
    ] {
        let world = run(&[
            (0, resume(|it| it.deadline = START - MINUTE)),
            (1, verified(body)),
        ]);
        assert_eq!(world.times("verify"), [0]);
        assert_eq!(world.state(), state);
    }
}

#[test]
fn an_attempt_that_had_ended_is_checked_and_only_then_settled() {
    for word in ["failed", "expired", "cancelled"] {
        let world = run(&[
            (0, resume(|it| it.ended = Some(word.into()))),
            (1, verified(PENDING)),
            (DAY / 2, Act::Nothing),
        ]);
        assert_eq!(world.times("verify"), [0], "{word}");
        assert_eq!(world.times(&format!("resolve {word} resumed")), [1]);
        assert_eq!(world.state().as_str(), word);

        let world = run(&[
            (0, resume(|it| it.ended = Some(word.into()))),
            (1, verified(SUCCESS)),
        ]);
        assert_eq!(
            world.times("pay-success ORD-1 10000 UGX late resumed"),
            [1],
            "{word}"
        );
        assert_eq!(world.times("resolve success late resumed"), [1], "{word}");
    }
    // A network that is down is no reason to leave the promise open.
    let world = run(&[
        (0, resume(|it| it.ended = Some("expired".into()))),
        (1, lost(malipo::checkout::RequestKind::Verify)),
    ]);
    assert_eq!(world.times("resolve expired resumed"), [1]);
}

#[test]
fn cancelling_an_ended_attempt_that_is_being_checked_settles_once() {
    let world = run(&[
        (0, resume(|it| it.ended = Some("expired".into()))),
        (1, Act::Say(Input::CancelRequested)),
        (2, verified(PENDING)),
    ]);
    assert_eq!(world.times("resolve"), [2]);
    // Also where another resume was refused in between.
    let world = run(&[
        (0, resume(|it| it.ended = Some("expired".into()))),
        (1, resume(|it| it.order_id = None)),
        (2, Act::Say(Input::CancelRequested)),
        (3, verified(PENDING)),
    ]);
    assert_eq!(world.times("reject aborted"), [1]);
    assert_eq!(world.times("resolve"), [3]);
}

#[test]
fn a_success_after_a_resume_is_compared_with_the_stored_amount() {
    let other = r#"{"order_id":"ORD-1","status":"success","amount":"1","currency":"UGX"}"#;
    let world = run(&[(0, resume(|_| ())), (1, verified(other))]);
    assert_eq!(world.times("pay-error amount-mismatch resumed"), [1]);
    assert_eq!(world.state(), StateName::Waiting);
}

#[test]
fn a_thank_you_page_knows_an_order_and_a_token_only() {
    let bare = Record {
        order_id: Some("ORD-9".into()),
        token: Some("tok-9".into()),
        ..Record::default()
    };
    let paid = r#"{"order_id":"ORD-9","status":"success","amount":"5","currency":"UGX"}"#;
    let world = run(&[
        (0, Act::Without("amount")),
        (0, Act::ResumeRecord(Box::new(bare))),
        (1, verified(paid)),
    ]);
    assert_eq!(world.times("pay-success ORD-9 5 UGX resumed"), [1]);
}

#[test]
fn a_resume_while_busy_is_the_attempt_under_way() {
    check(
        &[
            (0, press()),
            (1, resume(|_| ())),
            (2, initiated(GOOD)),
            (3, resume(|_| ())),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
        ],
    );
}

#[test]
fn without_storage_everything_else_works() {
    let world = run(&[
        (0, Act::NoStorage),
        (0, press()),
        (1, lost(malipo::checkout::RequestKind::Initiate)),
        (2_000, initiated(GOOD)),
        (5_000, verified(SUCCESS)),
    ]);
    assert_eq!(world.times("initiate k1").len(), 2);
    assert_eq!(world.state(), StateName::Success);
}

#[test]
fn an_order_that_has_succeeded_is_not_waited_for_again() {
    let script = [
        (2_600, verified(SUCCESS)),
        (
            3_000,
            resume(|it| {
                *it = Record {
                    order_id: it.order_id.take(),
                    ..Record::default()
                }
            }),
        ),
    ];
    check_open(
        &script,
        &[
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
            "resolve success",
        ],
    );
    let other = [
        (2_600, verified(SUCCESS)),
        (3_000, resume(|it| it.order_id = Some("ORD-2".into()))),
    ];
    let world = run(&after(GOOD, &other));
    assert_eq!(world.times("verify ORD-2"), [3_000]);
}

#[test]
fn an_order_taken_up_from_the_address_does_not_bar_another_article() {
    let bare = |it: &mut Record| {
        *it = Record {
            order_id: it.order_id.take(),
            ..Record::default()
        }
    };
    let script = |how: Act, more: Vec<(u64, Act)>| {
        let mut all = vec![
            (0, Act::Without("order-id")),
            (0, with("sku", "tea")),
            (0, how),
            (1, verified(SUCCESS)),
        ];
        all.extend(more);
        run(&all)
    };
    let same = script(resume(bare), vec![(1_000, press())]);
    assert!(same.times("initiate").is_empty());
    let other = || vec![(1_000, with("amount", "500")), (1_000, press())];
    assert_eq!(script(resume(bare), other()).times("initiate"), [1_000]);
    // The record of this very article is no guess.
    let own = script(resume(|_| ()), other());
    assert!(own.times("initiate").is_empty());
}

#[test]
fn a_success_of_an_order_from_the_address_is_compared_with_what_the_page_shows() {
    let bare = |it: &mut Record| {
        *it = Record {
            order_id: it.order_id.take(),
            ..Record::default()
        }
    };
    let other = r#"{"order_id":"ORD-1","status":"success","amount":"1","currency":"UGX"}"#;
    let world = run(&[(0, resume(bare)), (1, verified(other))]);
    assert_eq!(world.times("pay-error amount-mismatch resumed"), [1]);
    assert_eq!(world.state(), StateName::Waiting);
    let world = run(&[
        (0, Act::Without("amount")),
        (0, resume(bare)),
        (1, verified(other)),
    ]);
    assert_eq!(world.state(), StateName::Success);
}
