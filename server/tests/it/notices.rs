//! The provider's notifications: a hint, never proof.

use malipo_server::clock::Clock as _;
use malipo_server::payment::settle::Observation;
use malipo_server::reconcile;
use serde_json::json;

use crate::world::{World, eventually};

const ORDER: &str = "ORDER-0000001";

#[tokio::test]
async fn every_kind_of_notification_makes_the_server_ask() {
    let world = World::new().await;
    let bodies = [
        (
            json!({"order_id": "ORDER-000000A", "status": "success", "trx_id": "1"}).to_string(),
            "application/json",
        ),
        (
            "order_id=ORDER-000000B&status=success".to_owned(),
            "application/x-www-form-urlencoded",
        ),
        ("order_id=ORDER-000000C".to_owned(), ""),
        (json!({"status": "success"}).to_string(), "application/json"),
        ("<xml/>".to_owned(), "text/xml"),
        (String::new(), ""),
    ];
    for (letter, (body, media_type)) in "ABCDEF".chars().zip(bodies) {
        let order = format!("ORDER-000000{letter}");
        world.opened(&order).await;
        world.fake.set(&order, "success");
        let reply = world.notify(&order, body, media_type).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        world.until_state(&order, "paid").await;
        assert_eq!(world.fake.look_ups(&order), 1);
    }
}

#[tokio::test]
async fn a_notification_right_after_an_answer_is_a_reason_to_ask_again() {
    // However rarely a watched order is asked about.
    let rarely = ("MALIPO_JOYNDPAY__WATCH_INTERVAL_MS", "60000");
    let world = World::with_env("", &[rarely]).await;
    world.opened(ORDER).await;
    world.notify(ORDER, String::new(), "").await;
    eventually(async || (1 <= world.fake.look_ups(ORDER)).then_some(())).await;
    world.fake.set(ORDER, "success");
    world.notify(ORDER, String::new(), "").await;
    world.until_state(ORDER, "paid").await;
}

#[tokio::test]
async fn a_notification_in_the_very_millisecond_of_a_question_is_a_reason_to_ask_again() {
    let rarely = ("MALIPO_JOYNDPAY__WATCH_INTERVAL_MS", "60000");
    let world = World::with_env("", &[rarely]).await;
    world.opened(ORDER).await;
    world.clock.stop();
    world.notify(ORDER, String::new(), "").await;
    eventually(async || (1 <= world.fake.look_ups(ORDER)).then_some(())).await;
    world.fake.set(ORDER, "success");
    world.notify(ORDER, String::new(), "").await;
    world.until_state(ORDER, "paid").await;
}

#[tokio::test]
async fn a_notification_that_lies_pays_nothing() {
    let world = World::new().await;
    world.opened(ORDER).await;
    let lie = json!({"order_id": ORDER, "status": "success", "amount": 10000, "currency": "UGX"})
        .to_string();
    assert_eq!(
        world.notify(ORDER, lie, "application/json").await.status,
        200
    );
    eventually(async || (1 <= world.fake.look_ups(ORDER)).then_some(())).await;
    assert_eq!(world.record(ORDER).await["state"], "pending");
}

#[tokio::test]
async fn forged_addresses_are_refused_and_strange_orders_are_kept() {
    let world = World::new().await;
    world.opened(ORDER).await;
    for path in [
        "/pay/notify/joyndpay/x",
        "/pay/notify/jopay/x",
        "/pay/notify/joyndpay/%00",
        "/pay/notify/joyndpay/%ff",
    ] {
        let body = json!({"order_id": ORDER}).to_string();
        let reply = world.send("POST", path, &[], body).await;
        assert!(matches!(reply.status, 400 | 401), "{path} {reply:?}");
    }
    for other in ["ORDER-0000009", "<b>", "' OR 1"] {
        let reply = world
            .notify(
                ORDER,
                json!({"order_id": other}).to_string(),
                "application/json",
            )
            .await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let large = world.notify(ORDER, "x".repeat(100_000), "text/plain").await;
    assert_eq!(large.status, 413);
    let metrics = world.send("GET", "/metrics", &[], "").await.text;
    assert!(
        metrics.contains("malipo_notices_total{provider=\"joyndpay\",outcome=\"parked\"} 3"),
        "{metrics}"
    );
    assert_eq!(world.fake.look_ups(ORDER), 0);
}

#[tokio::test]
async fn a_flood_of_notifications_spends_no_quota() {
    let world = World::with("limits.notifications_per_attempt_per_minute = 1000").await;
    world.opened(ORDER).await;
    let flood = (0..300).map(|_| {
        world.notify(
            ORDER,
            json!({"order_id": ORDER}).to_string(),
            "application/json",
        )
    });
    let replies = futures_util::future::join_all(flood).await;
    assert!(replies.iter().all(|it| it.status == 200));
    assert!(
        world.fake.look_ups(ORDER) <= 20,
        "{}",
        world.fake.look_ups(ORDER)
    );
}

/// A notification comes when a question was asked for this reason, and has no answer yet or has one. Nothing else asks.
#[track_caller]
fn check(because: Because, is_answered: bool) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let rarely = ("MALIPO_JOYNDPAY__WATCH_INTERVAL_MS", "60000");
        let world = World::without_schedule("", &[rarely]).await;
        let page = world.opened(ORDER).await;
        let ms = match because {
            Because::Watched | Because::Told => 400,
            Because::ToldQuickly => 0,
        };
        let look_up = crate::fake::LookUp::Slow(std::time::Duration::from_millis(ms));
        world.fake.mind(|it| it.look_up = look_up);
        match because {
            Because::Watched => drop(world.verify(&page).await),
            Because::Told | Because::ToldQuickly => {
                drop(world.notify(ORDER, String::new(), "").await)
            }
        }
        let asked = || world.fake.look_ups(ORDER);
        eventually(async || (asked() == 1).then_some(())).await;
        if is_answered {
            world.quiet().await;
        }
        world.fake.set(ORDER, "success");
        for _ in 0..3 {
            world.notify(ORDER, String::new(), "").await;
        }
        world.until_state(ORDER, "paid").await;
        // Who was to follow has seen that it is paid.
        world.quiet().await;
        assert_eq!(asked(), 2, "{because:?}, {is_answered} at {place}");
    }
}

