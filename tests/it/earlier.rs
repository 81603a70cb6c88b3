//! A press that begins nothing: what may still come of the attempt before is not lost over it.

use malipo::checkout::answer::Reply;
use malipo::checkout::{Input, RequestKind, StateName, Wake};

use crate::ending::{ask, cancel};
use crate::harness::*;
use crate::view::line;

const INITIATE: RequestKind = RequestKind::Initiate;
const VERIFY: RequestKind = RequestKind::Verify;
const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;
const NO: &str = r#"{"status":"error","code":"quote-expired","error":["no"]}"#;

/// When the second press comes: the first attempt has expired.
const AGAIN: u64 = 16 * MINUTE;

/// An attempt that expired, and then a script.
fn expired(script: &[(u64, Act)]) -> Vec<(u64, Act)> {
    let mut all = after(GOOD, &[(1, verifies(200, PENDING))]);
    all.extend_from_slice(script);
    all
}

/// An attempt that expired, a press that gets no answer, and then a script.
fn pressed_offline(script: &[(u64, Act)]) -> Vec<(u64, Act)> {
    let mut all = expired(&[
        (AGAIN, Act::Always(INITIATE, Some(Reply::Unreachable))),
        (AGAIN, press()),
        (17 * MINUTE, Act::Always(VERIFY, None)),
    ]);
    all.extend_from_slice(script);
    all
}

#[test]
fn the_earlier_attempt_is_watched_on_and_its_late_success_is_told() {
    let world = run(&pressed_offline(&[]));
    assert_eq!(world.state(), StateName::Error);
    assert_eq!(world.checkout.order_id(), Some("ORD-1"));
    let waked = || wake(Wake::Visible);
    for why in [waked, ask] {
        let world = run(&pressed_offline(&[
            (18 * MINUTE, why()),
            (18 * MINUTE + 1, verified(SUCCESS)),
        ]));
        let told = world.times("pay-success ORD-1 10000 UGX late");
        assert_eq!(told, [18 * MINUTE + 1], "{:?}", world.log);
        assert_eq!(world.times("error -> success"), [18 * MINUTE + 1]);
        assert_eq!(world.records(), 0);
    }
}

#[test]
fn a_failed_press_looks_at_the_earlier_attempt_at_once() {
    let world = run(&expired(&[
        (AGAIN, Act::Always(VERIFY, None)),
        (AGAIN, press()),
        (AGAIN + 1, initiate(422, NO)),
        (AGAIN + 2, verified(SUCCESS)),
    ]));
    assert_eq!(world.times("verify ORD-1").last(), Some(&(AGAIN + 1)));
    assert_eq!(world.times("pay-error quote-expired terminal"), [AGAIN + 1]);
    assert_eq!(world.times("pay-success ORD-1 10000 UGX late"), [AGAIN + 2]);
}

#[test]
fn a_late_no_is_told_as_well_and_the_button_may_be_pressed_for_good() {
    for reload in [false, true] {
        let mut script = pressed_offline(&[
            (18 * MINUTE, ask()),
            (18 * MINUTE + 1, verified(FAILED)),
            (19 * MINUTE, press()),
        ]);
        if reload {
            script.insert(script.len() - 1, (19 * MINUTE, Act::Reload));
        }
        let world = run(&script);
        assert_eq!(
            world.times("pay-failed ORD-1 declined late"),
            [18 * MINUTE + 1]
        );
        // The lost answer's key goes on, also over the record of that end.
        let keys = (world.times("initiate k2"), world.times("initiate k3"));
        assert_eq!(keys.0.last(), Some(&(19 * MINUTE)), "reload: {reload}");
        assert!(keys.1.is_empty(), "reload: {reload}");
    }
}

