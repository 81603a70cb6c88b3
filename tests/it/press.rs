//! What a press does: the tab, the link, and what a second press means.

use malipo::checkout::answer::Reply;
use malipo::checkout::{EventName, Input, PressTab, RequestKind, StateName};

use crate::harness::*;

#[test]
fn the_tab_is_opened_before_anything_else() {
    check_all(
        &[(0, press()), (400, initiated(GOOD))],
        &[
            "open-tab",
            "save k1",
            "idle -> initiating",
            "initiate k1",
            "save ORD-1",
            "initiating -> opening",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "opening -> waiting",
            "pay-opened ORD-1 tab",
        ],
    );
}

#[test]
fn a_payment_goes_from_press_to_success() {
    let world = check(
        &[
            (0, press()),
            (400, initiated(GOOD)),
            (3_000, verified(PENDING)),
            (6_000, verified(SUCCESS)),
            (600_000, Act::Nothing),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
            "verify ORD-1",
            "pay-pending ORD-1 #1",
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
        ],
    );
    assert_eq!(world.records(), 0);
}

#[test]
fn a_tab_that_the_page_opened_is_used() {
    check(
        &[(0, Act::Press(PressTab::Given)), (1, initiated(GOOD))],
        &[
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
        ],
    );
}

#[test]
fn a_tab_that_the_page_was_refused_is_not_asked_for_again() {
    let world = check(
        &[
            (0, Act::Press(PressTab::Refused)),
            (1, initiated(GOOD)),
            (2, Act::Say(Input::LinkFollowed)),
        ],
        &[
            "pay-blocked",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "pay-opened ORD-1 link",
        ],
    );
    assert_eq!(world.state(), StateName::Waiting);
}

