//! A new version of the server is started: the old one is asked to end while shoppers listen, and one presses.

use reqwest::Response;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::task::JoinSet;

use crate::database::Kind;
use crate::provider::JOYNDPAY;
use crate::shop::{Press, Shop};
use crate::stack::{Plan, Stack};

/// Ends a server; returns how many streams ended by themselves.
///
/// # Panics
/// If it does not end well, a stream breaks off, the press that is under way is not answered, or the server had to cut anyone off.
pub async fn run() -> usize {
    let most = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: most,
        maximum: most,
    };
    setrlimit(Resource::Nofile, raised).unwrap();
    let mut stack = Stack::start(&Plan {
        store: Kind::Sqlite,
        servers: 1,
        log_level: "info",
        calls_per_minute: Some(100_000),
        watch_interval_ms: 60_000,
    })
    .await;
    let shop = stack.shop().clone();
    let listening: JoinSet<_> = (0..ORDERS).map(|it| listen(shop.clone(), it)).collect();
    let mut streams = JoinSet::new();
    for mut stream in listening.join_all().await.into_iter().flatten() {
        // To its end, which is one and no break.
        streams.spawn(async move { while stream.chunk().await.unwrap().is_some() {} });
    }
    let slow = JOYNDPAY.script("initiate", &json!({"delay_ms": 1_000}));
    stack.sandbox.script(&slow).await;
    let calls = stack.sandbox.calls().await.len();
    let late = tokio::spawn(async move { shop.press(&Press::new(&JOYNDPAY, ORDERS)).await });
    while stack.sandbox.calls().await.len() <= calls {
        tokio::task::yield_now().await;
    }
    let ended = stack.servers[0].end().await;
    assert!(ended.success(), "{ended}");
    let late = late.await.unwrap();
    assert_eq!(late.status, 200, "{late:?}");
    let ended = streams.join_all().await.len();
    // What has not ended by itself after 10 s it cuts off, and says so.
    let log = std::fs::read_to_string(stack.servers[0].log()).unwrap();
    assert!(!log.contains("still open"), "{log}");
    ended
}

/// Begins an order, and opens its streams.
async fn listen(shop: Shop, order: u64) -> Vec<Response> {
    let press = Press::new(&JOYNDPAY, order);
    let pressed = shop.press(&press).await;
    let token = pressed.token().expect("a token");
    let mut streams = Vec::new();
    for _ in 0..STREAMS_EACH {
        let mut stream = shop.listen(&press.order_id, token).await;
        assert!(stream.chunk().await.unwrap().is_some(), "its first event");
        streams.push(stream);
    }
    streams
}

const ORDERS: u64 = 50;
const STREAMS_EACH: u64 = 100;
