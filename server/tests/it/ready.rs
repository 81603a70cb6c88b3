//! `/readyz` tells what is wrong, and what runs beside the requests is kept running.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use malipo_server::background::{Task, keep};
use malipo_server::fanout;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::fake::Opening;
use crate::world::{World, eventually, key, quoted};

const ORDER: &str = "ORDER-0000001";

async fn report(world: &World) -> (u16, Value) {
    let reply = world.send("GET", "/readyz", &[], "").await;
    (reply.status, reply.json())
}

async fn until_ok(world: &World) -> Value {
    eventually(async || {
        let (status, report) = report(world).await;
        assert_eq!(status, 200, "{report}");
        (report["status"] == "ok").then_some(report)
    })
    .await
}

#[tokio::test]
async fn it_answers_part_by_part() {
    let world = World::new().await;
    let expected = json!({
        "status": "ok",
        "store": "ok",
        "disk": "ok",
        "tasks": {"reconcile": "ok", "outbox": "ok", "news": "ok"},
        "providers": {"joyndpay": "ok"},
    });
    assert_eq!(until_ok(&world).await, expected);
}

#[tokio::test]
async fn a_store_that_takes_no_writes_or_a_stop_means_not_ready() {
    let world = World::new().await;
    until_ok(&world).await;
    let connection = Connection::open(world.file()).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let reply = world.send("GET", "/readyz", &[], "").await;
    let (status, code, sentence) = reply.error();
    assert_eq!((status, code.as_str()), (503, "backend"));
    assert_eq!(reply.json()["store"], sentence.as_str());
    assert!(!reply.header("retry-after").is_empty());
    for hidden in ["locked", world.file().to_str().unwrap()] {
        assert!(!reply.text.contains(hidden), "{reply:?}");
    }
    connection.execute_batch("ROLLBACK").unwrap();
    until_ok(&world).await;

    // As a proxy's open connection sees it while the server drains.
    let routes = malipo_server::routes(Arc::clone(&world.app));
    world.app.stop.cancel();
    let request = axum::http::Request::get("/readyz").body(axum::body::Body::empty());
    let reply = tower::ServiceExt::oneshot(routes, request.unwrap()).await;
    assert_eq!(reply.unwrap().status(), 503);
}

#[tokio::test]
async fn a_provider_in_trouble_is_told_and_payments_are_still_taken() {
    let world = World::new().await;
    world
        .fake
        .mind(|it| it.opening = Opening::Says(500, "<html>".to_owned()));
    let reply = world.initiate(&key(), &quoted(ORDER)).await;
    assert_eq!(reply.error().0, 504);
    let (status, report) = report(&world).await;
    assert_eq!((status, &report["status"]), (200, &json!("degraded")));
    let said = report["providers"]["joyndpay"].as_str().unwrap();
    assert!(said.contains("no answer that is understood"), "{said}");
    assert_eq!(report["store"], "ok");

    world.fake.mind(|it| it.opening = Opening::Good);
    world.opened("ORDER-0000002").await;
    until_ok(&world).await;

    let nobody = ("MALIPO_JOYNDPAY__BASE_URL", "http://127.0.0.1:1/api");
    let world = World::with_env("", &[nobody]).await;
    let reply = world.initiate(&key(), &quoted(ORDER)).await;
    assert_eq!(reply.error().0, 502);
    let text = world.send("GET", "/readyz", &[], "").await.text;
    assert!(text.contains("did not reach the provider"), "{text}");
    assert!(!text.contains("127.0.0.1"), "{text}");
}

#[tokio::test]
async fn a_task_that_panics_is_told_counted_and_started_again() {
    let world = World::new().await;
    until_ok(&world).await;
    let bad = Arc::new(AtomicBool::new(true));
    let task = keep(&world.app, Task::News, {
        let bad = Arc::clone(&bad);
        move |app| {
            let bad = Arc::clone(&bad);
            async move {
                assert!(!bad.load(Ordering::Relaxed), "CANARY");
                fanout::run(app).await;
            }
        }
    });
    let line = |restarts: u32| format!("malipo_task_restarts_total{{task=\"news\"}} {restarts}\n");
    // Again and again, and each time it is told.
    for restarts in 1..=2 {
        let metrics = eventually(async || {
            let text = world.send("GET", "/metrics", &[], "").await.text;
            text.contains(&line(restarts)).then_some(text)
        })
        .await;
        assert!(metrics.contains("malipo_task_up{task=\"news\"} 0\n"));
        let (status, report) = report(&world).await;
        assert_eq!((status, &report["status"]), (200, &json!("degraded")));
        let said = report["tasks"]["news"].as_str().unwrap();
        assert!(
            said.starts_with("it broke ") && !said.contains("CANARY"),
            "{said}"
        );
        assert_eq!(report["tasks"]["outbox"], "ok");
    }
    bad.store(false, Ordering::Relaxed);
    until_ok(&world).await;
    let metrics = world.send("GET", "/metrics", &[], "").await.text;
    assert!(metrics.contains("malipo_task_up{task=\"news\"} 1\n"));
    world.app.stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn look_ups_go_on_after_a_panic_in_their_midst() {
    let world = World::new().await;
    until_ok(&world).await;
    world.opened(ORDER).await;
    world.fake.set(ORDER, "success");
    let restarts = |task| world.app.background.pulse(task).restarts;
    // Whichever task reads the clock first breaks; look-ups read it most often.
    while restarts(Task::Reconcile) == 0 {
        let before = restarts(Task::Outbox);
        world.clock.break_once();
        eventually(async || {
            (0 < restarts(Task::Reconcile) || before < restarts(Task::Outbox)).then_some(())
        })
        .await;
        until_ok(&world).await;
    }
    // Due by its schedule alone: nobody asks.
    world.forward(60_000).await;
    world.until_state(ORDER, "paid").await;
    until_ok(&world).await;
}

#[tokio::test]
async fn a_task_that_is_stuck_is_told() {
    let world = World::new().await;
    until_ok(&world).await;
    let task = Task::Outbox;
    let pulse = world.app.background.pulse(task);
    let at = pulse.alive_at.unwrap();
    assert_eq!(pulse.trouble(task, at.plus_ms(60_000)), None);
    let said = pulse.trouble(task, at.plus_ms(61_500)).unwrap();
    assert_eq!(said, "its last round ended 61 s ago");
    let never = malipo_server::background::Pulse::default();
    assert_eq!(never.trouble(task, at).unwrap(), "it has not begun");
}
