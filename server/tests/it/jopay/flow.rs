//! A purchase through JoPay, from the press to its end, over HTTP.

use std::sync::Arc;

use malipo_server::clock::{Clock, HOUR_MS, MINUTE_MS, SystemClock};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use super::fake::Fake;
use super::webhooks::sign;
use super::{MERCHANT, SECRET};
use crate::world::{self, Reply, SHOP, World, eventually, key};

pub(super) const ORDER: &str = "ORD.1";

/// An initiate's body for EUR 25.00.
pub(super) fn quoted(order_id: &str, amount: &str, currency: &str) -> Value {
    let exp = SystemClock.now().seconds() + 3600 * 20;
    let quote = world::sign(
        &json!({"order_id": order_id, "amount": amount, "currency": currency, "aud": "demo:sandbox", "exp": exp,
            "description": "Two \u{7} mugs"}),
    );
    json!({"quote": quote, "return_url": format!("{SHOP}/thanks")})
}

pub(super) async fn start(more: &str) -> (Fake, World) {
    let fake = Fake::start().await;
    let world = World::with(&fake.config(more)).await;
    (fake, world)
}

/// A server that waits for an answer as long as a test holds it.
pub(super) async fn start_patient() -> (Fake, World) {
    let fake = Fake::start().await;
    let patient = ("MALIPO_JOPAY__TIMEOUT_MS", "10000");
    let world = World::with_env(&fake.config(""), &[patient]).await;
    (fake, world)
}

pub(super) async fn press(world: &World, order_id: &str) -> Reply {
    world
        .initiate(&key(), &quoted(order_id, "25.00", "EUR"))
        .await
}

/// A webhook of the newest request, signed as the clock of the world says.
pub(super) async fn webhook(fake: &Fake, world: &World, event: &str) -> Reply {
    let request = fake.newest();
    let body = json!({"event":event,"delivery_id":"d","partner_id":"p","merchant_id":MERCHANT,"request_id":request["request_id"],
        "proof_status":request["proof_status"],"timestamp":"2026-04-05T14:30:00.000Z","metadata":request["metadata"]});
    deliver(world, &body.to_string()).await
}

pub(super) async fn deliver(world: &World, body: &str) -> Reply {
    let signature = sign(SECRET, world.clock.now().seconds(), body);
    let headers = [("x-jopay-signature", signature.as_str())];
    world
        .send("POST", "/pay/notify/jopay", &headers, body.to_owned())
        .await
}

#[tokio::test]
async fn a_webhook_makes_the_server_ask_and_the_proof_pays() {
    let (fake, world) = start("").await;
    let reply = press(&world, ORDER).await;
    let answer = reply.json();
    let request = fake.newest();
    assert_eq!(answer["redirect_url"], request["pay_page_url"], "{reply:?}");
    assert_eq!(answer["returns"], false, "its page sends nobody back");
    let left = answer["expires_in"].as_u64().unwrap();
    assert!((3500..=3600).contains(&left), "{left}");
    let sent = fake.mind(|it| it.creates[0].clone());
    let key = hex::encode(Sha256::digest("malipo:demo:sandbox:ORD.1"));
    assert_eq!(sent["idempotency_key"], key);
    let mut rest = sent.clone();
    rest.as_object_mut().unwrap().remove("idempotency_key");
    assert_eq!(
        rest,
        json!({"merchant_id":MERCHANT,"fiat_amount_int":2500,"fiat_currency_code":"EUR","memo":"Two  mugs",
            "metadata":{"order_id":ORDER,"reference":ORDER},"payment_mode":"pos"})
    );

    fake.set(json!({"status":"opened","proof_status":"attached"}));
    assert_eq!(
        webhook(&fake, &world, "payment.proof_attached")
            .await
            .status,
        200
    );
    eventually(async || (0 < fake.calls("GET /requests/")).then_some(())).await;
    assert_eq!(world.verify(&answer).await["status"], "pending");

    fake.set(json!({"proof_status":"verified"}));
    for _ in 0..3 {
        assert_eq!(
            webhook(&fake, &world, "payment.proof_verified")
                .await
                .status,
            200
        );
    }
    world.until(&answer, "success").await;
    let record = world.record(ORDER).await;
    assert_eq!(record["state"], "paid", "{record}");
    assert_eq!(record["provider_ref"], request["request_id"]);
    assert_eq!(
        webhook(&fake, &world, "payment.proof_verified")
            .await
            .status,
        200
    );
    let counts = fake.mind(|it| (it.requests.len(), it.creates.len(), it.strangers));
    assert_eq!(counts, (1, 1, 0));
}

