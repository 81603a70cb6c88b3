//! What goes wrong between the server and JoPay.

use std::sync::Arc;

use malipo_server::clock::{Clock, HOUR_MS, MINUTE_MS, SECOND_MS};
use serde_json::json;

use super::SECRET;
use super::fake::Fake;
use super::flow::{ORDER, deliver, press, quoted, start, start_patient, webhook};
use super::webhooks::sign;
use crate::world::{World, eventually, key};

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_by_repeating_it() {
    for (status, body) in [(500, "<html>"), (200, "{"), (502, "")] {
        let (fake, world) = start("").await;
        fake.trouble(true, status, body);
        let (status, code, _) = press(&world, ORDER).await.error();
        assert_eq!((status, code.as_str()), (504, "timeout"));
        let answer = eventually(async || {
            let reply = press(&world, ORDER).await;
            (reply.status == 200).then(|| reply.json())
        })
        .await;
        let page = fake.newest()["pay_page_url"].clone();
        assert_eq!(answer["redirect_url"], page);
        let creates = fake.mind(|it| it.creates.clone());
        assert!(2 <= creates.len());
        assert!(
            creates.iter().all(|it| *it == creates[0]),
            "word for word: {creates:?}"
        );
        assert_eq!(fake.mind(|it| it.requests.len()), 1);
    }
}

