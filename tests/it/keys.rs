//! Idempotency keys: each belongs to a payload, over presses, retries and reloads, until an answer is understood.

use malipo::checkout::answer::Reply;
use malipo::checkout::{Effect, RequestKind};

use crate::browser::answer;
use crate::ending::ask;
use crate::harness::*;

const INITIATE: RequestKind = RequestKind::Initiate;
const NO: &str = r#"{"status":"error","code":"backend","error":["no"]}"#;

#[test]
fn lost_answers_keep_the_key_over_presses() {
    for reply in [
        Reply::Unreachable,
        answer(500, None, "oops"),
        answer(503, Some(60_000), ""),
        answer(200, None, "<html>fatal error</html>"),
        answer(200, None, ""),
        answer(200, None, "{}"),
        answer(200, None, r#"{"order_id":"ORD-1"}"#),
    ] {
        let world = run(&[
            (0, press()),
            (0, Act::Always(INITIATE, Some(reply.clone()))),
            (60_000, press()),
            (60_001, Act::Nothing),
        ]);
        let (all, first) = (world.times("initiate"), world.times("initiate k1"));
        assert_eq!(all, first, "{reply:?}");
        assert!(all.contains(&60_000), "{reply:?}");
    }
}

#[test]
fn an_answer_that_is_understood_uses_the_key_up() {
    for body in [
        NO,
        r#"{"ok":false,"error":"amount_too_low"}"#,
        r#"{"status":false,"code":400,"message":"bad"}"#,
        r#"{"order_id":"ORD-1","redirect_url":"javascript:alert(1)"}"#,
        r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/","amount":"1","currency":"UGX"}"#,
        r#"{"order_id":"ORD-1","sent_to":[{"channel":"sms"}],"amount":"1","currency":"UGX"}"#,
        r#"{"status":true,"data":{"paymentLinkRef":"R"},"amount":1}"#,
    ] {
        let world = run(&[(0, press()), (1, initiated(body)), (60_000, press())]);
        assert_eq!(
            world.times("initiate").len(),
            if body.contains("paymentLinkRef") {
                1
            } else {
                2
            }
        );
        assert_eq!(world.times("initiate k1").len(), 1, "{body}");
    }
}

#[test]
fn every_final_4xx_uses_the_key_up() {
    for status in [400, 401, 403, 404, 409, 410, 413, 415, 422] {
        let world = run(&[(0, press()), (1, initiate(status, NO)), (2, press())]);
        assert_eq!(world.times("initiate k2"), [2], "{status}");
        let world = run(&[
            (0, press()),
            (1, initiate(status, NO)),
            (2, Act::Reload),
            (2, press()),
        ]);
        assert_eq!(world.times("initiate k2"), [2], "{status} after a reload");
    }
}

#[test]
fn the_key_is_read_back_from_storage_after_a_reload() {
    let world = run(&[(0, press()), (300, Act::Reload), (400, press())]);
    assert_eq!(world.times("initiate k1"), [0, 400]);
}

#[test]
fn a_stored_key_is_forgotten_after_24_hours() {
    const DAY: u64 = 24 * 3_600_000;
    let world = run(&[(0, press()), (300, Act::Reload), (DAY - 1, press())]);
    assert_eq!(world.times("initiate k1").len(), 2);
    let world = run(&[(0, press()), (300, Act::Reload), (DAY, press())]);
    assert_eq!(world.times("initiate k1").len(), 1);
}

#[test]
fn what_is_kept_of_a_failed_attempt_has_the_key_of_a_later_press_alone() {
    let failed = [
        (0, press()),
        (1, initiated(GOOD)),
        (2_600, verified(FAILED)),
    ];
    let kept = |world: &World| {
        world.effects.iter().rev().find_map(|it| match it {
            Effect::Save { record, .. } => Some(record.key.clone()),
            _ => None,
        })
    };
    assert_eq!(kept(&run(&failed)), Some(None));

    // One that expired first; a press after it gets no answer, and then it turns out to have failed.
    const MINUTE: u64 = 60_000;
    let world = run(&[
        (0, press()),
        (1, initiated(GOOD)),
        (1, verifies(200, PENDING)),
        (16 * MINUTE, Act::Always(INITIATE, Some(Reply::Unreachable))),
        (16 * MINUTE, press()),
        (17 * MINUTE, Act::Always(RequestKind::Verify, None)),
        (18 * MINUTE, ask()),
        (18 * MINUTE + 1, verified(FAILED)),
    ]);
    assert_eq!(
        world.times("expired -> initiating"),
        [16 * MINUTE],
        "{:?}",
        world.log
    );
    assert_eq!(world.times("error -> failed"), [18 * MINUTE + 1]);
    let sent = world.effects.iter().filter_map(|it| match it {
        Effect::Send(request) => request.key.clone(),
        _ => None,
    });
    let sent: Vec<String> = sent.collect();
    assert_ne!(sent.first(), sent.last());
    assert_eq!(kept(&world), Some(sent.last().cloned()));
}

#[test]
fn another_payload_gets_another_key_and_the_first_keeps_its_own() {
    for no_storage in [false, true] {
        let mut script = vec![
            (0, press()),
            (26_000, with("order-id", "ORD-2")),
            (26_000, press()),
            (52_000, with("order-id", "ORD-1")),
            (52_000, press()),
        ];
        if no_storage {
            script.insert(0, (0, Act::NoStorage));
        }
        let world = run(&script);
        assert_eq!(
            world.times("initiate k1"),
            [0, 52_000],
            "no storage: {no_storage}"
        );
        assert_eq!(
            world.times("initiate k2"),
            [26_000],
            "no storage: {no_storage}"
        );
    }
}

#[test]
fn a_change_of_any_field_that_is_sent_changes_the_key() {
    for (name, value) in [
        ("amount", "10001"),
        ("currency", "KES"),
        ("description", "tea"),
        ("customer-name", "A"),
        ("customer-email", "a@b.c"),
        ("customer-phone", "1"),
        ("quote", "a.b.c"),
        ("sku", "tea"),
        ("order-id", "ORD-2"),
        ("initiate-url", "/other"),
    ] {
        let world = run(&[(0, press()), (26_000, with(name, value)), (26_000, press())]);
        assert_eq!(world.times("initiate k2"), [26_000], "{name}");
    }
    // What is not sent does not.
    for (name, value) in [("mode", "link"), ("timeout", "60000"), ("theme", "dark")] {
        let world = run(&[(0, press()), (26_000, with(name, value)), (26_000, press())]);
        assert_eq!(world.times("initiate k1").len(), 2, "{name}");
    }
}

#[test]
fn another_quantity_of_an_article_changes_the_key() {
    let world = run(&[
        (0, with("sku", "tea")),
        (0, press()),
        (26_000, with("quantity", "2")),
        (26_000, press()),
        (52_000, with("quantity", "3")),
        (52_000, press()),
    ]);
    assert_eq!(world.times("initiate k2"), [26_000]);
    assert_eq!(world.times("initiate k3"), [52_000]);
}

#[test]
fn the_keys_of_sixteen_payloads_are_remembered_and_the_oldest_makes_room() {
    let order = |index: usize| with("order-id", &format!("ORD-{index}"));
    let mut script = vec![(0, Act::NoStorage)];
    for (at, index) in (0..17).chain([16, 0]).enumerate() {
        // Each goes unanswered for its 25 s.
        let at = u64::try_from(at).unwrap() * 26_000;
        script.extend([(at, order(index)), (at, press())]);
    }
    let world = run(&script);
    assert_eq!(world.times("initiate k17"), [16 * 26_000, 17 * 26_000]);
    assert_eq!(world.times("initiate k18"), [18 * 26_000]);
}

#[test]
fn keys_are_uuids_of_version_4() {
    for entropy in [0, u128::MAX, 0x1234_5678_9abc_def0_1234_5678_9abc_def0] {
        let mut world = World::new();
        world.say(press_with(entropy));
        let key = world
            .storage
            .values()
            .find_map(|it| it.key.clone())
            .unwrap();
        let lengths: Vec<usize> = key.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{key}");
        assert_eq!(&key[14..15], "4", "{key}");
        assert!("89ab".contains(&key[19..20]), "{key}");
    }
    let mut world = World::new();
    world.say(press_with(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef));
    let record = world.storage.values().next().unwrap();
    let key = record.key.as_deref();
    assert_eq!(key, Some("01234567-89ab-4def-8123-456789abcdef"));
}
