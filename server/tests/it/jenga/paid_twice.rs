//! A link that was paid twice: two transactions, and one transaction told twice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::flow::{ORDER, sent, worlds};
use crate::world::World;

/// Sends the IPN of a transaction, as Jenga does; returns how often one was parked since the start.
async fn ipn(world: &World, transaction: &str, amount: &str) -> usize {
    let body = json!({
        "callbackType": "IPN", "customer": {"mobileNumber": "254712345678"},
        "transaction": {"reference": transaction, "billNumber": ORDER, "paymentMode": "CARD", "orderAmount": amount,
            "orderCurrency": "KES", "status": "SUCCESS"},
        "bank": {"reference": transaction},
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
    let (world, _sandbox) = worlds("").await;
    sent(&world, ORDER).await;
    assert_eq!(ipn(&world, "T1", "1350.50").await, 0);
    world.until_state(ORDER, "paid").await;
    assert_eq!(ipn(&world, "T1", "1350.50").await, 0);
    assert_eq!(ipn(&world, "T2", "1350.50").await, 1);
    assert_eq!(ipn(&world, "T2", "1350.50").await, 1);
    let parked = world.app.store.parked(10).await.unwrap();
    let summary = &parked[0].summary;
    assert!(summary.contains(ORDER), "{summary}");
    assert!(summary.contains("transaction T2"), "{summary}");
    let record: Value = world.record(ORDER).await;
    assert_eq!(record["status"], "success");
}

#[tokio::test]
async fn the_rest_of_too_small_a_payment_is_kept_as_well() {
    let (world, _sandbox) = worlds("").await;
    sent(&world, ORDER).await;
    assert_eq!(ipn(&world, "T1", "1000").await, 0);
    world.until_state(ORDER, "needs_review").await;
    assert_eq!(ipn(&world, "T2", "350.50").await, 1);
}