#[test]
fn a_refused_tab_becomes_a_link_and_the_attempt_goes_on() {
    let world = check(
        &[
            (0, Act::Popups(false)),
            (0, press()),
            (500, initiated(GOOD)),
            (3_000, verified(SUCCESS)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-blocked",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
        ],
    );
    assert_eq!(world.state(), StateName::Success);
}

#[test]
fn a_popup_is_a_sized_window() {
    check(
        &[
            (0, with("mode", "popup")),
            (0, press()),
            (1, initiated(GOOD)),
        ],
        &[
            "open-popup",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 popup",
        ],
    );
}

#[test]
fn redirect_sends_the_whole_page_and_is_remembered_before() {
    check_all(
        &[
            (0, with("mode", "redirect")),
            (0, press()),
            (1, initiated(GOOD)),
        ],
        &[
            "save k1",
            "idle -> initiating",
            "initiate k1",
            "save ORD-1",
            "initiating -> opening",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "opening -> waiting",
            "pay-opened ORD-1 redirect",
            "redirect https://pay.example/p/1",
        ],
    );
}

#[test]
fn link_opens_nothing_until_it_is_followed() {
    let world = check(
        &[
            (0, with("mode", "link")),
            (0, press()),
            (1, initiated(GOOD)),
            (2, Act::Say(Input::LinkFollowed)),
            (3, Act::Say(Input::LinkFollowed)),
        ],
        &[
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "pay-opened ORD-1 link",
        ],
    );
    assert_eq!(world.state(), StateName::Waiting);
}

#[test]
fn a_tab_given_to_a_mode_that_opens_none_is_closed() {
    for mode in ["redirect", "link"] {
        check(
            &[(0, with("mode", mode)), (0, Act::Press(PressTab::Given))],
            &["close-tab", "initiate k1"],
        );
    }
}

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
fn a_press_after_success_resolves_again_and_initiates_nothing() {
    check(
        &[
            (0, press()),
            (1, initiated(GOOD)),
            (2_600, verified(SUCCESS)),
            (3_000, press()),
            (4_000, Act::Press(PressTab::Given)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
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
        let world = run(&[
            (0, press()),
            (1, initiated(GOOD)),
            (2_600, verified(SUCCESS)),
            (3_000, with(name, value)),
            (3_000, press()),
        ]);
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

#[test]
fn a_press_after_a_failure_begins_anew_with_a_new_key() {
    check(
        &[
            (0, press()),
            (1, initiated(GOOD)),
            (2_600, verified(FAILED)),
            (3_000, press()),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
            "verify ORD-1",
            "resolve failed",
            "pay-failed ORD-1 declined",
            "open-tab",
            "initiate k2",
        ],
    );
}

#[test]
fn a_listener_that_presses_again_gets_a_promise_of_its_own() {
    let options = World::new().options().unwrap();
    let again = Input::Pressed(Box::new(malipo::checkout::Press {
        options,
        entropy: 99,
        tab: PressTab::None,
        stored: None,
    }));
    check(
        &[
            (0, press()),
            (1, initiated(GOOD)),
            (1, Act::Listen(EventName::Failed, again)),
            (2_600, verified(FAILED)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
            "verify ORD-1",
            "resolve failed",
            "pay-failed ORD-1 declined",
            "open-tab",
            "initiate k2",
        ],
    );
}

#[test]
fn a_blank_tab_closed_by_the_shopper_becomes_a_link() {
    let world = check(
        &[
            (0, press()),
            (300, Act::Say(Input::TabClosed)),
            (400, initiated(GOOD)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "pay-blocked ORD-1 https://pay.example/p/1",
        ],
    );
    assert_eq!(world.state(), StateName::Opening);
    assert!(world.checkout.view().link.is_some());
}

#[test]
fn a_tab_that_is_gone_when_it_should_navigate_becomes_a_link() {
    let world = check(
        &[
            (0, press()),
            (400, initiated(GOOD)),
            (400, Act::Say(Input::NavigationFailed)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
            "pay-blocked ORD-1 https://pay.example/p/1",
        ],
    );
    assert!(world.checkout.view().link.is_some());
}

#[test]
fn reopen_focuses_an_open_tab_and_opens_a_closed_one() {
    check(
        &[
            (0, press()),
            (1, initiated(GOOD)),
            (2, Act::Say(Input::ReopenRequested)),
            (3, Act::Say(Input::TabClosed)),
            (4, Act::Say(Input::ReopenRequested)),
            (5, Act::Say(Input::ReopenRequested)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
            "focus-tab",
            "verify ORD-1",
            "open-checkout https://pay.example/p/1",
            "focus-tab",
        ],
    );
}

#[test]
fn reopen_that_is_refused_shows_the_link() {
    let world = check(
        &[
            (0, press()),
            (1, initiated(GOOD)),
            (2, Act::Say(Input::TabClosed)),
            (3, Act::Popups(false)),
            (4, Act::Say(Input::ReopenRequested)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
            "verify ORD-1",
            "open-checkout https://pay.example/p/1",
            "pay-blocked ORD-1 https://pay.example/p/1",
        ],
    );
    assert!(world.checkout.view().link.is_some());
}

#[test]
fn reopen_in_redirect_mode_goes_there_with_the_whole_page() {
    let world = run(&[
        (0, with("mode", "redirect")),
        (0, press()),
        (1, initiated(GOOD)),
        (9_000, Act::Say(Input::ReopenRequested)),
    ]);
    assert_eq!(world.times("redirect"), [1, 9_000]);
    assert!(world.times("open-checkout").is_empty());
}

#[test]
fn reopen_before_there_is_a_page_does_nothing() {
    check(
        &[
            (0, Act::Say(Input::ReopenRequested)),
            (1, press()),
            (2, Act::Say(Input::ReopenRequested)),
        ],
        &["open-tab", "initiate k1"],
    );
}

#[test]
fn a_tab_given_while_a_payment_was_resumed_goes_to_its_page() {
    // Reloaded while waiting, pressed before wasm was there: the record is found first, then the press arrives.
    let world = run(&[
        (0, press()),
        (1, initiated(GOOD)),
        (1_000, Act::Reload),
        (1_000, Act::Resume),
        (1_000, Act::Press(PressTab::Given)),
    ]);
    assert_eq!(world.times("initiate"), [0]);
    assert_eq!(world.times("navigate"), [1, 1_000]);
}

#[test]
fn options_mended_after_a_lost_answer_keep_its_key() {
    let world = run(&[
        (0, Act::NoStorage),
        (
            0,
            Act::Always(RequestKind::Initiate, Some(Reply::Unreachable)),
        ),
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
fn options_that_turn_bad_do_not_touch_the_attempt_under_way() {
    check(
        &[
            (0, press()),
            (1, initiated(GOOD)),
            (2, with("amount", "-1")),
            (2, press()),
            (2_600, verified(SUCCESS)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "pay-initiated ORD-1 https://pay.example/p/1",
            "navigate https://pay.example/p/1",
            "pay-opened ORD-1 tab",
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
        ],
    );
}
