//! What is to be seen in each state: the headline, the hints, and what can be done.

use malipo::checkout::{Input, PressTab, RequestKind, View, Wake};

use crate::browser::answer;
use crate::harness::*;

/// A view as one line: `headline(value) | hints | actions`.
pub(crate) fn line(view: &View) -> String {
    let text = |it: &malipo::checkout::Line| match it.value.as_str() {
        "" => it.text.id().to_owned(),
        value => format!("{}({value})", it.text.id()),
    };
    let hints: Vec<String> = view.hints.iter().map(text).collect();
    let host = |url: &String| {
        url.split(['/', '?', '#'])
            .nth(2)
            .map(|it| format!("link {it}"))
    };
    let link = view.page.as_ref().filter(|_| view.has_link).and_then(host);
    let flags = [
        (view.can_press, "press"),
        (view.can_check, "check"),
        (view.can_reopen, "reopen"),
        (view.can_cancel, "cancel"),
        (view.busy, "busy"),
        (view.test, "test"),
        (view.fees_added, "fees"),
    ];
    let mut actions: Vec<String> = flags
        .iter()
        .filter(|it| it.0)
        .map(|it| it.1.to_owned())
        .collect();
    actions.extend(link);
    let headline = view.headline.as_ref().map(text).unwrap_or_default();
    format!("{headline} | {} | {}", hints.join(" "), actions.join(" "))
}

#[track_caller]
fn check(script: &[(u64, Act)], expected: &str) {
    assert_eq!(line(&run(script).checkout.view()), expected);
}

/// The view after a press whose initiate was answered so.
#[track_caller]
fn check_after(body: &str, more: &[(u64, Act)], expected: &str) {
    let mut script = vec![(0, press()), (1, initiated(body))];
    script.extend_from_slice(more);
    check(&script, expected);
}

#[test]
fn every_state_says_what_is_happening_and_offers_what_helps() {
    check(&[], " |  | press");
    check(&[(0, press())], "starting |  | cancel busy");
    check(
        &[(0, with("mode", "redirect")), (0, press())],
        "going-to-checkout |  | cancel busy",
    );
    let waiting = "complete-in-tab | page-will-tell | check reopen cancel busy";
    check_after(GOOD, &[], waiting);
    check_after(GOOD, &[(2, Act::Say(Input::TabClosed))], waiting);
    check(
        &[(0, Act::Press(PressTab::Refused)), (1, initiated(GOOD))],
        "follow-link | page-will-tell | check cancel busy link pay.example",
    );
    check(
        &[
            (0, with("mode", "popup")),
            (0, press()),
            (1, initiated(GOOD)),
        ],
        "complete-in-window | page-will-tell | check reopen cancel busy",
    );
    // The link opens a tab.
    check(
        &[
            (0, with("mode", "popup")),
            (0, Act::Press(PressTab::Refused)),
            (1, initiated(GOOD)),
            (2, Act::Say(Input::LinkFollowed)),
        ],
        "complete-in-tab | page-will-tell | check cancel busy link pay.example",
    );
    check(
        &[
            (0, with("mode", "link")),
            (0, press()),
            (1, initiated(GOOD)),
        ],
        "follow-link | page-will-tell | check cancel busy link pay.example",
    );
    check(
        &[
            (0, with("mode", "redirect")),
            (0, press()),
            (1, initiated(GOOD)),
        ],
        "going-to-checkout | page-will-tell | check reopen cancel busy",
    );
    // Out of the back/forward cache: the shopper is here, and not on the way any more.
    check(
        &[
            (0, with("mode", "redirect")),
            (0, press()),
            (1, initiated(GOOD)),
            (2_600, verified(PENDING)),
        ],
        "checking | page-will-tell | check reopen cancel busy",
    );
    check_after(GOOD, &[(2_600, verified(SUCCESS))], "paid | paid-next | ");
    check_after(
        GOOD,
        &[(2_600, verified(FAILED))],
        "not-paid | try-again | press",
    );
    let expired = r#"{"order_id":"ORD-1","status":"failed","reason":"expired"}"#;
    check_after(
        GOOD,
        &[(2_600, verified(expired))],
        "not-paid | link-expired | press",
    );
    check_after(
        GOOD,
        &[(1_000_000, Act::Nothing)],
        "unknown | if-paid-wait | press check",
    );
    check_after(
        GOOD,
        &[
            (2, Act::Say(Input::CancelRequested)),
            (3, verified(PENDING)),
        ],
        "cancelled | if-paid-dont | press",
    );
    check_after(
        GOOD,
        &[(2, Act::Say(Input::CancelRequested))],
        "cancelling |  | busy",
    );
}

#[test]
fn trouble_is_said_and_taken_back() {
    let lost = || (2_600, lost(RequestKind::Verify));
    check_after(
        GOOD,
        &[lost()],
        "complete-in-tab | trouble | check reopen cancel busy",
    );
    check_after(
        GOOD,
        &[lost(), (6_000, verified(PENDING))],
        "complete-in-tab | page-will-tell | check reopen cancel busy",
    );
    let offline = || (1_000, wake(Wake::Offline));
    check_after(
        GOOD,
        &[offline()],
        "complete-in-tab | offline | check reopen cancel busy",
    );
    for back in [wake(Wake::Online), verified(PENDING)] {
        check_after(
            GOOD,
            &[offline(), (2_600, back)],
            "complete-in-tab | page-will-tell | check reopen cancel busy",
        );
    }
}

