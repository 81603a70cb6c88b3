//! Backend and sandbox over real HTTP, for JoPay: the money's side of it, without a browser.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use malipo_e2e::process::{Process, program};
use malipo_e2e::quote;
use malipo_e2e::wait::until;
use serde_json::{Value, json};
use tempfile::TempDir;

const SHOP_KEY: &str = "e2e-shop-api-key-of-thirty-two-bytes-and-more";
const SECRET: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";
static KEYS: AtomicU64 = AtomicU64::new(0);
/// The sandbox's merchant who is paid in EUR.
const MERCHANT: &str = "10000000-0000-4000-8000-000000000978";

struct Pair {
    sandbox: Process,
    server: Process,
    provider: String,
    backend: String,
    client: reqwest::Client,
    folder: TempDir,
}

impl Pair {
    /// A sandbox that signs in this form, and a backend that checks it in this one.
    async fn start(signs: &str, checks: &str) -> Self {
        let mut sandbox = Process::start(
            "malipo-sandbox",
            program("malipo-sandbox"),
            &["--listen", "127.0.0.1:0"],
            &HashMap::new(),
        );
        let provider = sandbox.says("malipo-sandbox listening on ").await;
        let pages = sandbox.says("checkout pages: ").await;
        let folder = TempDir::with_prefix("malipo-e2e-").unwrap();
        let config = folder.path().join("malipo.toml");
        let text = configuration(&provider, pages.trim_end_matches('/'), &folder, checks);
        std::fs::write(&config, text).unwrap();
        let mut server = Process::start(
            "malipo-server",
            program("malipo-server"),
            &["--config", config.to_str().unwrap()],
            &HashMap::new(),
        );
        let backend = server.says("malipo-server listening on ").await;
        let pair = Self {
            sandbox,
            server,
            provider,
            backend,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            folder,
        };
        let url = format!("{}/pay/notify/jopay", pair.backend);
        let hook = json!({"url": url, "secret": SECRET, "key_form": signs});
        pair.control("/sandbox/jopay/webhook", &hook).await;
        pair
    }

    async fn control(&self, path: &str, body: &Value) {
        let url = format!("{}{path}", self.provider);
        let answer = self.client.post(url).json(body).send().await.unwrap();
        let status = answer.status();
        assert!(
            status.is_success(),
            "{path} {status}: {}",
            answer.text().await.unwrap()
        );
    }

    async fn get(&self, url: String) -> Value {
        let call = self.client.get(url).bearer_auth(SHOP_KEY);
        call.send().await.unwrap().json().await.unwrap()
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.backend);
        // A key of its own for every press.
        let number = KEYS.fetch_add(1, Ordering::Relaxed);
        let key = format!("\"00000000-0000-4000-8000-{number:012x}\"");
        let call = self.client.post(url).json(body);
        let call = call.header("idempotency-key", key);
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn press(&self, order_id: &str) -> (u16, Value) {
        let quote = quote::quote(order_id, "25.00", "EUR");
        let body = json!({"quote": quote, "return_url": "http://127.0.0.1:9/thanks"});
        self.post("/pay/initiate", &body).await
    }

    /// The one request that the provider has.
    async fn request(&self) -> Value {
        let ledger = self.get(format!("{}/sandbox/ledger", self.provider)).await;
        let payments = ledger["payments"].as_array().unwrap();
        assert_eq!(payments.len(), 1, "{ledger:#}");
        payments[0].clone()
    }

    /// The shop's record, once its inner state is this one.
    async fn becomes(&self, order_id: &str, state: &str) -> Value {
        let mut last = Value::Null;
        let found = until(Duration::from_secs(20), async || {
            last = self
                .get(format!("{}/api/orders/{order_id}", self.backend))
                .await;
            (last["state"] == state).then(|| last.clone())
        });
        let found = found.await;
        let log = self.server.log();
        assert!(found.is_some(), "{order_id} is not {state}: {last}\n{log}");
        found.unwrap()
    }
}

fn configuration(provider: &str, pages: &str, folder: &TempDir, checks: &str) -> String {
    let store = folder.path().join("malipo.sqlite");
    format!(
        r#"
shop = "{}"
mode = "sandbox"
listen = "127.0.0.1:0"
public_url = "http://127.0.0.1:9"
shop_origins = ["http://127.0.0.1:9"]
store.sqlite = "{}"
quote.key = "{}"
shop_api.key = "{SHOP_KEY}"
[jopay]
api_key = "jo_test_malipo_sandbox"
merchant_id = "{MERCHANT}"
webhook_secret = "{SECRET}"
webhook_key_encoding = "{checks}"
base_url = "{provider}/jopay/api/v1"
checkout_origin = "{pages}"
watch_interval_ms = 500
"#,
        quote::SHOP,
        store.display(),
        quote::KEY,
    )
}

#[tokio::test]
async fn a_payment_is_recorded_once_by_the_webhook_in_both_key_forms() {
    for form in ["utf8", "hex"] {
        let pair = Pair::start(form, form).await;
        let (status, answer) = pair.press("mugs-1").await;
        assert_eq!(
            (status, &answer["returns"]),
            (200, &json!(false)),
            "{answer}"
        );
        let page = pair.client.get(answer["redirect_url"].as_str().unwrap());
        assert_eq!(page.send().await.unwrap().status().as_u16(), 200);
        pair.control("/sandbox/jopay/payments/mugs-1/succeed", &json!({}))
            .await;
        // Nobody verifies, and the schedule first asks after 20 s: it was the webhook.
        let record = pair.becomes("mugs-1", "paid").await;
        let request = pair.request().await;
        assert_eq!(request["times_paid"], 1, "{request:#}");
        assert_eq!(request["proof_status"], "verified");
        assert_eq!(
            (&record["amount"], &record["currency"]),
            (&json!("25.00"), &json!("EUR"))
        );
        let (_, again) = pair.press("mugs-1").await;
        assert_eq!(again["status"], "success", "{again}");
    }
}

