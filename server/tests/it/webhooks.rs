//! The shop is told: signed, at least once, also after a crash, and in the same words each time.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use malipo_server::clock::Clock;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::world::{World, client, eventually, send};

const SECRET: &str = "whsec_V0VCSE9PSy1DQU5BUlktNS1XRUJIT09LLUNBTkFSWQ==";
const OLD_SECRET: &str = "whsec_T0xELVdFQkhPT0stQ0FOQVJZLTYtT0xELVdFQkhPT0s=";
const ORDER: &str = "ORDER-0000001";

/// The shop's own system, as far as a webhook sees it.
#[derive(Clone, Default)]
pub(crate) struct Shop {
    state: Arc<Mutex<Received>>,
    url: String,
}

#[derive(Default)]
struct Received {
    calls: Vec<(HeaderMap, String)>,
    /// What is answered, in order; 200 afterwards.
    answers: Vec<u16>,
}

impl Shop {
    pub(crate) async fn start(answers: &[u16]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/malipo", listener.local_addr().unwrap());
        let shop = Self {
            url,
            ..Self::default()
        };
        shop.state.lock().unwrap().answers = answers.to_vec();
        let router = Router::new()
            .route("/hooks/malipo", post(receive))
            .with_state(shop.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        shop
    }

    pub(crate) fn config(&self) -> String {
        format!(
            "webhook.url = \"{}\"\nwebhook.secret = \"{SECRET}\"",
            self.url
        )
    }

    fn calls(&self) -> Vec<(HeaderMap, String)> {
        self.state.lock().unwrap().calls.clone()
    }

    /// Waits for so many calls in all, and returns the bodies of those that the reference library verifies.
    pub(crate) async fn until(&self, count: usize) -> Vec<Value> {
        eventually(async || (count <= self.calls().len()).then_some(())).await;
        self.calls()
            .iter()
            .map(|(headers, body)| {
                // The server's clock may have been moved, the library's is the machine's.
                let text = |name: &str| headers[name].to_str().unwrap().to_owned();
                let time = text("webhook-timestamp").parse().unwrap();
                let signed = Webhook::new(SECRET)
                    .unwrap()
                    .sign(&text("webhook-id"), time, body.as_bytes())
                    .unwrap();
                let signatures = text("webhook-signature");
                assert!(signatures.split(' ').any(|it| it == signed), "{headers:?}");
                serde_json::from_str(body).unwrap()
            })
            .collect()
    }
}

async fn receive(State(shop): State<Shop>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut state = shop.state.lock().unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    state.calls.push((headers, text));
    let answer = if state.answers.is_empty() {
        200
    } else {
        state.answers.remove(0)
    };
    StatusCode::from_u16(answer).unwrap()
}

/// Checked by the library that the specification publishes for receivers.
#[track_caller]
fn verified(secret: &str, headers: &HeaderMap, body: &str) {
    let result = Webhook::new(secret)
        .unwrap()
        .verify(body.as_bytes(), headers);
    assert!(result.is_ok(), "{result:?} {headers:?} {body}");
}

/// Waits until so many tries have been noted, which is after they were made.
async fn noted(world: &World, tries: u32) {
    let file = rusqlite::Connection::open(world.file()).unwrap();
    eventually(async || {
        let sql = "SELECT max(tries) FROM outbox";
        let seen: u32 = file.query_row(sql, [], |row| row.get(0)).unwrap();
        (tries <= seen).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_payment_is_told_once_with_what_the_contract_says() {
    let shop = Shop::start(&[]).await;
    let world = World::with(&shop.config()).await;
    let answer = world.opened(ORDER).await;
    world.fake.set(ORDER, "success");
    world.until(&answer, "success").await;
    let told = shop.until(1).await;
    let record = world.record(ORDER).await;
    assert_eq!(
        told[0]["data"],
        json!({
            "order_id": ORDER,
            "attempt_id": record["attempt_id"],
            "provider": "joyndpay",
            "provider_ref": format!("utr-{ORDER}"),
            "amount": "10000",
            "currency": "UGX",
            "test": true,
            "late": false,
        })
    );
    assert_eq!(told[0]["type"], "payment.paid");
    let timestamp = told[0]["timestamp"].as_str().unwrap();
    assert!(
        timestamp.ends_with('Z') && timestamp.contains('T'),
        "{timestamp}"
    );
    // Asked about again, it tells nothing again.
    world.verify(&answer).await;
    noted(&world, 1).await;
    let backlog = world.app.store.backlog().await.unwrap();
    assert_eq!((backlog.waiting, backlog.given_up), (0, 0));
    assert_eq!(shop.calls().len(), 1);
}

#[tokio::test]
async fn a_receiver_that_fails_is_told_again_in_the_same_words_under_the_same_id() {
    let shop = Shop::start(&[500, 302, 404]).await;
    let world = World::with(&shop.config()).await;
    let answer = world.opened(ORDER).await;
    world.fake.set(ORDER, "success");
    world.until(&answer, "success").await;
    for tries in 1..=4 {
        shop.until(tries).await;
        noted(&world, u32::try_from(tries).unwrap()).await;
        // Later than the longest of the first waits.
        world.forward(3 * 3_600_000).await;
    }
    let calls = shop.calls();
    for (headers, body) in &calls {
        assert_eq!(*body, calls[0].1);
        assert_eq!(headers["webhook-id"], calls[0].0["webhook-id"]);
    }
    // Each try is signed for its own time.
    assert_ne!(
        calls[0].0["webhook-timestamp"],
        calls[3].0["webhook-timestamp"]
    );
    eventually(async || {
        let backlog = world.app.store.backlog().await.unwrap();
        (backlog.waiting == 0).then_some(())
    })
    .await;
    assert_eq!(shop.calls().len(), 4);
}

#[tokio::test]
async fn what_happens_is_told_by_its_own_type() {
    let shop = Shop::start(&[]).await;
    let world = World::with(&shop.config()).await;
    // Failed, and paid after all.
    let answer = world.opened(ORDER).await;
    world.fake.set(ORDER, "failed");
    world.until(&answer, "failed").await;
    let told = shop.until(1).await;
    assert_eq!(told[0]["type"], "payment.failed");
    world.fake.set(ORDER, "success");
    world
        .notify(ORDER, "{}".to_owned(), "application/json")
        .await;
    world.until(&answer, "success").await;
    let told = shop.until(2).await;
    assert_eq!(told[1]["type"], "payment.paid");
    assert_eq!(told[1]["data"]["late"], true);
    // Too little was paid: what was paid is told.
    let other = "ORDER-0000002";
    world.opened(other).await;
    world.fake.set_amount(other, json!(9_999));
    world.fake.set(other, "success");
    world
        .notify(other, "{}".to_owned(), "application/json")
        .await;
    let told = shop.until(3).await;
    assert_eq!(told[2]["type"], "payment.review");
    assert_eq!(told[2]["data"]["amount"], "9999");
}

#[tokio::test]
async fn while_a_key_is_changed_both_keys_sign() {
    let shop = Shop::start(&[]).await;
    let more = format!("{}\nwebhook.old_secret = \"{OLD_SECRET}\"", shop.config());
    let world = World::with(&more).await;
    let answer = world.opened(ORDER).await;
    world.fake.set(ORDER, "success");
    world.until(&answer, "success").await;
    shop.until(1).await;
    let (headers, body) = shop.calls().remove(0);
    verified(SECRET, &headers, &body);
    verified(OLD_SECRET, &headers, &body);
}

#[tokio::test]
async fn what_was_given_up_waits_for_an_operator_and_is_not_lost() {
    let shop = Shop::start(&[500; 12]).await;
    let world = World::with(&shop.config()).await;
    let answer = world.opened(ORDER).await;
    world.fake.set(ORDER, "success");
    world.until(&answer, "success").await;
    for tries in 1..=12 {
        shop.until(tries).await;
        noted(&world, u32::try_from(tries).unwrap()).await;
        world.forward(30 * 3_600_000).await;
    }
    let given_up = async || {
        let backlog = world.app.store.backlog().await.unwrap();
        (backlog.waiting == 0 && backlog.given_up == 1).then_some(())
    };
    eventually(given_up).await;
    world.forward(30 * 3_600_000).await;
    let now = world.clock.now();
    assert_eq!(world.app.store.retry_given_up(now).await.unwrap(), 1);
    shop.until(13).await;
}

#[tokio::test]
async fn without_a_webhook_nothing_is_kept_for_one() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    world.fake.set(ORDER, "success");
    world.until(&answer, "success").await;
    let backlog = world.app.store.backlog().await.unwrap();
    assert_eq!((backlog.waiting, backlog.given_up), (0, 0));
}

#[tokio::test]
async fn the_example_receiver_takes_what_we_sign_once_and_nothing_else() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let program = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/webhook-receiver/receiver.mjs"
    );
    let mut receiver = tokio::process::Command::new("node")
        .args([program, "0"])
        .env("WEBHOOK_SECRET", SECRET)
        .env("FULFILLED_FILE", folder.path().join("fulfilled.txt"))
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(receiver.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    let url = first.strip_prefix("listening on ").unwrap().to_owned();
    let shop = Shop {
        url: url.clone(),
        ..Shop::default()
    };
    let world = World::with(&shop.config()).await;
    let answer = world.opened(ORDER).await;
    world.fake.set(ORDER, "success");
    world.until(&answer, "success").await;
    let line = lines.next_line().await.unwrap().unwrap();
    assert_eq!(
        line,
        format!("{ORDER}: paid 10000 UGX; a TEST, nothing is shipped")
    );
    // The same again, signed as it should be; then with another key, and too old.
    let body = json!({"type": "payment.paid", "data": {"order_id": ORDER}}).to_string();
    let now = malipo_server::clock::SystemClock.now().seconds();
    for (secret, time, status) in [
        (SECRET, now, 204),
        (OLD_SECRET, now, 401),
        (SECRET, now - 3_600, 401),
    ] {
        let signature = Webhook::new(secret).unwrap();
        let signature = signature.sign("evt_1", time, body.as_bytes()).unwrap();
        let time = time.to_string();
        let headers = [
            ("webhook-id", "evt_1"),
            ("webhook-timestamp", &*time),
            ("webhook-signature", &*signature),
        ];
        let reply = send(&client(), "POST", &url, &headers, body.clone()).await;
        assert_eq!(reply.status, status, "{secret} {time}");
    }
    let line = lines.next_line().await.unwrap().unwrap();
    assert_eq!(
        line,
        format!("{ORDER}: told again; it was fulfilled before")
    );
}
