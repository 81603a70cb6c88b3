//! The sandbox's control API: trouble, outcomes, and what was really paid.

use std::time::Duration;

use reqwest::Client;
use serde_json::Value;

/// A client of one sandbox.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// `http://localhost:20001`.
    pub origin: String,
    client: Client,
}

impl Sandbox {
    /// A client of the sandbox at this address.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            client: client(PATIENCE),
        }
    }

    /// Scripts trouble; `{}` ends it.
    pub async fn script(&self, script: &Value) {
        let url = format!("{}/sandbox/script", self.origin);
        let answer = self.client.post(url).json(script).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{script}: {status} {text}");
    }

    /// Tells an outcome: `settle("joyndpay", "ORDER0000001", "succeed")`; the last part may have a query.
    pub async fn settle(&self, provider: &str, id: &str, what: &str) -> Value {
        let done = self.try_settle(provider, id, what).await;
        done.unwrap_or_else(|| panic!("{provider} does not know {id}"))
    }

    /// As [`Sandbox::settle`]; None where the provider does not know the payment.
    pub async fn try_settle(&self, provider: &str, id: &str, what: &str) -> Option<Value> {
        let url = format!("{}/sandbox/{provider}/payments/{id}/{what}", self.origin);
        let answer = self.client.post(url).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        if status.as_u16() == 404 {
            return None;
        }
        assert!(status.is_success(), "{provider} {id} {what}: {text}");
        Some(serde_json::from_str(&text).unwrap())
    }

    /// Every payment that the providers know, oldest first.
    pub async fn ledger(&self) -> Vec<Value> {
        let body = self.get("ledger").await;
        body["payments"].as_array().unwrap().clone()
    }

    /// Every call that came to the providers' APIs, oldest first.
    pub async fn calls(&self) -> Vec<Value> {
        let body = self.get("calls").await;
        assert_eq!(body["forgotten"], 0, "the sandbox forgot calls");
        body["calls"].as_array().unwrap().clone()
    }

    /// Every SMS and e-mail that was sent, newest first.
    pub async fn messages(&self) -> Vec<Value> {
        let body = self.get("outbox").await;
        body["messages"].as_array().unwrap().clone()
    }

    async fn get(&self, what: &str) -> Value {
        let url = format!("{}/sandbox/{what}", self.origin);
        let answer = self.client.get(url).send().await.unwrap();
        answer.json().await.unwrap()
    }
}

/// A client of programs on this machine.
#[must_use]
pub fn client(timeout: Duration) -> Client {
    // The HTTP library asks for one although nothing here is https; a second call finds the first one's.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().no_proxy().tls_certs_only([]);
    builder.timeout(timeout).build().unwrap()
}

/// A ledger of a thousand kills has tens of megabytes.
const PATIENCE: Duration = Duration::from_secs(120);
