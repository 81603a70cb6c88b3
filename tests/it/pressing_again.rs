//! What a second press means: while the first is under way, after an outcome, with other or bad options.

use malipo::checkout::answer::Reply;
use malipo::checkout::{Datum, Detail, Effect, EventName, Input, PressTab, RequestKind};

use crate::harness::*;

#[test]
fn a_second_press_brings_the_tab_forward_and_initiates_nothing() {
    check(
        &[
            (0, press()),
            (5, press()),
            (10, initiated(GOOD)),
            (15, press()),
        ],
        &[
            "open-tab",
            "initiate k1",
            "focus-tab",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
            "focus-tab",
        ],
    );
}

#[test]
fn a_hundred_presses_are_one_initiate() {
    let script: Vec<_> = (0..100).map(|it| (it * 10, press())).collect();
    let world = run(&script);
    assert_eq!(world.times("initiate").len(), 1);
    assert_eq!(world.times("open-tab").len(), 1);
}

#[test]
fn a_tab_given_while_a_payment_was_resumed_goes_to_its_page() {
    // Reloaded while waiting, pressed before wasm was there: the record is found first, then the press arrives.
    let world = run(&after(
        GOOD,
        &[
            (1_000, Act::Reload),
            (1_000, Act::Resume),
            (1_000, Act::Press(PressTab::Given)),
        ],
    ));
    assert_eq!(world.times("initiate"), [0]);
    assert_eq!(world.times("navigate"), [1, 1_000]);
}

#[test]
fn a_tab_given_beside_an_open_one_is_not_sent_to_the_page_as_well() {
    check_open(&[(2, Act::Press(PressTab::Given))], &["close-tab"]);
}

#[test]
fn a_press_after_success_resolves_again_and_initiates_nothing() {
    check_open(
        &[
            (2_600, verified(SUCCESS)),
            (3_000, press()),
            (4_000, Act::Press(PressTab::Given)),
        ],
        &[
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
            "resolve success",
            "close-tab",
            "resolve success",
        ],
    );
}

#[test]
fn a_press_after_success_with_another_order_or_quote_begins_anew() {
    for (name, value) in [("order-id", "ORD-2"), ("quote", "a.b.c")] {
        let world = run(&after(
            GOOD,
            &[
                (2_600, verified(SUCCESS)),
                (3_000, with(name, value)),
                (3_000, press()),
            ],
        ));
        assert_eq!(world.times("initiate"), [0, 3_000], "{name}");
    }
    let world = run(&[
        (0, with("quote", "a.b.c")),
        (0, press()),
        (1, initiated(GOOD)),
        (2_600, verified(SUCCESS)),
        (3_000, with("order-id", "ORD-2")),
        (3_000, press()),
    ]);
    assert_eq!(
        world.times("initiate"),
        [0, 3_000],
        "the quote is the same, the order is not"
    );
}

/// What follows `pay-opened` where a failed payment is tried again.
const FAILED_AND_ANEW: [&str; 5] = [
    "verify ORD-1",
    "resolve failed",
    "pay-failed ORD-1 declined",
    "open-tab",
    "initiate k2",
];

#[test]
fn a_press_after_a_failure_begins_anew_with_a_new_key() {
    check_open(
        &[(2_600, verified(FAILED)), (3_000, press())],
        &FAILED_AND_ANEW,
    );
}

#[test]
fn a_press_after_a_failure_lets_go_of_the_check_that_is_out() {
    check_open(
        &[
            (2_600, verified(FAILED)),
            (4_000, Act::Say(Input::CheckRequested)),
            (4_100, press()),
        ],
        &[
            "verify ORD-1",
            "resolve failed",
            "pay-failed ORD-1 declined",
            "verify ORD-1",
            "open-tab",
            "abort",
            "checked aborted",
            "initiate k2",
        ],
    );
}

#[test]
fn a_listener_that_presses_again_gets_a_promise_of_its_own() {
    check_open(
        &[
            (1, Act::Listen(EventName::Failed, press_with(99))),
            (2_600, verified(FAILED)),
        ],
        &FAILED_AND_ANEW,
    );
}

#[test]
fn options_mended_after_a_lost_answer_keep_its_key() {
    let lost = Act::Always(RequestKind::Initiate, Some(Reply::Unreachable));
    let world = run(&[
        (0, Act::NoStorage),
        (0, lost),
        (0, press()),
        (60_000, with("amount", "ten")),
        (60_000, press()),
        (60_000, with("amount", "10000")),
        (60_000, Act::Say(Input::Mended)),
        (60_001, Act::Say(Input::Mended)),
        (60_002, press()),
    ]);
    assert_eq!(world.times("error -> idle"), [60_000]);
    assert_eq!(world.times("initiate k1").len(), 4, "{:?}", world.log);
    assert!(world.times("initiate k2").is_empty(), "{:?}", world.log);
}

#[test]
fn bad_options_are_reported_once_and_nothing_begins() {
    check(
        &[
            (0, with("amount", "-1")),
            (0, press()),
            (1, press()),
            (2, with("amount", "5")),
            (2, press()),
        ],
        &[
            "close-tab",
            "reject bad-option",
            "pay-error bad-option terminal",
            "close-tab",
            "reject bad-option",
            "open-tab",
            "initiate k1",
        ],
    );
}

#[test]
fn the_event_lists_every_bad_option_and_nothing_where_the_options_are_good() {
    let errors = |script: &[(u64, Act)]| {
        let world = run(script);
        let told = world.effects.into_iter().find_map(|it| match it {
            Effect::Emit(event) if event.name == EventName::Error => Some(event.detail),
            _ => None,
        });
        told.unwrap().get("errors").cloned()
    };
    let bad = |name: &'static str, value: &'static str, expected: &'static str| {
        let texts = [("name", name), ("value", value), ("expected", expected)];
        let put = |it: Detail, text: (&'static str, &'static str)| it.with(text.0, text.1);
        texts.into_iter().fold(Detail::default(), put)
    };
    let expected = vec![
        bad("theme", "blue", "auto, light or dark"),
        bad("amount", "0", "an amount greater than zero"),
    ];
    let two = [
        (0, with("amount", "0")),
        (0, with("theme", "blue")),
        (0, press()),
    ];
    assert_eq!(errors(&two), Some(Datum::List(expected)));
    assert_eq!(errors(&[(0, press()), (1, initiate(400, ""))]), None);
}

#[test]
fn options_that_turn_bad_do_not_touch_the_attempt_under_way() {
    check_open(
        &[
            (2, with("amount", "-1")),
            (2, press()),
            (2_600, verified(SUCCESS)),
        ],
        &[
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
        ],
    );
}

#[test]
fn options_that_turn_bad_after_success_and_are_mended_do_not_make_it_payable_again() {
    check_open(
        &[
            (2_600, verified(SUCCESS)),
            (3_000, with("amount", "0")),
            (3_000, press()),
            (4_000, with("amount", "10000")),
            (4_000, Act::Say(Input::Mended)),
            (5_000, press()),
        ],
        &[
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
            "reject bad-option",
            "resolve success",
        ],
    );
}

#[test]
fn options_that_turn_bad_after_an_unknown_end_leave_its_tab_open() {
    let world = run(&after(
        GOOD,
        &[
            (1, verifies(200, PENDING)),
            (1_000_000, with("amount", "0")),
            (1_000_000, press()),
        ],
    ));
    assert_eq!(world.times("pay-error bad-option terminal"), [1_000_000]);
    assert!(world.times("close-tab").is_empty());
}
