//! What was good once is sent again, late, or elsewhere: quotes, keys, notifications, and our own webhooks at the shop.

use futures_util::future::join_all;
use malipo_server::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::jopay::webhooks::sign;
use crate::jopay::{self, SECRET};
use crate::webhooks::Shop;
use crate::world::{SHOP, World, key, quote, quoted, sign as sign_quote};

const ORDER: &str = "ORDER-0000001";

#[tokio::test]
async fn a_quote_that_was_used_begins_no_second_payment() {
    let world = World::with(super::NO_CEILING).await;
    let body = quoted(ORDER);
    let first = world.initiate(&key(), &body).await.json();
    // With keys of their own, at once and later: the same page each time.
    for reply in join_all((0..20).map(async |_| world.initiate(&key(), &body).await)).await {
        assert_eq!(
            reply.json()["redirect_url"],
            first["redirect_url"],
            "{reply:?}"
        );
    }
    world.fake.set(ORDER, "success");
    world.until(&first, "success").await;
    let again = world.initiate(&key(), &body).await.json();
    assert_eq!(
        (&again["status"], again.get("redirect_url")),
        (&json!("success"), None)
    );
    world.forward(4_000_000).await;
    let expired = world.initiate(&key(), &body).await;
    assert!(expired.json()["redirect_url"].is_null(), "{expired:?}");
    assert_eq!(world.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn a_quote_of_yesterday_or_of_another_shop_begins_nothing() {
    let world = World::with(super::NO_CEILING).await;
    let now = SystemClock.now().seconds();
    let with = |claim: &str, value: Value| {
        let mut claims = json!({"order_id": ORDER, "amount": "10000", "currency": "UGX", "aud": "demo:sandbox", "exp": now + 3_600});
        claims[claim] = value;
        sign_quote(&claims)
    };
    for (quote, status, code) in [
        (quote(ORDER, "10000", -1), 422, "quote-expired"),
        (with("exp", json!(0)), 422, "quote-expired"),
        (with("exp", json!(i64::MIN)), 422, "quote-expired"),
        (with("exp", json!(i64::MAX)), 400, "bad-option"),
        (with("exp", json!(now + 24 * 3_600 + 60)), 400, "bad-option"),
        (with("aud", json!("demo:live")), 400, "bad-option"),
        (with("aud", json!("other:sandbox")), 400, "bad-option"),
        (with("aud", json!("demo:sandbox:live")), 400, "bad-option"),
    ] {
        let body = json!({"quote": quote, "return_url": format!("{SHOP}/")});
        let (got, said, _) = world.initiate(&key(), &body).await.error();
        assert_eq!((got, said.as_str()), (status, code), "{quote}");
    }
    assert_eq!(world.fake.mind(|it| it.opens), 0);
}

#[tokio::test]
async fn a_quote_for_another_price_does_not_change_an_order_that_is_open() {
    let world = World::with(super::NO_CEILING).await;
    let first = world.opened(ORDER).await;
    for amount in ["1", "9999", "10001"] {
        let body = json!({"quote": quote(ORDER, amount, 3600), "return_url": format!("{SHOP}/")});
        let (status, code, _) = world.initiate(&key(), &body).await.error();
        assert_eq!((status, code.as_str()), (409, "order-changed"), "{amount}");
    }
    world.fake.set(ORDER, "success");
    assert_eq!(world.until(&first, "success").await["amount"], "10000");
}

/// One signed delivery, caught on its way and sent again: within the tolerance it is a question that changes nothing any
/// more; after it, and with a signature of a key that was taken out, it is nothing at all.
#[tokio::test]
async fn a_webhook_of_jopay_that_is_sent_again_pays_once_and_after_its_time_nothing() {
    let fake = jopay::fake::Fake::start().await;
    let shop = Shop::start(&[]).await;
    let text = fake.config(&format!("{}\n{}", shop.config(), super::NO_CEILING));
    let world = World::with(&text).await;
    let exp = SystemClock.now().seconds() + 3_600;
    let quote = sign_quote(
        &json!({"order_id": ORDER, "amount": "25.00", "currency": "EUR", "aud": "demo:sandbox", "exp": exp}),
    );
    let body = json!({"quote": quote, "return_url": format!("{SHOP}/")});
    let reply = world.initiate(&key(), &body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    fake.set(json!({"proof_status": "verified"}));
    let id = fake.newest()["request_id"].clone();
    let event = json!({"event":"payment.proof_verified","request_id":id}).to_string();
    let signature = sign(SECRET, world.clock.now().seconds(), &event);
    let deliver = async |signature: &str| {
        let headers = [("x-jopay-signature", signature)];
        let reply = world
            .send("POST", "/pay/notify/jopay", &headers, event.clone())
            .await;
        reply.status
    };
    assert_eq!(deliver(&signature).await, 200);
    world.until_state(ORDER, "paid").await;
    let asked = fake.calls("GET /requests/");
    for _ in 0..50 {
        assert_eq!(deliver(&signature).await, 200);
    }
    assert_eq!(
        fake.calls("GET /requests/"),
        asked,
        "a paid order is not asked about again"
    );
    world.forward(301_000).await;
    assert_eq!(deliver(&signature).await, 503, "too old");
    let later = sign(
        &SECRET.replace("00", "11"),
        world.clock.now().seconds(),
        &event,
    );
    assert_eq!(deliver(&later).await, 401, "a key that is not configured");
    let told = shop.until(1).await;
    assert_eq!(told.len(), 1, "the shop is told once: {told:?}");
    assert_eq!(told[0]["type"], "payment.paid");
}

/// A notification's address is of one attempt: another order's name in it, or another provider's path, pays nothing.
#[tokio::test]
async fn a_notification_sent_to_another_orders_address_pays_neither() {
    let world = World::with(super::NO_CEILING).await;
    world.opened(ORDER).await;
    world.opened("ORDER-0000002").await;
    let body = json!({"order_id": ORDER, "status": "success", "amount": 10000}).to_string();
    let reply = world
        .notify("ORDER-0000002", body, "application/json")
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let url = world.fake.payment(ORDER).request["ipn_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let secret = url.rsplit('/').next().unwrap();
    for path in [
        format!("/pay/notify/jopay/{secret}"),
        format!("/pay/notify/jenga/{secret}"),
        format!("/pay/notify/JOYNDPAY/{secret}"),
        format!("/pay/notify/joyndpay/{}", secret.to_lowercase()),
        format!("/pay/notify/joyndpay/{secret}%20"),
        format!("/pay/notify/joyndpay?{secret}"),
    ] {
        let reply = world.send("POST", &path, &[], "").await;
        assert_eq!(reply.status, 401, "{path} {reply:?}");
    }
    for order in [ORDER, "ORDER-0000002"] {
        assert_eq!(world.record(order).await["state"], "pending");
    }
}

#[tokio::test]
async fn a_key_that_was_used_answers_for_its_own_payload_alone() {
    let world = World::with(super::NO_CEILING).await;
    let key = key();
    let first = world.initiate(&key, &quoted(ORDER)).await.json();
    for other in [
        quoted("ORDER-0000002"),
        json!({"sku": "tea", "return_url": format!("{SHOP}/")}),
    ] {
        let reply = world.initiate(&key, &other).await;
        assert_eq!(reply.error().0, 422, "{reply:?}");
        assert!(!reply.text.contains(first["token"].as_str().unwrap()));
    }
    assert_eq!(world.fake.mind(|it| it.opens), 1);
}