#[derive(Clone, Copy, Debug)]
enum Because {
    Watched,
    /// The provider takes longer to answer than two questions because of notifications are to be apart.
    Told,
    /// It answers at once.
    ToldQuickly,
}

#[tokio::test]
async fn a_notification_is_followed_by_one_question_whatever_was_asked_before_it() {
    check(Because::Watched, false).await;
    check(Because::Watched, true).await;
    check(Because::Told, false).await;
    check(Because::Told, true).await;
    check(Because::ToldQuickly, true).await;
}

#[tokio::test]
async fn a_question_of_somebody_else_after_the_notification_is_the_one_that_was_to_follow() {
    let world = World::without_schedule("", &[]).await;
    world.opened(ORDER).await;
    world.fake.mind(|it| it.look_up = crate::fake::LookUp::Held);
    for _ in 0..2 {
        world.notify(ORDER, String::new(), "").await;
    }
    let order = world.app.store.order(&ORDER.parse().unwrap()).await;
    let attempt = &order.unwrap().unwrap().attempts[0];
    // It waits for the notification's question, and asks before that is followed.
    let others = async {
        for _ in 0..2 {
            let answer = reconcile::ask(&world.app, attempt).await;
            assert_eq!(answer, Ok(Observation::Pending));
        }
    };
    let release = async { world.fake.mind(|it| it.released = true) };
    // From here on no time goes by: whoever is to follow waits for what is left of the 300 ms.
    world.clock.stop();
    futures_util::join!(others, release);
    world.quiet().await;
    assert_eq!(world.fake.look_ups(ORDER), 2);
}

#[tokio::test]
async fn a_notification_that_a_server_with_a_clock_behind_has_noted_is_asked_about_by_another() {
    let rarely = ("MALIPO_JOYNDPAY__WATCH_INTERVAL_MS", "60000");
    let world = World::with_env("", &[rarely]).await;
    let page = world.opened(ORDER).await;
    world.verify(&page).await;
    eventually(async || (world.fake.look_ups(ORDER) == 1).then_some(())).await;
    world.quiet().await;
    world.fake.set(ORDER, "success");
    let order = world.app.store.order(&ORDER.parse().unwrap()).await;
    let order = order.unwrap().unwrap();
    // The schedule's own next look is not what finds it.
    world.clock.stop();
    let behind = world.clock.now().plus_ms(-5_000);
    let noted = world.app.store.notified(&order.attempts[0].id, behind);
    noted.await.unwrap();
    world.until_state(ORDER, "paid").await;
}

#[tokio::test]
async fn a_notification_during_a_question_is_followed_however_long_the_watch_interval() {
    let interval = ("MALIPO_JOYNDPAY__WATCH_INTERVAL_MS", "60000");
    let world = World::with_env("", &[interval]).await;
    let answer = world.opened(ORDER).await;
    let slow = std::time::Duration::from_millis(400);
    world
        .fake
        .mind(|it| it.look_up = crate::fake::LookUp::Slow(slow));
    // The page's question is answered "pending", from before the payment.
    world.verify(&answer).await;
    eventually(async || (world.fake.look_ups(ORDER) == 1).then_some(())).await;
    world.fake.set(ORDER, "success");
    let body = json!({"order_id": ORDER}).to_string();
    assert_eq!(
        world.notify(ORDER, body, "application/json").await.status,
        200
    );
    world.until_state(ORDER, "paid").await;
}
