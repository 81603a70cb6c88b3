//! The real programs: a sandbox that plays the provider, the backend, and the proxies through which they are reached.

use serde_json::Value;
use std::collections::HashMap;
use tempfile::TempDir;

use crate::front::Front;
use crate::process::{Process, program, project};
use crate::quote;
use crate::wait::{PATIENCE, until};

/// JoyndPay's test keys, as the sandbox and the backend are told them.
pub const PUBLIC_KEY: &str = "e2e-public-key";
/// The secret one: it must never be seen in a log or in the page.
pub const SECRET_KEY: &str = "e2e-secret-key-never-to-be-seen";
/// JoPay's test key.
pub const JOPAY_KEY: &str = "jo_test_e2e_never_to_be_seen";
/// Jenga's consumer secret.
pub const JENGA_SECRET: &str = "e2e-jenga-secret-never-to-be-seen";
/// Where the merchant's key for Jenga is: one of the server's tests, which opens nothing.
const JENGA_KEY: &str = "server/tests/it/jenga/key.pem";
const JENGA_PUBLIC_KEY: &str = include_str!("../../../server/tests/it/jenga/key.pub.pem");
const JENGA_IPN_PASSWORD: &str = "e2e-jenga-ipn-password";
const JOPAY_MERCHANT: &str = "33333333-3333-4333-8333-333333333333";
/// The sandbox's default.
const JOPAY_WEBHOOK_SECRET: &str =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// The key of `GET /api/orders/{order_id}`.
pub const SHOP_KEY: &str = "e2e-shop-api-key-of-thirty-two-bytes-and-more";
/// Opens the operator's page.
pub const ADMIN_TOKEN: &str = "e2e-admin-token-of-thirty-two-bytes-and-more";

/// Sandbox, backend and proxies. Dropping it stops them all.
#[derive(Debug)]
pub struct Stack {
    /// The shop's origin, on 127.0.0.1: the tests' pages; `/pay` and `/malipo` are the backend's.
    pub shop: Front,
    /// The backend's own origin, where it is not the shop's.
    elsewhere: Option<Front>,
    /// The provider's origin, on localhost: another site than the shop's.
    pub provider: Front,
    /// The program that plays the provider.
    pub sandbox: Process,
    /// The backend.
    pub server: Process,
    /// The backend's address behind the proxy.
    pub server_origin: String,
    sandbox_origin: String,
    client: reqwest::Client,
    folder: TempDir,
}

impl Stack {
    /// Starts everything. With `split`, the backend has an origin of its own.
    ///
    /// # Panics
    /// If a program is missing or does not start.
    pub async fn start(split: bool) -> Self {
        let shop = Front::open("127.0.0.1").await;
        let provider = Front::open("localhost").await;
        let elsewhere = if split {
            Some(Front::open("127.0.0.1").await)
        } else {
            None
        };
        let folder = TempDir::with_prefix("malipo-e2e-").unwrap();

        let public = elsewhere.as_ref().unwrap_or(&shop);
        let mut sandbox = Process::start(
            "malipo-sandbox",
            program("malipo-sandbox"),
            &[
                "--listen",
                "127.0.0.1:0",
                "--public-url",
                provider.origin(),
                "--joyndpay-public-key",
                PUBLIC_KEY,
                "--joyndpay-secret-key",
                SECRET_KEY,
                "--jopay-api-key",
                JOPAY_KEY,
                "--jopay-merchants",
                &format!("{JOPAY_MERCHANT}=USD"),
                "--jopay-webhook-url",
                &format!("{}/pay/notify/jopay", public.origin()),
                "--jenga-consumer-secret",
                JENGA_SECRET,
                "--jenga-public-key",
                JENGA_PUBLIC_KEY,
                "--jenga-ipn-password",
                JENGA_IPN_PASSWORD,
                "--jenga-ipn-url",
                &format!("{}/pay/notify/jenga", public.origin()),
            ],
            &HashMap::new(),
        );
        let sandbox_origin = sandbox.says("malipo-sandbox listening on ").await;
        provider.pass("/", &sandbox_origin);

        let config = folder.path().join("malipo.toml");
        std::fs::write(&config, configuration(&shop, public, &provider, &folder)).unwrap();
        let mut server = Process::start(
            "malipo-server",
            program("malipo-server"),
            &["--config", config.to_str().unwrap()],
            &HashMap::new(),
        );
        let server_origin = server.says("malipo-server listening on ").await;
        for prefix in ["/pay/", "/malipo/", "/api/", "/admin"] {
            public.pass(prefix, &server_origin);
        }

        Self {
            shop,
            elsewhere,
            provider,
            sandbox,
            server,
            server_origin,
            sandbox_origin,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            folder,
        }
    }

    /// The proxy through which the backend is reached: the shop's, unless the stack is split.
    #[must_use]
    pub fn backend(&self) -> &Front {
        self.elsewhere.as_ref().unwrap_or(&self.shop)
    }

    /// Every payment that the provider knows.
    ///
    /// # Panics
    /// If the sandbox does not answer.
    pub async fn ledger(&self) -> Vec<Value> {
        let answer = self
            .client
            .get(format!("{}/sandbox/ledger", self.sandbox_origin))
            .send()
            .await
            .unwrap();
        let ledger: Value = answer.json().await.unwrap();
        let payments = ledger.get("payments").unwrap_or(&ledger);
        payments.as_array().unwrap().clone()
    }

