//! Two servers on one PostgreSQL: events of the one at the other, and what the second one adds.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use malipo_backend_tests::database::Kind;
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::initiate::initiate;
use crate::machine::cores;
use crate::numbers::{Times, middle, ms};
use crate::report::{Report, Row};
use crate::scale::Scale;
use crate::shopper::{self, Listening, Order, Provider};
use crate::world::{Plan, World};
use crate::wrk;

/// Measures both.
pub(crate) async fn run(scale: &Scale) {
    let mut report = Report::new("instances", "Two servers on one PostgreSQL", scale);
    let plan = Plan {
        store: Kind::Postgres,
        servers: 2,
        ..Plan::MANY
    };
    let world = World::start(plan).await;
    let times = across(&world, scale.across).await;
    let said = format!(
        "{} payments, {A_SECOND} a second; the provider notifies the first server, the shoppers listen to the second",
        times.count()
    );
    let row = |what: &str, time| Row::new(what, ms(time), "ms");
    report.row(row(
        "notification to event at the other server, median",
        times.median(),
    ));
    report.row(
        row(
            "notification to event at the other server, p99",
            times.percentile(99),
        )
        .below(150.0)
        .note(said),
    );
    growth(&mut report, &world, scale).await;
    report.write();
}

/// From the notification at the first server to the event at the second.
async fn across(world: &World, payments: u64) -> Times {
    let [first, second] = [0, 1].map(|it| world.servers[it].address);
    let orders = shopper::begin_all(first, 1, payments, 16).await;
    let provider = Arc::new(Provider::of(world).await);
    let mut listening = Vec::new();
    for order in &orders {
        listening.push(Listening::open(second, order, None).await.unwrap());
    }
    let mut pace = interval(Duration::from_secs(1) / A_SECOND);
    let mut tasks = JoinSet::new();
    for (order, listening) in orders.into_iter().zip(listening) {
        pace.tick().await;
        let provider = Arc::clone(&provider);
        tasks.spawn(async move {
            let heard = tokio::spawn(listening.outcome());
            let sent = provider.pay_and_tell(&order).await.unwrap();
            let (status, at) = heard.await.unwrap().unwrap();
            assert_eq!(status, "success");
            at.duration_since(sent)
        });
    }
    Times::new(tasks.join_all().await)
}

/// The same load on one server and on both.
async fn growth(report: &mut Report, world: &World, scale: &Scale) {
    let addresses: Vec<_> = world.servers.iter().map(|it| it.address).collect();
    let waiting = shopper::begin_all(addresses[0], ORDERS, 1_000, 16).await;
    let bodies = file(world.folder(), &waiting);
    let numbers = Arc::new(AtomicU64::new(ORDERS * 2));
    let mut grown = [Vec::new(), Vec::new()];
    for _ in 0..scale.rounds {
        let mut rates = [Vec::new(), Vec::new()];
        for servers in [&addresses[..1], &addresses[..]] {
            let mut loads = JoinSet::new();
            for server in servers.iter().copied() {
                let (bodies, time) = (bodies.clone(), scale.time);
                loads.spawn(async move { wrk::verify(server, &bodies, time).await.a_second() });
            }
            rates[0].push(loads.join_all().await.iter().sum::<f64>());
            rates[1].push(initiate(servers, &numbers, scale.begin).await);
        }
        for (grown, rates) in grown.iter_mut().zip(&rates) {
            grown.push((rates[0], rates[1]));
        }
    }
    let cores = cores();
    for (what, grown) in ["verifies", "initiates"].into_iter().zip(grown) {
        let by_one = middle(grown.iter().map(|it| it.0).collect());
        let ratio = middle(grown.iter().map(|it| it.1 / it.0).collect());
        report.row(Row::new(
            format!("{what} by one server"),
            by_one,
            "a second",
        ));
        let row = Row::new(
            format!("{what} by two servers, of those by one"),
            ratio,
            "x",
        )
        .at_least(1.6);
        report.row(if cores < CORES {
            row.undecided().note(format!(
                "this machine has {cores} cores, which one server, PostgreSQL and the client fill already; {CORES} are needed to tell"
            ))
        } else {
            row
        });
    }
}

fn file(folder: &Path, orders: &[Order]) -> PathBuf {
    let path = folder.join("waiting.txt");
    let lines: String = orders
        .iter()
        .map(shopper::verify_body)
        .map(|it| it + "\n")
        .collect();
    std::fs::write(&path, lines).unwrap();
    path
}

const A_SECOND: u32 = 50;
/// Above the numbers of the other orders here.
const ORDERS: u64 = 1_000_000;
/// Two for each server, two for PostgreSQL, two for the client.
const CORES: usize = 8;
