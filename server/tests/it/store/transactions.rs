//! Payments that notifications tell of: the first, one told again, and one too many.

use malipo_server::payment::AttemptId;
use malipo_server::payment::settle::Observation;
use malipo_server::payment::transaction::{Payment, References, TransactionRef};
use malipo_server::random;
use malipo_server::store::outbox::{Channel, Tell};
use malipo_server::store::transactions::ToldTransaction;

use super::{Bench, LATER, NOW, SUCCESS, price, ugx};

/// The transaction's own reference first; empty where it has none.
pub(super) fn references(all: &[&str]) -> References {
    let mut all = all.iter().map(|it| TransactionRef::new(it));
    References {
        own: all.next().flatten(),
        others: all.flatten().collect(),
    }
}

fn told(attempt: &AttemptId, all: &[&str]) -> ToldTransaction {
    ToldTransaction {
        attempt: attempt.clone(),
        references: references(all),
        received: Some(price()),
        provider: "jenga".to_owned(),
        names: vec!["A".to_owned()],
        summary: all.join(" "),
        tell: Tell {
            webhook: true,
            ..Tell::default()
        },
        now: NOW,
    }
}

pub(super) async fn tell(bench: &Bench, attempt: &AttemptId, references: &[&str]) -> Payment {
    let told = told(attempt, references);
    bench.store.tell_transaction(told).await.unwrap()
}

pub(super) async fn a_second_transaction_of_an_attempt_is_told_once_and_kept(bench: Bench) {
    let (id, other) = (
        bench.pending("ORDER-1").await,
        bench.pending("ORDER-2").await,
    );
    for (attempt, transaction, expected) in [
        (&id, "T1", Payment::First),
        (&id, "T1", Payment::Known),
        (&other, "T2", Payment::First),
        (&id, "T2", Payment::Second),
        (&id, "T2", Payment::Known),
        (&id, "T\0", Payment::Second),
    ] {
        let seen = tell(&bench, attempt, &[transaction]).await;
        assert_eq!(seen, expected, "{transaction:?}");
    }
    assert_eq!(bench.parked().await, 200 + 2);
}

pub(super) async fn a_transaction_is_known_by_any_of_its_references(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    // Longer than an index takes, and nothing that could be compressed.
    let long: String = (0..400)
        .map(|it| format!("{:?}", random::hash(&it.to_string())))
        .collect();
    for (references, expected) in [
        (&["T1"][..], Payment::First),
        (&["T1", "B1"], Payment::Known),
        (&["", "B1"], Payment::Known),
        (&["", "B1", "C1"], Payment::Known),
        (&["", "C1"], Payment::Known),
        (&["T2", "B2"], Payment::Second),
        (&["", "B2"], Payment::Known),
        // The bank calls both the same.
        (&["T3", "B2"], Payment::Unclear),
        (&["T3", "B2"], Payment::Known),
        (&["T4", &long], Payment::Second),
        (&["", &long], Payment::Known),
        (&["T5", "0"], Payment::Second),
        (&["T6", "0"], Payment::Second),
    ] {
        let seen = tell(&bench, &id, references).await;
        assert_eq!(seen, expected, "{references:?}");
    }
    assert_eq!(bench.parked().await, 500 + 5);
}

pub(super) async fn a_payment_of_a_closed_attempt_of_which_nothing_is_noted_is_for_a_person(
    bench: Bench,
) {
    let id = bench.pending("ORDER-1").await;
    bench.settle(&id, SUCCESS()).await;
    assert_eq!(tell(&bench, &id, &["T1"]).await, Payment::Unclear);
    assert_eq!(bench.parked().await, 100 + 1);
    assert_eq!(tell(&bench, &id, &["T1"]).await, Payment::Known);
    assert_eq!(tell(&bench, &id, &["T2"]).await, Payment::Second);
    assert_eq!(bench.parked().await, 200 + 2);
}

pub(super) async fn the_shop_is_told_of_a_second_payment_once(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    tell(&bench, &id, &["T1"]).await;
    bench.settle(&id, SUCCESS()).await;
    tell(&bench, &id, &["T1", "B1"]).await;
    let mut second = told(&id, &["T2"]);
    second.received = Some(ugx("12000"));
    bench.store.tell_transaction(second).await.unwrap();
    tell(&bench, &id, &["T2", "B2"]).await;
    let short = bench.pending("ORDER-2").await;
    tell(&bench, &short, &["T3"]).await;
    let little = Observation::Success(Some(ugx("1")));
    bench.settle(&short, little).await;
    assert_eq!(tell(&bench, &short, &["T4"]).await, Payment::Rest);
    let all = bench
        .store
        .take_deliveries(Channel::Webhook, LATER, LATER.plus_ms(1_000), 9)
        .await
        .unwrap();
    let bodies: Vec<serde_json::Value> = all
        .iter()
        .map(|it| serde_json::from_str(&it.body).unwrap())
        .collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(bodies[0]["type"], "payment.duplicate");
    let data = &bodies[0]["data"];
    assert_eq!(
        (&data["order_id"], &data["amount"], &data["currency"]),
        (&"ORDER-1".into(), &"12000".into(), &"UGX".into())
    );
    assert_eq!(data["transaction_ref"], "T2");
    assert_eq!(data["provider_ref"], format!("theirs-{}", id.0));
    let order = "ORDER-1".parse().unwrap();
    let kept = bench.store.transactions(&order).await.unwrap();
    let names: Vec<_> = kept.iter().map(|it| it.references.join(" ")).collect();
    assert_eq!(names, ["T1 B1", "T2 B2"]);
    assert!(
        kept.iter()
            .all(|it| it.attempt_id == id && it.told_at == NOW)
    );
    // What the order was paid with stands.
    assert_eq!(bench.attempt(&id).await.received, Some(price()));
}

pub(super) async fn two_payments_told_at_once_are_a_first_and_a_second(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    let beside = bench.beside().await;
    let (one, two) = tokio::join!(
        bench.store.tell_transaction(told(&id, &["T1"])),
        beside.tell_transaction(told(&id, &["T2"]))
    );
    let both = [one.unwrap(), two.unwrap()];
    assert!(
        both.contains(&Payment::First) && both.contains(&Payment::Second),
        "{both:?}"
    );
}