#[tokio::test]
async fn an_expiry_is_found_without_any_event_and_verified_still_wins() {
    let (fake, world) = start_patient().await;
    let answer = press(&world, ORDER).await.json();
    let hold = Arc::new(Notify::new());
    fake.mind(|it| it.hold_look_up = Some(Arc::clone(&hold)));
    world.forward(30_000).await;
    eventually(async || (1 == fake.calls("GET /requests/")).then_some(())).await;
    // It expires while the answer of before is under way.
    world.clock.forward(HOUR_MS);
    fake.set(json!({"status":"expired"}));
    fake.mind(|it| it.hold_look_up = None);
    hold.notify_one();
    // Nobody watches and nobody tells.
    let record = world.until_state(ORDER, "failed").await;
    assert_eq!(record["late"], false, "{record}");
    assert_eq!(world.verify(&answer).await["reason"], "expired");
    fake.set(json!({"proof_status":"verified"}));
    webhook(&fake, &world, "payment.proof_verified").await;
    let record = world.until_state(ORDER, "paid").await;
    assert_eq!(record["late"], true, "{record}");
}

#[tokio::test]
async fn a_transfer_under_way_at_the_expiry_is_waited_for_through_its_grace() {
    let (fake, world) = start("").await;
    let answer = press(&world, ORDER).await.json();
    fake.set(json!({"status":"expired","proof_status":"attached"}));
    world.forward(HOUR_MS + MINUTE_MS).await;
    let seen = fake.calls("GET /requests/");
    eventually(async || (seen < fake.calls("GET /requests/")).then_some(())).await;
    assert_eq!(world.record(ORDER).await["state"], "pending");
    // A press meanwhile leads to no second payment.
    let again = press(&world, ORDER).await.json();
    assert_eq!(again["redirect_url"], answer["redirect_url"]);
    world.forward(HOUR_MS + 5 * MINUTE_MS).await;
    world.until_state(ORDER, "failed").await;
    assert_eq!(fake.mind(|it| it.requests.len()), 1);
}

#[tokio::test]
async fn a_press_after_the_expiry_asks_and_begins_anew() {
    let (fake, world) = start("").await;
    let first = press(&world, ORDER).await.json();
    fake.set(json!({"status":"expired"}));
    world.forward(HOUR_MS + 1).await;
    let second = press(&world, ORDER).await.json();
    assert_ne!(second["redirect_url"], first["redirect_url"]);
    let metadata = fake.newest()["metadata"].clone();
    assert_eq!(metadata["order_id"], ORDER);
    assert_ne!(
        metadata["reference"], ORDER,
        "each attempt has a reference of its own"
    );
}

#[tokio::test]
async fn a_press_while_a_failed_payment_is_being_made_after_all_begins_no_second_one() {
    let (fake, world) = start("").await;
    press(&world, ORDER).await;
    fake.set(json!({"status":"expired"}));
    world.forward(HOUR_MS + MINUTE_MS).await;
    world.until_state(ORDER, "failed").await;
    // The shopper had sent the money just before the end, and JoPay has seen the transfer since.
    fake.set(json!({"proof_status":"attached"}));
    let reply = press(&world, ORDER).await;
    assert_eq!((reply.error().0, reply.error().1.as_str()), (409, "busy"));
    assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
    assert_eq!(fake.mind(|it| it.requests.len()), 1);
    fake.set(json!({"proof_status":"verified"}));
    let reply = press(&world, ORDER).await.json();
    assert_eq!(reply["status"], "success", "{reply}");
}

