//! What PostgreSQL alone does.

use std::collections::BTreeSet;
use std::time::Duration;

use malipo_server::config::PostgresConfig;
use malipo_server::payment::settle::Observation;
use malipo_server::store::{News as _, PostgresStore, Store as _};
use malipo_wire::{OrderId, Reason};
use tokio_postgres::NoTls;

use super::{Bench, LATER, NOW, Place, SUCCESS};
use crate::postgres::{Cluster, Database};
use crate::world::eventually;

fn database(bench: &Bench) -> &Database {
    match &bench.place {
        Place::Postgres(it) => it,
        Place::Sqlite(..) => panic!("no database"),
    }
}

async fn refused(config: &PostgresConfig) -> String {
    PostgresStore::open(config).await.unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_together_make_the_tables_once() {
    let database = Database::new().await;
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let config = database.config();
            tokio::spawn(async move { PostgresStore::open(&config).await.unwrap() })
        })
        .collect();
    for start in starts {
        assert!(start.await.unwrap().is_shared());
    }
    let client = database.client().await;
    let sql = "SELECT version FROM malipo_schema ORDER BY version";
    let rows = client.query(sql, &[]).await.unwrap();
    let versions: Vec<i32> = rows.iter().map(|it| it.get(0)).collect();
    let made = i32::try_from(versions.len()).unwrap();
    assert_eq!(versions, (1..=made).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_brought_up_to_date_while_another_server_is_in_the_middle_of_a_payment() {
    let database = Database::new().await;
    drop(PostgresStore::open(&database.config()).await.unwrap());
    let older = "DROP INDEX attempts_paid_by_provider; ALTER TABLE attempts DROP COLUMN notified_at; \
        DELETE FROM malipo_schema WHERE 10 < version";
    let other = database.client().await;
    other.batch_execute(older).await.unwrap();
    // It has read an attempt and is about to write what became of it.
    let reads = "BEGIN; SELECT count(*) FROM attempts";
    other.batch_execute(reads).await.unwrap();
    let config = database.config();
    let update = tokio::spawn(async move { PostgresStore::open(&config).await });
    let watcher = database.client().await;
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually(async || watcher.query_opt(waits, &[]).await.unwrap()).await;
    let writes = "UPDATE attempts SET updated_at = updated_at; COMMIT";
    other.batch_execute(writes).await.unwrap();
    update.await.unwrap().unwrap();
}

#[tokio::test]
async fn tables_that_have_the_next_changes_index_already_are_brought_up_to_date() {
    let database = Database::new().await;
    drop(PostgresStore::open(&database.config()).await.unwrap());
    let client = database.client().await;
    let older = "DELETE FROM malipo_schema WHERE 11 < version";
    client.batch_execute(older).await.unwrap();
    PostgresStore::open(&database.config()).await.unwrap();
}

#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone() {
    let database = Database::new().await;
    drop(PostgresStore::open(&database.config()).await.unwrap());
    let client = database.client().await;
    let newer = "INSERT INTO malipo_schema (version) VALUES (999)";
    client.batch_execute(newer).await.unwrap();
    let text = refused(&database.config()).await;
    assert!(text.contains("newer version (schema 999"), "{text}");
}

#[tokio::test]
async fn a_database_of_another_encoding_is_refused() {
    let database = Database::new().await;
    let client = database.client().await;
    let latin = "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'";
    client.batch_execute(latin).await.unwrap();
    let (server, _) = database.url.rsplit_once('/').unwrap();
    let config = PostgresConfig::parse(&format!("{server}/latin")).unwrap();
    let text = refused(&config).await;
    assert!(text.contains("LATIN1") && text.contains("UTF8"), "{text}");
}

#[tokio::test]
async fn who_cannot_be_reached_is_named_without_the_password() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let url = format!("postgres://user:CANARY@127.0.0.1:{port}/shop");
    let config = PostgresConfig::parse(&url).unwrap();
    let text = refused(&config).await;
    assert!(text.contains(&format!("127.0.0.1:{port}/shop")), "{text}");
    assert!(text.contains("refused"), "{text}");
    assert!(!format!("{text} {config:?}").contains("CANARY"));
}

