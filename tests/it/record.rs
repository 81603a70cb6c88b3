//! The resume record: its name, its age, and what in it is not trusted.

use malipo::checkout::{Input, Record, StateName, Wake};

use crate::harness::*;

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 3_600_000;

fn record() -> Record {
    Record {
        order_id: Some("ORD-1".into()),
        token: Some("tok-1".into()),
        reference: Some("R1".into()),
        redirect_url: Some(PAGE.into()),
        amount: Some("10000".into()),
        currency: Some("UGX".into()),
        deadline: START + 15 * MINUTE,
        saved_at: START,
        ..Record::default()
    }
}

/// Takes up an attempt that waits, with this about its record changed.
pub(crate) fn resume(change: impl FnOnce(&mut Record)) -> Act {
    let mut record = record();
    change(&mut record);
    Act::ResumeRecord(Box::new(record))
}

#[test]
fn a_record_of_yesterday_is_removed_and_not_resumed() {
    let world = run(&[
        (0, press()),
        (1, initiated(GOOD)),
        (2, Act::Reload),
        (DAY + 1, Act::Resume),
    ]);
    assert_eq!(world.times("reject aborted"), [DAY + 1]);
    assert_eq!(world.records(), 0);
    assert_eq!(world.state(), StateName::Idle);
}

#[test]
fn an_ended_attempt_keeps_its_age_over_a_reload() {
    let world = run(&[
        (
            0,
            resume(|it| {
                it.ended = Some("failed".into());
                it.saved_at = START - DAY + MINUTE;
            }),
        ),
        (0, verified(FAILED)),
        (MINUTE - 1, wake(Wake::Focused)),
        (MINUTE - 1, verified(FAILED)),
        (MINUTE, wake(Wake::Focused)),
        // Past the half second between two verifies.
        (MINUTE + 1_000, Act::Nothing),
    ]);
    assert_eq!(world.times("verify"), [0, MINUTE - 1]);
}

#[test]
fn a_record_of_tomorrow_is_no_older_and_no_younger_than_now() {
    let world = run(&[
        (
            0,
            resume(|it| {
                it.ended = Some("failed".into());
                it.saved_at = START + 10 * DAY;
            }),
        ),
        (0, verified(FAILED)),
        (DAY - 1, wake(Wake::Focused)),
        (DAY - 1, verified(FAILED)),
        (DAY, wake(Wake::Focused)),
        // Past the half second between two verifies.
        (DAY + 1_000, Act::Nothing),
    ]);
    assert_eq!(world.times("verify"), [0, DAY - 1]);
}

#[test]
fn a_record_without_an_order_is_not_resumed() {
    for order in [None, Some(String::new())] {
        check(
            &[(0, resume(|it| it.order_id = order))],
            &["reject aborted"],
        );
    }
}

#[test]
fn an_end_that_storage_invents_is_no_end() {
    for word in ["success", "error", "paid", ""] {
        let world = run(&[(0, resume(|it| it.ended = Some(word.into())))]);
        assert_eq!(world.state(), StateName::Waiting, "{word}");
    }
}

#[test]
fn a_deadline_out_of_this_world_is_cut() {
    for (deadline, expected) in [(u64::MAX, 30 * MINUTE), (0, 15 * MINUTE)] {
        let world = run(&[
            (0, resume(|it| it.deadline = deadline)),
            (0, verifies(200, PENDING)),
            (60 * MINUTE, Act::Nothing),
        ]);
        assert_eq!(world.times("pay-expired"), [expected + 100]);
    }
    let longer = run(&[
        (0, with("timeout", "7200000")),
        (0, resume(|it| it.deadline = u64::MAX)),
        (0, verifies(200, PENDING)),
        (130 * MINUTE, Act::Nothing),
    ]);
    assert_eq!(longer.times("pay-expired"), [120 * MINUTE + 100]);
}

#[test]
fn a_hostile_url_in_storage_is_never_opened() {
    for url in [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://pay.example/",
        "https://user@pay.example/",
        "//pay.example/",
        "/p/1",
        "",
        "x",
    ] {
        let world = run(&[
            (0, resume(|it| it.redirect_url = Some(url.into()))),
            (1, Act::Say(Input::ReopenRequested)),
            (2, verified(SUCCESS)),
        ]);
        assert!(world.times("open-checkout").is_empty(), "{url}");
        assert_eq!(world.state(), StateName::Success);
    }
    let world = run(&[
        (0, with("checkout-origins", "https://other.example")),
        (0, resume(|_| ())),
        (1, Act::Say(Input::ReopenRequested)),
    ]);
    assert!(world.times("open-checkout").is_empty());
}

#[test]
fn a_hostile_stream_in_storage_never_gets_the_token() {
    let world = run(&[(
        0,
        resume(|it| it.events_url = Some("https://evil.example/".into())),
    )]);
    assert!(world.times("open-stream").is_empty());
    let own = "https://shop.example/pay/events";
    let world = run(&[(0, resume(|it| it.events_url = Some(own.into())))]);
    assert_eq!(world.times("open-stream").len(), 1);
}

#[test]
fn records_are_kept_by_verify_url_and_what_names_the_payment() {
    let name = |acts: &[Act]| {
        let mut world = World::new();
        for act in acts {
            world.act(act.clone());
        }
        Record::name(&world.options().unwrap())
    };
    let plain = name(&[]);
    assert_ne!(plain, None);
    // What does not name the payment does not matter.
    for (key, value) in [("amount", "5"), ("mode", "link"), ("initiate-url", "/x")] {
        assert_eq!(name(&[with(key, value)]), plain, "{key}");
    }
    let without = || Act::Without("order-id");
    let others = [
        name(&[with("order-id", "ORD-2")]),
        name(&[with("verify-url", "/other")]),
        name(&[with("quote", "ORD-1")]),
        name(&[without(), with("sku", "ORD-1")]),
        name(&[without(), with("sku", "ORD-1"), with("quantity", "2")]),
        name(&[without(), with("quote", "a.b.c")]),
    ];
    for (index, other) in others.iter().enumerate() {
        assert!(other.is_some() && *other != plain);
        assert!(!others[..index].contains(other), "{index}");
    }
    assert_eq!(name(&[without()]), None);
    // One of something is the same as not saying how many.
    let one = name(&[without(), with("sku", "tea"), with("quantity", "1")]);
    assert_eq!(one, name(&[without(), with("sku", "tea")]));
}
