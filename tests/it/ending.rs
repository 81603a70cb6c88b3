//! How an attempt ends, and what may come late.

use malipo::checkout::{Input, RequestKind, StateName, Wake};

use crate::browser::answer;
use crate::harness::*;

const VERIFY: RequestKind = RequestKind::Verify;
const CANCEL: RequestKind = RequestKind::Cancel;
const DAY: u64 = 24 * 3_600_000;
const MINUTE: u64 = 60_000;

fn cancel() -> Act {
    Act::Say(Input::CancelRequested)
}
fn ask() -> Act {
    Act::Say(Input::CheckRequested)
}

/// The lines of events and promises from `from` on.
#[track_caller]
fn check_end(script: &[(u64, Act)], from: u64, expected: &[&str]) -> World {
    let mut all = vec![(0, press()), (0, initiated(GOOD))];
    all.extend_from_slice(script);
    let world = run(&all);
    let lines = world.log.iter().filter(|it| from <= it.0);
    let seen: Vec<&str> = lines.map(|it| it.1.as_str()).collect();
    assert_eq!(seen, expected, "\n{:#?}", world.log);
    world
}

#[test]
fn failed_is_the_providers_final_no_and_its_record_is_kept() {
    let world = check_end(
        &[(2_600, verified(FAILED)), (DAY, Act::Nothing)],
        2_600,
        &[
            "save ORD-1 failed",
            "resolve failed",
            "waiting -> failed",
            "pay-failed ORD-1 declined",
        ],
    );
    assert_eq!(world.records(), 1);
}

#[test]
fn the_deadline_asks_once_more_and_then_it_is_not_known() {
    let world = run(&[
        (0, press()),
        (0, initiated(GOOD)),
        (0, verifies(200, PENDING)),
        (20 * MINUTE, Act::Nothing),
    ]);
    assert_eq!(world.times("verify").last(), Some(&(15 * MINUTE)));
    assert_eq!(world.times("pay-expired ORD-1"), [15 * MINUTE + 100]);
    assert_eq!(world.state(), StateName::Expired);
}

#[test]
fn the_last_verify_may_still_settle() {
    for (body, state) in [(SUCCESS, StateName::Success), (FAILED, StateName::Failed)] {
        let world = run(&[
            (0, press()),
            (0, initiated(GOOD)),
            (0, verifies(200, PENDING)),
            (15 * MINUTE - 3_000, Act::Always(VERIFY, None)),
            (15 * MINUTE + 1, verified(body)),
        ]);
        assert_eq!(world.state(), state);
        assert!(world.times("pay-expired").is_empty());
    }
}

#[test]
fn a_last_verify_without_an_answer_ends_the_wait_too() {
    let world = run(&[
        (0, press()),
        (0, initiated(GOOD)),
        (30 * MINUTE, Act::Nothing),
    ]);
    let end = world.times("pay-expired")[0];
    assert!((15 * MINUTE..=15 * MINUTE + 10_000).contains(&end), "{end}");
}

#[test]
fn a_deadline_within_a_retry_after_ends_without_asking() {
    let world = run(&[
        (0, with("timeout", "60000")),
        (0, press()),
        (0, initiated(GOOD)),
        (2_600, Act::Reply(VERIFY, answer(429, Some(2 * MINUTE), ""))),
        (2 * MINUTE, Act::Nothing),
    ]);
    assert_eq!(world.times("verify"), [2_500]);
    assert_eq!(world.times("pay-expired ORD-1"), [MINUTE]);
}

