//! A merchant's backend that is as it should be, but for one fault.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a fault concerns one place, and the others take no notice of it"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::fault::Fault;
use super::serving::{header, number, serve};

pub(super) const SHOP: &str = "https://shop.example";
/// The one order of [`Fault::OwnOrders`].
pub(super) const OWN_ORDER: &str = "SHOP-ORDER-1";
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
    /// Of GETs, as they would stand in a log.
    queries: Vec<String>,
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

    pub(super) fn queries(&self) -> Vec<String> {
        self.records().queries.clone()
    }

    pub(super) fn notes(&self, query: &str) {
        self.records().queries.push(query.to_owned());
    }

    pub(super) fn fault(&self) -> Fault {
        self.fault
    }

    pub(super) fn takes_cookies(&self) -> bool {
        self.credentials
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
        self.takes(headers)?;
        let mut body: Value = match serde_json::from_str(text) {
            Ok(it) => it,
            Err(_) if self.has(Fault::BrokenJsonOpens) => json!({"sku": "tea"}),
            Err(_) => return Err((400, "the body is not JSON")),
        };
        if self.has(Fault::GetInitiates) && !query.is_empty() {
            body = json!({"sku": "tea"});
        }
        self.sells(&body)?;
        let back = body["return_url"].take();
        let back = back.as_str().unwrap_or_default();
        self.comes_back(back)?;
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
                return Err(match self.fault {
                    Fault::OtherBodyLimited => (429, "too many"),
                    Fault::OtherBodyDown => (503, "a failure"),
                    Fault::OtherBodyBusy => (409, "the first is still running"),
                    Fault::OtherBodyVague => (400, "this is not accepted"),
                    _ => (422, "this key was used for another body"),
                });
            }
            match self.fault {
                Fault::RepeatRefused => return Err((400, "this key was used")),
                Fault::RepeatLimited => return Err((429, "too many")),
                _ => {}
            }
            let hesitates = [Fault::LoserIsFinal, Fault::BusyHidden, Fault::BusyUntilDate];
            if hesitates.contains(&self.fault) && records.orders.first() != Some(order) {
                return Err((409, "the first is still running"));
            }
            return Ok(self.opened(order, &body["amount"], back));
        }
        let order = self.named(&records, &body)?;
        records.orders.push(order.clone());
        let entry = (hash, order.clone());
        if self.has(Fault::TwoAtOnce) || self.has(Fault::UnnamedTwice) {
            records.late = Some((key, entry));
        } else {
            records.keys.insert(key, entry);
        }
        Ok(self.opened(&order, &body["amount"], back))
    }

    /// Whom it listens to.
    fn takes(&self, headers: &HeaderMap) -> Result<(), (u16, &'static str)> {
        let is_plain = header(headers, "content-type") != "application/json";
        match self.fault {
            Fault::PlainTextOpens => Ok(()),
            Fault::PlainTextNeedsKey if headers.contains_key("idempotency-key") => Ok(()),
            Fault::PlainTextNeedsKey => Err((400, "Idempotency-Key is missing")),
            Fault::PlainTextOfOwnPages if header(headers, "origin") == SHOP => Ok(()),
            Fault::PlainTextOfOwnPages => Err((403, "a foreign page")),
            _ if is_plain => Err((415, "the body is not called JSON")),
            _ => Ok(()),
        }
    }

    /// Whether what is asked for exists.
    fn sells(&self, body: &Value) -> Result<(), (u16, &'static str)> {
        let exists = match self.fault {
            Fault::PagesOrders => body["order_id"].is_string() && body["amount"].is_string(),
            Fault::OwnOrders => body["order_id"] == OWN_ORDER,
            Fault::PagesAmount => body["amount"].is_string(),
            Fault::SecretInRefusal => false,
            Fault::OtherBodyTakenAmountCompared if !is_right_amount(body) => {
                return Err((400, "amount: accepted: the price"));
            }
            Fault::ArticleLimitHidden if body["sku"] == "malipo-check-no-such-article" => {
                return Err((429, "too many"));
            }
            _ => body["sku"] == "tea",
        };
        exists
            .then_some(())
            .ok_or((422, "there is no such article"))
    }

    fn comes_back(&self, back: &str) -> Result<(), (u16, &'static str)> {
        let own = [SHOP, &self.base].map(|it| format!("{it}/"));
        let takes_any = [
            Fault::ForeignReturnTaken,
            Fault::ForeignReturnToldBack,
            Fault::OwnReturnToldBack,
            Fault::ReturnsNobody,
        ];
        if back.is_empty() || own.contains(&back.to_owned()) || takes_any.contains(&self.fault) {
            Ok(())
        } else {
            Err((400, "return_url: accepted: a page of the shop"))
        }
    }

    /// The name of a new order.
    fn named(&self, records: &Records, body: &Value) -> Result<String, (u16, &'static str)> {
        let count = records.orders.len();
        Ok(match self.fault {
            Fault::PagesOrders | Fault::OwnOrders => {
                let order = body["order_id"].as_str().unwrap().to_owned();
                if records.orders.contains(&order) {
                    return Err((400, "order_id: was used already"));
                }
                order
            }
            Fault::CountedOrders => format!("ORDER-{}", 1001 + count),
            Fault::CountedInFront => format!("{}-malipo-shop", 41 + count),
            Fault::OddOrderId => format!("order no. {count}"),
            _ => uuid::Uuid::new_v4().simple().to_string(),
        })
    }

    fn opened(&self, order: &str, shown: &Value, back: &str) -> Value {
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
            Fault::PagesPrice | Fault::PagesAmount => ("amount", shown.clone()),
            Fault::PagesOrders => {
                answer["test"].take();
                ("amount", shown.clone())
            }
            Fault::ForeignReturnToldBack => ("return_url", json!(back)),
            Fault::OwnReturnToldBack => {
                let mut answer = passed_through(&answer);
                answer["data"]["callback_url"] = json!(format!("{SHOP}/"));
                return answer;
            }
            Fault::ReturnsNobody => ("returns", json!(false)),
            Fault::FloatAmount => return number(&answer, "1250.5"),
            Fault::GroupedAmount => {
                answer["currency"].take();
                ("amount", json!("KES 1250.50"))
            }
            Fault::CountedOrders | Fault::CountedInFront | Fault::NoTokens => {
                ("token", Value::Null)
            }
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
            return Err(match self.fault {
                Fault::LargeBreaks => (500, "a failure"),
                Fault::LargeIsBadRequest => (400, "the body is not accepted"),
                _ => (413, "the body is too large"),
            });
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
            (false, Fault::UnknownLimited | Fault::LimitHidden) => return Err((429, "too many")),
            (false, _) => return Err((404, "no such order")),
            (true, Fault::UnknownWord) => "paid",
            (true, _) if claimed => "success",
            (true, _) => "pending",
        };
        let token = body["token"].as_str().unwrap_or_default();
        let right = match self.fault {
            Fault::AsksForNoToken
            | Fault::CountedOrders
            | Fault::CountedInFront
            | Fault::NoTokens => true,
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
            Fault::PassedThrough | Fault::OwnReturnToldBack => return Ok(passed_through(&answer)),
            _ => {}
        }
        Ok(answer)
    }
}

pub(super) type Reply = Result<Value, (u16, &'static str)>;

/// What so many cost.
fn is_right_amount(body: &Value) -> bool {
    let right = if body["quantity"] == 2 {
        "2501.00"
    } else {
        "1250.50"
    };
    body["amount"] == right
}

/// As JoyndPay says it: an envelope, and the amount a number.
fn passed_through(flat: &Value) -> Value {
    let mut data = number(flat, "1250.5");
    data["id"] = json!("7");
    json!({"status": "success", "token": flat["token"], "data": data})
}