#[test]
fn the_record_holds_the_old_order_beside_the_new_key() {
    let world = run(&pressed_offline(&[]));
    let record = world.storage.values().next().unwrap();
    assert_eq!(record.order_id.as_deref(), Some("ORD-1"));
    assert_eq!(record.token.as_deref(), Some("tok-1"));
    assert_eq!(record.ended.as_deref(), Some("expired"));
    assert!(record.key.is_some());
    // A reload finds the order, and a press after it sends the same key.
    let world = run(&pressed_offline(&[
        (18 * MINUTE, Act::Reload),
        (18 * MINUTE, Act::Resume),
        (18 * MINUTE + 1, verified(PENDING)),
        (19 * MINUTE, Act::Always(INITIATE, None)),
        (19 * MINUTE, press()),
    ]));
    assert_eq!(world.times("resolve expired resumed"), [18 * MINUTE + 1]);
    assert_eq!(
        world.times("initiate k2").last(),
        Some(&(19 * MINUTE)),
        "{:?}",
        world.log
    );
}

#[test]
fn a_final_no_uses_the_key_up_and_leaves_the_order() {
    let world = run(&expired(&[
        (AGAIN, press()),
        (AGAIN + 1, initiate(422, NO)),
    ]));
    let record = world.storage.values().next().unwrap();
    assert_eq!(record.order_id.as_deref(), Some("ORD-1"));
    assert_eq!(
        (&record.key, record.ended.as_deref()),
        (&None, Some("expired"))
    );
    assert_eq!(record.saved_at, START + AGAIN + 1);
}

#[test]
fn an_order_that_nobody_took_up_after_a_reload_stays_in_the_record() {
    let world = run(&expired(&[
        (AGAIN, Act::Reload),
        (AGAIN, press()),
        (AGAIN + 1, initiate(422, NO)),
    ]));
    let record = world.storage.values().next().unwrap();
    assert_eq!(record.order_id.as_deref(), Some("ORD-1"));
    assert_eq!(
        line(&world.checkout.view()),
        "could-not-start | if-paid-dont | press"
    );
}

#[test]
fn an_attempt_that_begins_takes_the_place_of_the_earlier_one() {
    let other = GOOD.replace("ORD-1", "ORD-2");
    let world = run(&expired(&[
        (0, Act::Without("order-id")),
        (AGAIN, with("sku", "tea")),
        (AGAIN, press()),
        (AGAIN + 1, initiated(&other)),
        (AGAIN + 600, wake(Wake::Visible)),
    ]));
    assert_eq!(world.checkout.order_id(), Some("ORD-2"));
    assert_eq!(world.times("verify ORD-2"), [AGAIN + 600]);
    assert_eq!(world.times("verify ORD-1").last(), Some(&(15 * MINUTE + 1)));
}

#[test]
fn a_press_given_up_before_it_began_leaves_the_earlier_attempt_watched() {
    let world = run(&expired(&[
        (AGAIN, Act::Always(VERIFY, None)),
        (AGAIN, press()),
        (AGAIN + 500, cancel()),
        (AGAIN + 600, verified(SUCCESS)),
    ]));
    assert_eq!(world.times("pay-cancelled"), [AGAIN + 500]);
    assert_eq!(
        world.times("pay-success ORD-1 10000 UGX late"),
        [AGAIN + 600]
    );
}

#[test]
fn options_that_turn_bad_leave_the_earlier_attempt_watched_and_mended_show_it_again() {
    let bad = [
        (AGAIN, Act::Always(VERIFY, None)),
        (AGAIN, with("amount", "ten")),
        (AGAIN, press()),
    ];
    let world = run(&expired(&bad));
    assert_eq!(world.state(), StateName::Error);
    let mut script = expired(&bad);
    script.push((AGAIN + 1, verified(SUCCESS)));
    assert_eq!(run(&script).state(), StateName::Success);
    let mut script = expired(&bad);
    script.push((AGAIN + 1, Act::Say(Input::Mended)));
    let world = run(&script);
    assert_eq!(world.times("error -> expired"), [AGAIN + 1]);
    assert_eq!(
        line(&world.checkout.view()),
        "unknown | if-paid-wait | press check"
    );
}

