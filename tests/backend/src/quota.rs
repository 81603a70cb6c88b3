//! Thousands of pending orders, no notification, and a provider that takes 60 calls a minute: it never gets more.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::database::Kind;
use crate::provider::{JOPAY, patient};
use crate::shop::Press;
use crate::stack::{OFTEN_MS, Plan, Stack};
use crate::wait::now;

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// How many orders are pending.
    pub orders: u64,
    /// How long the provider's log is watched, in seconds.
    pub seconds: u64,
}

/// Two servers on one PostgreSQL, one of them killed and started again in the middle.
///
/// The orders come through the real API, while the servers and the provider are told of a high limit; then both are told of 60
/// a minute, and no notification ever comes.
///
/// # Errors
/// What the provider's log says otherwise.
pub async fn run(crowd: Crowd) -> Result<String, String> {
    let mut plan = Plan {
        store: Kind::Postgres,
        servers: 2,
        log_level: "warn",
        calls_per_minute: Some(100_000),
        watch_interval_ms: OFTEN_MS,
    };
    let mut stack = Stack::start(&plan).await;
    let mut script = patient();
    script["jopay"]["webhook"]["mode"] = json!("never");
    stack.sandbox.script(&script).await;
    fill(&stack, crowd.orders).await;
    for server in &mut stack.servers {
        server.kill().await;
    }
    let before = stack.sandbox.calls().await.len();

    // 55 of the provider's 60: what the server does by itself.
    plan.calls_per_minute = None;
    stack.configure(&plan);
    script["jopay"]["limits"] = json!({"calls": MOST});
    stack.sandbox.script(&script).await;
    for server in &mut stack.servers {
        server.start().await;
    }
    // What was used for the filling still counts for a minute, with the servers and with the provider.
    let began = now();
    let seconds = Duration::from_secs(crowd.seconds) + WINDOW;
    let mut killed = false;
    while began.elapsed() < seconds {
        sleep(Duration::from_secs(1)).await;
        if !killed && seconds / 2 < began.elapsed() {
            stack.servers[0].kill().await;
            stack.servers[0].start().await;
            killed = true;
        }
    }
    let calls = stack.sandbox.calls().await;
    judge(&calls[before..], crowd)
}

async fn fill(stack: &Stack, orders: u64) {
    let shops: Arc<[_]> = stack.servers.iter().map(|it| it.shop.clone()).collect();
    let mut tasks = JoinSet::new();
    for part in 0..PRESSERS {
        let shops = Arc::clone(&shops);
        tasks.spawn(async move {
            for number in (part..orders).step_by(usize::try_from(PRESSERS).unwrap()) {
                let press = Press::new(&JOPAY, number + 1);
                let shop = &shops[usize::try_from(number).unwrap() % shops.len()];
                let pressed = shop.press_on(&press, 20).await;
                assert!(pressed.is_open(), "{} {}", pressed.status, pressed.body);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("the orders are pressed");
    }
    assert_eq!(
        stack.sandbox.ledger().await.len(),
        usize::try_from(orders).unwrap()
    );
}

fn judge(calls: &[Value], crowd: Crowd) -> Result<String, String> {
    let refused = calls.iter().filter(|it| it["http_status"] == 429).count();
    let mut window: VecDeque<u64> = VecDeque::new();
    let mut fullest = 0;
    let window_ms = u64::try_from(WINDOW.as_millis()).unwrap();
    for call in calls {
        let at = call["at_ms"].as_u64().unwrap();
        window.push_back(at);
        while window.front().is_some_and(|it| it + window_ms <= at) {
            window.pop_front();
        }
        fullest = fullest.max(window.len());
    }
    let said = format!(
        "{} pending JoPay orders, no notification, two servers on one PostgreSQL, one killed and started again: {} calls in {} s, \
         {fullest} in the fullest minute of the provider's log, {refused} answered 429",
        crowd.orders,
        calls.len(),
        crowd.seconds
    );
    // Fewer would mean that nobody asked: the schedule may use two thirds.
    let busy = LEAST <= fullest;
    if refused == 0 && fullest <= MOST && busy {
        Ok(said)
    } else {
        Err(said)
    }
}

const MOST: usize = 60;
const LEAST: usize = 25;
const WINDOW: Duration = Duration::from_secs(60);
const PRESSERS: u64 = 16;
