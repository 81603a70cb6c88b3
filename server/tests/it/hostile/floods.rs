//! Notifications by the hundred thousand: forged ones ask nobody anything, and the real one among them still counts.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::StreamExt as _;
use malipo_server::clock::{Clock as _, SystemClock};
use serde_json::json;
use sha2::Digest as _;

use crate::jenga;
use crate::jopay::{self, webhooks::sign};
use crate::world::{Reply, SHOP, World, eventually, key, sign as sign_quote};

const ORDER: &str = "ORDER-0000001";
const EACH: usize = 34_000;

fn now() -> i64 {
    SystemClock.now().seconds()
}

/// A path token of the right shape: 32 bytes, each time others.
fn secret(nth: usize) -> String {
    URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(nth.to_le_bytes()))
}

/// All three providers: JoyndPay's and JoPay's fakes, and a Jenga that nobody answers for.
async fn world() -> (jopay::fake::Fake, World) {
    let fake = jopay::fake::Fake::start().await;
    let jenga = jenga::table("jenga.base_url = \"http://127.0.0.1:1\"");
    let text = fake.config(&format!("{jenga}\n{}", super::NO_CEILING));
    (fake, World::with(&text).await)
}

/// Sends them all, sixteen at a time; the statuses that came back.
async fn flood(sends: impl Iterator<Item = impl Future<Output = Reply>>) -> Vec<u16> {
    let replies = futures_util::stream::iter(sends).buffer_unordered(16);
    replies.map(|it| it.status).collect().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_forged_notifications_ask_nobody_anything() {
    let (fake, world) = world().await;
    let quote = |amount: &str, currency: &str| {
        let exp = now() + 3_600;
        sign_quote(
            &json!({"order_id": ORDER, "amount": amount, "currency": currency, "aud": "demo:sandbox", "exp": exp}),
        )
    };
    let body = json!({"quote": quote("25.00", "EUR"), "return_url": format!("{}/", SHOP)});
    let reply = world.initiate(&key(), &body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let asked_before = fake.calls("");

    let id = fake.newest()["request_id"].clone();
    let event =
        json!({"event":"payment.proof_verified","request_id":id,"metadata":{"order_id":ORDER}})
            .to_string();
    let signed_at = now();
    let jopays = flood((0..EACH).map(|it| {
        let (world, event) = (&world, event.clone());
        // A signature of the right shape by another secret, each another one.
        let secret = format!("{it:064x}");
        async move {
            let signature = sign(&secret, signed_at, &event);
            let headers = [("x-jopay-signature", signature.as_str())];
            world
                .send("POST", "/pay/notify/jopay", &headers, event)
                .await
        }
    }));
    let ipn = json!({"callbackType":"IPN","transaction":{"billNumber":ORDER,"status":"SUCCESS","orderAmount":"25.00","orderCurrency":"EUR"}}).to_string();
    let jengas = flood((0..EACH).map(|it| {
        let (world, ipn) = (&world, ipn.clone());
        async move {
            let guess = STANDARD.encode(format!("ipnuser:guess-{it}"));
            let basic = format!("Basic {guess}");
            let headers = [("authorization", basic.as_str())];
            world.send("POST", "/pay/notify/jenga", &headers, ipn).await
        }
    }));
    let joyndpays = flood((0..EACH).map(|it| {
        let world = &world;
        async move {
            let path = format!("/pay/notify/joyndpay/{}", secret(it));
            let body = json!({"order_id": ORDER, "status": "success"}).to_string();
            world.send("POST", &path, &[], body).await
        }
    }));
    let (jopays, jengas, joyndpays) = tokio::join!(jopays, jengas, joyndpays);
    for statuses in [jopays, jengas, joyndpays] {
        assert_eq!(statuses.len(), EACH);
        assert!(statuses.iter().all(|it| *it == 401));
    }

    let metrics = world.send("GET", "/metrics", &[], "").await.text;
    for provider in ["jopay", "jenga", "joyndpay"] {
        let line =
            format!("malipo_notices_total{{provider=\"{provider}\",outcome=\"forged\"}} {EACH}");
        assert!(metrics.contains(&line), "{line} in {metrics}");
    }
    assert!(metrics.contains("malipo_notices_parked 0\n"), "{metrics}");
    assert_eq!(world.record(ORDER).await["state"], "pending");
    let schedule = fake.calls("") - asked_before;
    // By itself, at 20, 45 and 90 s and so on: on a slow machine the flood takes that long.
    assert!(schedule < 20, "{schedule} questions");

    // The limit on proven ones is still whole.
    fake.set(json!({"proof_status": "verified"}));
    let signature = sign(jopay::SECRET, now(), &event);
    let headers = [("x-jopay-signature", signature.as_str())];
    let real = world
        .send("POST", "/pay/notify/jopay", &headers, event)
        .await;
    assert_eq!(real.status, 200, "{real:?}");
    world.until_state(ORDER, "paid").await;
}

/// Proven ones, and ever the same: the provider is asked as often as its own limit and ours allow, and money counts once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_proven_notifications_at_once_are_a_few_questions() {
    let most = 30;
    let limit = ("MALIPO_JOYNDPAY__CALLS_PER_MINUTE", most.to_string());
    let world = World::with_env(super::NO_CEILING, &[(limit.0, &limit.1)]).await;
    let begun = world.clock.now();
    world.opened(ORDER).await;
    let statuses = flood((0..1_000).map(|_| world.notify(ORDER, String::new(), ""))).await;
    let count = |status| statuses.iter().filter(|it| **it == status).count();
    let (taken, limited) = (count(200), count(429));
    assert_eq!(taken + limited, 1_000, "{statuses:?}");
    let asked = i64::from(world.fake.look_ups(ORDER));
    let ms = world.clock.now().since_ms(begun);
    // 60 a minute and attempt, and what the time that it takes gives back.
    let let_in = 60 + ms / 1_000 + 1;
    assert!(
        (60..=let_in).contains(&i64::try_from(taken).unwrap()),
        "{taken}"
    );
    // The schedule asks every 500 ms; a notification at once after that, and 300 ms after the one before, which is once more in
    // each of those; one question at a time, and all of it within the limit.
    let hinted = (ms / 300 + 2 * (ms / 500) + 2).min(3 * (ms / 500) + 3);
    let allowed = most * (1 + ms / 60_000);
    assert!(asked <= hinted.min(allowed), "{asked} questions in {ms} ms");
    // The schedule does not rely on them.
    world.fake.set(ORDER, "success");
    let paid = eventually(async || {
        // A question that was under way when the provider changed its mind puts the next one off.
        world.forward(60_000).await;
        (world.record(ORDER).await["state"] == "paid").then_some(())
    });
    paid.await;
}
