//! What comes at the wrong moment: late answers, late money, clocks that jump.

use serde_json::json;

use crate::fake::{LookUp, Opening};
use crate::world::{World, eventually, key, quoted};

const ORDER: &str = "ORDER-0000001";

async fn notify(world: &World, reference: &str) {
    let notice = json!({ "order_id": reference }).to_string();
    let reply = world.notify(reference, notice, "application/json").await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

async fn until_alarm(world: &World, kind: &str) {
    let line = format!("malipo_alarms_total{{kind=\"{kind}\"}} 1");
    eventually(async || {
        let metrics = world.send("GET", "/metrics", &[], "").await.text;
        metrics.contains(&line).then_some(())
    })
    .await;
}

/// The first press is still waiting for the provider when its attempt is given up.
async fn given_up(world: &World) {
    eventually(async || (world.fake.mind(|it| it.opens) == 1).then_some(())).await;
    world.take_for_lost();
    world.until_state_amid(ORDER, "orphaned").await;
}

#[tokio::test]
async fn a_page_that_comes_too_late_is_not_handed_out_beside_another() {
    let world = World::patient().await;
    world.fake.mind(|it| it.opening = Opening::Held);
    let (key, body) = (key(), quoted(ORDER));
    let (first, second) = tokio::join!(world.initiate(&key, &body), async {
        given_up(&world).await;
        world.fake.mind(|it| it.opening = Opening::Good);
        let second = world.opened(ORDER).await;
        world.fake.mind(|it| it.released = true);
        second
    });
    assert_eq!((first.error().0, first.error().1.as_str()), (409, "busy"));
    assert!(!first.text.contains("redirect_url"), "{first:?}");
    assert!(!first.header("retry-after").is_empty());
    // Both presses end on the one page that can be paid.
    let again = world.opened(ORDER).await;
    assert_eq!(again["redirect_url"], second["redirect_url"]);
    assert_eq!(world.fake.mind(|it| it.opens), 2);
}

#[tokio::test]
async fn a_page_that_comes_too_late_is_good_while_it_is_the_only_one() {
    let world = World::patient().await;
    world.fake.mind(|it| it.opening = Opening::Held);
    let (key, body) = (key(), quoted(ORDER));
    let (first, ()) = tokio::join!(world.initiate(&key, &body), async {
        given_up(&world).await;
        world.fake.mind(|it| it.released = true);
    });
    assert_eq!(first.status, 200, "{first:?}");
    world.until_state(ORDER, "pending").await;
    let again = world.opened(ORDER).await;
    assert_eq!(again["redirect_url"], first.json()["redirect_url"]);
    assert_eq!(world.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn a_notification_while_the_provider_is_being_asked_makes_us_ask_again() {
    let world = World::patient().await;
    world.opened(ORDER).await;
    world.fake.mind(|it| it.look_up = LookUp::Held);
    world.forward(25_000).await;
    eventually(async || (world.fake.look_ups(ORDER) == 1).then_some(())).await;
    // Paid after the question was asked: its answer will still say "pending".
    world.fake.set(ORDER, "success");
    notify(&world, ORDER).await;
    world.fake.mind(|it| {
        it.look_up = LookUp::Good;
        it.released = true;
    });
    world.until_state(ORDER, "paid").await;
}

#[tokio::test]
async fn who_pays_the_old_page_is_not_sent_to_the_new_one() {
    let world = World::patient().await;
    let first = world.opened(ORDER).await;
    world.fake.set(ORDER, "failed");
    world.until(&first, "failed").await;
    world.fake.mind(|it| it.opening = Opening::Held);
    let (key, body) = (key(), quoted(ORDER));
    let (reply, ()) = tokio::join!(world.initiate(&key, &body), async {
        eventually(async || (world.fake.mind(|it| it.opens) == 2).then_some(())).await;
        world.fake.set(ORDER, "success");
        notify(&world, ORDER).await;
        world.until(&first, "success").await;
        world.fake.mind(|it| it.released = true);
    });
    assert_eq!(reply.status, 200, "{reply:?}");
    let answer = reply.json();
    assert_eq!(answer["status"], "success", "{answer}");
    assert!(answer.get("redirect_url").is_none(), "{answer}");
}

#[tokio::test]
async fn a_wrong_amount_on_an_old_attempt_is_kept_beside_the_new_one() {
    let world = World::new().await;
    let first = world.opened(ORDER).await;
    world.fake.set(ORDER, "failed");
    world.until(&first, "failed").await;
    let second = world.opened(ORDER).await;
    world.fake.set_amount(ORDER, json!(1));
    world.fake.set(ORDER, "success");
    notify(&world, ORDER).await;
    until_alarm(&world, "wrong_amount").await;
    // The new attempt goes on, and its page is still the one that a press finds.
    let again = world.opened(ORDER).await;
    assert_eq!(again["redirect_url"], second["redirect_url"]);
    let references = world.fake.references();
    world.fake.set(&references[1], "success");
    world.until(&second, "success").await;
}

#[tokio::test]
async fn money_for_a_refused_attempt_is_not_overlooked() {
    let world = World::new().await;
    let refusal = r#"{"status":"error","error":["order_id already used"]}"#;
    world
        .fake
        .mind(|it| it.opening = Opening::Says(500, refusal.to_owned()));
    assert_eq!(world.initiate(&key(), &quoted(ORDER)).await.status, 422);
    assert_eq!(world.record(ORDER).await["state"], "refused");
    // It had begun the payment all the same.
    world.fake.set(ORDER, "success");
    notify(&world, ORDER).await;
    let record = world.until_state(ORDER, "paid").await;
    assert_eq!(record["late"], true);
    until_alarm(&world, "late_success").await;
}

#[tokio::test]
async fn who_watches_a_failed_payment_sees_its_late_success() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    world.fake.set(ORDER, "failed");
    world.until(&answer, "failed").await;
    // The schedule has just asked, and asks again at the age of 90 s at the earliest.
    let asked = world.fake.look_ups(ORDER);
    world.forward(50_000).await;
    eventually(async || (asked < world.fake.look_ups(ORDER)).then_some(())).await;
    world.fake.set(ORDER, "success");
    world.forward(21_000).await;
    world.until(&answer, "success").await;
    assert_eq!(world.record(ORDER).await["late"], true);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_bring_an_old_attempt_to_the_front() {
    let world = World::new().await;
    let first = world.opened(ORDER).await;
    world.fake.set(ORDER, "failed");
    world.until(&first, "failed").await;
    world.forward(-3_600_000).await;
    let second = world.opened(ORDER).await;
    assert_eq!(world.verify(&second).await["status"], "pending");
    let references = world.fake.references();
    world.fake.set(&references[1], "success");
    world.until(&second, "success").await;
}
