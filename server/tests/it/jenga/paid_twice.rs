//! A link that was paid twice: two transactions, and one transaction told twice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::flow::{ORDER, sent, worlds};
use crate::webhooks::Shop;
use crate::world::World;

const ADMIN: &str = "admin-token-of-this-test-0123456789";

/// Sends the IPN of a transaction, as Jenga does; returns how often one was parked since the start.
async fn ipn(world: &World, transaction: &str, amount: &str) -> usize {
    ipn_of(world, transaction, Some(transaction), amount).await
}

/// The same with the bank's own reference.
async fn ipn_of(world: &World, transaction: &str, bank: Option<&str>, amount: &str) -> usize {
    let body = json!({
        "callbackType": "IPN", "customer": {"mobileNumber": "254712345678"},
        "transaction": {"reference": transaction, "billNumber": ORDER, "paymentMode": "CARD", "orderAmount": amount,
            "orderCurrency": "KES", "status": "SUCCESS"},
        "bank": {"reference": bank},
    });
    let login = STANDARD.encode("ipnuser:JENGA-IPN-CANARY-3");
    let login = format!("Basic {login}");
    let headers = [
        ("authorization", login.as_str()),
        ("content-type", "application/json"),
    ];
    let reply = world
        .send("POST", "/pay/notify/jenga", &headers, body.to_string())
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    world.app.store.parked(10).await.unwrap().len()
}

#[tokio::test]
async fn a_second_payment_of_a_link_is_kept_for_a_person_and_the_first_one_told_again_is_not() {
    let shop = Shop::start(&[]).await;
    let admin = format!("admin.token = \"{ADMIN}\"\n{}", shop.config());
    let (world, _sandbox) = worlds(&admin).await;
    sent(&world, ORDER).await;
    assert_eq!(ipn(&world, "T1", "1350.50").await, 0);
    world.until_state(ORDER, "paid").await;
    assert_eq!(ipn(&world, "T1", "1350.50").await, 0);
    assert_eq!(ipn(&world, "T2", "1350.50").await, 1);
    assert_eq!(ipn(&world, "T2", "1350.50").await, 1);
    // Told with fewer references than before, or with more.
    assert_eq!(ipn_of(&world, "T1", None, "1350.50").await, 1);
    assert_eq!(ipn_of(&world, "T2", Some("B2"), "1350.50").await, 1);
    let events = shop.until(2).await;
    let told: Vec<_> = events.iter().map(|it| &it["type"]).collect();
    assert_eq!(told, ["payment.paid", "payment.duplicate"]);
    assert_eq!(events[1]["data"]["amount"], "1350.50");
    assert_eq!(events[1]["data"]["transaction_ref"], "T2");
    assert_eq!(events[0]["data"].get("transaction_ref"), None);
    let bearer = format!("Bearer {ADMIN}");
    let path = format!("/admin/orders/{ORDER}");
    let headers = [("authorization", bearer.as_str())];
    let page = world.send("GET", &path, &headers, "").await.text;
    let at = page.find("<dt>Transactions</dt><dd>T1 (");
    let shown = page.get(at.unwrap()..).unwrap();
    assert!(shown.contains(" UTC), T2 / B2 ("), "{shown}");
    let metrics = world.send("GET", "/metrics", &[], "").await.text;
    assert!(
        metrics.contains("malipo_alarms_total{kind=\"duplicate_paid\"} 1"),
        "{metrics}"
    );
    let parked = world.app.store.parked(10).await.unwrap();
    let summary = &parked[0].summary;
    assert!(summary.contains(ORDER), "{summary}");
    assert!(summary.contains("transaction T2"), "{summary}");
    let record: Value = world.record(ORDER).await;
    assert_eq!(record["status"], "success");
}

/// The bank's reference is free text: what stands for none, or is the same for everybody, hides no second payment.
#[tokio::test]
async fn a_second_payment_that_the_bank_calls_the_same_is_never_taken_for_the_first() {
    let shop = Shop::start(&[]).await;
    let (world, _sandbox) = worlds(&shop.config()).await;
    sent(&world, ORDER).await;
    for (transaction, bank, parked) in [
        ("T1", "0", 0),
        ("T2", "0", 1),
        ("T2", "N/A", 1),
        ("T3", "EQUITY", 2),
        ("T4", "EQUITY", 3),
        ("T4", "EQUITY", 3),
        ("T1", "EQUITY", 3),
    ] {
        let seen = ipn_of(&world, transaction, Some(bank), "1350.50").await;
        assert_eq!(seen, parked, "{transaction} {bank}");
    }
    let events = shop.until(3).await;
    let told: Vec<_> = events.iter().map(|it| &it["type"]).collect();
    let duplicate = "payment.duplicate";
    assert_eq!(told, ["payment.paid", duplicate, duplicate], "T2 and T3");
    let notes = world.app.store.parked(10).await.unwrap();
    let unclear = notes
        .iter()
        .find(|it| it.summary.contains("transaction T4"));
    let unclear = &unclear.unwrap().summary;
    assert!(unclear.contains("or the first one told again"), "{unclear}");
}

/// A reference of any length is a success all the same, told once.
#[tokio::test]
async fn a_reference_of_many_kilobytes_pays_and_is_known_again() {
    let (world, _sandbox) = worlds("").await;
    sent(&world, ORDER).await;
    let long = "T".repeat(20_000);
    assert_eq!(ipn_of(&world, &long, Some(&long), "1350.50").await, 0);
    world.until_state(ORDER, "paid").await;
    assert_eq!(ipn_of(&world, &long, None, "1350.50").await, 0);
    assert_eq!(ipn(&world, &format!("{long}U"), "1350.50").await, 1);
}

/// Nobody can tell whether it is the first one told again: a person looks.
#[tokio::test]
async fn a_payment_of_a_paid_order_that_names_no_transaction_is_kept() {
    let (world, _sandbox) = worlds("").await;
    sent(&world, ORDER).await;
    assert_eq!(ipn(&world, "T1", "1350.50").await, 0);
    world.until_state(ORDER, "paid").await;
    assert_eq!(ipn(&world, "-", "1350.50").await, 1);
    assert_eq!(ipn(&world, "-", "1350.50").await, 1);
}

#[tokio::test]
async fn the_rest_of_too_small_a_payment_is_kept_as_well() {
    let (world, _sandbox) = worlds("").await;
    sent(&world, ORDER).await;
    assert_eq!(ipn(&world, "T1", "1000").await, 0);
    world.until_state(ORDER, "needs_review").await;
    assert_eq!(ipn(&world, "T2", "350.50").await, 1);
}
