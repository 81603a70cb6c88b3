//! Short runs of what `malipo-backend-tests` does at length.
#![expect(
    clippy::print_stdout,
    clippy::panic,
    reason = "a report, and a test's failure"
)]

use malipo_backend_tests::conformance;
use malipo_backend_tests::database::Kind;
use malipo_backend_tests::killing::{self, Orders};
use malipo_backend_tests::updating::{self, Update};

async fn kill(store: Kind, power: bool) {
    let orders = Orders {
        kills: 10,
        store,
        power,
        seed: fastrand::u64(0..1_000_000),
    };
    println!("{orders:?}");
    match killing::run(orders).await {
        Ok(report) => {
            println!("{report}");
            assert_eq!(0 < report.lost(), power, "writes that were lost");
        }
        Err(report) => panic!("{report}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_on_sqlite_lose_and_double_nothing() {
    kill(Kind::Sqlite, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_on_postgres_lose_and_double_nothing() {
    kill(Kind::Postgres, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_power_failures_on_sqlite_lose_and_double_nothing() {
    kill(Kind::Sqlite, true).await;
}

#[tokio::test]
async fn every_provider_conforms() {
    let table = conformance::run().await;
    println!("{table}");
    assert!(table.is_good(), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_the_server_ends_five_thousand_streams_and_fails_no_press() {
    let update = updating::run().await;
    println!("{update:?}");
    // One press under way, twenty as it ends, twenty while nobody listens.
    let (ended, answered) = (5_000, 41);
    assert_eq!(update, Update { ended, answered });
}
