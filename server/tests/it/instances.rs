//! Two real servers on one PostgreSQL: any of them takes any request, and one that dies leaves nothing undone.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::events::{Stream, data};
use crate::fake::{Fake, LookUp, Opening};
use crate::postgres::Database;
use crate::process::Server;
use crate::world::{self, SHOP, eventually, quoted};

struct Pair {
    fake: Fake,
    database: Database,
    a: Server,
    b: Server,
    folder: tempfile::TempDir,
}

impl Pair {
    async fn start() -> Self {
        let fake = Fake::start().await;
        let database = Database::new().await;
        let folder = tempfile::tempdir().unwrap();
        prepare(&fake, &database, folder.path());
        // Together, as a deployment starts them.
        let (a, b) = tokio::join!(Server::start(folder.path()), Server::start(folder.path()));
        Self {
            fake,
            database,
            a,
            b,
            folder,
        }
    }

    /// Lets time pass for what is kept: whatever was to happen at a time happens that much sooner.
    async fn forward(&self, ms: i64) {
        let sql = format!(
            "UPDATE attempts SET created_at = created_at - {ms}, next_check_at = next_check_at - {ms}"
        );
        let client = self.database.client().await;
        client.batch_execute(&sql).await.unwrap();
    }

    /// Cuts the connections on which servers listen; returns how many.
    async fn cut_listeners(&self) -> i64 {
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() \
            AND (query LIKE 'LISTEN%' OR query LIKE '%pg_snapshot_xmax%') AND pid <> pg_backend_pid()";
        let client = self.database.client().await;
        client.query_one(sql, &[]).await.unwrap().get(0)
    }
}

fn prepare(fake: &Fake, database: &Database, folder: &Path) {
    let sqlite = format!("store.sqlite = \"{}/malipo.sqlite\"", folder.display());
    let text = world::config_text(fake, folder, "log.level = \"error\"");
    let text = text
        .replace(&sqlite, &format!("store.postgres = \"{}\"", database.url))
        // A stream asks and looks once a minute: what comes sooner was heard from the other server.
        .replace("watch_interval_ms = 100", "watch_interval_ms = 60000")
        .replace("timeout_ms = 600", "timeout_ms = 8000");
    assert!(text.contains("store.postgres"), "{text}");
    std::fs::write(folder.join("malipo.toml"), text).unwrap();
}

