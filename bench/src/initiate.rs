//! Initiate, which is two commits and a call to the provider: against the bare commits of the same store. The provider only
//! answers; what the server's cores do is the server's.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use malipo_backend_tests::database::Kind;
use malipo_backend_tests::wait::now;
use tokio::task::JoinSet;

use crate::http::Connection;
use crate::numbers::{middle, rate};
use crate::report::{Report, Row};
use crate::scale::Scale;
use crate::shopper;
use crate::world::{Plan, World};

/// Measures one store after the other.
pub(crate) async fn run(scale: &Scale) {
    let mut report = Report::new(
        "initiate",
        "Initiate, bounded by the store's commits",
        scale,
    );
    for store in [Kind::Sqlite, Kind::Postgres] {
        println!("{}", store.name());
        let world = World::start(Plan {
            store,
            constant: true,
            ..Plan::MANY
        })
        .await;
        let numbers = Arc::new(AtomicU64::new(1));
        let (mut commits, mut initiates, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let mut costs = Vec::new();
        for _ in 0..scale.rounds {
            let bare = match store {
                Kind::Sqlite => sqlite(world.folder().to_owned(), scale.time).await,
                Kind::Postgres => postgres(&world.store, scale.time).await,
            };
            let (usage, first) = (world.server().usage(), numbers.load(Ordering::Relaxed));
            let begun = initiate(&[world.server().address], &numbers, scale.begin).await;
            let count = numbers.load(Ordering::Relaxed) - first;
            costs.push(world.server().usage().each_since(&usage, count));
            commits.push(bare);
            initiates.push(begun);
            ratios.push(begun / bare);
        }
        let row =
            |what: &str, value, unit| Row::new(format!("{}: {what}", store.name()), value, unit);
        let ratio = row("initiates for each bare commit", middle(ratios), "x").at_least(0.5);
        report.row(
            ratio.note(
                "an initiate is two commits: one before the provider is called, one after it",
            ),
        );
        report.row(row("initiates", middle(initiates), "a second"));
        report.row(row(
            "the server's processor time for an initiate",
            middle(costs),
            "µs",
        ));
        report.row(
            row("bare commits", middle(commits), "a second").note(match store {
                Kind::Sqlite => "one connection, WAL, synchronous=FULL, one row each",
                Kind::Postgres => {
                    "ten connections as the server has, synchronous_commit=on, one row each"
                }
            }),
        );
    }
    report.write();
}

/// Initiates a second, by as many shoppers as keep the servers busy; the orders' numbers are taken from `numbers`.
pub(crate) async fn initiate(
    servers: &[std::net::SocketAddr],
    numbers: &Arc<AtomicU64>,
    time: Duration,
) -> f64 {
    let end = now() + time;
    let began = now();
    let mut tasks = JoinSet::new();
    for shopper in 0..SHOPPERS {
        let numbers = Arc::clone(numbers);
        let server = servers[shopper % servers.len()];
        tasks.spawn(async move {
            let mut connection = Connection::open(server, None).await.unwrap();
            let mut begun = 0;
            while now() < end {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                shopper::begin(&mut connection, number).await.unwrap();
                begun += 1;
            }
            begun
        });
    }
    let begun: u64 = tasks.join_all().await.into_iter().sum();
    rate(begun, began.elapsed())
}

/// Commits a second of a SQLite file beside the server's.
async fn sqlite(folder: std::path::PathBuf, time: Duration) -> f64 {
    let work = tokio::task::spawn_blocking(move || sqlite_commits(&folder, time));
    work.await.unwrap()
}

fn sqlite_commits(folder: &Path, time: Duration) -> f64 {
    let connection = rusqlite::Connection::open(folder.join("bare.sqlite")).unwrap();
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    connection
        .pragma_update(None, "synchronous", "FULL")
        .unwrap();
    connection.execute_batch(&table("INTEGER")).unwrap();
    let mut insert = connection
        .prepare("INSERT INTO bare (body) VALUES (?1)")
        .unwrap();
    let (began, mut commits) = (now(), 0);
    while began.elapsed() < time {
        insert.execute([BODY]).unwrap();
        commits += 1;
    }
    rate(commits, began.elapsed())
}

/// Commits a second of the server's PostgreSQL.
async fn postgres(store: &str, time: Duration) -> f64 {
    let url = store.split('"').nth(1).expect("the store's URL").to_owned();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client.batch_execute(&table("BIGSERIAL")).await.unwrap();
    let began = now();
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let url = url.clone();
        tasks.spawn(async move {
            let connected = tokio_postgres::connect(&url, tokio_postgres::NoTls).await;
            let (client, connection) = connected.unwrap();
            tokio::spawn(connection);
            let insert = client
                .prepare("INSERT INTO bare (body) VALUES ($1)")
                .await
                .unwrap();
            let mut commits = 0;
            while began.elapsed() < time {
                client.execute(&insert, &[&BODY]).await.unwrap();
                commits += 1;
            }
            commits
        });
    }
    let commits: u64 = tasks.join_all().await.into_iter().sum();
    rate(commits, began.elapsed())
}

fn table(key: &str) -> String {
    format!("CREATE TABLE IF NOT EXISTS bare (id {key} PRIMARY KEY, body TEXT NOT NULL)")
}

const SHOPPERS: usize = 64;
/// The server's `store.connections` by default.
const CONNECTIONS: usize = 10;
/// As long as what an attempt's row holds.
const BODY: &str = "ORDER000000001 joyndpay pending 10000 UGX http://localhost:8788/joyndpay/make/payment/test/00000000-0000-4000-8000-000000000000 \
    http://127.0.0.1:8000/thanks 00000000-0000-4000-8000-000000000000 1750000000000 1750000000000 1750000020000";
