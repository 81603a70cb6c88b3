//! The shopper gives up here: a verify comes first, a success wins, and the backend is told.

use malipo::checkout::{RequestKind, StateName};

use crate::browser::answer;
use crate::ending::{ask, cancel, check_end};
use crate::harness::*;

const VERIFY: RequestKind = RequestKind::Verify;
const CANCEL: RequestKind = RequestKind::Cancel;
const DAY: u64 = 24 * 3_600_000;

#[test]
fn cancel_verifies_first_then_tells_the_backend_and_closes_the_tab() {
    let world = run(&[
        (0, with("cancel-url", "/pay/cancel")),
        (0, press()),
        (0, initiated(GOOD)),
        (1_000, cancel()),
        (1_100, verified(PENDING)),
    ]);
    let lines: Vec<&str> = world
        .log
        .iter()
        .filter(|it| 1_000 <= it.0)
        .map(|it| it.1.as_str())
        .collect();
    assert_eq!(
        lines,
        [
            "verify ORD-1",
            "pay-pending ORD-1 #1",
            "cancel ORD-1",
            "close-tab",
            "save ORD-1 cancelled",
            "resolve cancelled",
            "waiting -> cancelled",
            "pay-cancelled ORD-1",
        ]
    );
}

#[test]
fn a_success_wins_over_cancel() {
    check_end(
        &[(1_000, cancel()), (1_100, verified(SUCCESS))],
        1_000,
        &[
            "verify ORD-1",
            "forget",
            "resolve success",
            "waiting -> success",
            "pay-success ORD-1 10000 UGX",
        ],
    );
}

#[test]
fn cancel_waits_3_s_at_most_and_a_success_after_that_is_late() {
    let world = check_end(
        &[
            (1_000, cancel()),
            (1_500, cancel()),
            (5_000, verified(SUCCESS)),
        ],
        1_000,
        &[
            "verify ORD-1",
            "close-tab",
            "save ORD-1 cancelled",
            "resolve cancelled",
            "waiting -> cancelled",
            "pay-cancelled ORD-1",
            "forget",
            "cancelled -> success",
            "pay-success ORD-1 10000 UGX late",
        ],
    );
    assert_eq!(world.times("pay-cancelled"), [4_000]);
}

#[test]
fn cancel_does_not_rely_on_a_verify_begun_before_it() {
    let world = run(&[
        (0, press()),
        (0, initiated(GOOD)),
        (2_600, cancel()),
        (2_700, verified(PENDING)),
        (3_100, verified(SUCCESS)),
    ]);
    assert_eq!(world.times("verify"), [2_500, 3_000]);
    assert_eq!(world.state(), StateName::Success);
}

#[test]
fn an_outcome_in_the_answer_to_cancel_is_verified_before_it_counts() {
    let world = run(&[
        (0, with("cancel-url", "/pay/cancel")),
        (0, press()),
        (0, initiated(GOOD)),
        (1_000, cancel()),
        (1_100, verified(PENDING)),
        (1_600, Act::Reply(CANCEL, answer(200, None, SUCCESS))),
        (1_700, verified(SUCCESS)),
    ]);
    assert_eq!(world.times("verify"), [1_000, 1_600]);
    assert_eq!(world.times("pay-success ORD-1 10000 UGX late"), [1_700]);
    let world = run(&[
        (0, with("cancel-url", "/pay/cancel")),
        (0, press()),
        (0, initiated(GOOD)),
        (1_000, cancel()),
        (1_100, verified(PENDING)),
        (1_600, Act::Reply(CANCEL, answer(200, None, PENDING))),
        (DAY, Act::Nothing),
    ]);
    assert_eq!(world.times("verify"), [1_000]);
}

#[test]
fn an_answer_to_cancel_that_comes_after_a_late_success_tells_it_no_second_time() {
    let mut script = vec![(0, with("cancel-url", "/pay/cancel"))];
    script.extend(after(
        GOOD,
        &[
            (1_000, cancel()),
            (1_100, verified(PENDING)),
            (1_200, ask()),
            (1_700, verified(SUCCESS)),
            (2_000, Act::Reply(CANCEL, answer(200, None, SUCCESS))),
            (2_600, verified(SUCCESS)),
        ],
    ));
    let world = run(&script);
    assert_eq!(world.times("pay-success ORD-1 10000 UGX late"), [1_700]);
    assert_eq!(world.times("resolve"), [1_100]);
}

#[test]
fn cancel_at_rest_and_after_the_end_settles_at_once() {
    check(&[(0, cancel())], &["reject aborted"]);
    check_end(
        &[(2_600, verified(FAILED)), (3_000, cancel())],
        3_000,
        &["resolve failed"],
    );
    check(
        &[(0, with("amount", "0")), (0, press()), (1, cancel())],
        &[
            "close-tab",
            "reject bad-option",
            "pay-error bad-option terminal",
            "reject bad-option",
        ],
    );
}

#[test]
fn whoever_waits_for_check_is_answered_although_the_attempt_ends() {
    // Held back by Retry-After when the shopper cancels.
    let busy = Act::Reply(VERIFY, answer(429, Some(60_000), ""));
    let world = run(&[
        (0, press()),
        (0, initiated(GOOD)),
        (2_600, busy),
        (3_000, ask()),
        (4_000, cancel()),
        (70_000, verified(FAILED)),
    ]);
    assert_eq!(world.times("pay-cancelled"), [7_000]);
    assert_eq!(world.times("checked failed"), [70_000]);
}
