//! A new version of the server is started: the old one is asked to end while shoppers listen, and others press before, meanwhile and
//! while nobody listens.

use reqwest::Response;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::task::JoinSet;

use crate::database::Kind;
use crate::provider::JOYNDPAY;
use crate::shop::{Press, Pressed, Shop};
use crate::stack::{Plan, Stack};

/// What an update of the server was to those who used it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Update {
    /// Streams that the old server ended by themselves.
    pub ended: usize,
    /// Presses that were answered: by the old one, or at a repetition by the new one.
    pub answered: usize,
}

/// Ends a server, and starts it again.
///
/// # Panics
/// If it does not end well, a stream breaks off, the press that is under way is not answered, or the server had to cut anyone off; if
/// a press is not answered, or begins a second payment; if a shopper who listened cannot do so again.
pub async fn run() -> Update {
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
    let orders: Vec<Press> = (0..ORDERS).map(|it| Press::new(&JOYNDPAY, it)).collect();
    let listening: JoinSet<_> = orders
        .iter()
        .map(|it| listen(shop.clone(), it.clone()))
        .collect();
    let (mut streams, mut tokens) = (JoinSet::new(), Vec::new());
    for (press, token, open) in listening.join_all().await {
        tokens.push((press, token));
        for mut stream in open {
            // To its end, which is one and no break.
            streams.spawn(async move { while stream.chunk().await.unwrap().is_some() {} });
        }
    }
    let slow = JOYNDPAY.script("initiate", &json!({"delay_ms": 1_000}));
    stack.sandbox.script(&slow).await;
    let calls = stack.sandbox.calls().await.len();
    let before = Press::new(&JOYNDPAY, ORDERS);
    let under_way = tokio::spawn(once(shop.clone(), before.clone()));
    while stack.sandbox.calls().await.len() <= calls {
        tokio::task::yield_now().await;
    }

    // Whoever presses now finds the old one at its end, or nobody.
    let mut presses: JoinSet<Pressed> = (1..=PRESSES)
        .map(|it| until_answered(shop.clone(), Press::new(&JOYNDPAY, ORDERS + it)))
        .collect();
    let exit = stack.servers[0].end().await;
    assert!(exit.success(), "{exit}");
    let old = under_way.await.unwrap();
    assert_eq!(old.status, 200, "{old:?}");
    let ended = streams.join_all().await.len();
    // What has not ended by itself after 10 s it cuts off, and says so.
    let log = std::fs::read_to_string(stack.servers[0].log()).unwrap();
    assert!(!log.contains("still open"), "{log}");

    // Nobody listens: these are turned away by the system, and come again with the same key.
    let late: Vec<Press> = (1..=PRESSES)
        .map(|it| Press::new(&JOYNDPAY, ORDERS + PRESSES + it))
        .collect();
    for press in &late {
        assert_eq!(shop.press(press).await.status, 0, "{press:?}");
        presses.spawn(until_answered(shop.clone(), press.clone()));
    }
    stack.sandbox.script(&json!({})).await;
    stack.servers[0].start().await;
    let later = presses.join_all().await;
    let failed: Vec<_> = later.iter().filter(|it| !it.is_open()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let answered = 1 + later.len();

    // The new one knows what the old one did: the same press has the same page, whoever listened listens again, and nobody pays twice.
    let again = shop.press(&before).await;
    assert_eq!(again.body["redirect_url"], old.body["redirect_url"]);
    for (press, token) in &tokens {
        let mut stream = shop.listen(&press.order_id, token).await;
        assert!(stream.chunk().await.unwrap().is_some(), "{press:?}");
    }
    let begun = stack.sandbox.ledger().await.len();
    assert_eq!(begun, orders.len() + answered, "payments at the provider");
    Update { ended, answered }
}

/// Begins an order, and opens its streams.
async fn listen(shop: Shop, press: Press) -> (Press, String, Vec<Response>) {
    let pressed = shop.press(&press).await;
    let token = pressed.token().expect("a token").to_owned();
    let mut streams = Vec::new();
    for _ in 0..STREAMS_EACH {
        let mut stream = shop.listen(&press.order_id, &token).await;
        assert!(stream.chunk().await.unwrap().is_some(), "its first event");
        streams.push(stream);
    }
    (press, token, streams)
}

async fn once(shop: Shop, press: Press) -> Pressed {
    shop.press(&press).await
}

async fn until_answered(shop: Shop, press: Press) -> Pressed {
    shop.press_on(&press, TRIES).await
}

const ORDERS: u64 = 50;
const STREAMS_EACH: u64 = 100;
/// As the server is asked to end, and as many once it is gone.
const PRESSES: u64 = 20;
/// For a minute, ten times a second: how long a server takes to start on a busy machine is no part of this.
const TRIES: u32 = 600;