#[tokio::test]
async fn what_was_paid_differs_or_cannot_be_read_goes_to_a_person() {
    for (order, amount) in [
        ("ORD-1", json!({"fiat_int":2499,"fiat_code":"EUR"})),
        ("ORD-4", json!({"fiat_int":2501,"fiat_code":"EUR"})),
        ("ORD-2", json!({"fiat_int":2500,"fiat_code":"USD"})),
        ("ORD-3", Value::Null),
    ] {
        let (fake, world) = start("").await;
        press(&world, order).await;
        fake.set(json!({"proof_status":"verified","amount":amount}));
        webhook(&fake, &world, "payment.proof_verified").await;
        world.until_state(order, "needs_review").await;
    }
}

#[tokio::test]
async fn a_cancel_reaches_jopay_while_no_transfer_is_named() {
    let (fake, world) = start("").await;
    let answer = press(&world, ORDER).await.json();
    let body = json!({"order_id": ORDER, "token": answer["token"]});
    fake.set(json!({"status":"opened","proof_status":"attached"}));
    let seen = world.post("/pay/cancel", &body).await.json();
    assert_eq!(seen["status"], "pending", "{seen}");
    assert_eq!(
        fake.calls("POST /requests/create"),
        fake.calls("POST"),
        "not called off"
    );
    fake.set(json!({"proof_status":"none"}));
    let seen = world.post("/pay/cancel", &body).await.json();
    assert_eq!(
        (&seen["status"], &seen["reason"]),
        (&json!("failed"), &json!("cancelled"))
    );
    assert_eq!(fake.newest()["status"], "cancelled");
}

#[tokio::test]
async fn a_cancel_behind_a_slow_question_is_passed_on_though_nobody_waits_for_it() {
    let (fake, world) = start_patient().await;
    let answer = press(&world, ORDER).await.json();
    let hold = Arc::new(Notify::new());
    fake.mind(|it| it.hold_look_up = Some(Arc::clone(&hold)));
    webhook(&fake, &world, "payment.proof_attached").await;
    eventually(async || (0 < fake.calls("GET /requests/")).then_some(())).await;
    let body = json!({"order_id": ORDER, "token": answer["token"]});
    let seen = world.post("/pay/cancel", &body).await.json();
    assert_eq!(seen["status"], "pending", "{seen}");
    fake.mind(|it| it.hold_look_up = None);
    hold.notify_one();
    world.until_state(ORDER, "failed").await;
    assert_eq!(fake.newest()["status"], "cancelled");
}

#[tokio::test]
async fn a_currency_that_jopay_does_not_settle_in_is_refused_before_anything_is_sent() {
    let (fake, world) = start("").await;
    for (amount, currency) in [("10000", "UGX"), ("100", "KES"), ("1", "BHD")] {
        let body = quoted("ORD-1", amount, currency);
        let (status, code, sentence) = world.initiate(&key(), &body).await.error();
        assert_eq!((status, code.as_str()), (400, "bad-option"), "{sentence}");
        let named = sentence.contains(currency) && sentence.contains("28 currencies");
        assert!(named && sentence.contains("EUR"), "{sentence}");
    }
    let body = quoted("ORD-1", "21474836.48", "EUR");
    let (status, _, sentence) = world.initiate(&key(), &body).await.error();
    assert!(
        status == 400 && sentence.contains("21474836.47 EUR"),
        "{sentence}"
    );
    assert_eq!(fake.mind(|it| it.calls.len()), 0);
}

#[tokio::test]
async fn as_many_webhooks_are_taken_a_minute_as_the_limit_says() {
    let (fake, world) = start("limits.notifications_per_attempt_per_minute = 4").await;
    press(&world, ORDER).await;
    for nth in 1..=5 {
        let reply = webhook(&fake, &world, "payment.proof_attached").await;
        let expected = if nth <= 4 { 200 } else { 429 };
        assert_eq!(reply.status, expected, "{nth}: {reply:?}");
    }
}
