//! A merchant's backend that is as it should be, but for one fault.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a fault concerns one place, and the others take no notice of it"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::fault::Fault;
use super::serving::{header, number, reply, serve};

pub(super) const SHOP: &str = "https://shop.example";
pub(super) const SECRET: &str = "CANARY-7f3a9b2c4d5e6f70";

/// The backend, over real HTTP.
#[derive(Clone)]
pub(super) struct Backend {
    fault: Fault,
    /// Browsers may send cookies.
    credentials: bool,
    records: Arc<Mutex<Records>>,
    pub(super) base: String,
}

#[derive(Default)]
struct Records {
    requests: usize,
    /// By Idempotency-Key: the body, and the order.
    keys: HashMap<String, (String, String)>,
    /// With [`Fault::TwoAtOnce`]: what is written down only when a request without this key comes.
    late: Option<(String, (String, String))>,
    orders: Vec<String>,
}

impl Backend {
    pub(super) async fn start(fault: Fault) -> Self {
        Self::start_with(fault, false).await
    }

    pub(super) async fn start_with(fault: Fault, credentials: bool) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let backend = Self {
            fault,
            credentials,
            records: Arc::default(),
            base: format!("http://{}", listener.local_addr().unwrap()),
        };
        let router = Router::new().fallback(serve).with_state(backend.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        backend
    }

    pub(super) fn requests(&self) -> usize {
        self.records().requests
    }

    pub(super) fn orders(&self) -> usize {
        self.records().orders.len()
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap()
    }

    pub(super) fn counts(&self, headers: &HeaderMap) {
        let mut records = self.records();
        records.requests += 1;
        let key = header(headers, "idempotency-key");
        if records.late.as_ref().is_some_and(|it| it.0 != key)
            && let Some((key, entry)) = records.late.take()
        {
            records.keys.insert(key, entry);
        }
    }

    pub(super) fn initiate(&self, query: &str, headers: &HeaderMap, text: &str) -> Reply {
        if header(headers, "content-type") != "application/json" && !self.has(Fault::PlainTextOpens)
        {
            return Err((415, "the body is not called JSON"));
        }
        let mut body: Value = match serde_json::from_str(text) {
            Ok(it) => it,
            Err(_) if self.has(Fault::BrokenJsonOpens) => json!({"sku": "tea"}),
            Err(_) => return Err((400, "the body is not JSON")),
        };
        if self.has(Fault::GetInitiates) && !query.is_empty() {
            body = json!({"sku": "tea"});
        }
        if body["sku"] != "tea" || self.has(Fault::SecretInRefusal) {
            return Err((422, "there is no such article"));
        }
        let back = body["return_url"].take();
        let is_foreign = |it: &str| {
            ![SHOP, &self.base]
                .iter()
                .any(|shop| it == format!("{shop}/"))
        };
        if back.as_str().is_some_and(is_foreign) && !self.has(Fault::ForeignReturnTaken) {
            return Err((400, "return_url: accepted: a page of the shop"));
        }
        let key = header(headers, "idempotency-key").to_owned();
        let hash = body.to_string();
        let mut records = self.records();
        if let Some((known, order)) = records.keys.get(&key)
            && !self.has(Fault::NoIdempotency)
        {
            let takes = match self.fault {
                Fault::OtherBodyTaken => true,
                Fault::OtherBodyTakenAmountCompared => is_right_amount(&body),
                _ => false,
            };
            if *known != hash && !takes {
                return Err((422, "this key was used for another body"));
            }
            if self.has(Fault::RepeatRefused) {
                return Err((400, "this key was used"));
            }
            let hesitates = self.has(Fault::LoserIsFinal) || self.has(Fault::BusyHidden);
            if hesitates && records.orders.first() != Some(order) {
                return Err((409, "the first is still running"));
            }
            return Ok(self.opened(order, &body["amount"]));
        }
        let order = if self.has(Fault::CountedOrders) {
            format!("ORDER-{}", 1001 + records.orders.len())
        } else if self.has(Fault::OddOrderId) {
            format!("order no. {}", records.orders.len())
        } else {
            uuid::Uuid::new_v4().simple().to_string()
        };
        records.orders.push(order.clone());
        let entry = (hash, order.clone());
        if self.has(Fault::TwoAtOnce) || self.has(Fault::UnnamedTwice) {
            records.late = Some((key, entry));
        } else {
            records.keys.insert(key, entry);
        }
        Ok(self.opened(&order, &body["amount"]))
    }