#[test]
fn presses_that_fail_again_and_again_keep_it_for_24_hours() {
    let hours = |it: u64| AGAIN + it * 60 * MINUTE;
    let mut script = pressed_offline(&[]);
    script.extend((1..30).map(|it| (hours(it), press())));
    script.push((hours(30), wake(Wake::Visible)));
    let world = run(&script);
    let last = world.times("verify ORD-1").last().copied().unwrap();
    assert!(
        (hours(22)..15 * MINUTE + DAY + MINUTE).contains(&last),
        "{last}"
    );
}

#[test]
fn an_attempt_that_ended_24_hours_ago_is_let_go() {
    for (later, is_watched) in [(DAY - 1, true), (DAY, false)] {
        let again = 2_600 + later;
        let world = run(&after(
            GOOD,
            &[
                (2_600, verified(FAILED)),
                (again, press()),
                (again, initiate(422, NO)),
            ],
        ));
        assert_eq!(world.checkout.order_id().is_some(), is_watched, "{later}");
    }
}

#[test]
fn what_is_said_of_a_press_that_failed_is_true_of_the_earlier_attempt() {
    let says = |script: &[(u64, Act)]| line(&run(script).checkout.view());
    assert_eq!(
        says(&pressed_offline(&[])),
        "could-not-start | if-paid-wait | press check"
    );
    let busy = r#"{"status":"error","code":"busy","error":["no"]}"#;
    assert_eq!(
        says(&expired(&[
            (AGAIN, press()),
            (AGAIN + 1, initiate(409, busy))
        ])),
        "could-not-start | if-paid-wait | press check"
    );
    let cancelled = [
        (2, cancel()),
        (3, verified(PENDING)),
        (4, press()),
        (5, initiate(422, NO)),
    ];
    assert_eq!(
        says(&after(GOOD, &cancelled)),
        "could-not-start | if-paid-wait | press check"
    );
    // The provider's final no is known.
    let failed = [
        (2_600, verified(FAILED)),
        (3_000, press()),
        (3_001, initiate(422, NO)),
    ];
    assert_eq!(
        says(&after(GOOD, &failed)),
        "could-not-start | tell-the-shop | press"
    );
}

#[test]
fn a_press_given_up_before_it_began_says_nothing_of_the_one_that_fails_after_it() {
    let world = run(&[
        (0, press()),
        (1, cancel()),
        (2, press()),
        (3, initiate(422, NO)),
    ]);
    assert_eq!(
        line(&world.checkout.view()),
        "could-not-start | tell-the-shop | press"
    );
}

#[test]
fn a_link_that_is_out_over_another_amount_is_not_called_nothing() {
    let sent =
        r#"{"order_id":"ORD-1","sent_to":[{"channel":"sms"}],"amount":"1","currency":"UGX"}"#;
    let jenga = r#"{"status":true,"data":{"paymentLinkRef":"R","amount":1}}"#;
    let page = r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/","amount":"1"}"#;
    let says = |body: &str, more: &[(u64, Act)]| {
        let mut script = vec![(0, press()), (1, initiated(body))];
        script.extend_from_slice(more);
        line(&run(&script).checkout.view())
    };
    let open = "could-not-start | if-paid-dont | press";
    assert_eq!(says(sent, &[]), open);
    assert_eq!(says(jenga, &[]), open);
    assert_eq!(says(page, &[]), "could-not-start | tell-the-shop | press");
    assert_eq!(says(NO, &[]), "could-not-start | press-again | press");
    // It is still out when another press fails.
    let more = [(60_000, press()), (60_001, initiate(422, NO))];
    assert_eq!(says(sent, &more), open);
    // Nor where the attempt before is known to be not paid.
    let failed = [
        (2_600, verified(FAILED)),
        (3_000, press()),
        (3_001, initiated(sent)),
    ];
    assert_eq!(line(&run(&after(GOOD, &failed)).checkout.view()), open);
}
