//! The transactions of an order, as `orders show` has them.

use malipo_server::clock::{Clock as _, SystemClock};
use malipo_server::payment::transaction::{References, TransactionRef};
use malipo_server::store::outbox::Tell;
use malipo_server::store::transactions::ToldTransaction;

use super::{json, said, store_of, two_orders};
use crate::fake::Fake;

#[tokio::test]
async fn an_order_is_shown_with_the_transactions_of_which_was_told() {
    let fake = Fake::start().await;
    let folder = two_orders(&fake, "").await;
    let store = store_of(folder.path()).await;
    let order = "ORDER-0000001".parse().unwrap();
    let attempt = store.order(&order).await.unwrap().unwrap().attempts[0].clone();
    let now = SystemClock.now();
    for (own, bank, now) in [("T1", "0", now), ("T2", "B2\u{1b}[2J", now.plus_ms(1))] {
        let told = ToldTransaction {
            attempt: attempt.id.clone(),
            references: References {
                own: TransactionRef::new(own),
                others: TransactionRef::new(bank).into_iter().collect(),
            },
            received: None,
            provider: "jenga".to_owned(),
            names: Vec::new(),
            summary: String::new(),
            tell: Tell::default(),
            now,
        };
        store.tell_transaction(told).await.unwrap();
    }
    let shown = json(folder.path(), &["orders", "show", "ORDER-0000001"]).await;
    let told = &shown["transactions"];
    assert_eq!(told[0]["references"], serde_json::json!(["T1"]));
    assert_eq!(told[1]["references"][0], "T2");
    assert_eq!(told[1]["attempt_id"], attempt.id.0.as_str());
    let text = said(folder.path(), &["orders", "show", "ORDER-0000001"]).await;
    assert!(text.contains("  transaction:  T1, told of at 2"), "{text}");
    assert!(text.contains("  transaction:  T2 / B2[2J~"), "{text}");
}