#[tokio::test]
async fn connections_that_were_cut_are_replaced() {
    let bench = Bench::postgres().await;
    let id = bench.pending("ORDER-1").await;
    let client = database(&bench).client().await;
    for _ in 0..3 {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        client.query(cut, &[]).await.unwrap();
        bench.store.ready(NOW).await.unwrap();
        assert_eq!(bench.order("ORDER-1").await.attempts.len(), 1);
    }
    assert!(bench.settle(&id, SUCCESS()).await.is_some());
}

#[tokio::test]
async fn a_statement_that_waits_too_long_is_an_error_and_changes_nothing() {
    let database = Database::new().await;
    let mut config = database.config();
    config.statement_timeout = Duration::from_millis(200);
    let store = PostgresStore::open(&config).await.unwrap();
    let mut client = database.client().await;
    let lock = client.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE about").await.unwrap();
    let text = store.ready(NOW).await.unwrap_err().to_string();
    assert!(text.contains("timeout"), "{text}");
    lock.rollback().await.unwrap();
    store.ready(NOW).await.unwrap();
}

#[tokio::test]
async fn a_connection_is_encrypted_and_the_server_proves_its_name() {
    let cluster = tokio::task::spawn_blocking(Cluster::encrypted);
    let (cluster, roots) = cluster.await.unwrap();
    let config = |url: &str, options: &str| {
        PostgresConfig::parse(&format!("{url}/postgres?{options}")).unwrap()
    };
    let good = format!("sslmode=verify-full&sslrootcert={roots}");
    let store = PostgresStore::open(&config(&cluster.url, &good)).await;
    let store = store.unwrap();
    let plain = format!("{}/postgres", cluster.url);
    let (client, connection) = tokio_postgres::connect(&plain, NoTls).await.unwrap();
    tokio::spawn(connection);
    store.ready(NOW).await.unwrap();
    let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
        WHERE application_name = 'malipo-server'";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!(row.get::<_, Option<bool>>(0), Some(true));

    // Signed by nobody whom the system trusts.
    let text = refused(&config(&cluster.url, "sslmode=require")).await;
    assert!(
        text.contains("UnknownIssuer") && text.contains("sslrootcert="),
        "{text}"
    );
    // Signed, but for another name.
    let elsewhere = cluster.url.replace("localhost", "127.0.0.1");
    let text = refused(&config(&elsewhere, &good)).await;
    assert!(text.contains("certificate"), "{text}");
    // A server that encrypts nothing is not spoken to in the clear.
    let off = ["ALTER SYSTEM SET ssl = off", "SELECT pg_reload_conf()"];
    for sql in off {
        client.execute(sql, &[]).await.unwrap();
    }
    eventually(async || {
        let refused = PostgresStore::open(&config(&cluster.url, &good))
            .await
            .err()?;
        let text = refused.to_string();
        assert!(text.contains("add sslmode=disable"), "{text}");
        Some(())
    })
    .await;
    let open = config(&cluster.url, "sslmode=disable");
    PostgresStore::open(&open).await.unwrap();
}

/// What one server hears while another one changes orders.
async fn heard(store: &PostgresStore, expected: &[&str]) {
    let mut waiting: BTreeSet<OrderId> = expected.iter().map(|it| it.parse().unwrap()).collect();
    while !waiting.is_empty() {
        let heard = tokio::time::timeout(Duration::from_secs(20), store.changed_orders());
        for order in heard.await.unwrap() {
            waiting.remove(&order);
        }
    }
}