#[tokio::test]
async fn where_the_repetition_is_refused_the_list_knows_it() {
    let (fake, world) = start("").await;
    fake.trouble(true, 500, "");
    fake.trouble(false, 400, r#"{"ok":false,"error":"invalid_merchant_id"}"#);
    press(&world, ORDER).await;
    let record = world.until_state(ORDER, "pending").await;
    assert_eq!(
        record["provider_ref"],
        fake.newest()["request_id"],
        "{record}"
    );
    assert_eq!(
        (
            fake.calls("GET /requests"),
            fake.mind(|it| it.requests.len())
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn an_attempt_that_jopay_never_got_begins_anew_and_is_handed_out_once() {
    let (fake, world) = start("").await;
    fake.trouble(false, 503, "");
    press(&world, ORDER).await;
    world.until_state(ORDER, "pending").await;
    let answer = press(&world, ORDER).await.json();
    assert_eq!(answer["redirect_url"], fake.newest()["pay_page_url"]);
    assert_eq!(fake.mind(|it| it.requests.len()), 1);
}

/// A world in which JoPay did not take what was begun, and its list does not have it.
async fn orphaned() -> (Fake, World) {
    let (fake, world) = start("").await;
    fake.trouble(false, 500, "");
    fake.trouble(false, 400, r#"{"ok":false,"error":"invalid_merchant_id"}"#);
    press(&world, ORDER).await;
    world.until_state(ORDER, "orphaned").await;
    (fake, world)
}

#[tokio::test]
async fn what_jopay_did_not_have_is_never_begun_beside_another() {
    let (fake, world) = orphaned().await;
    // Asked once more before another one is begun, and for days by the schedule.
    assert_eq!(press(&world, ORDER).await.status, 200);
    assert_eq!(fake.mind(|it| it.creates.len()), 3);
    let lists = || {
        let is_list = |it: &&String| *it == "GET /requests";
        fake.mind(|it| it.calls.iter().filter(is_list).count())
    };
    for hours in [8, 48, 60] {
        let before = lists();
        world.forward(hours * HOUR_MS).await;
        eventually(async || (before < lists()).then_some(())).await;
    }
    assert_eq!(fake.mind(|it| it.creates.len()), 3);
    assert_eq!(fake.mind(|it| it.requests.len()), 1);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_keeps_nobody_from_paying() {
    let (fake, world) = orphaned().await;
    fake.mind(|it| it.strange_list = true);
    assert_eq!(press(&world, ORDER).await.status, 200);
    assert_eq!(fake.mind(|it| it.requests.len()), 1);
}

#[tokio::test]
async fn a_list_that_is_refused_for_now_says_nothing_of_what_is_on_it() {
    for status in [200, 429] {
        let (fake, world) = orphaned().await;
        let refusal = (status, r#"{"ok":false,"error":"rate_limited"}"#);
        fake.mind(|it| it.refused_list = Some(refusal));
        let (answer, _, sentence) = press(&world, ORDER).await.error();
        assert_eq!(answer, 503, "{sentence}");
        assert_eq!(fake.mind(|it| it.creates.len()), 2);
    }
}

#[tokio::test]
async fn a_refused_create_has_begun_nothing_and_the_next_press_works() {
    for (status, error, words) in [
        (401, "unauthorized", "does not take the API key"),
        (403, "insufficient_scope", "lacks the scope"),
        (400, "currency_mismatch", "is paid in"),
        (400, "invalid_memo", "invalid_memo"),
    ] {
        let (fake, world) = start("").await;
        fake.trouble(
            false,
            status,
            &json!({"ok":false,"error":error,"message":"jo_test_CANARY-7"}).to_string(),
        );
        let (status, code, sentence) = press(&world, ORDER).await.error();
        assert_eq!((status, code.as_str()), (422, "backend"), "{sentence}");
        assert!(
            sentence.contains(error) && sentence.contains(words),
            "{sentence}"
        );
        assert!(!sentence.contains("CANARY"), "{sentence}");
        assert_eq!(press(&world, ORDER).await.status, 200);
    }
}

#[tokio::test]
async fn a_429_is_waited_for() {
    let (fake, world) = start("").await;
    fake.trouble(false, 429, r#"{"ok":false,"error":"rate_limited"}"#);
    let (status, code, _) = press(&world, ORDER).await.error();
    assert_eq!((status, code.as_str()), (503, "rate-limited"));
    assert_eq!(
        press(&world, ORDER).await.status,
        503,
        "nothing is sent meanwhile"
    );
    assert_eq!(fake.calls("POST"), 1);
    world.forward(11_000).await;
    assert_eq!(press(&world, ORDER).await.status, 200);
}

#[tokio::test]
async fn webhooks_that_are_not_proven_or_not_placed_change_nothing() {
    let (fake, world) = start("").await;
    press(&world, ORDER).await;
    fake.set(json!({"proof_status":"verified"}));
    let id = fake.newest()["request_id"].clone();
    let body = json!({"event":"payment.proof_verified","request_id":id}).to_string();
    let now = world.clock.now().seconds();
    for (signature, expected) in [
        (String::new(), 401),
        (sign(&SECRET.replace("00", "ff"), now, &body), 401),
        (sign(SECRET, now, "{}"), 401),
        // Any other 4xx and JoPay gives the delivery up: it is asked to sign anew.
        (sign(SECRET, now - 400, &body), 503),
        (sign(SECRET, now + 400, &body), 503),
    ] {
        let headers = [("x-jopay-signature", signature.as_str())];
        let reply = world
            .send("POST", "/pay/notify/jopay", &headers, body.clone())
            .await;
        assert_eq!(reply.status, expected, "{reply:?}");
    }
    for body in [
        json!({"event":"payment.proof_verified","request_id":"unknown"}).to_string(),
        "<xml/>".to_owned(),
        json!({"event":"merchant.updated","request_id":id}).to_string(),
    ] {
        assert_eq!(deliver(&world, &body).await.status, 200, "{body}");
    }
    let metrics = world.send("GET", "/metrics", &[], "").await.text;
    for (outcome, times) in [("forged", 3), ("stale", 2), ("parked", 2), ("ignored", 1)] {
        let line =
            format!("malipo_notices_total{{provider=\"jopay\",outcome=\"{outcome}\"}} {times}");
        assert!(metrics.contains(&line), "{line} in {metrics}");
    }
    assert_eq!(fake.calls("GET /requests/"), 0);
    assert_eq!(world.record(ORDER).await["state"], "pending");
}

#[tokio::test]
async fn a_webhook_may_come_before_the_answer_to_the_create() {
    let (fake, world) = start("").await;
    let answer = Arc::new(tokio::sync::Notify::new());
    fake.mind(|it| it.hold = Some(Arc::clone(&answer)));
    let pressing = press(&world, ORDER);
    let meanwhile = async {
        eventually(async || fake.mind(|it| it.requests.first().map(|_| ()))).await;
        fake.set(json!({"proof_status":"verified"}));
        assert_eq!(
            webhook(&fake, &world, "payment.proof_verified")
                .await
                .status,
            200
        );
        world.until_state(ORDER, "paid").await;
        answer.notify_one();
    };
    futures_util::future::join(pressing, meanwhile).await;
    let record = world.record(ORDER).await;
    assert_eq!(
        record["state"], "paid",
        "the late answer takes nothing back"
    );
    assert_eq!(record["provider_ref"], fake.newest()["request_id"]);
    assert_eq!(
        fake.mind(|it| it.creates.len()),
        1,
        "nothing was begun beside it"
    );
}

#[tokio::test]
async fn a_webhook_finds_an_attempt_whose_answer_was_lost() {
    let (fake, world) = start("").await;
    fake.trouble(true, 500, "");
    press(&world, ORDER).await;
    fake.set(json!({"proof_status":"verified"}));
    assert_eq!(
        webhook(&fake, &world, "payment.proof_verified")
            .await
            .status,
        200
    );
    let record = world.until_state(ORDER, "paid").await;
    assert_eq!(
        record["provider_ref"],
        fake.newest()["request_id"],
        "{record}"
    );
}

#[tokio::test]
async fn a_page_that_the_notifications_question_finds_is_asked_about_when_it_expires() {
    check_found_page(10 * MINUTE_MS, 0).await;
    // Also where that has gone by before the answer is there.
    check_found_page(3 * SECOND_MS, 10 * SECOND_MS).await;
}

/// A page that takes a payment so long after the question was begun, which is answered so long after that.
async fn check_found_page(left_ms: i64, answered_ms: i64) {
    let (fake, world) = start_patient().await;
    for _ in 0..10 {
        fake.trouble(true, 500, "");
    }
    press(&world, ORDER).await;
    eventually(async || (2 <= fake.mind(|it| it.creates.len())).then_some(())).await;
    world.quiet().await;
    // By its age it is asked about in three quarters of an hour; its page, of which nobody knows yet, expires before that.
    world.forward(16 * MINUTE_MS).await;
    let expires_at = world.clock.now().plus_ms(left_ms);
    fake.set(json!({"expires_at": expires_at.to_rfc3339()}));
    let hold = Arc::new(tokio::sync::Notify::new());
    fake.mind(|it| {
        it.troubles.clear();
        it.hold = Some(Arc::clone(&hold));
    });
    let next_check = async || {
        let order = world.app.store.order(&ORDER.parse().unwrap()).await;
        order.unwrap().unwrap().attempts[0].next_check_at
    };
    let told_at = world.clock.now();
    webhook(&fake, &world, "payment.proof_attached").await;
    // The schedule takes it up, and waits for the question that is under way.
    let lease = eventually(async || {
        let next = next_check().await?;
        (20 * SECOND_MS < next.since_ms(told_at)).then_some(next)
    });
    let lease = lease.await;
    world.clock.forward(answered_ms);
    hold.notify_one();
    let next = eventually(async || next_check().await.filter(|it| *it != lease)).await;
    let after_expiry = next.since_ms(expires_at);
    assert!(
        (0..=30 * SECOND_MS).contains(&after_expiry),
        "{after_expiry}"
    );
}

#[tokio::test]
async fn a_page_that_a_press_finds_is_asked_about_when_it_expires() {
    let (fake, world) = start("").await;
    for _ in 0..10 {
        fake.trouble(true, 500, "");
    }
    press(&world, ORDER).await;
    world.forward(16 * MINUTE_MS).await;
    let before = fake.mind(|it| it.creates.len());
    eventually(async || (before < fake.mind(|it| it.creates.len())).then_some(())).await;
    world.quiet().await;
    // Nobody knows its page yet, which takes a payment for ten minutes. By its age it is asked about later.
    let now = world.clock.now();
    world.next_check_at(now.plus_ms(HOUR_MS));
    let expires_at = now.plus_ms(10 * MINUTE_MS);
    fake.set(json!({"expires_at": expires_at.to_rfc3339()}));
    fake.mind(|it| it.troubles.clear());
    // It asks in the background, and the next one is handed the page.
    eventually(async || (press(&world, ORDER).await.status == 200).then_some(())).await;
    world.quiet().await;
    let order = world.app.store.order(&ORDER.parse().unwrap()).await;
    let next = order.unwrap().unwrap().attempts[0].next_check_at.unwrap();
    let after_expiry = next.since_ms(expires_at);
    assert!(
        (0..=30 * SECOND_MS).contains(&after_expiry),
        "{after_expiry}"
    );
}

#[tokio::test]
async fn a_look_up_that_makes_no_sense_is_asked_again() {
    let (fake, world) = start("").await;
    let answer = world
        .initiate(&key(), &quoted(ORDER, "25.00", "EUR"))
        .await
        .json();
    let id = fake.newest()["request_id"].clone();
    fake.set(json!({"request_id":"another","proof_status":"verified"}));
    world.verify(&answer).await;
    eventually(async || (0 < fake.calls("GET /requests/")).then_some(())).await;
    assert_eq!(world.record(ORDER).await["state"], "pending");
    fake.set(json!({"request_id":id}));
    world.until(&answer, "success").await;
}
