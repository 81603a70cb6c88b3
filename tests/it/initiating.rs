//! From the press to the answer: what is retried, with which key, and how it ends when it does not begin.

use malipo::checkout::answer::Reply;
use malipo::checkout::{Checkout, Input, RequestKind, StateName};

use crate::browser::{answer, parse_url};
use crate::harness::*;

const INITIATE: RequestKind = RequestKind::Initiate;
const NO: &str = r#"{"status":"error","code":"backend","error":["no"]}"#;

fn lost_initiate() -> Act {
    lost(INITIATE)
}

fn always(reply: Reply) -> Act {
    Act::Always(INITIATE, Some(reply))
}

#[test]
fn a_lost_request_is_sent_twice_more_with_the_same_key() {
    let world = run(&[
        (0, press()),
        (0, always(Reply::Unreachable)),
        (60_000, Act::Nothing),
    ]);
    let lines: Vec<&str> = world.log.iter().map(|it| it.1.as_str()).collect();
    assert_eq!(lines.iter().filter(|it| **it == "initiate k1").count(), 3);
    assert_eq!(
        lines[lines.len() - 4..],
        [
            "close-tab",
            "reject network",
            "initiating -> error",
            "pay-error network terminal retryable",
        ]
    );
    let times = world.times("initiate");
    assert!((1_000..2_000).contains(&(times[1] - times[0])), "{times:?}");
    assert!((3_000..4_500).contains(&(times[2] - times[1])), "{times:?}");
}

#[test]
fn a_retry_that_gets_through_is_one_payment() {
    let world = run(&[
        (0, press()),
        (1, lost_initiate()),
        (2_500, initiated(GOOD)),
        (5_600, verified(SUCCESS)),
    ]);
    assert_eq!(world.state(), StateName::Success);
    assert_eq!(world.times("initiate k1").len(), 2);
    assert_eq!(world.times("pay-initiated").len(), 1);
}

#[test]
fn only_what_may_pass_is_retried() {
    for status in [408, 425, 429, 502, 503, 504] {
        let world = run(&[
            (0, press()),
            (0, always(answer(status, None, NO))),
            (60_000, Act::Nothing),
        ]);
        assert_eq!(world.times("initiate k1").len(), 3, "{status}");
        assert_eq!(world.state(), StateName::Error, "{status}");
    }
    for status in [
        301, 400, 401, 403, 404, 409, 410, 413, 415, 422, 500, 501, 505,
    ] {
        let world = run(&[
            (0, press()),
            (0, always(answer(status, None, NO))),
            (60_000, Act::Nothing),
        ]);
        assert_eq!(world.times("initiate").len(), 1, "{status}");
        assert_eq!(world.state(), StateName::Error, "{status}");
    }
}

#[test]
fn a_payment_without_a_name_is_never_retried() {
    let world = run(&[
        (0, Act::Without("order-id")),
        (0, press()),
        (1, lost_initiate()),
        (60_000, Act::Nothing),
    ]);
    assert_eq!(world.times("initiate").len(), 1);
    for name in ["quote", "sku"] {
        let world = run(&[
            (0, Act::Without("order-id")),
            (0, with(name, "a.b.c")),
            (0, press()),
            (1, lost_initiate()),
            (60_000, Act::Nothing),
        ]);
        assert_eq!(world.times("initiate").len(), 2, "{name}");
    }
}

#[test]
fn retry_after_is_waited_for() {
    for status in [429, 503] {
        let busy = Act::Reply(INITIATE, answer(status, Some(7_000), NO));
        let world = run(&[(0, press()), (10, busy), (60_000, Act::Nothing)]);
        assert_eq!(world.times("initiate")[..2], [0, 7_010], "{status}");
    }
}

#[test]
fn a_retry_after_that_no_shopper_waits_for_is_an_error_at_once() {
    let busy = Act::Reply(INITIATE, answer(429, Some(120_000), NO));
    check(
        &[(0, press()), (10, busy), (200_000, Act::Nothing)],
        &[
            "open-tab",
            "initiate k1",
            "close-tab",
            "reject backend",
            "pay-error backend terminal retryable",
        ],
    );
}

#[test]
fn a_retry_after_of_30_s_is_the_longest_that_is_waited_for() {
    let tries = |wait_ms| {
        let busy = Act::Reply(INITIATE, answer(429, Some(wait_ms), NO));
        let world = run(&[(0, press()), (10, busy), (40_000, Act::Nothing)]);
        world.times("initiate")
    };
    assert_eq!(tries(30_000), [0, 30_010]);
    assert_eq!(tries(30_001), [0]);
}

