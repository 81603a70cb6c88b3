//! What the page of a shopper does, and the provider's side of it: begin, verify, pay, notify, listen.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::BodyExt as _;
use malipo_backend_tests::wait::now;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::http::{Answer, Connection, Pool};
use crate::sse::Parser;
use crate::world::World;

/// An order that was begun.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Its name.
    pub(crate) id: String,
    /// What opens its state and its stream.
    pub(crate) token: String,
}

/// The body of an initiate, as the widget sends it; the second part is the Idempotency-Key.
#[must_use]
pub(crate) fn press(number: u64) -> (String, String) {
    let body = json!({
        "order_id": format!("ORDER{number:09}"), "amount": "10000", "currency": "UGX",
        "customer": {"name": "Ada Nakato", "email": format!("payer{number}@example.com")},
        "return_url": "http://127.0.0.1:1/thanks",
    });
    let key = format!("\"00000000-0000-4000-8000-{number:012}\"");
    (body.to_string(), key)
}

/// Begins an order.
///
/// # Errors
/// Where the connection broke.
///
/// # Panics
/// If the server says no.
pub(crate) async fn begin(connection: &mut Connection, number: u64) -> io::Result<Order> {
    let (body, key) = press(number);
    let headers = [("idempotency-key", key.as_str())];
    let Answer { status, body } = connection.post("/pay/initiate", &headers, body).await?;
    assert_eq!(status, 200, "{body}");
    Ok(Order {
        id: text(&body["order_id"]),
        token: text(&body["token"]),
    })
}

/// Begins the orders of these numbers, as many at a time as there are connections.
///
/// # Panics
/// If one cannot be begun.
pub(crate) async fn begin_all(
    server: SocketAddr,
    first: u64,
    count: u64,
    at_a_time: u64,
) -> Vec<Order> {
    let next = Arc::new(AtomicU64::new(first));
    let mut tasks = JoinSet::new();
    for _ in 0..at_a_time.min(count) {
        let next = Arc::clone(&next);
        tasks.spawn(async move {
            let mut connection = Connection::open(server, None).await.unwrap();
            let mut begun = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if first + count <= number {
                    return begun;
                }
                begun.push(begin(&mut connection, number).await.unwrap());
            }
        });
    }
    let mut orders = tasks.join_all().await.concat();
    orders.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    orders
}

/// The provider's side: what it was told of each payment.
#[derive(Debug)]
pub(crate) struct Provider {
    control: Pool,
    notices: Pool,
    paths: std::collections::HashMap<String, String>,
}

impl Provider {
    /// Reads from the provider's ledger where each order's notification goes.
    pub(crate) async fn of(world: &World) -> Self {
        let mut paths = std::collections::HashMap::new();
        for payment in world.sandbox.ledger().await {
            let url = text(&payment["ipn_url"]);
            let path = url.splitn(4, '/').nth(3).expect("a path").to_owned();
            paths.insert(text(&payment["order_id"]), format!("/{path}"));
        }
        Self {
            control: Pool::new(world.provider()),
            notices: Pool::new(world.server().address),
            paths,
        }
    }

    /// The shopper pays; nobody is told.
    ///
    /// # Panics
    /// If the provider does not know the order.
    pub(crate) async fn pay(&self, order: &Order) {
        let path = format!("/sandbox/joyndpay/payments/{}/succeed", order.id);
        let answer = self.control.post(&path, &[], String::new()).await.unwrap();
        assert_eq!(answer.body["result"], "settled", "{}", answer.body);
    }

    /// The shopper pays and the server is told. Gives the moment at which the notification set out.
    ///
    /// # Errors
    /// If the server does not take the notification.
    ///
    /// # Panics
    /// If the provider does not know the order.
    pub(crate) async fn pay_and_tell(&self, order: &Order) -> Result<Instant, String> {
        self.pay(order).await;
        let notice = json!({"order_id": order.id, "status": "success", "trx_id": "TRX-1", "amount": 10000, "currency": "UGX"});
        let path = &self.paths[&order.id];
        let sent = now();
        match self.notices.post(path, &[], notice.to_string()).await {
            Ok(answer) if answer.status == 200 => Ok(sent),
            Ok(answer) => Err(format!("{}: its notification: {}", order.id, answer.body)),
            Err(error) => Err(format!("{}: its notification: {error}", order.id)),
        }
    }
}

