//! `malipo-server orders|parked|webhooks`: the real program, beside a real server on the same store.

mod transactions;

use std::path::Path;

use malipo_server::clock::{Clock, SystemClock};
use malipo_server::config::Config;
use malipo_server::store::{self, outbox::Channel};
use serde_json::Value;

use crate::fake::{Fake, Opening};
use crate::process::{Server, run};
use crate::webhooks::Shop;
use crate::world::{config_text, eventually, quoted};

/// A folder with a configuration.
fn folder(fake: &Fake, more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = config_text(fake, folder.path(), more);
    std::fs::write(folder.path().join("malipo.toml"), text).unwrap();
    folder
}

/// What a command that must succeed says.
async fn said(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = run(folder, arguments).await;
    assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    out
}

/// Why a command did nothing.
async fn refused(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let (code, out, err) = run(folder, arguments).await;
    assert_eq!(out, "", "{arguments:?}");
    (code, err)
}

async fn json(folder: &Path, arguments: &[&str]) -> Value {
    let text = said(folder, &[arguments, &["--json"]].concat()).await;
    serde_json::from_str(&text).unwrap()
}

/// Two orders, begun by a server that has stopped since.
async fn two_orders(fake: &Fake, more: &str) -> tempfile::TempDir {
    let folder = folder(fake, more);
    let server = Server::start(folder.path()).await;
    for order in ["ORDER-0000001", "ORDER-0000002"] {
        let answer = server.initiate(&quoted(order)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(server.stop().await.0, Some(0));
    folder
}

#[tokio::test]
async fn a_recheck_notes_the_answer_and_the_server_tells_the_shop() {
    let fake = Fake::start().await;
    let shop = Shop::start(&[]).await;
    let folder = two_orders(&fake, &shop.config()).await;
    let folder = folder.path();
    fake.set("ORDER-0000001", "success");
    let recheck = ["orders", "recheck", "ORDER-0000001", "ORDER-0000002"];
    let out = said(folder, &recheck).await;
    let lines: Vec<_> = out.lines().collect();
    assert!(
        lines[0].starts_with("ORDER-0000001: joyndpay ")
            && lines[0].ends_with(": was pending, is paid"),
        "{out}"
    );
    assert!(
        lines[1].starts_with("ORDER-0000002: joyndpay ")
            && lines[1].ends_with(": pending, as before"),
        "{out}"
    );
    let again = said(folder, &recheck).await;
    assert!(again.contains(": paid, as before\n"), "{again}");

    let waiting = json(folder, &["webhooks", "list"]).await;
    assert_eq!(waiting[0]["order_id"], "ORDER-0000001");
    assert_eq!(waiting[0]["type"], "payment.paid");
    assert_eq!(waiting[0]["state"], "waiting");
    assert_eq!(waiting.as_array().unwrap().len(), 1);
    let server = Server::start(folder).await;
    let told = shop.until(1).await;
    assert_eq!(told[0]["data"]["order_id"], "ORDER-0000001");
    eventually(async || {
        let out = said(folder, &["webhooks", "list"]).await;
        (out == "the shop was told everything\n").then_some(())
    })
    .await;
    let shown = json(folder, &["orders", "show", "ORDER-0000001"]).await;
    assert_eq!(shown["deliveries"][0]["state"], "delivered");
    drop(server);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_named_and_changes_nothing() {
    let fake = Fake::start().await;
    let folder = two_orders(&fake, "").await;
    fake.mind(|it| it.look_up = crate::fake::LookUp::Says(502, "<html>".to_owned()));
    let recheck = ["orders", "recheck", "ORDER-0000001"];
    let (code, out, err) = run(folder.path(), &recheck).await;
    assert_eq!(code, 3);
    assert!(out.contains(": pending: no answer: "), "{out}");
    assert!(
        err.contains("1 not answered; what was not answered stays as it is"),
        "{err}"
    );
    let shown = json(folder.path(), &["orders", "show", "ORDER-0000001"]).await;
    assert_eq!(shown["attempts"][0]["state"], "pending");
}

#[tokio::test]
async fn a_command_takes_nothing_away_from_the_server_beside_it() {
    let fake = Fake::start().await;
    let folder = folder(&fake, "");
    let text = std::fs::read_to_string(folder.path().join("malipo.toml")).unwrap();
    let text = text.replace("timeout_ms = 600", "timeout_ms = 10000");
    std::fs::write(folder.path().join("malipo.toml"), text).unwrap();
    let server = Server::start(folder.path()).await;
    fake.mind(|it| it.opening = Opening::Held);
    let body = quoted("ORDER-0000001");
    let (answer, out) = tokio::join!(server.initiate(&body), async {
        eventually(async || (fake.mind(|it| it.opens) == 1).then_some(())).await;
        let out = said(folder.path(), &["orders", "recheck", "ORDER-0000001"]).await;
        fake.mind(|it| it.released = true);
        out
    });
    assert!(
        out.contains(": created: a server is calling the provider"),
        "{out}"
    );
    assert!(answer.json()["redirect_url"].is_string(), "{answer:?}");
    assert_eq!(fake.look_ups("ORDER-0000001"), 0);
}

#[tokio::test]
async fn orders_are_listed_filtered_and_paged() {
    let fake = Fake::start().await;
    let folder = two_orders(&fake, "").await;
    let folder = folder.path();
    let out = said(folder, &["orders", "list"]).await;
    let lines: Vec<Vec<&str>> = out
        .lines()
        .map(|it| it.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0][..3], ["ORDER", "STATE", "AMOUNT"]);
    assert_eq!(
        lines[1][..5],
        ["ORDER-0000002", "pending", "UGX", "10000", "joyndpay"]
    );
    assert_eq!(lines[2][0], "ORDER-0000001");
    assert_eq!(lines.len(), 3);
    assert_eq!(
        said(folder, &["orders", "list", "--status", "paid"]).await,
        "no orders\n"
    );
    assert_eq!(
        said(folder, &["orders", "list", "--provider", "jopay"]).await,
        "no orders\n"
    );
    assert_eq!(
        said(
            folder,
            &["orders", "list", "--since", "2999-01-01T00:00:00Z"]
        )
        .await,
        "no orders\n"
    );
    let page = json(folder, &["orders", "list", "--since", "1h", "--limit", "1"]).await;
    assert_eq!(page["orders"][0]["order_id"], "ORDER-0000002");
    let next = page["next"].as_str().unwrap();
    let (_, out, err) = run(folder, &["orders", "list", "--limit", "1"]).await;
    assert_eq!(out.lines().count(), 2, "{out}");
    assert_eq!(err, format!("there may be more: --after {next}\n"));
    let page = json(folder, &["orders", "list", "--after", next]).await;
    assert_eq!(page["orders"][0]["order_id"], "ORDER-0000001");
    assert_eq!(page["orders"].as_array().unwrap().len(), 1);
    assert!(page["next"].is_null());
}

#[tokio::test]
async fn money_given_back_is_noted_and_marked_on_request() {
    let fake = Fake::start().await;
    let folder = two_orders(&fake, "").await;
    let folder = folder.path();
    let note = [
        "orders",
        "refund-note",
        "ORDER-0000001",
        "--reason",
        "broken cup",
    ];
    let (code, err) = refused(folder, &[&note[..], &["--amount", "500"]].concat()).await;
    assert_eq!(code, 3);
    assert!(
        err.contains("ORDER-0000001: nothing was paid for this order"),
        "{err}"
    );
    fake.set("ORDER-0000001", "success");
    said(folder, &["orders", "recheck", "ORDER-0000001"]).await;
    for (amount, expected) in [
        (
            "10001",
            "amount: accepted: more than nothing and at most what was received, UGX 10000",
        ),
        ("0", "amount: accepted: more than nothing"),
        ("1.5", "--amount: "),
        ("-3", "--amount: "),
    ] {
        let amount = format!("--amount={amount}");
        let (code, err) = refused(folder, &[&note[..], &[&amount]].concat()).await;
        assert!(code == 3 && err.contains(expected), "{amount}: {err}");
    }
    let out = said(folder, &[&note[..], &["--amount", "500"]].concat()).await;
    assert!(
        out.starts_with("ORDER-0000001: noted: UGX 500 of attempt "),
        "{out}"
    );
    assert!(out.ends_with(" given back\n"), "{out}");
    let shown = json(folder, &["orders", "show", "ORDER-0000001"]).await;
    assert_eq!(
        shown["attempts"][0]["state"], "paid",
        "a part was given back"
    );
    let out = said(
        folder,
        &[&note[..], &["--amount", "9500", "--mark-refunded"]].concat(),
    )
    .await;
    assert!(out.ends_with("; it is refunded now\n"), "{out}");
    let shown = json(folder, &["orders", "show", "ORDER-0000001"]).await;
    assert_eq!(shown["attempts"][0]["state"], "refunded");
    assert_eq!(shown["refund_notes"][0]["reason"], "broken cup");
    assert_eq!(shown["refund_notes"][1]["by"], "amina");
    let text = said(folder, &["orders", "show", "ORDER-0000001"]).await;
    assert!(text.contains("money given back\n"), "{text}");
    assert!(
        text.contains("by amina, marked refunded: broken cup\n"),
        "{text}"
    );
}

/// The store behind a folder's configuration, opened as a command opens it.
async fn store_of(folder: &Path) -> std::sync::Arc<dyn store::Store> {
    let text = std::fs::read_to_string(folder.join("malipo.toml")).unwrap();
    store::open_beside(&Config::read(&text, []).unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn parked_notifications_are_listed_and_dropped() {
    let fake = Fake::start().await;
    let folder = two_orders(&fake, "").await;
    let names = ["REF\u{1b}[2J1".to_owned()];
    let store = store_of(folder.path()).await;
    for _ in 0..3 {
        let parked = store
            .park("jenga", &names, "SUCCESS", SystemClock.now())
            .await;
        parked.unwrap();
    }
    let folder = folder.path();
    let parked = json(folder, &["parked", "list"]).await;
    assert_eq!(parked[0]["times"], 3);
    let out = said(folder, &["parked", "list"]).await;
    assert!(
        out.contains("REF[2J1") && !out.contains('\u{1b}'),
        "{out:?}"
    );
    let id = parked[0]["id"].as_str().unwrap();
    assert_eq!(
        said(folder, &["parked", "drop", id]).await,
        format!("{id}: dropped\n")
    );
    assert_eq!(
        said(folder, &["parked", "list"]).await,
        "nothing is parked\n"
    );
    let (code, err) = refused(folder, &["parked", "drop", id]).await;
    assert!(
        code == 3 && err.contains("no notification of this id is parked"),
        "{err}"
    );
}

#[tokio::test]
async fn what_was_given_up_is_delivered_when_the_operator_says_so() {
    let fake = Fake::start().await;
    let shop = Shop::start(&[]).await;
    let folder = two_orders(&fake, &shop.config()).await;
    let folder = folder.path();
    fake.set("ORDER-0000001", "success");
    said(folder, &["orders", "recheck", "ORDER-0000001"]).await;
    let (store, now) = (store_of(folder).await, SystemClock.now());
    let taken = store
        .take_deliveries(Channel::Webhook, now, now, 9)
        .await
        .unwrap();
    store
        .not_delivered(&taken[0], None, "HTTP 500")
        .await
        .unwrap();
    let out = said(folder, &["webhooks", "list"]).await;
    assert!(
        out.contains("given up") && out.contains("HTTP 500"),
        "{out}"
    );
    let _server = Server::start(folder).await;
    assert_eq!(
        said(folder, &["webhooks", "retry"]).await,
        "1 to be tried again by the server\n"
    );
    assert_eq!(shop.until(1).await[0]["data"]["order_id"], "ORDER-0000001");
    assert_eq!(
        said(folder, &["webhooks", "retry"]).await,
        "0 to be tried again by the server\n"
    );
}

#[tokio::test]
async fn a_wrong_command_line_is_told_what_is_accepted() {
    let fake = Fake::start().await;
    let folder = two_orders(&fake, "").await;
    let check = async |arguments: &[&str], code: i32, says: &str| {
        let seen = refused(folder.path(), arguments).await;
        assert!(
            seen.0 == code && seen.1.contains(says),
            "{arguments:?}: {seen:?}"
        );
    };
    check(
        &["orders", "list", "--status", "done"],
        2,
        "accepted: one of created, pending, unknown",
    )
    .await;
    check(
        &["orders", "list", "--since", "soon"],
        2,
        "or an age such as 90min, 24h, 7days",
    )
    .await;
    check(&["orders", "list", "--limit", "0"], 2, "1..=1000").await;
    check(
        &["orders", "list", "--after", "x"],
        2,
        "what an earlier list said behind --after",
    )
    .await;
    check(
        &["orders", "list", "--provider", "mpesa"],
        2,
        "joyndpay, jopay, jenga",
    )
    .await;
    check(&["orders", "show", "a b"], 2, "accepted: ").await;
    check(
        &["orders", "show", "NOBODY-000001"],
        3,
        "NOBODY-000001: there is no such order",
    )
    .await;
    check(&["orders", "recheck"], 2, "ORDER_ID").await;
}

#[tokio::test]
async fn a_store_that_is_not_there_is_a_mistake_and_is_not_made() {
    let fake = Fake::start().await;
    let folder = folder(&fake, "");
    let (code, err) = refused(folder.path(), &["orders", "list"]).await;
    assert_eq!(code, 3);
    assert!(
        err.contains("store.sqlite: ") && err.contains("malipo.sqlite is not there"),
        "{err}"
    );
    assert!(!folder.path().join("malipo.sqlite").exists());
}