#[test]
fn the_deadline_is_the_pages_else_what_the_backend_leaves_else_15_minutes() {
    let ours = |it: &str| GOOD.replace(r#""token""#, &format!(r#""expires_in":{it},"token""#));
    let jopay = r#"{"ok":true,"request_id":"R","pay_page_url":"https://pay.example/","created_at":"2026-02-28T23:59:00.000Z","expires_at":"2026-03-01T00:04:00.000Z"}"#;
    for (timeout, body, expected) in [
        (None, GOOD.into(), 15 * MINUTE),
        (Some("60000"), GOOD.into(), MINUTE),
        (Some("5000"), ours("600"), 5_000),
        (None, ours("600"), 600_000 + 90_000),
        (None, ours("\"600\""), 600_000 + 90_000),
        (None, ours("0"), 90_000),
        (None, ours("864000"), 30 * MINUTE),
        (None, ours("1e300"), 15 * MINUTE),
        (None, ours("-5"), 15 * MINUTE),
        (None, ours("null"), 15 * MINUTE),
        (None, ours("9007199254740991"), 30 * MINUTE),
        (None, jopay.into(), 5 * MINUTE + 90_000),
        (
            None,
            jopay.replace("2026-03-01T00:04:00.000Z", "soon"),
            15 * MINUTE,
        ),
        (
            None,
            jopay.replace("2026-03-01T00:04:00.000Z", "2020-01-01T00:00:00Z"),
            90_000,
        ),
    ] {
        let mut script = vec![(0, press()), (0, initiated(&body))];
        if let Some(timeout) = timeout {
            script.insert(0, (0, with("timeout", timeout)));
        }
        let world = run(&script);
        let record = world.storage.values().next().unwrap();
        assert_eq!(record.deadline - START, expected, "{timeout:?} {body}");
    }
}

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

/// Ends an attempt in each way, verifies again, and tells what came of it.
#[track_caller]
fn check_late(first: &str, then: &str, expected: Option<&str>) {
    let end = 16 * MINUTE;
    let mut script = vec![(0, press()), (0, initiated(GOOD))];
    match first {
        "expired" => script.push((0, verifies(200, PENDING))),
        "cancelled" => script.extend([(1_000, cancel()), (1_100, verified(PENDING))]),
        body => script.push((2_600, verified(body))),
    }
    script.extend([
        (end, Act::Always(VERIFY, None)),
        (end, ask()),
        (end + 1, verified(then)),
    ]);
    let world = run(&script);
    let seen: Vec<&str> = world
        .log
        .iter()
        .filter(|it| it.0 == end + 1 && it.1.starts_with("pay-"))
        .map(|it| it.1.as_str())
        .collect();
    assert_eq!(seen, Vec::from_iter(expected), "{first} then {then}");
    assert_eq!(world.times("resolve").len(), 1);
}

#[test]
fn only_a_better_known_outcome_comes_late() {
    let late_success = Some("pay-success ORD-1 10000 UGX late");
    check_late("expired", SUCCESS, late_success);
    check_late("expired", FAILED, Some("pay-failed ORD-1 declined late"));
    check_late("expired", PENDING, None);
    check_late("cancelled", SUCCESS, late_success);
    check_late("cancelled", FAILED, None);
    check_late(FAILED, SUCCESS, late_success);
    check_late(FAILED, FAILED, None);
    check_late(FAILED, PENDING, None);
    check_late(
        "expired",
        r#"{"order_id":"ORD-2","status":"success"}"#,
        None,
    );
    check_late(
        "expired",
        r#"{"order_id":"ORD-1","status":"success","amount":"1"}"#,
        None,
    );
    check_late("expired", "?", None);
}

#[test]
fn late_outcomes_may_rise_twice_and_nothing_follows_success() {
    let world = run(&[
        (0, press()),
        (0, initiated(GOOD)),
        (0, verifies(200, PENDING)),
        (16 * MINUTE, Act::Always(VERIFY, None)),
        (16 * MINUTE, ask()),
        (16 * MINUTE, verified(FAILED)),
        (17 * MINUTE, ask()),
        (17 * MINUTE, verified(SUCCESS)),
        (18 * MINUTE, ask()),
        (18 * MINUTE, wake(Wake::Visible)),
        (19 * MINUTE, Act::Stale(VERIFY, answer(200, None, FAILED))),
    ]);
    assert_eq!(world.times("pay-failed ORD-1 declined late"), [16 * MINUTE]);
    assert_eq!(
        world.times("pay-success ORD-1 10000 UGX late"),
        [17 * MINUTE]
    );
    assert_eq!(world.times("checked success"), [17 * MINUTE, 18 * MINUTE]);
    assert!(world.times("verify").last() < Some(&(18 * MINUTE)));
    assert_eq!(world.records(), 0);
}

#[test]
fn after_an_end_nothing_is_polled_but_wakes_and_check_verify_for_24_hours() {
    let end = 2_600;
    let mut script = vec![(0, press()), (0, initiated(GOOD)), (end, verified(FAILED))];
    script.push((end, verifies(200, FAILED)));
    script.extend([
        (end + 3_600_000, wake(Wake::Focused)),
        (
            end + 7_200_000,
            wake(Wake::Returned {
                order_id: "ORD-1".into(),
            }),
        ),
        (end + DAY - 1, ask()),
        (end + DAY, wake(Wake::Focused)),
        (end + DAY + 1_000, ask()),
        (end + 2 * DAY, Act::Nothing),
    ]);
    let world = run(&script);
    assert_eq!(
        world.times("verify"),
        [2_500, end + 3_600_000, end + 7_200_000, end + DAY - 1]
    );
    assert_eq!(world.times("checked failed").len(), 2);
    assert_eq!(world.times("pay-failed").len(), 1);
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
