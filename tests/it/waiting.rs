//! Between the open checkout page and the outcome: when the backend is asked.

use malipo::checkout::answer::Reply;
use malipo::checkout::{Checkout, Input, Moment, RequestKind, StateName, Wake};

use crate::browser::{answer, parse_url};
use crate::harness::*;

const VERIFY: RequestKind = RequestKind::Verify;
const YEARS: u64 = 10 * 365 * 24 * 3_600_000;

/// When verifies were sent, after a press at 0 answered at 0.
fn verify_times(mut script: Vec<(u64, Act)>) -> Vec<u64> {
    script.splice(0..0, [(0, press()), (0, initiated(GOOD))]);
    run(&script).times("verify")
}

#[test]
fn the_poll_keeps_its_pace_from_answer_to_question() {
    let times = verify_times(vec![(0, verifies(200, PENDING)), (11_000, Act::Nothing)]);
    assert_eq!(times, [2_500, 5_100, 7_700, 10_300]);
}

#[test]
fn the_pace_is_the_pages() {
    let world = run(&[
        (0, with("poll-interval", "1000")),
        (0, press()),
        (0, initiated(GOOD)),
        (0, verifies(200, PENDING)),
        (4_000, Act::Nothing),
    ]);
    assert_eq!(world.times("verify"), [1_000, 2_100, 3_200]);
}

#[test]
fn verifies_that_fail_back_off_with_jitter_up_to_20_s() {
    for reply in [
        Reply::Unreachable,
        answer(500, None, ""),
        answer(200, None, "?"),
    ] {
        let times = verify_times(vec![
            (0, Act::Always(VERIFY, Some(reply.clone()))),
            (150_000, Act::Nothing),
        ]);
        let gaps: Vec<u64> = times.windows(2).map(|it| it[1] - it[0] - 100).collect();
        for (gap, longest) in gaps
            .iter()
            .zip([2_500, 5_000, 10_000, 20_000, 20_000, 20_000])
        {
            assert!((longest * 3 / 4..=longest).contains(gap), "{gaps:?}");
        }
        assert!(6 <= gaps.len(), "{gaps:?}");
    }
}