#[test]
fn the_pause_before_a_retry_is_spread_over_half_a_second() {
    let pause = |seed: u64| {
        let mut world = World::new();
        world.checkout = Checkout::new(seed, parse_url);
        world.act(press());
        world.act(lost_initiate());
        world.checkout.next_wakeup().unwrap().0 - START
    };
    let pauses: Vec<u64> = (1..100_u64)
        .map(|it| pause(it.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    let (least, most) = (pauses.iter().min().unwrap(), pauses.iter().max().unwrap());
    assert!((1_000..1_050).contains(least), "{pauses:?}");
    assert!((1_460..=1_510).contains(most), "{pauses:?}");
}

#[test]
fn the_pauses_of_a_seed_are_those_of_xorshift64() {
    // Marsaglia's generator (13, 7, 17) gives 1082269761, 1152992998833853505, 11177516664432764457, 17678023832001937445,
    // 9659130143999365733 and 17775799001133815809 for 1: 0, 16, 155, 245, 134 and 246 in the highest byte. Each input draws
    // one, and each retry: the retries have the third and the sixth.
    let mut world = World::new();
    world.checkout = Checkout::new(1, parse_url);
    for act in [press(), lost_initiate()] {
        world.act(act);
    }
    world.advance_to(START + 1_000 + 2 * 155);
    world.act(lost_initiate());
    world.advance_to(START + 10_000);
    assert_eq!(
        world.times("initiate k1"),
        [0, 1_310, 1_310 + 3_000 + 2 * 246]
    );
}

#[test]
fn a_409_with_retry_after_is_waited_for_with_the_same_key() {
    let busy = r#"{"status":"error","code":"busy","error":["another attempt is under way"]}"#;
    let world = run(&[
        (0, press()),
        (10, Act::Reply(INITIATE, answer(409, Some(2_000), busy))),
        (2_100, Act::Reply(INITIATE, answer(409, Some(2_000), busy))),
        (4_200, Act::Reply(INITIATE, answer(409, Some(2_000), busy))),
        (6_300, Act::Reply(INITIATE, answer(409, Some(2_000), busy))),
        (8_400, initiated(GOOD)),
    ]);
    assert_eq!(world.times("initiate k1"), [0, 2_010, 4_100, 6_200, 8_300]);
    assert_eq!(world.state(), StateName::Waiting);
}

#[test]
fn a_409_that_says_at_once_is_asked_again_once_a_second() {
    let busy = r#"{"status":"error","code":"busy","error":["another attempt is under way"]}"#;
    let world = run(&[
        (0, press()),
        (0, always(answer(409, Some(0), busy))),
        (90_000, Act::Nothing),
    ]);
    let times = world.times("initiate k1");
    assert_eq!(times[..3], [0, 1_100, 2_200]);
    assert!(times.len() <= 60, "{}", times.len());
}

#[test]
fn a_409_that_lasts_ends_as_busy_and_keeps_the_key() {
    let busy = r#"{"status":"error","code":"busy","error":["another attempt is under way"]}"#;
    let world = run(&[
        (0, press()),
        (0, always(answer(409, Some(5_000), busy))),
        (90_000, press()),
    ]);
    assert_eq!(world.times("pay-error busy terminal retryable").len(), 1);
    assert_eq!(
        world.times("initiate k1").len(),
        world.times("initiate").len()
    );
    let end = world.times("pay-error")[0];
    assert!((50_000..=61_000).contains(&end), "{end}");
}

#[test]
fn a_409_without_retry_after_is_final() {
    let changed = r#"{"status":"error","code":"order-changed","error":["another price"]}"#;
    check(
        &[(0, press()), (1, initiate(409, changed)), (2, press())],
        &[
            "open-tab",
            "initiate k1",
            "close-tab",
            "reject order-changed",
            "pay-error order-changed terminal",
            "open-tab",
            "initiate k2",
        ],
    );
}

#[test]
fn no_answer_within_25_s_is_a_timeout_and_keeps_the_key() {
    let world = check(
        &[(0, press()), (30_000, press())],
        &[
            "open-tab",
            "initiate k1",
            "abort",
            "close-tab",
            "reject timeout",
            "pay-error timeout terminal retryable",
            "open-tab",
            "initiate k1",
        ],
    );
    assert_eq!(world.times("pay-error"), [25_000]);
}

#[test]
fn an_answer_after_the_timeout_is_ignored() {
    let world = run(&[
        (0, press()),
        (26_000, Act::Stale(INITIATE, answer(200, None, GOOD))),
    ]);
    assert_eq!(world.state(), StateName::Error);
}

#[test]
fn an_answer_to_a_try_that_was_given_up_is_not_taken_for_the_next_ones() {
    let world = run(&[
        (0, press()),
        (26_000, press()),
        (26_001, Act::Stale(INITIATE, answer(200, None, GOOD))),
    ]);
    assert_eq!(world.times("initiate"), [0, 26_000]);
    assert_eq!(world.state(), StateName::Initiating);
}

#[test]
fn cancelling_before_the_answer_ends_at_once_and_keeps_the_key() {
    check(
        &[
            (0, press()),
            (500, Act::Say(Input::CancelRequested)),
            (900, press()),
        ],
        &[
            "open-tab",
            "initiate k1",
            "abort",
            "close-tab",
            "resolve cancelled",
            "pay-cancelled",
            "open-tab",
            "initiate k1",
        ],
    );
}

#[test]
fn an_order_that_is_paid_already_is_verified_and_nothing_is_opened() {
    check(
        &[
            (0, press()),
            (
                1,
                initiated(r#"{"order_id":"ORD-1","status":"success","token":"tok-1"}"#),
            ),
            (2, verified(SUCCESS)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "close-tab",
            "pay-initiated ORD-1",
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
        ],
    );
}

#[test]
fn a_sent_link_closes_the_tab_and_waits() {
    let body = r#"{"order_id":"ORD-1","sent_to":[{"channel":"sms","to":"...123"},{"channel":"email"},{"to":"x"},5]}"#;
    check(
        &[
            (0, press()),
            (1, initiated(body)),
            (2_600, verified(SUCCESS)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "close-tab",
            "pay-initiated ORD-1",
            "pay-sent ORD-1 [sms:...123,email:]",
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
        ],
    );
}