    /// The one payment that the provider knows.
    ///
    /// # Panics
    /// If there are more or none.
    pub async fn payment(&self) -> Value {
        let ledger = self.ledger().await;
        assert_eq!(ledger.len(), 1, "provider orders: {ledger:#?}");
        ledger.into_iter().next().unwrap()
    }

    /// Every call of the providers' APIs, in order of arrival.
    ///
    /// # Panics
    /// If the sandbox does not answer.
    pub async fn calls(&self) -> Vec<Value> {
        let url = format!("{}/sandbox/calls", self.sandbox_origin);
        let answer = self.client.get(url).send().await.unwrap();
        let calls: Value = answer.json().await.unwrap();
        calls["calls"].as_array().unwrap().clone()
    }

    /// The SMS and e-mails that a provider would have sent, newest first.
    ///
    /// # Panics
    /// If the sandbox does not answer.
    pub async fn messages(&self) -> Vec<Value> {
        let url = format!("{}/sandbox/outbox", self.sandbox_origin);
        let answer = self.client.get(url).send().await.unwrap();
        let outbox: Value = answer.json().await.unwrap();
        outbox["messages"].as_array().unwrap().clone()
    }

    /// Ends the one payment at the provider without a browser: `succeed` or `fail`.
    ///
    /// # Panics
    /// If the sandbox does not do it.
    pub async fn settle(&self, how: &str) {
        let payment = self.payment().await;
        self.settle_payment(&payment, how).await;
    }

    /// Ends a payment of the provider's ledger without a browser: `succeed` or `fail`.
    ///
    /// # Panics
    /// If the sandbox does not do it.
    pub async fn settle_payment(&self, payment: &Value, how: &str) {
        let id = payment["id"].as_str().unwrap();
        let url = format!(
            "{}/sandbox/joyndpay/payments/{id}/{how}",
            self.sandbox_origin
        );
        let answer = self.client.post(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// Scripts trouble at the provider.
    ///
    /// # Panics
    /// If the sandbox does not take it.
    pub async fn script(&self, script: &Value) {
        let url = format!("{}/sandbox/script", self.sandbox_origin);
        let answer = self.client.post(url).json(script).send().await.unwrap();
        let status = answer.status();
        assert!(
            status.is_success(),
            "{status}: {}",
            answer.text().await.unwrap()
        );
    }

    /// What the backend tells the shop's own server about an order, once it has this status.
    ///
    /// # Panics
    /// If it does not get there.
    pub async fn order_becomes(&self, order_id: &str, status: &str) -> Value {
        let mut last = Value::Null;
        let found = until(PATIENCE, async || {
            last = self.order(order_id).await;
            (last["status"] == status).then(|| last.clone())
        })
        .await;
        found.unwrap_or_else(|| panic!("{order_id} did not become {status}: {last}"))
    }

    /// What the backend tells the shop's own server about an order; `Null` where it knows none.
    pub async fn order(&self, order_id: &str) -> Value {
        let url = format!("{}/api/orders/{order_id}", self.server_origin);
        let answer = self
            .client
            .get(url)
            .bearer_auth(SHOP_KEY)
            .send()
            .await
            .unwrap();
        if answer.status().is_success() {
            answer.json().await.unwrap()
        } else {
            Value::Null
        }
    }

    /// Everything that the programs have logged, and whether they are still alive.
    #[must_use]
    pub fn logs(&mut self) -> String {
        format!("{}\n{}", self.server.account(), self.sandbox.account())
    }

    /// The folder of this stack, gone with it.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

fn configuration(shop: &Front, public: &Front, provider: &Front, folder: &TempDir) -> String {
    format!(
        r#"
shop = "{name}"
mode = "sandbox"
provider = "joyndpay"
listen = "127.0.0.1:0"
public_url = "{public}"
shop_origins = ["{shop}"]
allow_client_amounts = true
widget_dir = "{widget}"
[store]
sqlite = "{store}"
[quote]
key = "{quote_key}"
[shop_api]
key = "{SHOP_KEY}"
[admin]
token = "{ADMIN_TOKEN}"
[joyndpay]
public_key = "{PUBLIC_KEY}"
secret_key = "{SECRET_KEY}"
base_url = "{provider}/joyndpay/api"
[jopay]
api_key = "{JOPAY_KEY}"
merchant_id = "{JOPAY_MERCHANT}"
webhook_secret = "{JOPAY_WEBHOOK_SECRET}"
base_url = "{provider}/jopay/api/v1"
checkout_origin = "{provider}"
[jenga]
api_key = "sandbox-jenga-api-key"
merchant_code = "9000000001"
consumer_secret = "{JENGA_SECRET}"
private_key_file = "{jenga_key}"
ipn_username = "ipnuser"
ipn_password = "{JENGA_IPN_PASSWORD}"
base_url = "{provider}/jenga"
[log]
level = "info"
[catalogue.kitenge-tee]
name = "Kitenge tee"
amount = "25000"
currency = "UGX"
"#,
        name = quote::SHOP,
        public = public.origin(),
        shop = shop.origin(),
        widget = std::env::var("MALIPO_PKG_DIR")
            .unwrap_or_else(|_| project().join("pkg").display().to_string()),
        store = folder.path().join("malipo.sqlite").display(),
        quote_key = quote::KEY,
        jenga_key = project().join(JENGA_KEY).display(),
        provider = provider.origin(),
    )
}
