//! Nothing secret is in an answer, whatever is asked and whatever goes wrong: every configured secret is a word that is
//! easily found, and so is everything that is known of the payer.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::fake::{LookUp, Opening};
use crate::world::{QUOTE_KEY, Reply, SHOP, SHOP_KEY, World, key, quoted};
use crate::{jenga, jopay};

const ADMIN: &str = "ADMIN-CANARY-8-ADMIN-CANARY-8-ADMIN";
const WEBHOOK: &str = "WEBHOOK-CANARY-5-WEBHOOK-CANARY";

/// What must be in no answer. The webhook's key is looked for as bytes and as it is configured.
fn secrets() -> Vec<String> {
    let webhook = STANDARD.encode(WEBHOOK);
    let all = [
        "PUBLIC-CANARY-1",
        "SECRET-CANARY-2",
        QUOTE_KEY,
        SHOP_KEY,
        ADMIN,
        WEBHOOK,
        &webhook,
        "jo_test_CANARY-7",
        jopay::SECRET,
        "JENGA-API-CANARY-1",
        "JENGA-CONSUMER-CANARY-2",
        "JENGA-IPN-CANARY-3",
        "PRIVATE KEY",
        "Amina-Canary",
        "amina.canary@x.example",
        "0700123777",
        ".sqlite",
        "/tests/it/",
    ];
    all.into_iter().map(str::to_owned).collect()
}

async fn world() -> (jopay::fake::Fake, World) {
    let fake = jopay::fake::Fake::start().await;
    let text = fake.config(&format!(
        "{}\n{}\nadmin.token = \"{ADMIN}\"\nwebhook.url = \"http://127.0.0.1:1/hook\"\nwebhook.secret = \"whsec_{}\"",
        jenga::table("jenga.base_url = \"http://127.0.0.1:1\""),
        super::NO_CEILING,
        STANDARD.encode(WEBHOOK)
    ));
    (fake, World::with(&text).await)
}

fn with_payer(mut body: Value) -> Value {
    body["customer"] =
        json!({"name": "Amina-Canary", "email": "amina.canary@x.example", "phone": "0700123777"});
    body
}

/// Every route, well and badly.
async fn everything(world: &World) -> Vec<Reply> {
    let answer = world
        .initiate(&key(), &with_payer(quoted("ORDER-0000001")))
        .await;
    let token = answer.json()["token"].clone();
    let status = json!({"order_id": "ORDER-0000001", "token": token});
    let bearer = format!("Bearer {}", token.as_str().unwrap_or("x"));
    let mut all = vec![
        answer,
        world.post("/pay/verify", &status).await,
        world.post("/pay/cancel", &status).await,
    ];
    let mut secret_named = status.clone();
    secret_named["secretKey"] = json!("x");
    all.push(world.post("/pay/verify", &secret_named).await);
    for provider in ["joyndpay", "jopay", "jenga", "none"] {
        let path = format!("/pay/initiate?provider={provider}");
        let idempotency = key();
        let headers = [
            ("content-type", "application/json"),
            ("origin", SHOP),
            ("idempotency-key", idempotency.as_str()),
        ];
        let order = format!("ORDER-000{}", provider.len());
        all.push(
            world
                .send(
                    "POST",
                    &path,
                    &headers,
                    with_payer(quoted(&order)).to_string(),
                )
                .await,
        );
        let path = format!("/pay/notify/{provider}");
        all.push(
            world
                .send("POST", &path, &[("x-jopay-signature", "v1=x,t=1")], "{}")
                .await,
        );
        all.push(world.send("POST", &format!("{path}/x"), &[], "{}").await);
    }
    for (method, path) in [
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/admin"),
        ("GET", "/admin/orders/ORDER-0000001"),
        ("GET", "/pay/return"),
        ("GET", "/pay/return?of=x"),
        ("GET", "/pay/link/x"),
        ("GET", "/malipo/x"),
        ("GET", "/.env"),
        ("GET", "/malipo.toml"),
        ("GET", "/malipo/../malipo.toml"),
        ("GET", "/api/orders/ORDER-0000001"),
        ("TRACE", "/pay/verify"),
        ("OPTIONS", "/pay/initiate"),
        ("GET", "/debug"),
        ("GET", "/"),
    ] {
        all.push(
            world
                .send(method, path, &[("authorization", &bearer)], "")
                .await,
        );
    }
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", SHOP),
    ];
    for body in ["", "quote=x", "token=x", "customer_name=Amina"] {
        all.push(world.send("POST", "/pay/checkout", &form, body).await);
        all.push(world.send("POST", "/admin/sign-in", &form, body).await);
    }
    all
}

