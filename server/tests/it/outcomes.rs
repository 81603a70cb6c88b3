//! What the provider's answers make of a payment.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fake::{LookUp, Opening};
use crate::world::{World, eventually, key, quoted};

const ORDER: &str = "ORDER-0000001";

#[tokio::test]
async fn a_payment_is_pending_and_then_paid() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    assert_eq!(answer["test"], true);
    assert_eq!(
        world.verify(&answer).await,
        json!({"order_id": ORDER, "status": "pending", "amount": "10000", "currency": "UGX", "test": true})
    );
    world.fake.set(ORDER, "success");
    let paid = world.until(&answer, "success").await;
    assert_eq!(
        paid,
        json!({"order_id": ORDER, "status": "success", "amount": "10000", "currency": "UGX", "test": true})
    );
    let record = world.record(ORDER).await;
    assert_eq!(
        (&record["state"], &record["late"], &record["provider_ref"]),
        (&json!("paid"), &json!(false), &json!("utr-ORDER-0000001"))
    );
    // Written once: the provider may say what it likes now.
    let asked = world.fake.look_ups(ORDER);
    world.fake.set(ORDER, "failed");
    world
        .notify(
            ORDER,
            json!({"order_id": ORDER}).to_string(),
            "application/json",
        )
        .await;
    assert_eq!(world.verify(&answer).await["status"], "success");
    assert_eq!(world.fake.look_ups(ORDER), asked);
}

#[tokio::test]
async fn amounts_decide() {
    let world = World::new().await;
    let cases: [(&str, Value, &str); 7] = [
        ("ORDER-000000A", json!(10000), "paid"),
        (
            "ORDER-000000B",
            serde_json::from_str("10000.00").unwrap(),
            "paid",
        ),
        ("ORDER-000000C", json!(10231), "paid"),
        ("ORDER-000000D", json!(9999), "needs_review"),
        (
            "ORDER-000000E",
            serde_json::from_str("10000.5").unwrap(),
            "needs_review",
        ),
        ("ORDER-000000F", json!(-1), "needs_review"),
        (
            "ORDER-000000G",
            serde_json::from_str("1e400").unwrap(),
            "needs_review",
        ),
    ];
    for (order, amount, state) in cases {
        let answer = world.opened(order).await;
        world.fake.set_amount(order, amount);
        world.fake.set(order, "success");
        world.verify(&answer).await;
        let record = world.until_state(order, state).await;
        let status = if state == "paid" {
            "success"
        } else {
            "pending"
        };
        assert_eq!(world.verify(&answer).await["status"], status);
        assert_eq!(record.get("reason").is_some(), state != "paid", "{record}");
    }
    assert_eq!(
        world.record("ORDER-000000C").await["received_amount"],
        "10231"
    );
}

#[tokio::test]
async fn garbage_from_the_provider_changes_nothing() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    world.fake.set(ORDER, "success");
    let body = |data: Value| json!({"status":"success","data":data}).to_string();
    for text in [
        String::new(),
        "<html>".to_owned(),
        "null".to_owned(),
        r#"{"status":"success"}"#.to_owned(),
        r#"{"status":true,"data":{}}"#.to_owned(),
        r#"{"status":"error","error":["no"]}"#.to_owned(),
        r#"{"status":"error","error":{"a":1}}"#.to_owned(),
        body(
            json!({"order_id": "ORDER-0000002", "status": "success", "amount": 10000, "currency": "UGX"}),
        ),
        body(json!({"order_id": ORDER, "status": "paid", "amount": 10000, "currency": "UGX"})),
        body(json!({"order_id": ORDER, "status": "success", "amount": "10000", "currency": "UGX"})),
        body(json!({"order_id": ORDER, "status": "success", "amount": null, "currency": "UGX"})),
        body(json!({"order_id": ORDER, "status": "success", "currency": "UGX"})),
        "x".repeat(300 * 1024),
    ] {
        let asked = world.fake.look_ups(ORDER);
        world
            .fake
            .mind(|it| it.look_up = LookUp::Says(200, text.clone()));
        eventually(async || {
            assert_eq!(world.verify(&answer).await["status"], "pending", "{text}");
            (asked + 2 <= world.fake.look_ups(ORDER)).then_some(())
        })
        .await;
    }
    world
        .fake
        .mind(|it| it.look_up = LookUp::Says(500, "oops".to_owned()));
    assert_eq!(world.verify(&answer).await["status"], "pending");
    world.fake.mind(|it| it.look_up = LookUp::Good);
    world.until(&answer, "success").await;
}

