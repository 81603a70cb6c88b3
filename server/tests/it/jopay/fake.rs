//! A small fake of JoPay with a mind that a test makes up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use malipo_server::clock::{HOUR_MS, UnixMs};
use serde_json::{Value, json};

use super::table;

#[derive(Clone, Default)]
pub(crate) struct Fake {
    state: Arc<Mutex<Mind>>,
    base: String,
}

#[derive(Default)]
pub(crate) struct Mind {
    /// Requests as JoPay shows them, oldest first, each with its idempotency key.
    pub(crate) requests: Vec<(String, Value)>,
    /// Bodies of all creates.
    pub(crate) creates: Vec<Value>,
    /// `GET /requests/...` and the like, in the order in which they came.
    pub(crate) calls: Vec<String>,
    /// Answers instead of the create's own, first to last; the request is there all the same where it says so.
    pub(crate) troubles: VecDeque<Trouble>,
    /// When requests expire.
    pub(crate) now: i64,
    /// The answer to a create waits for this.
    pub(crate) hold: Option<Arc<tokio::sync::Notify>>,
    /// The answer to a look-up is written and waits for this.
    pub(crate) hold_look_up: Option<Arc<tokio::sync::Notify>>,
    /// The list is called something else than we think.
    pub(crate) strange_list: bool,
    /// The list is refused with this status and body.
    pub(crate) refused_list: Option<(u16, &'static str)>,
    /// Calls without the right key.
    pub(crate) strangers: u32,
}

pub(crate) struct Trouble {
    pub(crate) begins: bool,
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self {
            base,
            ..Self::default()
        };
        fake.mind(|it| {
            it.now = malipo_server::clock::Clock::now(&malipo_server::clock::SystemClock).0
        });
        let router = Router::new()
            .route("/api/v1/requests/create", post(create))
            .route("/api/v1/requests", get(list))
            .route("/api/v1/requests/{id}", get(one))
            .route("/api/v1/requests/{id}/cancel", post(cancel))
            .layer(axum::middleware::from_fn_with_state(fake.clone(), note))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        fake
    }

    /// The configuration of a server that uses it.
    pub(crate) fn config(&self, more: &str) -> String {
        let base = &self.base;
        table(&format!(
            "provider = \"jopay\"\njopay.base_url = \"{base}/api/v1\"\njopay.checkout_origin = \"{base}\"\n\
             jopay.watch_interval_ms = 100\njopay.calls_per_minute = 10000\njopay.timeout_ms = 2000\n{more}"
        ))
    }

    pub(crate) fn mind<T>(&self, change: impl FnOnce(&mut Mind) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// The next create is answered with this instead.
    pub(crate) fn trouble(&self, begins: bool, status: u16, body: &str) {
        let body = body.to_owned();
        let trouble = Trouble {
            begins,
            status,
            body,
        };
        self.mind(|it| it.troubles.push_back(trouble));
    }

    /// Changes fields of the newest request.
    pub(crate) fn set(&self, fields: Value) {
        self.mind(|it| {
            let (_, request) = it.requests.last_mut().unwrap();
            let fields = fields.as_object().unwrap().clone();
            request.as_object_mut().unwrap().extend(fields);
        });
    }

    /// The newest request.
    pub(crate) fn newest(&self) -> Value {
        self.mind(|it| it.requests.last().unwrap().1.clone())
    }

    /// How many calls begin with this.
    pub(crate) fn calls(&self, start: &str) -> usize {
        self.mind(|it| it.calls.iter().filter(|it| it.starts_with(start)).count())
    }
}

async fn note(
    State(fake): State<Fake>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    fake.mind(|it| {
        let path = uri.path().trim_start_matches("/api/v1");
        it.calls.push(format!("{method} {path}"));
        it.strangers += u32::from(headers["authorization"] != "Bearer jo_test_CANARY-7");
    });
    next.run(request).await
}

async fn create(State(fake): State<Fake>, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let key = body["idempotency_key"].as_str().unwrap().to_owned();
    let answer = fake.mind(|it| {
        it.creates.push(body.clone());
        let trouble = it.troubles.pop_front();
        let known = it.requests.iter().any(|(known, _)| *known == key);
        if !known && trouble.as_ref().is_none_or(|it| it.begins) {
            let id = uuid::Uuid::new_v4().to_string();
            let request = json!({"ok":true,"request_id":id,"status":"requested","proof_status":"none",
                "pay_page_url":format!("{}/{id}", fake.base),"expires_at":UnixMs(it.now).plus_ms(HOUR_MS).to_rfc3339(),
                "created_at":UnixMs(it.now).to_rfc3339(),"merchant_id":body["merchant_id"],"metadata":body["metadata"],
                "amount":{"fiat_int":body["fiat_amount_int"],"fiat_code":body["fiat_currency_code"],"usdc_micro":"27500000"}});
            it.requests.push((key.clone(), request));
        }
        match trouble {
            Some(trouble) => Err(trouble),
            None => Ok(it.requests.iter().find(|it| it.0 == key).unwrap().1.clone()),
        }
    });
    if let Some(hold) = fake.mind(|it| it.hold.clone()) {
        hold.notified().await;
    }
    match answer {
        Ok(request) => Json(request).into_response(),
        Err(it) => (StatusCode::from_u16(it.status).unwrap(), it.body).into_response(),
    }
}

async fn list(State(fake): State<Fake>) -> Response {
    if let Some((status, body)) = fake.mind(|it| it.refused_list) {
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    let requests: Vec<_> =
        fake.mind(|it| it.requests.iter().rev().map(|it| it.1.clone()).collect());
    let name = match fake.mind(|it| it.strange_list) {
        true => "items",
        false => "requests",
    };
    Json(json!({"ok":true,name:requests,"next_cursor":null})).into_response()
}

async fn one(State(fake): State<Fake>, Path(id): Path<String>) -> Response {
    let (found, hold) = fake.mind(|it| {
        let mut all = it.requests.iter();
        let found = all.find(|it| it.1["request_id"] == id);
        (found.map(|it| it.1.clone()), it.hold_look_up.clone())
    });
    if let Some(hold) = hold {
        hold.notified().await;
    }
    match found {
        Some(request) => Json(request).into_response(),
        None => {
            let error = json!({"ok":false,"error":"not_found"});
            (StatusCode::NOT_FOUND, Json(error)).into_response()
        }
    }
}

async fn cancel(State(fake): State<Fake>, Path(id): Path<String>) -> Response {
    fake.mind(|it| {
        let request = it.requests.iter_mut().find(|it| it.1["request_id"] == id);
        let request = &mut request.unwrap().1;
        if request["proof_status"] == "none" {
            request["status"] = json!("cancelled");
            Json(json!({"ok":true})).into_response()
        } else {
            let error = json!({"ok":false,"error":"has_proof"});
            (StatusCode::CONFLICT, Json(error)).into_response()
        }
    })
}