/// The answer of a handler that panics: the clock breaks beneath it, as soon as no other task reads it in between.
async fn broken(world: &World) -> Reply {
    let body = with_payer(quoted("ORDER-0000002")).to_string();
    for _ in 0..100 {
        // The log reads it before any handler does.
        world.clock.break_at(2);
        let request = crate::world::client()
            .post(format!("{}/pay/initiate", world.base))
            .header("content-type", "application/json")
            .header("idempotency-key", key())
            .body(body.clone());
        let Ok(response) = request.send().await else {
            continue;
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        world.clock.break_at(0);
        if status == 500 {
            return Reply {
                status,
                headers,
                text,
            };
        }
    }
    panic!("no handler could be broken")
}

fn check(replies: &[Reply]) {
    for reply in replies {
        let text = format!("{} {:?} {}", reply.status, reply.headers, reply.text);
        for secret in secrets() {
            let found = text.to_lowercase().contains(&secret.to_lowercase());
            assert!(!found, "{secret} in {text}");
        }
    }
}

#[tokio::test]
async fn no_answer_of_any_route_tells_a_secret_in_any_trouble() {
    let (fake, world) = world().await;
    check(&everything(&world).await);
    for opening in [
        Opening::Repeats,
        Opening::Refuses(401, "bad SECRET-CANARY-2".to_owned()),
        Opening::Says(500, format!("<pre>PUBLIC-CANARY-1 {QUOTE_KEY}</pre>")),
        Opening::Says(
            200,
            r#"{"status":"error","error":["SECRET-CANARY-2 of Amina-Canary"]}"#.to_owned(),
        ),
    ] {
        world.fake.mind(|it| it.opening = opening.clone());
        let answer = r#"{"ok":false,"error":"jo_test_CANARY-7 amina.canary@x.example"}"#;
        fake.trouble(false, 400, answer);
        check(&everything(&world).await);
    }
    world
        .fake
        .mind(|it| it.look_up = LookUp::Says(400, "SECRET-CANARY-2".to_owned()));
    check(&everything(&world).await);
    // A bug of ours, and a store that is gone.
    let broken = broken(&world).await;
    check(&[broken]);
    let file = rusqlite::Connection::open(world.file()).unwrap();
    file.execute_batch("ALTER TABLE orders RENAME TO gone")
        .unwrap();
    check(&everything(&world).await);
    file.execute_batch("ALTER TABLE gone RENAME TO orders")
        .unwrap();
}

/// A panic prints what it was given: no type of ours that holds a secret shows it.
#[tokio::test]
async fn neither_a_panic_nor_a_debugger_prints_a_secret() {
    static SAID: Mutex<String> = Mutex::new(String::new());
    let (_fake, world) = world().await;
    world
        .initiate(&key(), &with_payer(quoted("ORDER-0000001")))
        .await;
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        SAID.lock().unwrap().push_str(&format!("{info}\n"));
        before(info);
    }));
    check(&[broken(&world).await]);
    let panicked = SAID.lock().unwrap().clone();
    assert!(panicked.contains("the clock broke"), "{panicked}");
    let app = format!("{:?} {:#?}", world.app, world.app.config);
    for (what, text) in [("a panic", panicked), ("Debug", app)] {
        // Paths are what a panic is for.
        for secret in secrets().iter().filter(|it| !it.starts_with(['/', '.'])) {
            assert!(
                !text.contains(secret.as_str()),
                "{secret} in {what}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn signing_in_and_failing_to_are_logged() {
    let fake = crate::fake::Fake::start().await;
    let folder = tempfile::tempdir().unwrap();
    crate::process::prepare(&fake, folder.path());
    let file = folder.path().join("malipo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("admin.token = \"{ADMIN}\"\n{text}")).unwrap();
    let server = crate::process::Server::start(folder.path()).await;
    let url = format!("{}/admin/session", server.base);
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", server.base.as_str()),
    ];
    for token in ["WRONG-CANARY-7", ADMIN] {
        let client = crate::world::client();
        let reply =
            crate::world::send(&client, "POST", &url, &headers, format!("token={token}")).await;
        assert!(matches!(reply.status, 303 | 401), "{reply:?}");
    }
    let (_, logs) = server.stop().await;
    for said in [
        "somebody tried to open /admin with a wrong token",
        "somebody signed in to /admin",
    ] {
        assert!(logs.contains(said), "{said} in {logs}");
    }
    assert!(
        !logs.contains("CANARY-7") && !logs.contains(ADMIN),
        "{logs}"
    );
}
