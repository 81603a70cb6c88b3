//! A server in this process, its fake provider, a clock that a test moves, and a client.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use malipo_server::clock::{Clock, SystemClock, UnixMs};
use malipo_server::config::{Config, StoreConfig};
use malipo_server::store;
use malipo_server::{App, background, routes, serve};
use serde_json::{Value, json};

use crate::fake::Fake;

pub(crate) const SHOP: &str = "http://127.0.0.1:8000";
pub(crate) const QUOTE_KEY: &str = "QUOTE-CANARY-3-QUOTE-CANARY-3-QUOTE";
pub(crate) const SHOP_KEY: &str = "SHOP-API-CANARY-4-SHOP";

pub(crate) struct World {
    pub(crate) fake: Fake,
    pub(crate) app: Arc<App>,
    pub(crate) base: String,
    pub(crate) clock: Arc<TestClock>,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
}

/// The machine's clock, moved forward.
#[derive(Debug, Default)]
pub(crate) struct TestClock {
    ahead_ms: AtomicI64,
    /// What it shows for good; 0: the time.
    stopped_at: AtomicI64,
    /// How many readings from now it panics; 0: it does not.
    breaks_at: AtomicU32,
}

impl TestClock {
    pub(crate) fn forward(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Goes on no more.
    pub(crate) fn stop(&self) {
        self.stopped_at.store(self.now().0, Ordering::Relaxed);
    }

    /// Panics when it is read next, once.
    pub(crate) fn break_once(&self) {
        self.break_at(1);
    }

    /// Panics at this reading from now, once; never at 0.
    pub(crate) fn break_at(&self, reading: u32) {
        self.breaks_at.store(reading, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixMs {
        let left = |it: u32| it.checked_sub(1);
        let before = self
            .breaks_at
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
        assert_ne!(before, Ok(1), "the clock broke, as a test wished");
        match self.stopped_at.load(Ordering::Relaxed) {
            0 => SystemClock
                .now()
                .plus_ms(self.ahead_ms.load(Ordering::Relaxed)),
            stopped => UnixMs(stopped),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    /// Status, code and the one sentence of an error answer.
    pub(crate) fn error(&self) -> (u16, String, String) {
        let json = self.json();
        assert_eq!(json["status"], "error", "{self:?}");
        let code = json["code"].as_str().unwrap();
        assert!(code.parse::<malipo_wire::ErrorCode>().is_ok(), "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store");
        (
            self.status,
            code.to_owned(),
            json["error"][0].as_str().unwrap().to_owned(),
        )
    }
}

pub(crate) fn config_text(fake: &Fake, folder: &std::path::Path, more: &str) -> String {
    format!(
        r#"
        {more}
        shop = "demo"
        mode = "sandbox"
        listen = "127.0.0.1:0"
        public_url = "http://127.0.0.1:9"
        shop_origins = ["{SHOP}", "https://shop.example"]
        store.sqlite = "{}/malipo.sqlite"
        quote.key = "{QUOTE_KEY}"
        shop_api.key = "{SHOP_KEY}"
        joyndpay.public_key = "PUBLIC-CANARY-1"
        joyndpay.secret_key = "SECRET-CANARY-2"
        joyndpay.base_url = "{}/api"
        joyndpay.watch_interval_ms = 100
        joyndpay.timeout_ms = 600
        joyndpay.calls_per_minute = 10000
        [catalogue.tea]
        name = "Tea"
        amount = "1250.50"
        currency = "KES"
        "#,
        folder.display(),
        fake.base
    )
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    pub(crate) async fn with(more: &str) -> Self {
        Self::with_env(more, &[]).await
    }

    /// A world in which the provider may take its time: a test decides when it answers.
    pub(crate) async fn patient() -> Self {
        Self::with_env("", &[("MALIPO_JOYNDPAY__TIMEOUT_MS", "10000")]).await
    }

    /// With keys of the environment, which win over the file's.
    pub(crate) async fn with_env(more: &str, env: &[(&str, &str)]) -> Self {
        let world = Self::without_schedule(more, env).await;
        drop(background::start(&world.app));
        world
    }

    /// The same, in which nothing happens by itself.
    pub(crate) async fn without_schedule(more: &str, env: &[(&str, &str)]) -> Self {
        let fake = Fake::start().await;
        let folder = tempfile::tempdir().unwrap();
        let text = config_text(&fake, folder.path(), more);
        let env = env
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()));
        let config = Config::read(&text, env).unwrap_or_else(|it| panic!("{it:?}"));
        let store = store::open(&config).await.unwrap();
        let clock = Arc::new(TestClock::default());
        let app = App::new(config, clock.clone(), store).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::clone(&app);
        tokio::spawn(async move {
            let (routes, stop) = (routes(Arc::clone(&served)), served.stop.clone());
            serve::serve(listener, routes, &served.limits.connections, stop).await;
        });
        Self {
            fake,
            app,
            base,
            clock,
            client: client(),
            _folder: folder,
        }
    }

    /// The SQLite file.
    pub(crate) fn file(&self) -> &std::path::Path {
        match &self.app.config.store {
            StoreConfig::Sqlite(path) => path,
            StoreConfig::Postgres(it) => panic!("no file: {it}"),
        }
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Reply {
        send(
            &self.client,
            method,
            &format!("{}{path}", self.base),
            headers,
            body,
        )
        .await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        let headers = [("content-type", "application/json"), ("origin", SHOP)];
        self.send("POST", path, &headers, body.to_string()).await
    }

    /// An initiate with this Idempotency-Key.
    pub(crate) async fn initiate(&self, key: &str, body: &Value) -> Reply {
        let headers = [
            ("content-type", "application/json"),
            ("origin", SHOP),
            ("idempotency-key", key),
        ];
        self.send("POST", "/pay/initiate", &headers, body.to_string())
            .await
    }

    /// An initiate with a quote of its own that opens a checkout page; the order id serves as the reference.
    pub(crate) async fn opened(&self, order_id: &str) -> Value {
        let reply = self.initiate(&key(), &quoted(order_id)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    pub(crate) async fn verify(&self, answer: &Value) -> Value {
        let body = json!({"order_id": answer["order_id"], "token": answer["token"]});
        let reply = self.post("/pay/verify", &body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    pub(crate) async fn record(&self, order_id: &str) -> Value {
        let bearer = format!("Bearer {SHOP_KEY}");
        let path = format!("/api/orders/{order_id}");
        self.send("GET", &path, &[("authorization", &bearer)], "")
            .await
            .json()
    }

    /// Verifies until the status is this one.
    pub(crate) async fn until(&self, answer: &Value, status: &str) -> Value {
        eventually(async || {
            let seen = self.verify(answer).await;
            (seen["status"] == status).then_some(seen)
        })
        .await
    }

    /// Reads the shop's record until its inner state is this one, and all is over that was under way.
    pub(crate) async fn until_state(&self, order_id: &str, state: &str) -> Value {
        let seen = self.until_state_amid(order_id, state).await;
        self.quiet().await;
        seen
    }

    /// As [`World::until_state`], while something is under way that a test holds.
    pub(crate) async fn until_state_amid(&self, order_id: &str, state: &str) -> Value {
        eventually(async || {
            let seen = self.record(order_id).await;
            (seen["state"] == state).then_some(seen)
        })
        .await
    }

    /// So much time goes by. What is under way comes to its end first: an answer that is noted an hour later says nothing of that
    /// hour, and the schedule reckons from then.
    pub(crate) async fn forward(&self, ms: i64) {
        self.quiet().await;
        self.clock.forward(ms);
    }

    /// All that was under way has come to its end: a question whose answer is noted can still be joined for a moment.
    pub(crate) async fn quiet(&self) {
        eventually(async || self.app.tasks.is_empty().then_some(())).await;
    }

    /// What a server does that has seen these calls without an answer for a minute.
    pub(crate) fn take_for_lost(&self) {
        let connection = rusqlite::Connection::open(self.file()).unwrap();
        let sql =
            "UPDATE attempts SET status = 'unknown', next_check_at = 0 WHERE status = 'created'";
        assert_eq!(connection.execute(sql, []).unwrap(), 1);
    }

    /// The one attempt there is is asked about then, unless somebody wants to know it sooner.
    pub(crate) fn next_check_at(&self, at: UnixMs) {
        let connection = rusqlite::Connection::open(self.file()).unwrap();
        let sql = "UPDATE attempts SET next_check_at = ?1";
        assert_eq!(connection.execute(sql, [at.0]).unwrap(), 1);
    }

    pub(crate) async fn notify(&self, reference: &str, body: String, media_type: &str) -> Reply {
        let request = self.fake.payment(reference).request;
        let url = request["ipn_url"].as_str().unwrap().to_owned();
        let path = url.strip_prefix("http://127.0.0.1:9").unwrap();
        self.send("POST", path, &[("content-type", media_type)], body)
            .await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.app.stop.cancel();
    }
}

pub(crate) fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

pub(crate) async fn send(
    client: &reqwest::Client,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> Reply {
    let mut request = client.request(method.parse().unwrap(), url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// Tries until it is there; for a minute at most, which only a test that fails takes.
#[track_caller]
pub(crate) fn eventually<T>(attempt: impl AsyncFn() -> Option<T>) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        let begun = now();
        while begun.elapsed() < Duration::from_secs(60) {
            if let Some(value) = attempt().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it did not happen within a minute: {caller}")
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the machine's own time: a test may have paused tokio's"
)]
fn now() -> Instant {
    Instant::now()
}

/// A fresh Idempotency-Key.
pub(crate) fn key() -> String {
    format!("\"{}\"", uuid::Uuid::new_v4())
}

pub(crate) fn sign(claims: &Value) -> String {
    let body = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(QUOTE_KEY.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!(
        "{body}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

pub(crate) fn quote(order_id: &str, amount: &str, lives_seconds: i64) -> String {
    let exp = SystemClock.now().seconds() + lives_seconds;
    sign(
        &json!({"order_id": order_id, "amount": amount, "currency": "UGX", "aud": "demo:sandbox", "exp": exp}),
    )
}

pub(crate) fn quoted(order_id: &str) -> Value {
    json!({"quote": quote(order_id, "10000", 3600), "return_url": format!("{SHOP}/thanks?x=1")})
}
