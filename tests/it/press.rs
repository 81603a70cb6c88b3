//! What a press does: the tab, the popup, the link, the whole page.

use malipo::checkout::{Input, PressTab, StateName, Wake};

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
    let world = check_open(
        &[
            (3_000, verified(PENDING)),
            (6_000, verified(SUCCESS)),
            (600_000, Act::Nothing),
        ],
        &[
            "verify ORD-1",
            "pay-pending ORD-1 #1",
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
        ],
    );
    assert_eq!(world.records(), 0);
}

/// How the checkout page is presented: after a press with this mode and this tab, answered with [`GOOD`].
#[track_caller]
fn check_mode(mode: &str, tab: PressTab, more: &[(u64, Act)], expected: &[&str]) -> World {
    let mut script = vec![
        (0, with("mode", mode)),
        (0, Act::Press(tab)),
        (1, initiated(GOOD)),
    ];
    script.extend_from_slice(more);
    check(&script, expected)
}

const INITIATED: &str = "pay-initiated ORD-1 https://pay.example/p/1";
const NAVIGATE: &str = "navigate https://pay.example/p/1";

#[test]
fn a_tab_that_the_page_opened_is_used() {
    let expected = ["initiate k1", INITIATED, NAVIGATE, "pay-opened ORD-1 tab"];
    check_mode("tab", PressTab::Given, &[], &expected);
}

#[test]
fn a_tab_that_the_page_was_refused_is_not_asked_for_again() {
    let world = check_mode(
        "tab",
        PressTab::Refused,
        &[(2, Act::Say(Input::LinkFollowed))],
        &[
            "pay-blocked",
            "initiate k1",
            INITIATED,
            "pay-opened ORD-1 link",
        ],
    );
    assert_eq!(world.state(), StateName::Waiting);
}

#[test]
fn a_popup_is_a_sized_window() {
    let opened = "pay-opened ORD-1 popup";
    let expected = ["open-popup", "initiate k1", INITIATED, NAVIGATE, opened];
    check_mode("popup", PressTab::None, &[], &expected);
}

#[test]
fn link_opens_nothing_until_it_is_followed() {
    let follow = || Act::Say(Input::LinkFollowed);
    let world = check_mode(
        "link",
        PressTab::None,
        &[(2, follow()), (3, follow())],
        &["initiate k1", INITIATED, "pay-opened ORD-1 link"],
    );
    assert_eq!(world.state(), StateName::Waiting);
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
            INITIATED,
            "opening -> waiting",
            "pay-opened ORD-1 redirect",
            "redirect https://pay.example/p/1",
        ],
    );
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
            INITIATED,
            "verify ORD-1",
            "resolve success",
            "pay-success ORD-1 10000 UGX",
        ],
    );
    assert_eq!(world.state(), StateName::Success);
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
            INITIATED,
            "pay-blocked ORD-1 https://pay.example/p/1",
        ],
    );
    assert_eq!(world.state(), StateName::Opening);
    assert!(world.checkout.view().has_link);
}

#[test]
fn a_page_that_is_left_while_it_asks_leaves_no_blank_tab_and_shows_the_link_when_it_is_back() {
    let world = check(
        &[
            (0, press()),
            (300, Act::Say(Input::Woke(Wake::PageHidden))),
            (400, Act::Say(Input::Woke(Wake::PageShown))),
            (500, initiated(GOOD)),
        ],
        &[
            "open-tab",
            "initiate k1",
            "close-tab",
            INITIATED,
            "pay-blocked ORD-1 https://pay.example/p/1",
        ],
    );
    assert_eq!(world.times("close-tab"), [300]);
    assert_eq!(world.state(), StateName::Opening);
    check_open(&[(2, Act::Say(Input::Woke(Wake::PageHidden)))], &[]);
}

#[test]
fn a_tab_that_is_gone_when_it_should_navigate_becomes_a_link() {
    let world = check_open(
        &[(1, Act::Say(Input::NavigationFailed))],
        &["pay-blocked ORD-1 https://pay.example/p/1"],
    );
    assert!(world.checkout.view().has_link);
}

#[test]
fn a_tab_that_was_seen_closed_is_not_refused_as_well() {
    check_open(
        &[
            (2, Act::Say(Input::TabClosed)),
            (3, Act::Say(Input::NavigationFailed)),
        ],
        &["verify ORD-1"],
    );
}

#[test]
fn reopen_focuses_an_open_tab_and_opens_a_closed_one() {
    check_open(
        &[
            (2, Act::Say(Input::ReopenRequested)),
            (3, Act::Say(Input::TabClosed)),
            (4, Act::Say(Input::ReopenRequested)),
            (5, Act::Say(Input::ReopenRequested)),
        ],
        &[
            "focus-tab",
            "verify ORD-1",
            "open-checkout https://pay.example/p/1",
            "focus-tab",
        ],
    );
}

#[test]
fn reopen_that_is_refused_shows_the_link() {
    let world = check_open(
        &[
            (2, Act::Say(Input::TabClosed)),
            (3, Act::Popups(false)),
            (4, Act::Say(Input::ReopenRequested)),
        ],
        &[
            "verify ORD-1",
            "open-checkout https://pay.example/p/1",
            "pay-blocked ORD-1 https://pay.example/p/1",
        ],
    );
    assert!(world.checkout.view().has_link);
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
fn what_is_opened_after_a_refusal_is_named_as_it_was_opened() {
    for (mode, opened) in [("tab", "tab"), ("popup", "popup"), ("link", "tab")] {
        let world = run(&[
            (0, with("mode", mode)),
            (0, Act::Press(PressTab::Refused)),
            (1, initiated(GOOD)),
            (2, Act::Say(Input::ReopenRequested)),
        ]);
        let line = format!("pay-opened ORD-1 {opened}");
        assert_eq!(world.times(&line), [2], "{mode}: {:?}", world.log);
    }
}

#[test]
fn a_tab_that_was_refused_and_reads_as_closed_is_told_of_once() {
    let world = run(&[
        (0, Act::Press(PressTab::Refused)),
        (1, Act::Say(Input::TabClosed)),
        (2, initiated(GOOD)),
    ]);
    assert_eq!(world.times("pay-blocked"), [0]);
}

#[test]
fn a_tab_is_looked_after_as_long_as_it_is_open_and_something_waits_for_it() {
    let closed = || Act::Say(Input::TabClosed);
    let is_watched = |script: &[(u64, Act)]| run(script).checkout.watches_tab();
    assert!(!is_watched(&[]));
    assert!(is_watched(&[(0, press())]));
    assert!(!is_watched(&[(0, press()), (1, closed())]));
    assert!(!is_watched(&[(0, Act::Press(PressTab::Refused))]));
    assert!(is_watched(&after(GOOD, &[])));
    assert!(!is_watched(&after(GOOD, &[(2, closed())])));
    assert!(!is_watched(&after(GOOD, &[(2_600, verified(SUCCESS))])));
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
