//! `destroy()` in every state, and that no promise is left open.

use malipo::checkout::{EventName, Input, StateName};

use crate::harness::*;

const STREAMED: &str = r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","token":"tok-1","events_url":"/pay/events"}"#;

fn destroy() -> Act {
    Act::Say(Input::Destroyed)
}

/// What `destroy()` does after a script; and that everything is silent ever after.
#[track_caller]
fn check_destroy(mut script: Vec<(u64, Act)>, expected: &[&str]) {
    let end = script.iter().map(|it| it.0).max().unwrap_or_default();
    script.push((end + 1, destroy()));
    for (index, act) in [
        press(),
        destroy(),
        initiated(GOOD),
        verified(SUCCESS),
        Act::Say(Input::CheckRequested),
        Act::Say(Input::CancelRequested),
        Act::Say(Input::ReopenRequested),
        Act::Say(Input::TabOpened),
        Act::Say(Input::TimerFired),
    ]
    .into_iter()
    .enumerate()
    {
        script.push((end + 2 + u64::try_from(index).unwrap(), act));
    }
    script.push((end + 86_400_000, Act::Nothing));
    let world = run(&script);
    let seen: Vec<&str> = world
        .log
        .iter()
        .filter(|it| end < it.0)
        .map(|it| it.1.as_str())
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn destroy_is_silent_in_every_state() {
    let start = || vec![(0, press())];
    let with_more = |more: Vec<(u64, Act)>| start().into_iter().chain(more).collect::<Vec<_>>();
    check_destroy(vec![], &[]);
    check_destroy(start(), &["abort", "close-tab", "reject destroyed"]);
    check_destroy(
        with_more(vec![(1, lost(malipo::checkout::RequestKind::Initiate))]),
        &["close-tab", "reject destroyed"],
    );
    check_destroy(with_more(vec![(1, initiated(GOOD))]), &["reject destroyed"]);
    check_destroy(
        with_more(vec![(1, initiated(STREAMED)), (2_600, Act::Nothing)]),
        &["close-stream", "abort", "reject destroyed"],
    );
    check_destroy(
        with_more(vec![
            (1, initiated(GOOD)),
            (1_000, Act::Say(Input::CheckRequested)),
        ]),
        &["abort", "checked destroyed", "reject destroyed"],
    );
    check_destroy(
        with_more(vec![
            (1, initiated(GOOD)),
            (1_000, Act::Say(Input::CancelRequested)),
        ]),
        &["abort", "reject destroyed"],
    );
    for end in [SUCCESS, FAILED] {
        check_destroy(
            with_more(vec![(1, initiated(GOOD)), (2_600, verified(end))]),
            &[],
        );
    }
    check_destroy(vec![(0, with("amount", "0")), (0, press())], &[]);
    check_destroy(
        vec![(0, Act::Popups(false)), (0, press()), (1, initiated(GOOD))],
        &["reject destroyed"],
    );
}

#[test]
fn the_record_stays_when_the_widget_is_removed() {
    let world = run(&[(0, press()), (1, initiated(GOOD)), (2, destroy())]);
    assert_eq!(world.records(), 1);
}

#[test]
fn destroy_in_a_listener_drops_what_was_still_to_come() {
    for (event, expected) in [
        (EventName::Change, &["close-tab", "reject destroyed"][..]),
        (EventName::Initiated, &["close-tab", "reject destroyed"]),
        (EventName::Opened, &["reject destroyed"]),
    ] {
        let world = run(&[
            (0, press()),
            (1, Act::Listen(event, Input::Destroyed)),
            (1, initiated(GOOD)),
            (86_400_000, Act::Nothing),
        ]);
        let name = event.as_str();
        let is_it = |it: &&(u64, String)| {
            it.0 == 1 && (it.1.starts_with(name) || (name == "pay-change" && it.1.contains(" -> ")))
        };
        let at = world.log.iter().position(|it| is_it(&it)).unwrap();
        let seen: Vec<&str> = world.log[at + 1..].iter().map(|it| it.1.as_str()).collect();
        assert_eq!(seen, expected, "{event:?}");
    }
    // The promise that was settled already stays settled.
    let world = run(&[
        (0, press()),
        (1, initiated(GOOD)),
        (1, Act::Listen(EventName::Change, Input::Destroyed)),
        (2_600, verified(SUCCESS)),
    ]);
    assert_eq!(world.times("resolve success").len(), 1);
    assert!(world.times("pay-success").is_empty() && world.times("reject").is_empty());
    // Whoever asked is told what was found.
    let world = run(&[
        (0, press()),
        (1, initiated(GOOD)),
        (1_000, Act::Say(Input::CheckRequested)),
        (1_001, Act::Listen(EventName::Change, Input::Destroyed)),
        (1_002, verified(SUCCESS)),
    ]);
    assert_eq!(world.times("checked success"), [1_002]);
}

#[test]
fn cancel_in_a_listener_works_as_anywhere() {
    let world = run(&[
        (0, press()),
        (0, Act::Listen(EventName::Opened, Input::CancelRequested)),
        (1, initiated(GOOD)),
        (2, verified(PENDING)),
    ]);
    assert_eq!(world.state(), StateName::Cancelled);
    let world = run(&[
        (0, Act::Listen(EventName::Change, Input::CancelRequested)),
        (0, press()),
    ]);
    assert_eq!(world.state(), StateName::Cancelled);
    assert_eq!(world.times("resolve cancelled").len(), 1);
    // The tab that the press opened comes after the end, and is closed.
    assert_eq!(world.times("close-tab").len(), 1);
}
