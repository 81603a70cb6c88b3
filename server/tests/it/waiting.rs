//! How often the provider is asked about a payment that somebody waits for: rarely where its notifications come.

use serde_json::{Value, json};

use crate::fake::{LookUp, Opening};
use crate::world::{World, eventually};

/// A world in which a payment has been told of, so that notifications are proven.
async fn proven() -> World {
    let world = World::new().await;
    pay_and_tell(&world, "ORDER-PROOF").await;
    becomes_proven(&world, true).await;
    world
}

async fn pay_and_tell(world: &World, order: &str) {
    world.opened(order).await;
    tell(world, order).await;
}

/// The payment of an order that is open succeeds, and the provider says so.
async fn tell(world: &World, order: &str) {
    world.fake.set(order, "success");
    let body = json!({"order_id": order}).to_string();
    let reply = world.notify(order, body, "application/json").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    world.until_state(order, "paid").await;
}

/// Lets the time pass in which the last payment may still be told of, and waits for the judgement.
async fn becomes_proven(world: &World, expected: bool) {
    world.forward(16_000).await;
    let line = format!(
        "malipo_notices_proven{{provider=\"joyndpay\"}} {}",
        u8::from(expected)
    );
    eventually(async || {
        let metrics = world.send("GET", "/metrics", &[], "").await.text;
        metrics.contains(&line).then_some(())
    })
    .await;
}

/// Verifies as a page's timer does: 2.5 s after the last answer, so many times.
async fn poll(world: &World, answer: &Value, times: usize) -> Value {
    let mut seen = Value::Null;
    for _ in 0..times {
        world.forward(2_500).await;
        seen = world.verify(answer).await;
    }
    seen
}

async fn is_asked(world: &World, order: &str, times: u32) {
    eventually(async || (world.fake.look_ups(order) == times).then_some(())).await;
}

#[tokio::test]
async fn where_notifications_come_a_payment_of_ninety_seconds_is_asked_about_once() {
    let world = proven().await;
    let answer = world.opened("ORDER-0000001").await;
    poll(&world, &answer, 36).await;
    tell(&world, "ORDER-0000001").await;
    assert_eq!(world.fake.look_ups("ORDER-0000001"), 1);
}

#[tokio::test]
async fn where_none_has_come_yet_whoever_waits_makes_the_server_ask() {
    let world = World::new().await;
    let answer = world.opened("ORDER-0000001").await;
    world.fake.set("ORDER-0000001", "success");
    world.until(&answer, "success").await;
}

#[tokio::test]
async fn a_lost_notification_is_made_up_for_and_no_other_is_waited_for() {
    let world = proven().await;
    let answer = world.opened("ORDER-0000001").await;
    world.fake.set("ORDER-0000001", "success");
    assert_eq!(poll(&world, &answer, 37).await["status"], "pending");
    assert_eq!(world.fake.look_ups("ORDER-0000001"), 0);
    // 95 s after its beginning.
    poll(&world, &answer, 1).await;
    world.until_state("ORDER-0000001", "paid").await;
    becomes_proven(&world, false).await;
    let next = world.opened("ORDER-0000002").await;
    world.fake.set("ORDER-0000002", "success");
    world.until(&next, "success").await;
}

#[tokio::test]
async fn a_notification_that_comes_when_the_shopper_is_back_already_proves_as_much() {
    let world = World::new().await;
    let answer = world.opened("ORDER-0000001").await;
    world.fake.set("ORDER-0000001", "success");
    world.until(&answer, "success").await;
    world.notify("ORDER-0000001", String::new(), "").await;
    becomes_proven(&world, true).await;
}

#[tokio::test]
async fn whatever_the_shopper_does_makes_the_server_ask_at_once() {
    let world = proven().await;
    let answer = world.opened("ORDER-0000001").await;
    poll(&world, &answer, 2).await;
    assert_eq!(world.fake.look_ups("ORDER-0000001"), 0);
    // Sooner than the page's timer: the checkout tab was closed, or the page is looked at again.
    world.forward(800).await;
    world.verify(&answer).await;
    is_asked(&world, "ORDER-0000001", 1).await;
    poll(&world, &answer, 2).await;
    // The page slept.
    world.forward(26_000).await;
    world.verify(&answer).await;
    is_asked(&world, "ORDER-0000001", 2).await;
    let request = world.fake.payment("ORDER-0000001").request;
    let back = request["callback_url"].as_str().unwrap();
    let path = back.strip_prefix("http://127.0.0.1:9").unwrap();
    world.send("GET", path, &[], "").await;
    is_asked(&world, "ORDER-0000001", 3).await;
    // A page loaded anew, of which nothing is known.
    let other = world.opened("ORDER-0000002").await;
    world.forward(26_000).await;
    world.verify(&other).await;
    is_asked(&world, "ORDER-0000002", 1).await;
}

#[tokio::test]
async fn once_it_was_asked_in_vain_a_waiting_page_makes_the_server_ask_every_twenty_seconds() {
    let world = proven().await;
    let answer = world.opened("ORDER-0000001").await;
    // The shopper comes back before the provider knows of the payment.
    world.forward(800).await;
    world.verify(&answer).await;
    is_asked(&world, "ORDER-0000001", 1).await;
    world.fake.set("ORDER-0000001", "success");
    assert_eq!(poll(&world, &answer, 6).await["status"], "pending");
    assert_eq!(world.fake.look_ups("ORDER-0000001"), 1);
    // 20 s after the last question.
    poll(&world, &answer, 2).await;
    world.until_state("ORDER-0000001", "paid").await;
    assert_eq!(world.fake.look_ups("ORDER-0000001"), 2);
}

