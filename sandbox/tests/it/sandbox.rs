//! The program under test, started on a free port, and the calls that every test makes.

use std::{process::Stdio, time::Duration};

use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// Longest wait for anything that should happen at once.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A running sandbox; it is killed when this is dropped.
pub(crate) struct Sandbox {
    pub(crate) process: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) base: String,
    /// The rest of standard output after its first line.
    pub(crate) stdout: BufReader<tokio::process::ChildStdout>,
    /// Follows no redirects.
    pub(crate) http: Client,
}

impl Sandbox {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(crate) async fn start_with(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_malipo-sandbox"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        timeout(LIMIT, stdout.read_line(&mut line))
            .await
            .expect("the program says that it listens")
            .unwrap();
        let base = line
            .trim_end()
            .strip_prefix("malipo-sandbox listening on ")
            .expect("the first line names the address")
            .to_owned();
        // Fails where another test of this process was first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(LIMIT)
            .build()
            .unwrap();
        Self {
            process,
            base,
            stdout,
            http,
        }
    }

    /// A POST to JoyndPay with the test keys.
    pub(crate) fn joyndpay(&self, endpoint: &str) -> RequestBuilder {
        self.http
            .post(format!("{}/joyndpay/api{endpoint}", self.base))
            .header("ApiKey", "sandbox-test-public-key")
            .header("SecretKey", "sandbox-test-secret-key")
            .header("Content-Type", "application/json")
    }

    pub(crate) async fn initiate(&self, body: &Value) -> Response {
        let request = self.joyndpay("/initiate/payment").body(body.to_string());
        request.send().await.unwrap()
    }

    pub(crate) async fn verify(&self, order_id: &str) -> Response {
        let body = json!({"order_id": order_id}).to_string();
        let request = self.joyndpay("/verify/payment").body(body);
        request.send().await.unwrap()
    }

    /// Creates a payment and gives its checkout page's address, on the address that the program listens on.
    pub(crate) async fn pay_page(&self, order_id: &str, ipn_url: &str) -> String {
        let answer = self.initiate(&order(order_id, ipn_url)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let body = json_of(answer).await;
        let url = body["data"]["redirect_url"].as_str().unwrap();
        let path = url.splitn(4, '/').nth(3).unwrap();
        format!("{}/{path}", self.base)
    }

    /// The status of a payment, as verify tells it.
    pub(crate) async fn status(&self, order_id: &str) -> String {
        let body = json_of(self.verify(order_id).await).await;
        body["data"]["status"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        let request = self.http.get(format!("{}{path}", self.base));
        request.send().await.unwrap()
    }

    /// A page as text, by its whole URL.
    pub(crate) async fn html(&self, url: &str) -> String {
        let answer = self.http.get(url).send().await.unwrap();
        answer.text().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        request.send().await.unwrap()
    }

    /// Sets the part of the script that is about JoyndPay.
    pub(crate) async fn script(&self, joyndpay: Value) {
        let answer = self
            .post("/sandbox/script", &json!({"joyndpay": joyndpay}))
            .await;
        assert_eq!(answer.status(), StatusCode::OK);
    }

    /// Presses a button of the checkout page.
    pub(crate) async fn press(&self, page: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.http.post(page).form(fields);
        request.send().await.unwrap()
    }

    /// The ledger's entry of an order.
    pub(crate) async fn payment(&self, order_id: &str) -> Value {
        let ledger = json_of(self.get("/sandbox/ledger").await).await;
        let payments = ledger["payments"].as_array().unwrap();
        let found = payments.iter().find(|it| it["order_id"] == order_id);
        found.expect("the order is in the ledger").clone()
    }

    /// The ledger's entry of an order as soon as it is as it should be.
    pub(crate) async fn payment_where(
        &self,
        order_id: &str,
        good: impl Fn(&Value) -> bool,
    ) -> Value {
        let until = async {
            loop {
                let payment = self.payment(order_id).await;
                if good(&payment) {
                    return payment;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        match timeout(LIMIT, until).await {
            Ok(payment) => payment,
            Err(_) => panic!("the ledger stays at {}", self.payment(order_id).await),
        }
    }
}

/// A good request to initiate.
pub(crate) fn order(order_id: &str, ipn_url: &str) -> Value {
    json!({"currency": "UGX", "amount": 10000, "order_id": order_id, "ipn_url": ipn_url,
        "callback_url": "http://shop.example/thanks?order=7"})
}

/// An address where nobody listens.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:1/ipn";

/// Whether half of [`CARD`]'s number stands in it. A quarter stands in many an id and time.
pub(crate) fn keeps_card(kept: &Value) -> bool {
    kept.to_string().replace(' ', "").contains("42424242")
}

/// The form of a shopper who pays by card.
pub(crate) const CARD: [(&str, &str); 5] = [
    ("action", "succeed"),
    ("method", "card"),
    ("card_number", "4242 4242 4242 4242"),
    ("card_expiry", "12 / 39"),
    ("card_cvc", "123"),
];

/// The form of a shopper who presses `action` with mobile money.
pub(crate) fn momo(action: &str) -> [(&str, &str); 3] {
    [
        ("action", action),
        ("method", "momo"),
        ("phone", "+256 700 000 000"),
    ]
}

pub(crate) async fn json_of(response: Response) -> Value {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |it| it.to_str().unwrap())
}
