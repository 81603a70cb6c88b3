//! Nothing secret is in an answer, whatever is asked and whatever goes wrong: every configured secret is a word that is
//! easily found, and so is everything that is known of the payer.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use malipo_server::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::fake::{LookUp, Opening};
use crate::world::{QUOTE_KEY, Reply, SHOP, SHOP_KEY, World, key, quoted, sign};
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

/// A provider, and an amount that it takes.
const PROVIDERS: [(&str, &str, &str); 3] = [
    ("joyndpay", "10000", "UGX"),
    ("jopay", "25.00", "EUR"),
    ("jenga", "1350.50", "KES"),
];

/// What every route answered: the presses, which hand out a token each, and the others, in which none of them may be.
#[derive(Default)]
struct Replies {
    presses: Vec<Reply>,
    others: Vec<Reply>,
    tokens: Vec<String>,
    /// Of which pass.
    number: usize,
    /// Statuses that are not the expected ones.
    odd: Vec<String>,
}

impl Replies {
    /// Nothing secret is in them; what was not expected.
    fn check(self) -> Vec<String> {
        check(&self.presses, &[]);
        check(&self.others, &self.tokens);
        self.odd
    }

    fn compare(&mut self, what: &str, seen: u16, expected: u16) {
        if seen != expected {
            let number = self.number;
            self.odd
                .push(format!("pass {number}: {what}: {seen}, not {expected}"));
        }
    }

    async fn other(&mut self, what: &str, reply: impl Future<Output = Reply>, expected: u16) {
        let reply = reply.await;
        self.compare(what, reply.status, expected);
        self.others.push(reply);
    }
}

/// What is expected of a pass: the statuses of the three presses, and whether the store has its table of orders.
struct Pass {
    number: usize,
    presses: [u16; 3],
    store: bool,
}

/// Every route, well and badly, about orders of this pass's own.
async fn everything(world: &World, pass: &Pass) -> Replies {
    let mut all = Replies {
        number: pass.number,
        ..Replies::default()
    };
    for ((provider, amount, currency), expected) in PROVIDERS.into_iter().zip(pass.presses) {
        let order = format!("ORDER-{}-{}", pass.number, provider.to_uppercase());
        let exp = SystemClock.now().seconds() + 3_600;
        let quote = sign(
            &json!({"order_id": order, "amount": amount, "currency": currency, "aud": "demo:sandbox", "exp": exp}),
        );
        let body = with_payer(json!({"quote": quote, "return_url": format!("{SHOP}/")}));
        let path = format!("/pay/initiate?provider={provider}");
        let idempotency = key();
        let headers = [
            ("content-type", "application/json"),
            ("origin", SHOP),
            ("idempotency-key", idempotency.as_str()),
        ];
        let press = world.send("POST", &path, &headers, body.to_string());
        let press = press.await;
        all.compare(provider, press.status, expected);
        let token = press.json()["token"].as_str().map(str::to_owned);
        about(world, pass, &mut all, &order, token.as_deref()).await;
        all.tokens.extend(token);
        all.presses.push(press);
    }
    unproven(world, pass, &mut all).await;
    all
}

/// What a page and a provider ask about one order.
async fn about(world: &World, pass: &Pass, all: &mut Replies, order: &str, token: Option<&str>) {
    let known = match (token, pass.store) {
        (Some(_), _) => 200,
        (None, true) => 404,
        // Token and order are read as one.
        (None, false) => 503,
    };
    let token = token.unwrap_or("x");
    let status = json!({"order_id": order, "token": token});
    let mut secret_named = status.clone();
    secret_named["secretKey"] = json!("x");
    for (path, body, expected) in [
        ("/pay/verify", &status, known),
        ("/pay/cancel", &status, known),
        ("/pay/verify", &secret_named, 400),
    ] {
        all.other(path, world.post(path, body), expected).await;
    }
    let bearer = format!("Bearer {token}");
    let path = format!("/api/orders/{order}");
    let headers = [("authorization", bearer.as_str())];
    let asked = world.send("GET", &path, &headers, "");
    all.other(&path, asked, 401).await;
}