#[tokio::test]
async fn after_a_notification_that_came_too_soon_the_schedule_asks_at_the_usual_ages() {
    let world = proven().await;
    world.opened("ORDER-0000001").await;
    let id = "ORDER-0000001".parse().unwrap();
    let next_check = async || {
        let order = world.app.store.order(&id).await.unwrap().unwrap();
        let attempt = order.current().unwrap();
        attempt.next_check_at.unwrap().since_ms(attempt.created_at)
    };
    assert!((180_000..240_000).contains(&next_check().await));
    world.forward(30_000).await;
    world.notify("ORDER-0000001", String::new(), "").await;
    is_asked(&world, "ORDER-0000001", 1).await;
    eventually(async || (45_000..50_000).contains(&next_check().await).then_some(())).await;
}

#[tokio::test]
async fn a_question_without_an_answer_keeps_nobody_waiting() {
    let world = proven().await;
    let answer = world.opened("ORDER-0000001").await;
    let broken = LookUp::Says(500, String::new());
    world.fake.mind(|it| it.look_up = broken);
    world.forward(800).await;
    world.verify(&answer).await;
    is_asked(&world, "ORDER-0000001", 1).await;
    world.fake.mind(|it| it.look_up = LookUp::Good);
    world.fake.set("ORDER-0000001", "success");
    // Once more, should the first question not be over yet.
    poll(&world, &answer, 2).await;
    world.until_state("ORDER-0000001", "paid").await;
}

/// A page listens to the order that this answer opened.
async fn listen(world: &World, answer: &Value) -> reqwest::Response {
    let order = answer["order_id"].as_str().unwrap();
    let url = format!("{}/pay/events?order_id={order}", world.base);
    let token = answer["token"].as_str().unwrap();
    let stream = crate::world::client().get(url).bearer_auth(token).send();
    let stream = stream.await.unwrap();
    assert_eq!(stream.status(), 200);
    stream
}

#[tokio::test]
async fn beside_a_stream_a_verify_every_twenty_seconds_is_the_pages_timer_and_a_sooner_one_is_not()
{
    let world = proven().await;
    let answer = world.opened("ORDER-0000001").await;
    let stream = listen(&world, &answer).await;
    for _ in 0..3 {
        world.forward(20_000).await;
        world.verify(&answer).await;
    }
    assert_eq!(world.fake.look_ups("ORDER-0000001"), 0);
    world.forward(5_000).await;
    world.verify(&answer).await;
    is_asked(&world, "ORDER-0000001", 1).await;
    drop(stream);
}

#[tokio::test]
async fn a_stream_that_the_page_dropped_before_it_verified_is_an_act_of_the_shopper() {
    let world = proven().await;
    let answer = world.opened("ORDER-0000001").await;
    let stream = listen(&world, &answer).await;
    world.forward(20_000).await;
    world.verify(&answer).await;
    assert_eq!(world.fake.look_ups("ORDER-0000001"), 0);
    drop(stream);
    let order = "ORDER-0000001".parse().unwrap();
    eventually(async || (!world.app.hub.has_listeners(&order)).then_some(())).await;
    // Though it comes when the timer's next would.
    world.forward(20_000).await;
    world.verify(&answer).await;
    is_asked(&world, "ORDER-0000001", 1).await;
}

#[tokio::test]
async fn a_page_that_listens_again_was_looked_at_again() {
    let world = proven().await;
    let answer = world.opened("ORDER-0000001").await;
    let stream = listen(&world, &answer).await;
    // When the timer's verify is due: as the shopper comes back, the widget takes a stream anew, and then verifies.
    world.forward(20_000).await;
    let other = listen(&world, &answer).await;
    is_asked(&world, "ORDER-0000001", 1).await;
    world.verify(&answer).await;
    drop((stream, other));
}

#[tokio::test]
async fn a_first_verify_that_no_timer_made_is_an_act_of_the_shopper() {
    let world = proven().await;
    let listening = world.opened("ORDER-0000001").await;
    let stream = listen(&world, &listening).await;
    let alone = world.opened("ORDER-0000002").await;
    world.forward(12_000).await;
    world.verify(&listening).await;
    is_asked(&world, "ORDER-0000001", 1).await;
    world.verify(&alone).await;
    is_asked(&world, "ORDER-0000002", 1).await;
    drop(stream);
}

#[tokio::test]
async fn a_page_that_the_provider_opened_late_is_no_act_of_the_shopper() {
    let world = proven().await;
    world.fake.mind(|it| it.opening = Opening::Held);
    let opens = world.fake.mind(|it| it.opens);
    let (answer, ()) = tokio::join!(world.opened("ORDER-0000001"), async {
        eventually(async || world.fake.mind(|it| (opens < it.opens).then_some(()))).await;
        world.clock.forward(9_000);
        world.fake.mind(|it| it.released = true);
    });
    poll(&world, &answer, 2).await;
    assert_eq!(world.fake.look_ups("ORDER-0000001"), 0);
}

#[tokio::test]
async fn a_stream_at_another_server_does_not_hide_what_the_shopper_does() {
    let world = proven().await;
    let answer = world.opened("ORDER-0000001").await;
    for _ in 0..2 {
        world.forward(20_000).await;
        world.verify(&answer).await;
    }
    assert_eq!(world.fake.look_ups("ORDER-0000001"), 0);
    world.forward(5_000).await;
    world.verify(&answer).await;
    is_asked(&world, "ORDER-0000001", 1).await;
}