#[tokio::test]
async fn what_another_server_changes_is_heard_and_what_is_not_public_is_not() {
    let bench = Bench::postgres().await;
    let config = database(&bench).config();
    let other = PostgresStore::open(&config).await.unwrap();
    let client = database(&bench).client().await;
    let (_listening, mut notified) = database(&bench).listen("malipo_orders").await;
    let id = bench.pending("ORDER-1").await;
    bench.settle(&id, Observation::Declined).await;
    heard(&other, &["ORDER-1"]).await;
    // Beginning, notifications, cancelling and what says nothing new are not announced.
    let sql = "SELECT changed_in IS NULL FROM orders WHERE order_id = 'ORDER-2'";
    let quiet = bench.pending("ORDER-2").await;
    bench.store.notified(&quiet, NOW).await.unwrap();
    let order = bench.order("ORDER-2").await.id;
    bench.store.cancelled(&order, LATER).await.unwrap();
    bench.settle(&quiet, Observation::Pending).await;
    assert!(client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0));
    bench
        .settle(&quiet, Observation::Failed(Reason::Other))
        .await;
    bench.settle(&id, SUCCESS()).await;
    heard(&other, &["ORDER-1", "ORDER-2"]).await;
    for expected in ["ORDER-1", "ORDER-2", "ORDER-1"] {
        assert_eq!(notified.recv().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_change_whose_notification_was_lost_is_read() {
    let bench = Bench::postgres().await;
    let other = PostgresStore::open(&database(&bench).config())
        .await
        .unwrap();
    bench.pending("ORDER-0").await;
    bench.pending("ORDER-1").await;
    bench.pending("ORDER-2").await;
    let mut client = database(&bench).client().await;
    let quiet = |order: &str| {
        format!("UPDATE orders SET changed_in = pg_current_xact_id() WHERE order_id = '{order}'")
    };
    // Changed by a transaction that began first and ends last: it has the lowest number.
    let slow = client.transaction().await.unwrap();
    slow.batch_execute(&quiet("ORDER-1")).await.unwrap();
    let quick = database(&bench).client().await;
    quick.batch_execute(&quiet("ORDER-0")).await.unwrap();
    heard(&other, &["ORDER-0"]).await;
    quick.batch_execute(&quiet("ORDER-2")).await.unwrap();
    heard(&other, &["ORDER-2"]).await;
    slow.commit().await.unwrap();
    heard(&other, &["ORDER-1"]).await;
}

#[tokio::test]
async fn a_listener_that_was_cut_listens_again_and_has_missed_nothing() {
    let bench = Bench::postgres().await;
    let other = PostgresStore::open(&database(&bench).config())
        .await
        .unwrap();
    let ids = [
        bench.pending("ORDER-1").await,
        bench.pending("ORDER-2").await,
    ];
    bench.settle(&ids[0], Observation::Declined).await;
    heard(&other, &["ORDER-1"]).await;
    let client = database(&bench).client().await;
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE datname = current_database() AND query LIKE '%pg_snapshot_xmax%' AND pid <> pg_backend_pid()";
    eventually(async || {
        let row = client.query_one(cut, &[]).await.unwrap();
        (0 < row.get::<_, i64>(0)).then_some(())
    })
    .await;
    // Nobody listens at this moment.
    bench.settle(&ids[1], SUCCESS()).await;
    heard(&other, &["ORDER-2"]).await;
    bench.settle(&ids[0], SUCCESS()).await;
    heard(&other, &["ORDER-1"]).await;
}

#[tokio::test]
async fn a_server_knows_whether_it_hears_of_others() {
    let database = Database::new().await;
    let store = std::sync::Arc::new(PostgresStore::open(&database.config()).await.unwrap());
    assert!(!store.hears(), "it has not begun to listen");
    let listening = std::sync::Arc::clone(&store);
    let task = tokio::spawn(async move {
        loop {
            listening.changed_orders().await;
        }
    });
    eventually(async || store.hears().then_some(())).await;
    // From another database: one that is connected to cannot be closed.
    let (server, name) = database.url.rsplit_once('/').unwrap();
    let other = Database {
        url: format!("{server}/postgres"),
    };
    let client = other.client().await;
    let allow = async |it: bool| {
        let sql = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {it}");
        client.batch_execute(&sql).await.unwrap();
    };
    allow(false).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ";
    let cut = format!("{cut}'{name}'");
    client.batch_execute(&cut).await.unwrap();
    eventually(async || (!store.hears()).then_some(())).await;
    allow(true).await;
    eventually(async || store.hears().then_some(())).await;
    task.abort();
}
