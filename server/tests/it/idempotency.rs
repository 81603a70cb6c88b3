//! The same key gives the same payment; an order is begun once.

use std::time::Duration;

use serde_json::json;

use crate::fake::Opening;
use crate::world::{SHOP, World, eventually, key, quote, quoted};

#[tokio::test]
async fn a_key_is_needed_and_is_a_uuid_v4() {
    let world = World::new().await;
    let body = quoted("ORDER-0000001");
    let bad = [
        "",
        "x",
        "\"x\"",
        "8e03978e-40d5-43e8-bc93-6894a57f932",
        "8e03978e-40d5-13e8-bc93-6894a57f9324",
        "\"8e03978e-40d5-43e8-bc93-6894a57f9324",
        "{8e03978e-40d5-43e8-bc93-6894a57f9324}",
    ];
    for key in bad {
        let (status, code, sentence) = world.initiate(key, &body).await.error();
        assert_eq!((status, code.as_str()), (400, "bad-option"), "{key}");
        assert!(sentence.starts_with("Idempotency-Key:"), "{sentence}");
    }
    assert_eq!(world.post("/pay/initiate", &body).await.error().0, 400);
    let good = "8e03978e-40d5-43e8-bc93-6894a57f9324";
    assert_eq!(world.initiate(good, &body).await.status, 200);
    assert_eq!(
        world
            .initiate(&format!("\"{}\"", good.to_uppercase()), &body)
            .await
            .status,
        200
    );
    assert_eq!(world.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn a_replay_gives_the_same_page_and_a_token_of_its_own() {
    let world = World::new().await;
    let key = key();
    let body = quoted("ORDER-0000001");
    let first = world.initiate(&key, &body).await.json();
    let mut elsewhere = body.clone();
    elsewhere["return_url"] = json!(format!("{SHOP}/another/page"));
    let second = world.initiate(&key, &elsewhere).await.json();
    assert_eq!(first["redirect_url"], second["redirect_url"]);
    assert_ne!(first["token"], second["token"]);
    assert_eq!(world.verify(&first).await["status"], "pending");
    assert_eq!(world.verify(&second).await["status"], "pending");
    assert_eq!(world.fake.mind(|it| it.opens), 1);
    let mut other = body;
    other["description"] = json!("something else");
    let (status, code, _) = world.initiate(&key, &other).await.error();
    assert_eq!((status, code.as_str()), (422, "order-changed"));
}

#[tokio::test]
async fn the_first_is_still_running_means_wait() {
    let world = World::new().await;
    world
        .fake
        .mind(|it| it.opening = Opening::Slow(Duration::from_millis(300)));
    let key = key();
    let body = quoted("ORDER-0000001");
    let (first, second) = tokio::join!(world.initiate(&key, &body), async {
        eventually(async || (world.fake.mind(|it| it.opens) == 1).then_some(())).await;
        world.initiate(&key, &body).await
    });
    assert_eq!(first.status, 200);
    assert_eq!((second.error().0, second.error().1.as_str()), (409, "busy"));
    assert!(!second.header("retry-after").is_empty());
    assert_eq!(
        world.initiate(&key, &body).await.json()["redirect_url"],
        first.json()["redirect_url"]
    );
    assert_eq!(world.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn fifty_presses_at_once_open_one_page() {
    let world = World::with("limits.initiates_per_order_per_minute = 1000").await;
    let presses = (0..50).map(|_| async {
        world
            .initiate(&key(), &quoted("ORDER-0000001"))
            .await
            .status
    });
    let statuses = futures_util::future::join_all(presses).await;
    assert!(
        statuses.iter().all(|it| matches!(it, 200 | 409)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&200));
    assert_eq!(world.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn a_live_attempt_is_given_to_who_has_proof() {
    let world = World::with("allow_client_amounts = true").await;
    let first = world.opened("ORDER-0000001").await;
    // A second page with a quote of its own, even one that has expired: the same checkout page.
    let again =
        json!({"quote": quote("ORDER-0000001", "10000", -60), "return_url": format!("{SHOP}/")});
    let second = world.initiate(&key(), &again).await.json();
    assert_eq!(first["redirect_url"], second["redirect_url"]);
    // No quote: nothing but "busy".
    let bare = json!({"order_id": "ORDER-0000001", "amount": "10000", "currency": "UGX", "return_url": format!("{SHOP}/")});
    let reply = world.initiate(&key(), &bare).await;
    assert_eq!((reply.error().0, reply.error().1.as_str()), (409, "busy"));
    assert!(!reply.text.contains("redirect_url") && !reply.text.contains("token"));
    assert!(reply.header("retry-after").is_empty());
    // Another price.
    let dearer =
        json!({"quote": quote("ORDER-0000001", "10001", 600), "return_url": format!("{SHOP}/")});
    let (status, code, _) = world.initiate(&key(), &dearer).await.error();
    assert_eq!((status, code.as_str()), (409, "order-changed"));
    assert_eq!(world.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn a_paid_order_is_a_success_at_once() {
    let world = World::new().await;
    let first = world.opened("ORDER-0000001").await;
    world.fake.set("ORDER-0000001", "success");
    world.until(&first, "success").await;
    let again = world.opened("ORDER-0000001").await;
    assert_eq!(again["status"], "success");
    assert!(again.get("redirect_url").is_none());
    assert_eq!(world.verify(&again).await["status"], "success");
    assert_eq!(world.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn too_many_presses_are_told_to_wait() {
    let world = World::with("limits.initiates_per_order_per_minute = 2").await;
    for expected in [200, 200, 429] {
        let reply = world.initiate(&key(), &quoted("ORDER-0000001")).await;
        assert_eq!(reply.status, expected);
        assert_eq!(reply.header("retry-after").is_empty(), expected == 200);
    }
}

#[tokio::test]
async fn an_unreachable_provider_begins_nothing_and_the_key_may_be_sent_again() {
    // Nobody listens on port 1.
    let env = [("MALIPO_JOYNDPAY__BASE_URL", "http://127.0.0.1:1/api")];
    let world = World::with_env("", &env).await;
    let (key, body) = (key(), quoted("ORDER-0000001"));
    for _ in 0..2 {
        let reply = world.initiate(&key, &body).await;
        assert_eq!(
            (reply.error().0, reply.error().1.as_str()),
            (502, "network")
        );
        assert!(!reply.header("retry-after").is_empty());
        assert_eq!(world.record("ORDER-0000001").await["state"], "refused");
    }
}
