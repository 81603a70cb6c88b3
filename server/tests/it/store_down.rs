//! The store fails: everything that needs it says so, nothing is begun, nothing is lost, and it recovers by itself.

use malipo_server::App;
use malipo_server::config::Config;
use malipo_server::store::SqliteStore;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::fake::Opening;
use crate::world::{SHOP_KEY, TestClock, World, config_text, eventually, key, quoted};

const ORDER: &str = "ORDER-0000001";

/// Takes the tables away under the server's feet, or gives them back.
fn tables(world: &World, there: bool) {
    let connection = Connection::open(world.file()).unwrap();
    for table in ["orders", "attempts", "tokens", "about"] {
        let (from, to) = match there {
            true => (format!("gone_{table}"), table.to_owned()),
            false => (table.to_owned(), format!("gone_{table}")),
        };
        connection
            .execute_batch(&format!("ALTER TABLE {from} RENAME TO {to}"))
            .unwrap();
    }
}

#[tokio::test]
async fn every_route_says_so_and_nothing_is_lost() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    let request = world.fake.payment(ORDER).request;
    let path = |name: &str| {
        let url = request[name].as_str().unwrap();
        url.strip_prefix("http://127.0.0.1:9").unwrap().to_owned()
    };
    world.fake.set(ORDER, "success");
    tables(&world, false);

    let token = json!({"order_id": ORDER, "token": answer["token"]});
    let key = key();
    let new = quoted("ORDER-0000002");
    let shop = format!("Bearer {SHOP_KEY}");
    let bearer = format!("Bearer {}", answer["token"].as_str().unwrap());
    let events = format!("/pay/events?order_id={ORDER}");
    let record = format!("/api/orders/{ORDER}");
    for reply in [
        world.post("/pay/verify", &token).await,
        world.post("/pay/cancel", &token).await,
        world.initiate(&key, &new).await,
        world.send("POST", &path("ipn_url"), &[], "").await,
        world
            .send("GET", &events, &[("authorization", &bearer)], "")
            .await,
        world
            .send("GET", &record, &[("authorization", &shop)], "")
            .await,
        world.send("GET", "/readyz", &[], "").await,
    ] {
        let (status, code, sentence) = reply.error();
        assert_eq!((status, code.as_str()), (503, "backend"), "{reply:?}");
        assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
        assert!(!sentence.contains("table"), "{sentence}");
    }
    // What counts is told all the same, with the news that the store is down and without old numbers.
    let metrics = world.send("GET", "/metrics", &[], "").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.text.contains("malipo_store_up 0\n"), "{metrics:?}");
    assert!(!metrics.text.contains("malipo_attempts_waiting"));
    assert!(1 <= world.app.store.failures());
    assert!(!metrics.text.contains("malipo_store_errors_total 0\n"));
    let page = world.send("GET", &path("callback_url"), &[], "").await;
    assert_eq!(page.status, 503);
    assert!(page.text.contains("do not pay again"), "{}", page.text);
    assert_eq!(world.send("GET", "/healthz", &[], "").await.status, 200);
    assert_eq!(world.fake.mind(|it| it.opens), 1, "nothing was begun");

    tables(&world, true);
    assert_eq!(world.send("GET", "/readyz", &[], "").await.status, 200);
    let metrics = world.send("GET", "/metrics", &[], "").await.text;
    assert!(metrics.contains("malipo_store_up 1\n"), "{metrics}");
    assert_eq!(world.initiate(&key, &new).await.status, 200);
    let again = world.send("POST", &path("ipn_url"), &[], "").await;
    assert_eq!(again.status, 200, "the provider sends it again");
    world.until(&answer, "success").await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_noted_is_not_handed_out() {
    let world = World::patient().await;
    world.fake.mind(|it| it.opening = Opening::Held);
    let (key, body) = (key(), quoted(ORDER));
    let (reply, ()) = tokio::join!(world.initiate(&key, &body), async {
        eventually(async || (world.fake.mind(|it| it.opens) == 1).then_some(())).await;
        tables(&world, false);
        world.fake.mind(|it| it.released = true);
    });
    assert_eq!(reply.error().0, 503);
    assert!(!reply.text.contains("redirect_url"), "{reply:?}");

    tables(&world, true);
    world.fake.mind(|it| it.opening = Opening::Good);
    assert_eq!(world.initiate(&key, &body).await.error().1, "busy");
    world.take_for_lost();
    let answer = eventually(async || {
        let reply = world.initiate(&key, &body).await;
        (reply.status == 200).then(|| reply.json())
    })
    .await;
    assert!(1 <= world.fake.look_ups(ORDER), "asked before a new one");
    assert_ne!(answer["redirect_url"], Value::Null);
}

#[tokio::test]
async fn a_store_that_takes_no_writes_is_not_ready_and_still_answers_verify() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    let connection = Connection::open(world.file()).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(world.verify(&answer).await["status"], "pending");
    assert_eq!(world.send("GET", "/readyz", &[], "").await.error().0, 503);
    let reply = world.initiate(&key(), &quoted("ORDER-0000002")).await;
    assert_eq!(reply.error().0, 503);
    assert_eq!(world.fake.mind(|it| it.opens), 1);
    connection.execute_batch("ROLLBACK").unwrap();
    assert_eq!(world.send("GET", "/readyz", &[], "").await.status, 200);
}

#[tokio::test]
async fn records_of_the_other_mode_stop_the_start() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let live = config_text(&world.fake, folder.path(), "")
        .replace("mode = \"sandbox\"", "mode = \"live\"")
        .replace("http://127.0.0.1:9\"", "https://pay.example\"")
        .replace(
            &format!("{}/api", world.fake.base),
            "https://joyndpay.com/api",
        );
    let config = Config::read(&live, []).unwrap_or_else(|it| panic!("{it:?}"));
    let store = Arc::new(SqliteStore::open_beside(world.file()).unwrap());
    let clock = Arc::new(TestClock::default());
    let error = App::new(config, clock, store).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("mode is \"live\"") && text.contains("\"sandbox\""),
        "{text}"
    );
}