    fn opened(&self, order: &str, shown: &Value) -> Value {
        let mut answer = json!({
            "order_id": order,
            "redirect_url": format!("https://provider.example/pay/{}", order.replace(' ', "-")),
            "token": format!("token-of-{order}"),
            "amount": "1250.50",
            "currency": "KES",
            "test": true,
        });
        let (name, value) = match self.fault {
            Fault::OpensNothing => return json!({"hello": "world"}),
            Fault::Live => ("test", json!(false)),
            Fault::LiveByUrl => {
                answer["test"].take();
                (
                    "redirect_url",
                    json!(format!(
                        "https://provider.example/make/payment/live/{order}"
                    )),
                )
            }
            Fault::SecondLink => ("request_id", json!(uuid::Uuid::new_v4().to_string())),
            Fault::NoOrderId | Fault::UnnamedTwice => ("order_id", Value::Null),
            Fault::RelativeUrl => ("redirect_url", json!("/pay/now")),
            Fault::HttpUrl => ("redirect_url", json!("http://provider.example/pay")),
            Fault::OwnUrl => ("redirect_url", json!(format!("{SHOP}/pay"))),
            Fault::InitiateAmount => ("amount", json!("1250.51")),
            Fault::PassedThrough => return passed_through(&answer),
            Fault::PagesPrice => ("amount", shown.clone()),
            Fault::FloatAmount => return number(&answer, "1250.5"),
            Fault::GroupedAmount => {
                answer["currency"].take();
                ("amount", json!("KES 1250.50"))
            }
            Fault::CountedOrders => ("token", Value::Null),
            Fault::SecretField => ("joyndpay_secret_key", json!(SECRET)),
            Fault::OwnSecret => ("note", json!(format!("x{SECRET}x"))),
            Fault::LongAnswer => ("note", json!("x".repeat(70_000))),
            _ => return answer,
        };
        answer[name] = value;
        answer
    }

    pub(super) fn verify(&self, query: &str, text: &str) -> Reply {
        if text.len() > 64 * 1024 && !self.has(Fault::NoCap) {
            return Err((413, "the body is too large"));
        }
        let body: Value = serde_json::from_str(text).map_err(|_| (400, "the body is not JSON"))?;
        let Some(order) = body["order_id"].as_str() else {
            return Err((400, "order_id: accepted: a text"));
        };
        let claimed = (self.has(Fault::BelievesBody) && body["status"] == "success")
            || (self.has(Fault::BelievesQuery) && query.contains("status=success"));
        let records = self.records();
        let known = records.orders.iter().any(|it| it == order);
        let status = match (known, self.fault) {
            (false, Fault::UnknownSucceeds) => "success",
            (false, Fault::UnknownPends) => "pending",
            (false, Fault::UnknownLimited) => return Err((429, "too many")),
            (false, _) => return Err((404, "no such order")),
            (true, Fault::UnknownWord) => "paid",
            (true, _) if claimed => "success",
            (true, _) => "pending",
        };
        let token = body["token"].as_str().unwrap_or_default();
        let right = match self.fault {
            Fault::AsksForNoToken | Fault::CountedOrders => true,
            Fault::TakesAnyToken => records
                .orders
                .iter()
                .any(|it| token == format!("token-of-{it}")),
            _ => token == format!("token-of-{order}"),
        };
        match self.fault {
            Fault::TokenBreaks if !right => return Err((500, "a failure")),
            Fault::TokenLimited if !right => return Err((429, "too many")),
            Fault::VerifyDown if right => return Err((503, "a failure")),
            _ => {}
        }
        if known && !right {
            return Err((404, "no such order"));
        }
        let mut answer =
            json!({"order_id": order, "status": status, "amount": "1250.50", "currency": "KES"});
        match self.fault {
            Fault::VerifyWithoutStatus => {
                answer["status"].take();
            }
            Fault::AnotherOrder => answer["order_id"] = json!("another"),
            Fault::VerifyAmount => answer["amount"] = json!("1250.5001"),
            Fault::PassedThrough => return Ok(passed_through(&answer)),
            _ => {}
        }
        Ok(answer)
    }

