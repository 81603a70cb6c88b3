//! `kill -9` of the server at random moments, under load: what was paid is recorded, once, and the shop is told. Where the power
//! fails as well, nothing that was answered is lost.

mod load;
mod report;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use self::load::Load;
pub use self::report::Report;
use crate::database::Kind;
use crate::oracle::{self, Entry};
use crate::provider::{ALL, patient};
use crate::shop::Shop;
use crate::stack::{OFTEN_MS, Plan, Stack};
use crate::wait::now;

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
    /// How often the server is killed.
    pub kills: u32,
    /// On which store.
    pub store: Kind,
    /// Each time the power fails too, so that nothing is left but what was synced: on SQLite.
    pub power: bool,
    /// Chooses moments, providers and what shoppers do. The machine's own timing is as random.
    pub seed: u64,
}

/// Kills, restarts, lets everything settle, and compares.
///
/// # Errors
/// The report and every difference between the records and the ledger, with the folder of the logs.
pub async fn run(orders: Orders) -> Result<Report, String> {
    let plan = Plan {
        store: orders.store,
        servers: 1,
        log_level: "info",
        calls_per_minute: Some(100_000),
        watch_interval_ms: OFTEN_MS,
    };
    let mut stack = Stack::start(&plan).await;
    if orders.power {
        stack.stand_on_power().await;
    }
    stack.sandbox.script(&every_notice_twice()).await;
    let began = now();
    let load = Arc::new(Load::new(
        stack.shop().clone(),
        stack.sandbox.clone(),
        orders.seed,
    ));
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(Arc::clone(&load).shop_on(number));
    }
    let mut random = fastrand::Rng::with_seed(orders.seed);
    for number in 1..=orders.kills {
        sleep(lifetime(&mut random)).await;
        stack.servers[0].kill().await;
        stack.servers[0].loses_power(&mut random);
        stack.servers[0].start().await;
        if number % 50 == 0 {
            println!("{number} kills after {} s", began.elapsed().as_secs());
        }
    }
    load.stop.store(true, Ordering::Relaxed);
    while let Some(client) = clients.join_next().await {
        client.expect("a client of the load");
    }
    let loaded = began.elapsed();
    stack.sandbox.script(&patient()).await;
    let (wrong, records, ledger) = settle(&stack, &load).await;
    let report = Report {
        orders,
        clients: CLIENTS,
        loaded,
        settled: began.elapsed().saturating_sub(loaded),
        load: load.counted(),
        unsynced: stack.servers[0].unsynced(),
        outcome: report::Outcome::read(&records, &ledger, &stack.receiver),
    };
    if wrong.is_empty() {
        return Ok(report);
    }
    let folder = stack.keep();
    Err(format!(
        "{report}\nWRONG ({}), logs in {}:\n{}",
        wrong.len(),
        folder.display(),
        wrong.join("\n")
    ))
}

/// As often below 200 ms as above: in the middle of a start, and in the middle of the work.
#[expect(clippy::float_arithmetic, reason = "a moment, not money")]
fn lifetime(random: &mut fastrand::Rng) -> Duration {
    Duration::from_secs_f64(SHORTEST_S * (LONGEST_S / SHORTEST_S).powf(random.f64()))
}

/// Waits until the records equal the ledger. Nobody watches any order: only records are read, so nothing is asked because of it.
async fn settle(stack: &Stack, load: &Load) -> (Vec<String>, BTreeMap<String, Value>, Vec<Value>) {
    let names = load.orders();
    let end = now() + PATIENCE;
    loop {
        let ledger = stack.sandbox.ledger().await;
        let entries: Vec<_> = ledger.iter().map(Entry::read).collect();
        let records = records(stack.shop(), &names).await;
        let mut wrong = oracle::differences(&records, &entries, &stack.receiver);
        // Here every amount is right, so nothing is for a person to judge.
        let reviewed = records.iter().filter(|it| it.1["state"] == "needs_review");
        wrong.extend(reviewed.map(|it| format!("{} waits for a person", it.0)));
        if wrong.is_empty() || end < now() {
            return (wrong, records, ledger);
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// The record of every order.
async fn records(shop: &Shop, names: &[String]) -> BTreeMap<String, Value> {
    let mut tasks = JoinSet::new();
    for part in names.chunks(names.len().div_ceil(READERS).max(1)) {
        let (shop, part) = (shop.clone(), part.to_vec());
        tasks.spawn(async move {
            let mut read = Vec::new();
            for name in part {
                let record = shop.record(&name).await;
                read.push((name, record));
            }
            read
        });
    }
    let mut all = BTreeMap::new();
    while let Some(read) = tasks.join_next().await {
        all.extend(read.expect("the records are read"));
    }
    all
}

/// Every notification comes twice, and again until it is acknowledged.
fn every_notice_twice() -> Value {
    let mut script = patient();
    for provider in ALL {
        script[provider.id][provider.notice]["copies"] = json!(2);
    }
    script
}

const CLIENTS: u64 = 24;
/// How long the server lives once it listens, in seconds.
const SHORTEST_S: f64 = 0.02;
const LONGEST_S: f64 = 2.0;
const READERS: usize = 4;
/// The longest that anything waits by itself: a question's or a delivery's lease of a minute, and the schedule's next look.
const PATIENCE: Duration = Duration::from_secs(420);