#[test]
fn what_the_backend_says_beside_the_status_is_shown() {
    let pending = |reason: &str| {
        let body = format!(r#"{{"order_id":"ORD-1","status":"pending","reason":"{reason}"}}"#);
        (2_600, verified(&body))
    };
    check_after(
        GOOD,
        &[pending("declined")],
        "complete-in-tab | try-again-there | check reopen cancel busy",
    );
    check_after(
        GOOD,
        &[pending("review")],
        "in-review |  | check cancel busy",
    );
    let other = r#"{"order_id":"ORD-1","status":"success","amount":"1"}"#;
    check_after(
        GOOD,
        &[(2_600, verified(other))],
        "in-review |  | check cancel busy",
    );
    let url = r#""redirect_url":"https://pay.example:8443/p""#;
    check_after(
        &format!(r#"{{{url},"test":true,"fees_added":true,"returns":false}}"#),
        &[],
        "complete-in-tab | come-back | check reopen cancel busy test fees",
    );
    check_after(
        r#"{"ok":true,"request_id":"R","pay_page_url":"https://pay.example/"}"#,
        &[],
        "complete-in-tab | come-back | check reopen cancel busy",
    );
}

#[test]
fn a_sent_link_names_to_where() {
    check_after(
        r#"{"sent_to":[{"channel":"sms","to":"...123"},{"channel":"email","to":"a...@b.c"}]}"#,
        &[],
        "sent-to(...123, a...@b.c) | pay-there | check cancel busy",
    );
    check_after(
        r#"{"status":true,"data":{"paymentLinkRef":"L"}}"#,
        &[],
        "sent-somewhere | pay-there | check cancel busy",
    );
    check_after(
        r#"{"order_id":"ORD-1","status":"success"}"#,
        &[],
        "checking | page-will-tell | check cancel busy",
    );
}

#[test]
fn an_attempt_that_could_not_begin_says_what_to_do() {
    let refused = |status: u16, code: &str| {
        let body = format!(r#"{{"status":"error","code":"{code}","error":["because"]}}"#);
        [
            (0, press()),
            (
                1,
                Act::Reply(RequestKind::Initiate, answer(status, None, &body)),
            ),
        ]
    };
    for (status, code, hint) in [
        (400, "backend", "tell-the-shop"),
        (500, "backend", "press-again"),
        (409, "busy", "busy-elsewhere"),
        (409, "order-changed", "tell-the-shop"),
        (422, "quote-expired", "tell-the-shop"),
        (400, "timeout", "check-connection"),
    ] {
        let script = refused(status, code);
        check(&script, &format!("could-not-start | {hint} | press"));
        // Where the hint says it all, the developer's words are for the console.
        let is_said = matches!(code, "busy" | "timeout");
        let detail = run(&script).checkout.view().detail;
        assert_eq!(detail.is_none(), is_said, "{code}");
        assert!(is_said || detail.as_deref() == Some("because"), "{code}");
    }
    check(
        &[(0, press()), (60_000, Act::Nothing)],
        "could-not-start | check-connection | press",
    );
    check(
        &[(0, with("amount", "0")), (0, press())],
        "could-not-start | tell-the-shop | press",
    );
}

#[test]
fn a_secret_in_the_page_disables_the_button() {
    check(
        &[(0, with("description", "jo_live_x")), (0, press())],
        "could-not-start | tell-the-shop | ",
    );
}

#[test]
fn a_shopper_who_came_back_is_told_that_the_payment_is_being_confirmed() {
    let back = |order_id: &str| {
        let order_id = order_id.into();
        (2, wake(Wake::Returned { order_id }))
    };
    let reopened = || (4, Act::Say(Input::ReopenRequested));
    let waiting = "complete-in-tab | page-will-tell | check reopen cancel busy";
    let confirming = "checking | page-will-tell | check reopen cancel busy";
    check_after(GOOD, &[back("ORD-1"), (3, verified(PENDING))], confirming);
    check_after(GOOD, &[back("ORD-2")], waiting);
    check_after(
        GOOD,
        &[back("ORD-1"), (3, verified(PENDING)), reopened()],
        waiting,
    );
}

#[test]
fn the_minutes_left_are_those_until_the_waiting_ends() {
    #[track_caller]
    fn check_minutes(timeout: &str, at: u64, expected: u32) {
        let script = [
            (0, with("timeout", timeout)),
            (0, press()),
            (1, initiated(GOOD)),
            (at, verified(PENDING)),
        ];
        assert_eq!(run(&script).checkout.view().minutes_left, expected);
    }
    check_minutes("900000", 2_600, 15);
    check_minutes("180000", 2_600, 3);
    check_minutes("62000", 2_600, 1);
    // Days are not counted in minutes.
    check_minutes("86400000", 2_600, 0);
    assert_eq!(run(&[(0, press())]).checkout.view().minutes_left, 0);
}
