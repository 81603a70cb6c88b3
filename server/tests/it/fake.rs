//! A small fake of JoyndPay with a mind that a test makes up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

#[derive(Clone, Default)]
pub(crate) struct Fake {
    pub(crate) state: Arc<Mutex<Mind>>,
    pub(crate) base: String,
}

#[derive(Default)]
pub(crate) struct Mind {
    /// By reference, in the order in which they were begun.
    pub(crate) payments: Vec<Payment>,
    pub(crate) opens: u32,
    pub(crate) look_ups: HashMap<String, u32>,
    pub(crate) opening: Opening,
    pub(crate) look_up: LookUp,
    /// Lets go of what [`Opening::Held`] and [`LookUp::Held`] hold back.
    pub(crate) released: bool,
    /// Requests whose keys were not the right ones.
    pub(crate) strangers: u32,
}

#[derive(Clone)]
pub(crate) struct Payment {
    pub(crate) reference: String,
    pub(crate) request: Value,
    pub(crate) status: &'static str,
    pub(crate) amount: Value,
    pub(crate) currency: String,
}

#[derive(Clone, Default)]
pub(crate) enum Opening {
    #[default]
    Good,
    /// Begins the payment, and answers after this time.
    Slow(Duration),
    /// Begins the payment, and answers when it is released.
    Held,
    /// Begins the payment, and answers this text.
    Says(u16, String),
    /// Begins nothing, and answers this text.
    Refuses(u16, String),
    /// Begins nothing, and repeats everything that it was sent, keys included.
    Repeats,
}

#[derive(Clone, Default)]
pub(crate) enum LookUp {
    #[default]
    Good,
    Says(u16, String),
    Slow(Duration),
    /// Answers as it stood when it was asked, when it is released.
    Held,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self {
            base,
            ..Self::default()
        };
        let router = Router::new()
            .route("/api/initiate/payment", post(initiate))
            .route("/api/verify/payment", post(verify))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        fake
    }

    pub(crate) fn mind<T>(&self, change: impl FnOnce(&mut Mind) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    pub(crate) fn set(&self, reference: &str, status: &'static str) {
        self.mind(|it| {
            let payment = it.payments.iter_mut().find(|it| it.reference == reference);
            payment.unwrap().status = status;
        });
    }

    pub(crate) fn set_amount(&self, reference: &str, amount: Value) {
        self.mind(|it| {
            let payment = it.payments.iter_mut().find(|it| it.reference == reference);
            payment.unwrap().amount = amount;
        });
    }

    pub(crate) fn references(&self) -> Vec<String> {
        self.mind(|it| it.payments.iter().map(|it| it.reference.clone()).collect())
    }

    pub(crate) fn payment(&self, reference: &str) -> Payment {
        self.mind(|it| {
            let payment = it.payments.iter().find(|it| it.reference == reference);
            payment.unwrap().clone()
        })
    }

    async fn released(&self) {
        while !self.mind(|it| it.released) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) fn look_ups(&self, reference: &str) -> u32 {
        self.mind(|it| it.look_ups.get(reference).copied().unwrap_or(0))
    }
}

async fn initiate(State(fake): State<Fake>, headers: HeaderMap, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let reference = request["order_id"].as_str().unwrap().to_owned();
    let (opening, known) = fake.mind(|it| {
        it.opens += 1;
        it.strangers += u32::from(headers["apikey"] != "PUBLIC-CANARY-1");
        it.strangers += u32::from(headers["secretkey"] != "SECRET-CANARY-2");
        let known = it.payments.iter().any(|it| it.reference == reference);
        if !known && !matches!(it.opening, Opening::Refuses(..) | Opening::Repeats) {
            it.payments.push(Payment {
                reference: reference.clone(),
                request: request.clone(),
                status: "pending",
                amount: request["amount"].clone(),
                currency: request["currency"].as_str().unwrap().to_owned(),
            });
        }
        (it.opening.clone(), known)
    });
    if known {
        let error = json!({"status":"error","error":["order_id already used"]});
        return (StatusCode::CONFLICT, Json(error)).into_response();
    }
    let page = format!("{}/make/payment/test/utr-{reference}", fake.base);
    let amount = request["amount"].clone();
    match opening {
        Opening::Good => {}
        Opening::Slow(time) => tokio::time::sleep(time).await,
        Opening::Held => fake.released().await,
        Opening::Repeats => {
            let words = format!("bad request {request} {headers:?}").to_uppercase();
            return Json(json!({"status":"error","error":[words]})).into_response();
        }
        Opening::Says(status, text) | Opening::Refuses(status, text) => {
            return (StatusCode::from_u16(status).unwrap(), text).into_response();
        }
    }
    Json(json!({"status":"success","data":{
        "id": format!("utr-{reference}"), "order_id": reference, "currency": request["currency"], "amount": amount,
        "redirect_url": page, "callback_url": request["callback_url"], "ipn_url": request["ipn_url"]
    }}))
    .into_response()
}

async fn verify(State(fake): State<Fake>, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let reference = request["order_id"].as_str().unwrap().to_owned();
    let (look_up, payment) = fake.mind(|it| {
        *it.look_ups.entry(reference.clone()).or_default() += 1;
        let payment = it.payments.iter().find(|it| it.reference == reference);
        (it.look_up.clone(), payment.cloned())
    });
    match look_up {
        LookUp::Good => {}
        LookUp::Slow(time) => tokio::time::sleep(time).await,
        LookUp::Held => fake.released().await,
        LookUp::Says(status, text) => {
            return (StatusCode::from_u16(status).unwrap(), text).into_response();
        }
    }
    let Some(payment) = payment else {
        let error = json!({"status":"error","error":["order not found"]});
        return (StatusCode::NOT_FOUND, Json(error)).into_response();
    };
    Json(json!({"status":"success","data":{"order_id":reference,"status":payment.status,"amount":payment.amount,"currency":payment.currency}}))
        .into_response()
}
