//! How an attempt ends, and what may come late.

use malipo::checkout::{Input, RequestKind, StateName, Wake};

use crate::browser::answer;
use crate::harness::*;

const VERIFY: RequestKind = RequestKind::Verify;
const DAY: u64 = 24 * 3_600_000;
const MINUTE: u64 = 60_000;

pub(crate) fn cancel() -> Act {
    Act::Say(Input::CancelRequested)
}
pub(crate) fn ask() -> Act {
    Act::Say(Input::CheckRequested)
}

/// The lines of events and promises from `from` on.
#[track_caller]
pub(crate) fn check_end(script: &[(u64, Act)], from: u64, expected: &[&str]) -> World {
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
fn where_pending_comes_with_the_deadline_it_is_asked_once_more() {
    let world = run(&[
        (0, with("timeout", "2600")),
        (0, press()),
        (0, initiated(GOOD)),
        (0, verifies(200, PENDING)),
        (10_000, Act::Nothing),
    ]);
    assert_eq!(world.times("pay-pending"), [2_600, 2_700]);
    assert_eq!(world.times("verify"), [2_500, 2_600]);
    assert_eq!(world.times("pay-expired ORD-1"), [2_700]);
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
        Some("pay-error amount-mismatch"),
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
        (end + DAY, ask()),
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
fn a_success_over_another_amount_after_an_end_is_reported_once_and_nobody_is_to_pay_again() {
    let odd = r#"{"order_id":"ORD-1","status":"success","amount":"1","currency":"UGX"}"#;
    let pending = (0, verifies(200, PENDING));
    let cancelled = [(1_000, cancel()), (1_100, verified(PENDING))];
    let failed = [(2_600, verified(FAILED))];
    for first in [&[pending][..], &cancelled, &failed] {
        let mut script = after(GOOD, first);
        script.extend([
            (16 * MINUTE, verifies(200, odd)),
            (16 * MINUTE, ask()),
            (17 * MINUTE, ask()),
            (18 * MINUTE, press()),
        ]);
        let world = run(&script);
        let told = world.times("pay-error amount-mismatch");
        assert_eq!(told, [16 * MINUTE + 100], "{:?}", world.log);
        let says = crate::view::line(&world.checkout.view());
        assert_eq!(says, "in-review |  | check");
        assert_eq!(world.times("initiate"), [0], "nothing is begun");
        assert_eq!(world.times("checked pending").len(), 2);
        // The right amount settles it.
        script.extend([(19 * MINUTE, verifies(200, SUCCESS)), (19 * MINUTE, ask())]);
        script.push((20 * MINUTE, Act::Nothing));
        let world = run(&script);
        assert_eq!(world.state(), StateName::Success);
    }
}

#[test]
fn paid_or_in_review_is_settled_and_nothing_else_is() {
    let odd = r#"{"order_id":"ORD-1","status":"success","amount":"1","currency":"UGX"}"#;
    let is_settled = |script: &[(u64, Act)]| run(&after(GOOD, script)).checkout.is_settled();
    assert!(!is_settled(&[]));
    assert!(is_settled(&[(2_600, verified(SUCCESS))]));
    assert!(!is_settled(&[(2_600, verified(FAILED))]));
    assert!(!is_settled(&[(2_600, verified(odd))]));
    assert!(is_settled(&[
        (1, verifies(200, odd)),
        (16 * MINUTE, Act::Nothing)
    ]));
}

#[test]
fn what_the_shop_is_checking_when_the_wait_ends_is_not_offered_again() {
    let odd = r#"{"order_id":"ORD-1","status":"success","amount":"1","currency":"UGX"}"#;
    let world = run(&after(
        GOOD,
        &[(1, verifies(200, odd)), (16 * MINUTE, press())],
    ));
    assert_eq!(world.state(), StateName::Expired);
    assert_eq!(world.times("initiate"), [0]);
    assert_eq!(world.times("pay-error amount-mismatch").len(), 1);
    let world = run(&after(
        GOOD,
        &[
            (1, verifies(200, odd)),
            (16 * MINUTE, with("order-id", "ORD-2")),
            (16 * MINUTE, press()),
        ],
    ));
    assert_eq!(world.times("initiate"), [0, 16 * MINUTE]);
}