    pub(super) fn refusal(&self, status: u16, sentence: &str) -> Response {
        let status = match self.fault {
            Fault::ErrorsWith200 => 200,
            Fault::ErrorsWith500 => 500,
            _ => status,
        };
        let status = StatusCode::from_u16(status).unwrap();
        match self.fault {
            Fault::HtmlErrors => {
                (status, [("content-type", "text/html")], "<h1>Oops</h1>").into_response()
            }
            Fault::CutByWebServer if status == StatusCode::PAYLOAD_TOO_LARGE => {
                (status, [("content-type", "text/html")], "<h1>413</h1>").into_response()
            }
            Fault::ProblemJson => {
                let problem =
                    json!({"type": "about:blank", "title": sentence, "message": sentence});
                let mut response = reply(status, &problem);
                let name = "application/problem+json".parse().unwrap();
                response.headers_mut().insert("content-type", name);
                response
            }
            Fault::ErrorsWithoutText => reply(status, &json!({"detail": sentence})),
            Fault::ErrorsWith200 => reply(status, &json!({"problem": sentence})),
            Fault::SecretInRefusal => reply(
                status,
                &json!({"status": "error", "error": [format!("JoyndPay refused the key {SECRET}")]}),
            ),
            Fault::SecretInError => reply(
                status,
                &json!({"status": "error", "error": [format!("sent SecretKey: {SECRET}")]}),
            ),
            _ => {
                let mut response = reply(status, &json!({"status": "error", "error": [sentence]}));
                if status == StatusCode::CONFLICT && !self.has(Fault::LoserIsFinal) {
                    response
                        .headers_mut()
                        .insert("retry-after", "1".parse().unwrap());
                }
                response
            }
        }
    }

    pub(super) fn preflight(&self, origin: &str) -> Response {
        let allowed = match self.fault {
            Fault::KeyNotAllowed => "content-type",
            Fault::StarHeaders => "*",
            _ => "Content-Type, Idempotency-Key",
        };
        let status = if self.has(Fault::NoPreflight) {
            StatusCode::METHOD_NOT_ALLOWED
        } else {
            StatusCode::NO_CONTENT
        };
        let mut response = (status, [("access-control-allow-headers", allowed)]).into_response();
        self.allow(&mut response, origin);
        response
    }

    pub(super) fn allow(&self, response: &mut Response, origin: &str) {
        let status = response.status();
        let unreadable = match self.fault {
            Fault::ErrorsNotReadable => status.is_client_error(),
            Fault::CutByWebServer => status == StatusCode::PAYLOAD_TOO_LARGE,
            _ => false,
        };
        let allowed = match self.fault {
            Fault::StarWithCredentials => "*",
            Fault::EchoWithCredentials => origin,
            _ => SHOP,
        };
        let headers = response.headers_mut();
        if !unreadable {
            headers.insert("access-control-allow-origin", allowed.parse().unwrap());
        }
        if !self.has(Fault::BusyHidden) {
            headers.insert(
                "access-control-expose-headers",
                "Retry-After".parse().unwrap(),
            );
        }
        if self.has(Fault::TwoOrigins) {
            headers.append("access-control-allow-origin", allowed.parse().unwrap());
        }
        let with = [Fault::StarWithCredentials, Fault::EchoWithCredentials].contains(&self.fault);
        if with || self.credentials {
            headers.insert("access-control-allow-credentials", "true".parse().unwrap());
        }
    }

    pub(super) fn dress(&self, response: &mut Response, is_initiate: bool) {
        let (name, value) = match self.fault {
            Fault::SecretHeader => ("x-debug", format!("whsec_{SECRET}")),
            Fault::CalledHtml => ("content-type", "text/html; charset=utf-8".to_owned()),
            Fault::Cacheable => ("cache-control", "public, max-age=60".to_owned()),
            Fault::ExpiresLater => ("expires", "Fri, 01 Jan 2100 00:00:00 GMT".to_owned()),
            Fault::Cookie if is_initiate => ("set-cookie", "session=1".to_owned()),
            _ => return,
        };
        response.headers_mut().insert(name, value.parse().unwrap());
    }
}

pub(super) type Reply = Result<Value, (u16, &'static str)>;

/// No amount, or what so many cost.
fn is_right_amount(body: &Value) -> bool {
    let right = if body["quantity"] == 2 {
        "2501.00"
    } else {
        "1250.50"
    };
    body["amount"].is_null() || body["amount"] == right
}

/// As JoyndPay says it: an envelope, and the amount a number.
fn passed_through(flat: &Value) -> Value {
    let mut data = number(flat, "1250.5");
    data["id"] = json!("7");
    json!({"status": "success", "token": flat["token"], "data": data})
}
