//! What an operator sees: the metrics, and the dashboard and alert rules that are made of them.

mod openmetrics;
mod queries;
mod shipped;

use std::collections::{BTreeMap, BTreeSet};

use self::openmetrics::{Family, read};
use crate::world::World;

/// The text that `/metrics` answers, once each route's own series are there.
pub(crate) async fn metrics(world: &World) -> String {
    for (method, path) in [("POST", "/pay/verify"), ("GET", "/api/orders/ORDER-1")] {
        world.send(method, path, &[], "").await;
    }
    // A request is counted when it is answered: the second answer holds the first.
    world.send("GET", "/metrics", &[], "").await;
    let reply = world.send("GET", "/metrics", &[], "").await;
    assert_eq!(reply.status, 200);
    let media_type = reply.header("content-type");
    assert_eq!(
        media_type,
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    reply.text
}

pub(crate) async fn families(world: &World) -> Vec<Family> {
    read(&metrics(world).await).unwrap_or_else(|wrong| panic!("{wrong}"))
}

const MANUAL: &str = include_str!("../../../../docs/operating.md");

/// The manual's table of metrics: name, type and labels.
fn documented() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let rows = MANUAL.lines().filter_map(|line| {
        let cells: Vec<_> = line.strip_prefix("| `")?.split(" | ").collect();
        let [name, kind, labels, what] = cells.as_slice() else {
            return None;
        };
        let name = name.strip_suffix('`')?;
        let known = ["counter", "gauge", "histogram", "info"].contains(kind);
        let what = what.trim_end_matches(" |");
        assert!(!known || 20 < what.len(), "{line} explains nothing");
        let labels = labels.split(", ").filter_map(|it| {
            let label = it.strip_prefix('`')?.strip_suffix('`')?;
            Some(label.to_owned())
        });
        known.then(|| (name.to_owned(), ((*kind).to_owned(), labels.collect())))
    });
    rows.collect()
}

#[tokio::test]
async fn every_metric_is_well_named_and_stands_in_the_manual() {
    let world = World::new().await;
    let exported: BTreeMap<_, _> = families(&world)
        .await
        .into_iter()
        .map(|it| (it.exposed(), (it.kind.clone(), it.labels())))
        .collect();
    assert!(20 < exported.len());
    let documented = documented();
    for (name, here) in &exported {
        let there = documented.get(name);
        assert_eq!(there, Some(here), "{name}: docs/operating.md says other");
    }
    for name in documented.keys() {
        assert!(exported.contains_key(name), "{name} is not exported");
    }
}

#[tokio::test]
async fn of_a_provider_that_is_never_asked_it_is_not_said_whether_its_notifications_come() {
    for (more, expected) in [
        ("", false),
        ("jenga.confirm_by_transaction_details = true\n", true),
    ] {
        let table = crate::jenga::table(more);
        let world = World::with(&format!("provider = \"joyndpay\"\n{table}")).await;
        let text = metrics(&world).await;
        let is_said =
            |it: &str| text.contains(&format!("malipo_notices_proven{{provider=\"{it}\"}}"));
        assert!(is_said("joyndpay"), "{text}");
        assert_eq!(is_said("jenga"), expected, "{more}");
    }
}

#[tokio::test]
async fn strangers_make_no_series() {
    let world = World::new().await;
    let before = metrics(&world).await.lines().count();
    for nth in 0..20 {
        let path = format!("/nowhere/{nth}?secret=CANARY");
        world.send("GET", &path, &[], "").await;
        let path = format!("/pay/notify/provider{nth}/CANARY");
        world.send("POST", &path, &[], "").await;
        let path = format!("/api/orders/ORDER-{nth}");
        world.send("GET", &path, &[], "").await;
        let method = format!("METHOD{nth}");
        world.send(&method, "/healthz", &[], "").await;
    }
    let text = metrics(&world).await;
    assert!(!text.contains("CANARY"), "{text}");
    // Four routes, each with its statuses, its histogram and the notices without a provider.
    let more = text.lines().count() - before;
    assert!(more < 100, "{more} new lines: {text}");
}

#[tokio::test]
async fn every_answer_has_a_name_of_its_own_and_is_counted_once() {
    let world = World::new().await;
    let mut names = BTreeSet::new();
    for (method, path, label, status) in [
        ("POST", "/pay/verify", "/pay/verify", 415),
        ("GET", "/pay/verify", "/pay/verify", 405),
        ("OPTIONS", "/pay/cancel", "/pay/cancel", 200),
        ("GET", "/api/orders/O", "/api/orders/{order_id}", 401),
        ("PUT", "/api/orders/O", "/api/orders/{order_id}", 405),
        ("GET", "/healthz", "/healthz", 200),
        ("PURGE", "/healthz", "/healthz", 405),
        ("GET", "/nowhere", "-", 404),
    ] {
        let reply = world.send(method, path, &[], "").await;
        assert_eq!(reply.status, status, "{method} {path} {reply:?}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        let name = reply.header("x-request-id");
        let hex = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        assert!(name.len() == 8 && name.bytes().all(hex), "{reply:?}");
        assert!(names.insert(name.to_owned()), "{name} twice");
        let text = world.send("GET", "/metrics", &[], "").await.text;
        let method = match method {
            "PURGE" => "other",
            known => known,
        };
        let labels = format!("{{route=\"{label}\",method=\"{method}\",status=\"{status}\"}} 1\n");
        let line = format!("malipo_http_requests_total{labels}");
        assert!(text.contains(&line), "{line}{text}");
    }
}