/// The body of a verify.
#[must_use]
pub(crate) fn verify_body(order: &Order) -> String {
    json!({"order_id": order.id, "token": order.token}).to_string()
}

/// Asks how an order stands: `pending`.
///
/// # Panics
/// If the server says no.
pub(crate) async fn verify(connection: &mut Connection, order: &Order) -> String {
    let answer = connection.post("/pay/verify", &[], verify_body(order));
    let answer = answer.await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    text(&answer.body["status"])
}

/// How many of these orders are paid, as the server's pages are told.
pub(crate) async fn count_paid(server: SocketAddr, orders: &[Order]) -> usize {
    let mut tasks = JoinSet::new();
    for part in orders.chunks(orders.len().div_ceil(16).max(1)) {
        let part = part.to_vec();
        tasks.spawn(async move {
            let mut connection = Connection::open(server, None).await.unwrap();
            let mut paid = 0;
            for order in &part {
                paid += usize::from(verify(&mut connection, order).await == "success");
            }
            paid
        });
    }
    tasks.join_all().await.into_iter().sum()
}

/// An open stream of one order.
#[derive(Debug)]
pub(crate) struct Listening {
    body: hyper::body::Incoming,
    parser: Parser,
    order: String,
    _connection: Connection,
}

impl Listening {
    /// Opens it and waits for its first message, the state now.
    ///
    /// # Errors
    /// What came instead.
    pub(crate) async fn open(
        server: SocketAddr,
        order: &Order,
        from: Option<Ipv4Addr>,
    ) -> Result<Self, String> {
        let failed = |error: io::Error| error.to_string();
        let mut connection = Connection::open(server, from).await.map_err(failed)?;
        let path = format!("/pay/events?order_id={}", order.id);
        let bearer = format!("Bearer {}", order.token);
        let answer = connection.get(&path, &[("authorization", &bearer)]).await;
        let answer = answer.map_err(failed)?;
        if answer.status() != 200 {
            return Err(format!("the stream of {}: {}", order.id, answer.status()));
        }
        let mut listening = Self {
            body: answer.into_body(),
            parser: Parser::default(),
            order: order.id.clone(),
            _connection: connection,
        };
        match listening.next().await?.as_deref() {
            Some("pending") => Ok(listening),
            other => Err(format!("the stream of {} begins with {other:?}", order.id)),
        }
    }

    /// Waits for the outcome and for the stream's end. Gives the outcome and the moment at which it came.
    ///
    /// # Errors
    /// If it ends without one, or with something after it.
    pub(crate) async fn outcome(mut self) -> Result<(String, Instant), String> {
        loop {
            let status = self.next().await?;
            let at = now();
            match status.as_deref() {
                None => {
                    return Err(format!(
                        "{}: the stream ended without an outcome",
                        self.order
                    ));
                }
                Some("pending") => {}
                Some(outcome) => {
                    let after = self.next().await?;
                    if after.is_some() {
                        return Err(format!("{}: {after:?} after {outcome}", self.order));
                    }
                    return Ok((outcome.to_owned(), at));
                }
            }
        }
    }

    /// The status of the next status event; None at the end.
    async fn next(&mut self) -> Result<Option<String>, String> {
        loop {
            let frame = tokio::time::timeout(SILENCE, self.body.frame()).await;
            let frame = frame.map_err(|_| format!("{}: silent for too long", self.order))?;
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| format!("{}: {error}", self.order))?;
            let Ok(piece) = frame.into_data() else {
                continue;
            };
            for event in self.parser.feed(&piece) {
                if event.name != "status" {
                    continue;
                }
                let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
                if data["order_id"] != self.order.as_str() {
                    return Err(format!("{} was told of {data}", self.order));
                }
                return Ok(Some(text(&data["status"])));
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Longer than two of the server's heartbeats: the widget's own patience.
const SILENCE: Duration = Duration::from_secs(35);