async fn opened(server: &Server, order: &str) -> Value {
    let reply = server.initiate(&quoted(order)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

/// The provider's notification of an order, to one of the servers.
async fn notify(pair: &Pair, server: &Server, order: &str) {
    let request = pair.fake.payment(order).request;
    let path = request["ipn_url"].as_str().unwrap();
    let path = path.strip_prefix("http://127.0.0.1:9").unwrap();
    let url = format!("{}{path}", server.base);
    let reply = world::send(&world::client(), "POST", &url, &[], "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// An open stream whose first message was the state "pending", and for which the provider has been asked.
async fn listening(pair: &Pair, server: &Server, answer: &Value) -> Stream {
    let order = answer["order_id"].as_str().unwrap();
    let asked = pair.fake.look_ups(order);
    let mut stream = Stream::at(&server.base, answer).await;
    assert_eq!(data(&stream.next().await.unwrap())["status"], "pending");
    eventually(async || (asked < pair.fake.look_ups(order)).then_some(())).await;
    stream
}

/// The next status that a stream tells.
async fn status(stream: &mut Stream) -> Value {
    loop {
        let message = stream.next().await.unwrap();
        if message.contains("event: status") {
            return data(&message)["status"].clone();
        }
    }
}

#[tokio::test]
async fn a_payment_begun_here_is_notified_there_and_told_everywhere() {
    let pair = Pair::start().await;
    let answer = opened(&pair.a, "ORDER-0000001").await;
    let mut here = listening(&pair, &pair.a, &answer).await;
    let mut there = listening(&pair, &pair.b, &answer).await;
    pair.fake.set("ORDER-0000001", "success");
    notify(&pair, &pair.b, "ORDER-0000001").await;
    assert_eq!(status(&mut here).await, "success");
    assert_eq!(status(&mut there).await, "success");
    for server in [&pair.a, &pair.b] {
        let verify = json!({"order_id": "ORDER-0000001", "token": answer["token"]}).to_string();
        let url = format!("{}/pay/verify", server.base);
        let headers = [("content-type", "application/json"), ("origin", SHOP)];
        let reply = world::send(&world::client(), "POST", &url, &headers, verify).await;
        assert_eq!(reply.json()["status"], "success");
        let again = server.initiate(&quoted("ORDER-0000001")).await.json();
        assert_eq!(again["status"], "success");
    }
    assert_eq!(pair.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn one_order_pressed_on_both_at_once_is_begun_once() {
    let pair = Pair::start().await;
    for round in 0..5 {
        let order = format!("ORDER-000000{round}");
        let body = quoted(&order);
        let (a, b) = (&pair.a, &pair.b);
        let presses = tokio::join!(
            a.initiate(&body),
            b.initiate(&body),
            a.initiate(&body),
            b.initiate(&body),
            a.initiate(&body),
            b.initiate(&body),
        );
        let replies: [_; 6] = presses.into();
        for reply in &replies {
            // The others are to come back, or came late enough to find it open.
            assert!([200, 409].contains(&reply.status), "{reply:?}");
        }
        assert!(replies.iter().any(|it| it.status == 200), "{replies:?}");
        assert_eq!(pair.fake.mind(|it| it.opens), round + 1);
        let page = opened(a, &order).await["redirect_url"].clone();
        assert_eq!(opened(b, &order).await["redirect_url"], page);
    }
}

#[tokio::test]
async fn what_a_killed_server_leaves_waiting_the_other_one_finishes() {
    let mut pair = Pair::start().await;
    // One waits, one is being asked about under a lease, one is being begun.
    opened(&pair.a, "WAITING-00001").await;
    opened(&pair.a, "LEASED-000001").await;
    pair.b.child.kill().await.unwrap();
    pair.fake
        .mind(|it| it.look_up = LookUp::Slow(Duration::from_secs(30)));
    let sql = "UPDATE attempts SET next_check_at = 0 WHERE order_id = 'LEASED-000001'";
    let client = pair.database.client().await;
    client.batch_execute(sql).await.unwrap();
    eventually(async || (pair.fake.look_ups("LEASED-000001") == 1).then_some(())).await;
    pair.fake
        .mind(|it| it.opening = Opening::Slow(Duration::from_secs(30)));
    let url = format!("{}/pay/initiate", pair.a.base);
    let call = tokio::spawn(async move {
        let headers = [("content-type", "application/json"), ("origin", SHOP)];
        let mut request = world::client()
            .post(url)
            .body(quoted("BEGUN-0000001").to_string());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request
            .header("idempotency-key", world::key())
            .send()
            .await
            .is_err()
    });
    eventually(async || (pair.fake.mind(|it| it.opens) == 3).then_some(())).await;
    pair.a.child.kill().await.unwrap();
    assert!(call.await.unwrap(), "the shopper's request broke off");

    pair.fake.mind(|it| {
        it.look_up = LookUp::Good;
        it.opening = Opening::Good;
    });
    let orders = ["WAITING-00001", "LEASED-000001", "BEGUN-0000001"];
    for order in orders {
        pair.fake.set(order, "success");
    }
    pair.b = Server::start(pair.folder.path()).await;
    // Before its time nothing is taken from a server that may be alive.
    assert_eq!(pair.b.record("BEGUN-0000001").await["state"], "created");
    pair.forward(61_000).await;
    for order in orders {
        let record = eventually(async || {
            let record = pair.b.record(order).await;
            (record["state"] == "paid").then_some(record)
        })
        .await;
        assert_eq!(record["reference"], order);
    }
    assert_eq!(pair.fake.mind(|it| it.opens), 3);
}

#[tokio::test]
async fn a_server_that_starts_takes_no_call_for_lost_that_another_one_is_making() {
    let mut pair = Pair::start().await;
    pair.b.child.kill().await.unwrap();
    pair.fake
        .mind(|it| it.opening = Opening::Slow(Duration::from_secs(4)));
    let body = quoted("ORDER-0000001");
    let restarted = async {
        eventually(async || (pair.fake.mind(|it| it.opens) == 1).then_some(())).await;
        let server = Server::start(pair.folder.path()).await;
        let state = server.record("ORDER-0000001").await["state"].clone();
        (server, state)
    };
    let (reply, (server, state)) = tokio::join!(pair.a.initiate(&body), restarted);
    assert_eq!(state, "created");
    assert_eq!(reply.status, 200, "{reply:?}");
    let page = reply.json()["redirect_url"].clone();
    assert_eq!(opened(&server, "ORDER-0000001").await["redirect_url"], page);
    assert_eq!(pair.fake.mind(|it| it.opens), 1);
}

#[tokio::test]
async fn an_event_comes_though_the_connections_that_listen_are_cut() {
    let pair = Pair::start().await;
    let answer = opened(&pair.a, "ORDER-0000001").await;
    let mut stream = listening(&pair, &pair.a, &answer).await;
    eventually(async || (pair.cut_listeners().await == 2).then_some(())).await;
    pair.fake.set("ORDER-0000001", "failed");
    notify(&pair, &pair.b, "ORDER-0000001").await;
    assert_eq!(status(&mut stream).await, "failed");
}

#[tokio::test]
async fn an_event_comes_though_nobody_was_notified() {
    let pair = Pair::start().await;
    let answer = opened(&pair.a, "ORDER-0000001").await;
    let mut stream = listening(&pair, &pair.a, &answer).await;
    let client = pair.database.client().await;
    // As if the notification had been lost on its way: written and marked, and that is all.
    let quietly = "BEGIN; UPDATE attempts SET status = 'failed', reason = 'declined'; \
        UPDATE orders SET changed_in = pg_current_xact_id(); COMMIT";
    client.batch_execute(quietly).await.unwrap();
    assert_eq!(status(&mut stream).await, "failed");
}

#[tokio::test]
async fn servers_go_on_by_themselves_after_the_database_was_away() {
    let pair = Pair::start().await;
    let answer = opened(&pair.a, "ORDER-0000001").await;
    let mut stream = listening(&pair, &pair.a, &answer).await;
    let name = pair.database.url.rsplit('/').next().unwrap();
    let (server, _) = pair.database.url.rsplit_once('/').unwrap();
    let (operator, connection) =
        tokio_postgres::connect(&format!("{server}/postgres"), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    let away = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    operator.batch_execute(&away).await.unwrap();
    let cut =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    operator.batch_execute(&cut).await.unwrap();
    let reply = pair.b.initiate(&quoted("ORDER-0000002")).await;
    let (status_code, code, sentence) = reply.error();
    assert_eq!((status_code, code.as_str()), (503, "backend"), "{sentence}");
    assert_eq!(pair.fake.mind(|it| it.opens), 1, "nothing is begun unnoted");
    // A notification is not acknowledged, so the provider sends it again.
    let request = pair.fake.payment("ORDER-0000001").request;
    let path = request["ipn_url"].as_str().unwrap();
    let url = path.replace("http://127.0.0.1:9", &pair.b.base);
    let refused = world::send(&world::client(), "POST", &url, &[], "").await;
    assert_eq!(refused.status, 503);

    let back = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    operator.batch_execute(&back).await.unwrap();
    opened(&pair.b, "ORDER-0000002").await;
    pair.fake.set("ORDER-0000001", "success");
    notify(&pair, &pair.b, "ORDER-0000001").await;
    assert_eq!(status(&mut stream).await, "success");
}