#[tokio::test]
async fn a_webhook_in_the_other_key_form_is_refused_and_the_log_says_what_to_set() {
    let mut pair = Pair::start("hex", "utf8").await;
    let (_, answer) = pair.press("mugs-1").await;
    pair.control("/sandbox/jopay/payments/mugs-1/succeed", &json!({}))
        .await;
    pair.server
        .says("set jopay.webhook_key_encoding = \"hex\"")
        .await;
    // The shopper's page asks, and so it is paid all the same.
    let body = json!({"order_id": "mugs-1", "token": answer["token"]});
    let paid = until(Duration::from_secs(10), async || {
        let (_, seen) = pair.post("/pay/verify", &body).await;
        (seen["status"] == "success").then_some(())
    });
    assert!(paid.await.is_some(), "{}", pair.server.log());
    let log = format!("{}{}", pair.server.log(), pair.sandbox.log());
    assert!(!log.contains(SECRET) && !log.contains("jo_test_"), "{log}");
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_leaves_one_request_that_is_paid_once() {
    for fault in [
        "close_after_create",
        "malformed_json",
        "wrong_types",
        "empty",
        "big_body",
    ] {
        let pair = Pair::start("utf8", "utf8").await;
        let script = json!({"jopay": {"create": {"fault": fault, "times": 1}}});
        pair.control("/sandbox/script", &script).await;
        let (status, answer) = pair.press("mugs-1").await;
        assert_eq!(status, 504, "{fault}: {answer}");
        pair.becomes("mugs-1", "pending").await;
        let (status, answer) = pair.press("mugs-1").await;
        assert_eq!(status, 200, "{fault}: {answer}");
        assert_eq!(pair.request().await["replays"], 1, "{fault}");
        pair.control("/sandbox/jopay/payments/mugs-1/succeed", &json!({}))
            .await;
        pair.becomes("mugs-1", "paid").await;
        assert_eq!(pair.request().await["times_paid"], 1, "{fault}");
    }
}

#[tokio::test]
async fn a_cancel_and_an_expiry_end_at_the_provider_and_late_money_still_counts() {
    let pair = Pair::start("utf8", "utf8").await;
    let (_, answer) = pair.press("mugs-1").await;
    let body = json!({"order_id": "mugs-1", "token": answer["token"]});
    let (_, seen) = pair.post("/pay/cancel", &body).await;
    assert_eq!(
        (&seen["status"], &seen["reason"]),
        (&json!("failed"), &json!("cancelled"))
    );
    assert_eq!(pair.request().await["request_status"], "cancelled");

    let pair = Pair::start("utf8", "utf8").await;
    let (_, answer) = pair.press("mugs-1").await;
    let body = json!({"order_id": "mugs-1", "token": answer["token"]});
    pair.control("/sandbox/jopay/payments/mugs-1/attach", &json!({}))
        .await;
    let (_, seen) = pair.post("/pay/cancel", &body).await;
    assert_eq!(seen["status"], "pending", "money is on its way: {seen}");
    pair.control("/sandbox/jopay/payments/mugs-1/expire", &json!({}))
        .await;
    pair.control("/sandbox/jopay/payments/mugs-1/verify", &json!({}))
        .await;
    pair.becomes("mugs-1", "paid").await;
}

#[tokio::test]
async fn a_revoked_key_is_said_and_nothing_is_begun() {
    let pair = Pair::start("utf8", "utf8").await;
    pair.control("/sandbox/jopay/keys/test/revoke", &json!({}))
        .await;
    let (status, answer) = pair.press("mugs-1").await;
    assert_eq!(status, 422, "{answer}");
    let sentence = answer["error"][0].as_str().unwrap();
    assert!(
        sentence.contains("unauthorized: JoPay does not take the API key"),
        "{sentence}"
    );
    pair.control("/sandbox/jopay/keys/test/restore", &json!({}))
        .await;
    assert_eq!(pair.press("mugs-1").await.0, 200);
}

#[tokio::test]
async fn merchants_are_created_listed_and_shown() {
    let pair = Pair::start("utf8", "utf8").await;
    let config = pair.folder.path().join("malipo.toml");
    let run = async |arguments: &[&str]| {
        let command = std::process::Command::new(program("malipo-server"))
            .args(["jopay", "merchants"])
            .args(arguments)
            .arg("--config")
            .arg(&config)
            .output()
            .unwrap();
        let text = String::from_utf8(command.stdout).unwrap();
        assert!(
            command.status.success(),
            "{}",
            String::from_utf8_lossy(&command.stderr)
        );
        text
    };
    let made = run(&[
        "create",
        "--display-name",
        "Pots",
        "--country",
        "DE",
        "--json",
    ])
    .await;
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(made["onboarding_status"], "incomplete", "{made}");
    let id = made["merchant_id"].as_str().unwrap();
    let list = run(&["list"]).await;
    assert!(list.contains(id) && list.contains(MERCHANT), "{list}");
    let shown = run(&["show", id]).await;
    assert!(shown.contains("display_name: Pots"), "{shown}");
}
