//! The shop's own system: it listens to signed webhooks, and remembers every delivery.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::oracle::money;

/// One webhook, its signature checked.
#[derive(Clone, Debug)]
pub struct Event {
    /// `webhook-id`: the same for every delivery of one event.
    pub id: String,
    /// `payment.paid`.
    pub kind: String,
    /// About which order.
    pub order_id: String,
    /// What it says was paid, or was to be paid: `10000 UGX`.
    pub amount: String,
}

/// Listens until the process ends.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Where it listens.
    pub url: String,
    heard: Arc<Mutex<Vec<Event>>>,
    forged: Arc<Mutex<u32>>,
}

impl Receiver {
    /// Starts listening.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/hooks", listener.local_addr().unwrap()),
            heard: Arc::default(),
            forged: Arc::default(),
        };
        let routes = Router::new()
            .route("/hooks", post(hear))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        receiver
    }

    /// Every delivery so far, repetitions included.
    #[must_use]
    pub fn heard(&self) -> Vec<Event> {
        assert_eq!(
            *self.forged.lock().unwrap(),
            0,
            "webhooks with a bad signature"
        );
        self.heard.lock().unwrap().clone()
    }

    /// The ids of the events of this kind about an order.
    #[must_use]
    pub fn events(&self, order_id: &str, kind: &str) -> BTreeSet<String> {
        let heard = self.heard().into_iter();
        heard
            .filter(|it| it.order_id == order_id && it.kind == kind)
            .map(|it| it.id)
            .collect()
    }
}

async fn hear(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(event) = read(&headers, &body) else {
        *receiver.forged.lock().unwrap() += 1;
        return StatusCode::UNAUTHORIZED;
    };
    receiver.heard.lock().unwrap().push(event);
    StatusCode::NO_CONTENT
}

/// Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`.
fn read(headers: &HeaderMap, body: &[u8]) -> Option<Event> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let (id, time) = (header("webhook-id")?, header("webhook-timestamp")?);
    let signature = header("webhook-signature")?.strip_prefix("v1,")?;
    let key = BASE64_STANDARD
        .decode(SECRET.strip_prefix("whsec_")?)
        .ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{time}.").as_bytes());
    mac.update(body);
    let given = BASE64_STANDARD.decode(signature).ok()?;
    mac.verify_slice(&given).ok()?;
    let event: Value = serde_json::from_slice(body).ok()?;
    Some(Event {
        id: id.to_owned(),
        kind: event["type"].as_str()?.to_owned(),
        order_id: event["data"]["order_id"].as_str()?.to_owned(),
        amount: money(&event["data"]),
    })
}

/// What webhooks are signed with: "webhook-canary-0123456789abcdef!".
pub const SECRET: &str = "whsec_d2ViaG9vay1jYW5hcnktMDEyMzQ1Njc4OWFiY2RlZiE=";