/// What anybody may send.
async fn unproven(world: &World, pass: &Pass, all: &mut Replies) {
    for provider in ["joyndpay", "jopay", "jenga", "none"] {
        let path = format!("/pay/notify/{provider}");
        let headers = [("x-jopay-signature", "v1=x,t=1")];
        let sent = world.send("POST", &path, &headers, "{}");
        all.other(&path, sent, 401).await;
        let path = format!("{path}/x");
        let secret = if pass.store { 401 } else { 503 };
        let sent = world.send("POST", &path, &[], "{}");
        all.other(&path, sent, secret).await;
    }
    let or_503 = |status| if pass.store { status } else { 503 };
    for (method, path, expected) in [
        ("GET", "/healthz", 200),
        // What it writes to is there.
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/admin", 401),
        ("GET", "/admin/orders/ORDER-0-JOYNDPAY", 401),
        ("GET", "/pay/return", or_503(404)),
        ("GET", "/pay/return?of=x", or_503(404)),
        ("GET", "/pay/link/x", or_503(404)),
        ("GET", "/malipo/x", 404),
        ("GET", "/.env", 404),
        ("GET", "/malipo.toml", 404),
        ("GET", "/malipo/..%2fmalipo.toml", 404),
        ("TRACE", "/pay/verify", 405),
        ("TRACE", "/", 404),
        ("OPTIONS", "/pay/initiate", 200),
        ("GET", "/debug", 404),
        ("GET", "/", 404),
    ] {
        let sent = world.send(method, path, &[], "");
        all.other(path, sent, expected).await;
    }
    // As it stands: a client would climb by itself.
    for path in [
        "/malipo/../malipo.toml",
        "/malipo/%2e%2e/malipo.toml",
        "/../../etc/passwd",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let statuses = super::wire::answers(world, request.as_bytes()).await;
        all.compare(path, statuses[0], 404);
    }
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", SHOP),
    ];
    for body in ["", "quote=x", "token=x", "customer_name=Amina"] {
        let sent = world.send("POST", "/pay/checkout", &form, body);
        all.other("/pay/checkout", sent, 400).await;
    }
    // Once a pass: tries of the operator's token are counted.
    let own = [form[0], ("origin", world.base.as_str())];
    let sent = world.send("POST", "/admin/session", &own, "token=x");
    all.other("/admin/session", sent, 401).await;
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

/// Nothing secret is in these, nor one of the tokens.
fn check(replies: &[Reply], tokens: &[String]) {
    for reply in replies {
        let text = format!("{} {:?} {}", reply.status, reply.headers, reply.text);
        for secret in secrets().iter().chain(tokens) {
            let found = text.to_lowercase().contains(&secret.to_lowercase());
            assert!(!found, "{secret} in {text}");
        }
    }
}

/// JoyndPay's and JoPay's trouble with a press, each of which repeats what it was told and is secret (JoPay is not told who
/// pays).
fn troubles() -> [(Opening, u16, &'static str, [u16; 2]); 4] {
    let repeats = r#"{"ok":false,"error":"jo_test_CANARY-7 is no key"}"#;
    let html = "<pre>jo_test_CANARY-7</pre>";
    let says = |status, text: &str| Opening::Says(status, text.to_owned());
    let refuses = Opening::Refuses(401, "bad SECRET-CANARY-2".to_owned());
    let named = r#"{"status":"error","error":["SECRET-CANARY-2 of Amina-Canary"]}"#;
    let page = format!("<pre>PUBLIC-CANARY-1 {QUOTE_KEY}</pre>");
    [
        (Opening::Repeats, 400, repeats, [422, 422]),
        (refuses, 401, repeats, [504, 422]),
        (says(500, &page), 500, html, [504, 504]),
        (says(200, named), 200, html, [422, 504]),
    ]
}

#[tokio::test]
async fn no_answer_of_any_route_tells_a_secret_in_any_trouble() {
    let (fake, world) = world().await;
    // Nobody answers for Jenga.
    let pass = |number, [joyndpay, jopay]: [u16; 2]| Pass {
        number,
        presses: [joyndpay, jopay, 502],
        store: true,
    };
    let mut odd = everything(&world, &pass(0, [200, 200])).await.check();
    for (number, (opening, status, says, expected)) in (1..).zip(troubles()) {
        world.fake.mind(|it| it.opening = opening);
        fake.trouble(false, status, says);
        let opens = world.fake.mind(|it| it.opens);
        let creates = fake.mind(|it| it.creates.len());
        odd.extend(everything(&world, &pass(number, expected)).await.check());
        assert_eq!(
            world.fake.mind(|it| it.opens),
            opens + 1,
            "JoyndPay was asked"
        );
        assert!(
            creates < fake.mind(|it| it.creates.len()),
            "JoPay was asked"
        );
        assert!(fake.mind(|it| it.troubles.is_empty()), "and made trouble");
    }
    world.fake.mind(|it| {
        it.opening = Opening::Good;
        it.look_up = LookUp::Says(400, "SECRET-CANARY-2".to_owned());
    });
    odd.extend(everything(&world, &pass(5, [200, 200])).await.check());
    assert!(0 < world.fake.look_ups("ORDER-5-JOYNDPAY"));
    // A bug of ours, and a store that is gone.
    check(&[broken(&world).await], &[]);
    let file = rusqlite::Connection::open(world.file()).unwrap();
    file.execute_batch("ALTER TABLE orders RENAME TO gone")
        .unwrap();
    let gone = Pass {
        number: 6,
        presses: [503; 3],
        store: false,
    };
    odd.extend(everything(&world, &gone).await.check());
    assert!(odd.is_empty(), "{odd:#?}");
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
    check(&[broken(&world).await], &[]);
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
