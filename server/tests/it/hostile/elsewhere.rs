//! Where the server itself calls: to whom its configuration names, and nowhere that a request, an answer or a notification
//! names (server-side request forgery).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::fake::{LookUp, Opening};
use crate::webhooks::Shop;
use crate::world::{SHOP, World, eventually, key, quoted};

/// An address of this machine on which a call would be noticed.
struct Trap {
    url: String,
    calls: Arc<AtomicU32>,
}

impl Trap {
    async fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::<AtomicU32>::default();
        let counted = Arc::clone(&calls);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { url, calls }
    }

    /// How often it was called. That the trap works is shown by calling it.
    async fn calls(&self) -> u32 {
        let before = self.calls.load(Ordering::SeqCst);
        let address = self.url.strip_prefix("http://").unwrap();
        let _call = tokio::net::TcpStream::connect(address).await.unwrap();
        eventually(async || (before < self.calls.load(Ordering::SeqCst)).then_some(())).await;
        self.calls.load(Ordering::SeqCst) - 1
    }
}

#[tokio::test]
async fn no_field_of_a_request_makes_the_server_call_anyone() {
    let trap = Trap::set().await;
    let world = World::with(&format!(
        "allow_client_amounts = true\n{}",
        super::NO_CEILING
    ))
    .await;
    let targets = [
        format!("{}/latest/meta-data/", trap.url),
        trap.url.replace("http://", "http://shop.example@"),
        trap.url.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
        trap.url.replace("127.0.0.1", "2130706433"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[fd00:ec2::254]/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1:1/x".to_owned(),
    ];
    for target in &targets {
        for field in [
            "return_url",
            "callback_url",
            "ipn_url",
            "redirect_url",
            "events_url",
            "webhook_url",
            "description",
            "order_id",
            "sku",
            "quote",
            "provider",
        ] {
            let mut body = quoted("ORDER-0000001");
            body[field] = json!(target);
            world.initiate(&key(), &body).await;
        }
        for field in ["name", "email", "phone"] {
            let mut body = quoted("ORDER-0000002");
            body["customer"] = json!({ field: target });
            world.initiate(&key(), &body).await;
        }
        for name in [
            "host",
            "x-forwarded-host",
            "x-forwarded-for",
            "referer",
            "x-original-url",
        ] {
            let headers = [
                ("content-type", "application/json"),
                (name, target.as_str()),
            ];
            let body = json!({"order_id": "ORDER-0000001", "token": "x"}).to_string();
            world.send("POST", "/pay/verify", &headers, body).await;
        }
        let notice = json!({"order_id": "ORDER-0000001", "url": target, "callback_url": target});
        let notified = world
            .notify("ORDER-0000001", notice.to_string(), "application/json")
            .await;
        assert_eq!(notified.status, 200);
        for path in [
            "/pay/return?of=",
            "/pay/link/",
            "/malipo/",
            "/pay/initiate?provider=",
        ] {
            let path = format!("{path}{}", target.replace(['/', ':', '@', '[', ']'], "%2f"));
            world.send("GET", &path, &[], "").await;
        }
    }
    world.until_state("ORDER-0000001", "pending").await;
    assert_eq!(trap.calls().await, 0);
}

#[tokio::test]
async fn a_provider_that_redirects_is_not_followed() {
    let trap = Trap::set().await;
    let (base, answered) = redirecting(&trap).await;
    let env = [("MALIPO_JOYNDPAY__BASE_URL", base.as_str())];
    let world = World::with_env("", &env).await;
    let reply = world.initiate(&key(), &quoted("ORDER-0000001")).await;
    assert_ne!(reply.status, 200, "{reply:?}");
    eventually(async || (1 <= answered.load(Ordering::SeqCst)).then_some(())).await;
    assert!(!reply.text.contains(&trap.url), "{reply:?}");
    assert_eq!(trap.calls().await, 0);
}

/// A provider, or a shop, that sends every caller elsewhere; how often it did.
async fn redirecting(trap: &Trap) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (to, count) = (trap.url.clone(), Arc::<AtomicU32>::default());
    let counted = Arc::clone(&count);
    let answer = move || {
        let nth = counted.fetch_add(1, Ordering::SeqCst);
        let status = [301, 302, 303, 307, 308][nth as usize % 5];
        let location = format!("{to}/?nth={nth}");
        async move {
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            (status, [("location", location)])
        }
    };
    let router = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (base, count)
}

#[tokio::test]
async fn a_webhooks_receiver_that_redirects_is_not_followed_and_told_again() {
    let trap = Trap::set().await;
    let (base, answered) = redirecting(&trap).await;
    let shop = Shop::start(&[]).await;
    let config = shop.config();
    let line = config.lines().next().unwrap();
    let world = World::with(&config.replace(line, &format!("webhook.url = \"{base}/hook\""))).await;
    let answer = world.opened("ORDER-0000001").await;
    world.fake.set("ORDER-0000001", "success");
    world.until(&answer, "success").await;
    eventually(async || (1 <= answered.load(Ordering::SeqCst)).then_some(())).await;
    world.forward(60_000).await;
    eventually(async || (2 <= answered.load(Ordering::SeqCst)).then_some(())).await;
    assert_eq!(trap.calls().await, 0);
}

/// What a provider says is handed to a browser only where it is the provider's own page, and is fetched by nobody here.
#[tokio::test]
async fn an_address_in_a_providers_answer_is_not_fetched() {
    let trap = Trap::set().await;
    let world = World::new().await;
    let hostile = |reference: &str| -> Value {
        json!({"status": "success", "data": {"id": "utr-1", "order_id": reference, "currency": "UGX", "amount": 10000,
            "redirect_url": format!("{}/make/payment/test/x", trap.url), "callback_url": trap.url, "ipn_url": trap.url}})
    };
    let said = hostile("ORDER-0000001").to_string();
    world
        .fake
        .mind(|it| it.opening = Opening::Says(200, said.clone()));
    let reply = world.initiate(&key(), &quoted("ORDER-0000001")).await;
    assert_ne!(
        reply.status, 200,
        "another host's page is not handed out: {reply:?}"
    );
    assert!(!reply.text.contains(&trap.url), "{reply:?}");
    world.fake.mind(|it| it.look_up = LookUp::Says(200, said));
    let record = world.record("ORDER-0000001").await;
    assert!(!record.to_string().contains(&trap.url), "{record}");
    let back = world
        .send(
            "GET",
            &format!("/pay/return?of=x&to={}", trap.url),
            &[("origin", SHOP)],
            "",
        )
        .await;
    assert!(!back.text.contains(&trap.url), "{back:?}");
    assert_eq!(trap.calls().await, 0);
}