#[test]
fn the_pause_after_a_failure_is_spread_over_its_last_quarter() {
    let pause = |seed: u64| {
        let mut world = World::new();
        world.checkout = Checkout::new(seed, parse_url);
        world.act(press());
        world.act(initiated(GOOD));
        world.advance_to(START + 2_500);
        world.act(lost(VERIFY));
        world.checkout.next_wakeup().unwrap().0 - START - 2_500
    };
    let pauses: Vec<u64> = (1..100_u64)
        .map(|it| pause(it.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    let (least, most) = (pauses.iter().min().unwrap(), pauses.iter().max().unwrap());
    assert!((1_875..1_900).contains(least), "{pauses:?}");
    assert!((2_470..=2_500).contains(most), "{pauses:?}");
}

#[test]
fn retry_after_holds_a_verify_back_with_429_and_503_alone() {
    let second = |status| {
        let held = answer(status, Some(10_000), "");
        let script = vec![
            (0, Act::Always(VERIFY, Some(held))),
            (2_700, wake(Wake::Visible)),
            (13_000, Act::Nothing),
        ];
        verify_times(script).get(1).copied()
    };
    for (status, expected) in [(429, 12_600), (503, 12_600), (409, 3_000), (500, 3_000)] {
        assert_eq!(second(status), Some(expected), "{status}");
    }
}

#[test]
fn an_answer_ends_the_backing_off() {
    let times = verify_times(vec![
        (0, Act::Always(VERIFY, Some(Reply::Unreachable))),
        (60_000, verifies(200, PENDING)),
        (100_000, Act::Nothing),
    ]);
    let last: Vec<u64> = times[times.len() - 3..].to_vec();
    assert_eq!(last[1] - last[0], 2_600);
    assert_eq!(last[2] - last[1], 2_600);
}

#[test]
fn a_spell_of_trouble_is_reported_once_a_code() {
    let world = run(&[
        (0, press()),
        (0, initiated(GOOD)),
        (0, Act::Always(VERIFY, Some(Reply::Unreachable))),
        (30_000, verifies(500, "")),
        (60_000, Act::Always(VERIFY, Some(Reply::Unreachable))),
        (90_000, verifies(200, PENDING)),
        (120_000, Act::Always(VERIFY, Some(Reply::Unreachable))),
        (200_000, Act::Nothing),
    ]);
    let mut errors: Vec<&str> = world.log.iter().map(|it| it.1.as_str()).collect();
    errors.retain(|it| it.starts_with("pay-error"));
    assert_eq!(
        errors,
        [
            "pay-error network",
            "pay-error backend",
            "pay-error network"
        ]
    );
    assert_eq!(world.state(), StateName::Waiting);
}

#[test]
fn an_answer_that_is_understood_ends_a_spell_of_answers_that_are_not() {
    let world = run(&after(
        GOOD,
        &[
            (1, verifies(200, "?")),
            (20_000, verifies(200, PENDING)),
            (40_000, verifies(200, "?")),
            (60_000, Act::Nothing),
        ],
    ));
    assert_eq!(world.times("pay-error protocol").len(), 2);
}

#[test]
fn hiding_a_page_without_a_stream_brings_no_verify_forward() {
    let times = |at_20_s: Act| {
        verify_times(vec![
            (0, Act::Always(VERIFY, Some(Reply::Unreachable))),
            (20_000, at_20_s),
            (30_000, Act::Nothing),
        ])
    };
    // The next one would come by itself at 32 s.
    assert_eq!(times(wake(Wake::PageHidden)), times(Act::Nothing));
}

#[test]
fn a_verify_without_an_answer_is_given_up_after_10_s() {
    let world = run(&[(0, press()), (0, initiated(GOOD)), (20_000, Act::Nothing)]);
    assert_eq!(world.times("abort"), [12_500]);
    assert_eq!(world.times("pay-error timeout").len(), 1);
    assert_eq!(world.times("verify").len(), 2);
}

#[test]
fn the_answer_to_a_verify_that_was_given_up_is_ignored() {
    let late = Act::Stale(VERIFY, answer(200, None, SUCCESS));
    let world = run(&[(0, press()), (0, initiated(GOOD)), (12_600, late)]);
    assert_eq!(world.state(), StateName::Waiting);
}

#[test]
fn retry_after_is_honoured_even_by_wakes() {
    for status in [429, 503] {
        let times = verify_times(vec![
            (2_600, Act::Reply(VERIFY, answer(status, Some(30_000), ""))),
            (5_000, wake(Wake::Visible)),
            (6_000, Act::Say(Input::CheckRequested)),
            (40_000, Act::Nothing),
        ]);
        assert_eq!(times[..2], [2_500, 32_600], "{status}");
    }
    // Other answers may hold one too; it does not count.
    let times = verify_times(vec![
        (2_600, Act::Reply(VERIFY, answer(500, Some(30_000), ""))),
        (6_000, Act::Nothing),
    ]);
    assert!(times[1] < 5_200, "{times:?}");
}

#[test]
fn a_retry_after_of_a_year_is_cut_to_five_minutes() {
    let times = verify_times(vec![
        (2_600, Act::Reply(VERIFY, answer(429, Some(YEARS), ""))),
        (400_000, Act::Nothing),
    ]);
    assert_eq!(times[1], 302_600);
}

#[test]
fn every_wake_verifies_at_once_and_a_burst_of_them_once() {
    for woken in [
        Wake::Visible,
        Wake::PageShown,
        Wake::Focused,
        Wake::Online,
        Wake::Returned {
            order_id: "ORD-1".into(),
        },
    ] {
        let times = verify_times(vec![
            (1_000, wake(woken.clone())),
            (1_000, verified(PENDING)),
            (1_001, wake(woken.clone())),
            (1_002, wake(woken.clone())),
            (1_499, Act::Nothing),
        ]);
        assert_eq!(times, [1_000], "{woken:?}");
    }
    for asleep in [
        Wake::PageHidden,
        Wake::Offline,
        Wake::Returned {
            order_id: "ORD-2".into(),
        },
    ] {
        let times = verify_times(vec![(1_000, wake(asleep.clone())), (2_000, Act::Nothing)]);
        assert!(times.is_empty(), "{asleep:?}");
    }
}

#[test]
fn a_flood_of_wakes_is_at_most_two_verifies_a_second() {
    let mut script: Vec<_> = (0..10_000)
        .map(|it| {
            (
                it,
                wake(Wake::Returned {
                    order_id: "ORD-1".into(),
                }),
            )
        })
        .collect();
    script.insert(0, (0, verifies(200, PENDING)));
    let times = verify_times(script);
    assert!(times.len() <= 21, "{}", times.len());
}

#[test]
fn news_during_a_verify_causes_another_one() {
    let times = verify_times(vec![
        (2_600, wake(Wake::Focused)),
        (2_700, verified(PENDING)),
        (4_000, Act::Nothing),
    ]);
    assert_eq!(times, [2_500, 3_000]);
}

#[test]
fn a_tab_that_reads_as_closed_is_looked_into_and_decides_nothing() {
    let world = run(&[
        (0, press()),
        (0, initiated(GOOD)),
        (1_000, Act::Say(Input::TabClosed)),
        (1_100, verified(PENDING)),
        (1_200, Act::Say(Input::TabClosed)),
        (2_000, Act::Nothing),
    ]);
    assert_eq!(world.times("verify"), [1_000]);
    assert_eq!(world.state(), StateName::Waiting);
    assert!(world.checkout.view().can_reopen);
}

#[test]
fn a_page_that_was_frozen_verifies_before_it_judges() {
    // Frozen with a verify in flight, five minutes, with a deadline far away.
    let world = run(&[
        (0, press()),
        (0, initiated(GOOD)),
        (2_600, Act::Sleep(300_000)),
        (302_600, wake(Wake::Visible)),
        (302_601, verified(SUCCESS)),
    ]);
    assert_eq!(world.state(), StateName::Success);
    assert_eq!(world.times("abort"), [302_600]);
}

#[test]
fn a_sleep_over_the_deadline_is_verified_before_it_expires() {
    for years in [1, 10] {
        let slept = years * YEARS / 10;
        let world = run(&[
            (0, press()),
            (0, initiated(GOOD)),
            (1_000, Act::Sleep(slept)),
            (1_000 + slept, Act::Say(Input::TimerFired)),
            (1_001 + slept, verified(SUCCESS)),
        ]);
        assert_eq!(world.state(), StateName::Success);
    }
}

#[test]
fn a_clock_that_jumps_back_changes_nothing() {
    let mut world = run(&[(0, press()), (0, initiated(GOOD))]);
    let checkout = &mut world.checkout;
    let due = checkout.next_wakeup();
    for input in [Input::TimerFired, Input::Woke(Wake::Offline)] {
        checkout.handle(Moment(START - YEARS), input);
        assert_eq!(checkout.next_wakeup(), due);
    }
    assert_eq!(checkout.poll_effect(), None);
    // What is asked then is given up 10 s after the last time that was known, not years ago.
    checkout.handle(Moment(START - YEARS), Input::CheckRequested);
    assert_eq!(checkout.next_wakeup(), Some(Moment(START + 10_000)));
}

#[test]
fn check_asks_now_and_answers_what_verify_said() {
    let ask = || Act::Say(Input::CheckRequested);
    for (body, said) in [
        (PENDING, "checked pending"),
        (SUCCESS, "checked success"),
        (FAILED, "checked failed"),
        ("?", "checked protocol"),
        (
            r#"{"order_id":"ORD-1","status":"success","amount":"1"}"#,
            "checked pending",
        ),
    ] {
        let world = run(&[
            (0, press()),
            (0, initiated(GOOD)),
            (1_000, ask()),
            (1_100, verified(body)),
        ]);
        assert_eq!(world.times("verify"), [1_000], "{body}");
        assert_eq!(world.times(said), [1_100], "{body}");
    }
    check(
        &[(0, ask()), (0, press()), (1, ask())],
        &[
            "checked aborted",
            "open-tab",
            "initiate k1",
            "checked aborted",
        ],
    );
}