#[tokio::test]
async fn after_a_failure_the_provider_is_asked_before_a_new_attempt() {
    let world = World::new().await;
    let first = world.opened(ORDER).await;
    world.fake.set(ORDER, "failed");
    let failed = world.until(&first, "failed").await;
    assert_eq!(failed["reason"], "other");
    // It was paid after all: no new attempt, but a success.
    world.fake.set(ORDER, "success");
    let again = world.opened(ORDER).await;
    assert_eq!(again["status"], "success");
    assert_eq!(world.record(ORDER).await["late"], true);
    assert_eq!(world.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn a_second_success_of_an_order_is_kept_as_a_duplicate() {
    let world = World::new().await;
    let first = world.opened(ORDER).await;
    world.fake.set(ORDER, "failed");
    world.until(&first, "failed").await;
    let second = world.opened(ORDER).await;
    let references = world.fake.references();
    assert_eq!(references.len(), 2);
    assert_eq!(references[1].len(), 16, "a new attempt has a new reference");
    assert_ne!(first["redirect_url"], second["redirect_url"]);
    // The first page's token follows the order to its second attempt.
    assert_eq!(world.verify(&first).await["status"], "pending");
    world.fake.set(&references[1], "success");
    world.until(&second, "success").await;
    world.fake.set(ORDER, "success");
    let notice = json!({"order_id": ORDER, "status": "success"}).to_string();
    assert_eq!(
        world.notify(ORDER, notice, "application/json").await.status,
        200
    );
    let record = eventually(async || {
        let record = world.record(ORDER).await;
        (record["duplicates"][0]["reference"] == ORDER).then_some(record)
    })
    .await;
    assert_eq!(
        (&record["status"], &record["reference"]),
        (&json!("success"), &json!(references[1]))
    );
    let metrics = world.send("GET", "/metrics", &[], "").await.text;
    assert!(
        metrics.contains("malipo_alarms_total{kind=\"duplicate_paid\"} 1"),
        "{metrics}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_never_begun_beside() {
    let world = World::new().await;
    for (order, lost) in [
        ("ORDER-000000A", Opening::Slow(Duration::from_secs(3))),
        ("ORDER-000000B", Opening::Says(200, "<html>".to_owned())),
        ("ORDER-000000C", Opening::Says(502, String::new())),
    ] {
        world.fake.mind(|it| it.opening = lost);
        let key = key();
        let body = quoted(order);
        let reply = world.initiate(&key, &body).await;
        assert_eq!(
            (reply.error().0, reply.error().1.as_str()),
            (504, "timeout")
        );
        world.fake.mind(|it| {
            it.opening = Opening::Good;
            it.look_up = LookUp::Slow(Duration::from_millis(200));
        });
        let reply = world.initiate(&key, &body).await;
        assert_eq!((reply.error().0, reply.error().1.as_str()), (409, "busy"));
        assert!(!reply.header("retry-after").is_empty());
        // Looked up, not paid, and its page was never handed out: a new attempt is safe.
        let answer = eventually(async || {
            let reply = world.initiate(&key, &body).await;
            (reply.status == 200).then(|| reply.json())
        })
        .await;
        assert!(1 <= world.fake.look_ups(order));
        assert_ne!(answer["redirect_url"], Value::Null);
    }
    assert_eq!(world.fake.references().len(), 6);
}

#[tokio::test]
async fn a_lost_answer_that_was_paid_is_a_success() {
    let world = World::new().await;
    world
        .fake
        .mind(|it| it.opening = Opening::Slow(Duration::from_secs(3)));
    assert_eq!(world.initiate(&key(), &quoted(ORDER)).await.status, 504);
    world.fake.set(ORDER, "success");
    world.until_state(ORDER, "paid").await;
}

#[tokio::test]
async fn what_was_not_begun_can_be_pressed_again_with_the_same_key() {
    let world = World::new().await;
    let key = key();
    let body = quoted(ORDER);
    let refusal = r#"{"status":"error","error":["currency not enabled <b>"]}"#;
    for status in [200, 422, 500] {
        world
            .fake
            .mind(|it| it.opening = Opening::Refuses(status, refusal.to_owned()));
        let reply = world.initiate(&key, &body).await;
        assert_eq!(
            (reply.error().0, reply.error().1.as_str()),
            (422, "backend")
        );
        assert!(
            reply.error().2.contains("currency not enabled"),
            "{reply:?}"
        );
    }
    world.fake.mind(|it| it.opening = Opening::Good);
    assert_eq!(world.initiate(&key, &body).await.status, 200);
}

#[tokio::test]
async fn an_unreachable_provider_is_said_so() {
    let world = World::with("joyndpay.checkout_origin = \"http://127.0.0.1:1\"").await;
    // Nothing of the sandbox's own origin is handed out where another one is configured.
    let reply = world.initiate(&key(), &quoted(ORDER)).await;
    assert_eq!(
        (reply.error().0, reply.error().1.as_str()),
        (422, "unsafe-redirect-url")
    );
    // Nobody listens on port 1.
    let env = [("MALIPO_JOYNDPAY__BASE_URL", "http://127.0.0.1:1/api")];
    let world = World::with_env("", &env).await;
    let reply = world.initiate(&key(), &quoted(ORDER)).await;
    assert_eq!(
        (reply.error().0, reply.error().1.as_str()),
        (502, "network")
    );
    assert_eq!(reply.header("retry-after"), "2");
    world.until_state(ORDER, "refused").await;
}

#[tokio::test]
async fn a_throttled_provider_silences_us() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    world
        .fake
        .mind(|it| it.look_up = LookUp::Says(429, String::new()));
    eventually(async || {
        world.verify(&answer).await;
        (world.fake.look_ups(ORDER) == 1).then_some(())
    })
    .await;
    for _ in 0..20 {
        assert_eq!(world.verify(&answer).await["status"], "pending");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(world.fake.look_ups(ORDER), 1);
    let reply = world.initiate(&key(), &quoted("ORDER-0000002")).await;
    assert_eq!(
        (reply.error().0, reply.error().1.as_str()),
        (503, "rate-limited")
    );
    world.fake.mind(|it| it.look_up = LookUp::Good);
    world.forward(11_000).await;
    world.fake.set(ORDER, "success");
    world.until(&answer, "success").await;
}

#[tokio::test]
async fn many_verifies_are_one_question_at_a_time() {
    let world = World::with("limits.verifies_per_token_per_minute = 100000").await;
    let answer = world.opened(ORDER).await;
    world
        .fake
        .mind(|it| it.look_up = LookUp::Slow(Duration::from_millis(300)));
    let verifies = (0..200).map(|_| world.verify(&answer));
    futures_util::future::join_all(verifies).await;
    assert!(
        world.fake.look_ups(ORDER) <= 3,
        "{}",
        world.fake.look_ups(ORDER)
    );
}

#[tokio::test]
async fn without_any_hint_the_schedule_finds_the_outcome() {
    let world = World::new().await;
    world.opened(ORDER).await;
    world.fake.set(ORDER, "success");
    world.forward(25_000).await;
    world.until_state(ORDER, "paid").await;
    assert_eq!(world.fake.look_ups(ORDER), 1);
}

#[tokio::test]
async fn what_never_ends_reaches_a_person_and_is_never_unpaid() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    world.forward(73 * 3_600_000).await;
    let record = world.until_state(ORDER, "needs_review").await;
    assert_eq!(
        (&record["status"], &record["reason"]),
        (&json!("pending"), &json!("review"))
    );
    // The token has expired meanwhile.
    let body = json!({"order_id": ORDER, "token": answer["token"]});
    assert_eq!(world.post("/pay/verify", &body).await.status, 404);
}

#[tokio::test]
async fn cancelling_is_noted_and_does_not_touch_the_money() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    let body = json!({"order_id": ORDER, "token": answer["token"]});
    assert_eq!(
        world.post("/pay/cancel", &body).await.json()["status"],
        "pending"
    );
    let again = world.opened(ORDER).await;
    assert_eq!(answer["redirect_url"], again["redirect_url"]);
    world.fake.set(ORDER, "success");
    world.until(&answer, "success").await;
}

#[tokio::test]
async fn what_the_provider_never_answers_sensibly_reaches_a_person_too() {
    let world = World::new().await;
    world.opened(ORDER).await;
    let nonsense = LookUp::Says(200, "<html>".to_owned());
    world.fake.mind(|it| it.look_up = nonsense);
    world.forward(73 * 3_600_000).await;
    let record = world.until_state(ORDER, "needs_review").await;
    assert_eq!(record["status"], "pending", "{record}");
    // And it is not asked for ever.
    let attempt = world.app.store.order(&ORDER.parse().unwrap()).await;
    let id = attempt.unwrap().unwrap().attempts[0].id.clone();
    eventually(async || {
        let seen = world.app.store.attempt(&id).await.unwrap().unwrap();
        seen.next_check_at.is_none().then_some(())
    })
    .await;
}
