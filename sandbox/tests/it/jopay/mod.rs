//! JoPay: requests, merchants, the pay page, webhooks.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    merchant::Merchant,
    sandbox::{LIMIT, Sandbox, json_of},
};

mod control;
mod deliveries;
mod keys;
mod limits;
mod list;
mod merchants;
mod page;
mod requests;
mod trouble;
mod validation;
mod webhooks;

/// A sandbox and a partner with the default test key.
struct JoPay {
    sandbox: Sandbox,
}

impl JoPay {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    async fn start_with(arguments: &[&str]) -> Self {
        let sandbox = Sandbox::start_with(arguments).await;
        Self { sandbox }
    }

    /// Webhooks go to `merchant`.
    async fn telling(merchant: &Merchant) -> Self {
        Self::start_with(&["--jopay-webhook-url", &merchant.ipn_url]).await
    }

    /// A call with the test key; `path` is what follows the version.
    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.call_with(TEST_KEY, method, path)
    }

    fn call_with(&self, key: &str, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/jopay/api/v1{path}", self.sandbox.base);
        self.sandbox.http.request(method, url).bearer_auth(key)
    }

    async fn create(&self, body: &Value) -> Response {
        let request = self.call(Method::POST, "/requests/create").json(body);
        request.send().await.unwrap()
    }

    /// Creates a request and gives the answer.
    async fn created(&self, body: &Value) -> Value {
        let answer = self.create(body).await;
        assert_eq!(answer.status(), StatusCode::OK);
        json_of(answer).await
    }

    /// Creates a request and gives its id.
    async fn request(&self, body: &Value) -> String {
        text(&self.created(body).await["request_id"])
    }

    /// Creates a request and gives its page's address, on the address that the program listens on.
    async fn page(&self, body: &Value) -> String {
        let id = self.request(body).await;
        format!("{}/jopay/pay/{id}", self.sandbox.base)
    }

    async fn get(&self, path: &str) -> Response {
        self.call(Method::GET, path).send().await.unwrap()
    }

    /// A request as the API shows it.
    async fn shown(&self, id: &str) -> Value {
        json_of(self.get(&format!("/requests/{id}")).await).await
    }

    async fn cancel(&self, id: &str) -> Response {
        let path = format!("/requests/{id}/cancel");
        self.call(Method::POST, &path).send().await.unwrap()
    }

    async fn script(&self, jopay: Value) {
        let script = json!({"jopay": jopay});
        let answer = self.sandbox.post("/sandbox/script", &script).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }

    /// Pays through the control API and gives its answer.
    async fn control(&self, what: &str) -> Value {
        let path = format!("/sandbox/jopay/payments/{what}");
        json_of(self.sandbox.post(&path, &json!({})).await).await
    }

    async fn html(&self, url: &str) -> (StatusCode, String) {
        let answer = self.sandbox.http.get(url).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// Presses a button of the page and gives what the browser sees next.
    async fn press(&self, page: &str, action: &str) -> (StatusCode, String) {
        let answer = self.sandbox.press(page, &[("action", action)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        self.html(&format!("{page}?seen=sent")).await
    }

    /// The page as soon as it holds `part`.
    async fn html_with(&self, page: &str, part: &str) -> String {
        let until = async {
            loop {
                let (_, html) = self.html(&format!("{page}?seen=sent")).await;
                if html.contains(part) {
                    return html;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(LIMIT, until).await.expect("the page changes")
    }
}

/// A good request to create, for EUR 25.00.
fn order(order_id: &str) -> Value {
    json!({"merchant_id": EUR_SHOP, "fiat_amount_int": 2500, "metadata": {"order_id": order_id}})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// `(request status, proof status)` of an answer.
fn statuses(body: &Value) -> (&str, &str) {
    (
        body["status"].as_str().unwrap(),
        body["proof_status"].as_str().unwrap(),
    )
}

async fn refused(answer: Response) -> (u16, Value) {
    (answer.status().as_u16(), json_of(answer).await)
}

fn error(code: &str) -> Value {
    json!({"ok": false, "error": code})
}

const TEST_KEY: &str = "jo_test_malipo_sandbox";
const LIVE_KEY: &str = "jo_live_malipo_sandbox";
const USD_SHOP: &str = "10000000-0000-4000-8000-000000000840";
const EUR_SHOP: &str = "10000000-0000-4000-8000-000000000978";
const JPY_SHOP: &str = "10000000-0000-4000-8000-000000000392";
const LIVE_SHOP: &str = "20000000-0000-4000-8000-000000000840";
