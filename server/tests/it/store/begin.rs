//! What an initiate does.

use std::collections::BTreeSet;

use malipo_server::payment::AttemptStatus;
use malipo_server::payment::begin::Decision;
use malipo_server::payment::settle::Observation;
use malipo_server::store::{Answered, Begin, Begun, KEEP_MS};
use malipo_wire::Reason;

use super::{Bench, LATER, NOW, SUCCESS, price, ugx};

/// A decision's name, with the attempt that it is about.
fn word(begun: &Begun) -> String {
    match &begun.decision {
        Decision::Same(attempt) => format!("same {}", attempt.id.0),
        Decision::Unknown(id) => format!("unknown {}", id.0),
        Decision::AskFirst(ids) => {
            let ids: Vec<_> = ids.iter().map(|it| it.0.as_str()).collect();
            format!("ask first {}", ids.join(" "))
        }
        Decision::New { first } => format!("new {first}"),
        Decision::Paid { proven } => format!("paid {proven}"),
        Decision::KeyReused
        | Decision::OrderChanged
        | Decision::NoProof
        | Decision::Running
        | Decision::QuoteExpired => format!("{:?}", begun.decision),
    }
}

#[track_caller]
fn check(begun: &Begun, expected: &str) {
    assert_eq!(word(begun), expected);
}

fn unproven(begin: Begin) -> Begin {
    let mut begin = begin;
    begin.wish.quoted = false;
    begin
}

fn with_key(begin: Begin, key: &str) -> Begin {
    let mut begin = unproven(begin);
    begin.key = Some(key.to_owned());
    begin
}

pub(super) async fn a_new_order_gets_an_attempt_under_its_own_name(bench: Bench) {
    let begin = bench.begin("ORDER-1");
    let (id, token) = (begin.attempt.id.clone(), begin.token_hash);
    let begun = bench.decided(begin).await;
    check(&begun, "new true");
    assert_eq!(begun.reference.unwrap().0, "ORDER-1");
    let order = bench.order("ORDER-1").await;
    assert_eq!((order.price, order.paid_by.as_ref()), (price(), None));
    let [attempt] = order.attempts.as_slice() else {
        panic!("{order:?}");
    };
    assert_eq!(attempt.id, id);
    assert_eq!(attempt.status, AttemptStatus::Created);
    assert_eq!(attempt.description.as_deref(), Some("Tea"));
    assert_eq!(attempt.return_url, "https://shop.example/thanks");
    assert_eq!((attempt.created_at, attempt.updated_at), (NOW, NOW));
    assert_eq!(attempt.next_check_at, Some(NOW.plus_ms(20_000)));
    let opened = bench.store.opened_by(token, NOW).await.unwrap();
    assert_eq!(opened.map(|it| it.id), Some(order.id));
}

pub(super) async fn a_second_press_gets_the_attempt_there_is(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    let begin = bench.begin("ORDER-1");
    let token = begin.token_hash;
    check(&bench.decided(begin).await, &format!("same {}", id.0));
    assert!(bench.store.opened_by(token, NOW).await.unwrap().is_some());
    assert_eq!(bench.order("ORDER-1").await.attempts.len(), 1);
}

pub(super) async fn a_price_never_changes(bench: Bench) {
    bench.pending("ORDER-1").await;
    let mut begin = bench.begin("ORDER-1");
    begin.wish.price = ugx("9999");
    check(&bench.decided(begin).await, "OrderChanged");
    assert_eq!(bench.order("ORDER-1").await.price, price());
}

pub(super) async fn a_live_attempt_is_nobody_elses(bench: Bench) {
    bench.pending("ORDER-1").await;
    let begin = unproven(bench.begin("ORDER-1"));
    let token = begin.token_hash;
    check(&bench.decided(begin).await, "NoProof");
    assert!(bench.store.opened_by(token, NOW).await.unwrap().is_none());
}

pub(super) async fn an_attempt_that_is_being_called_is_waited_for(bench: Bench) {
    let id = bench.created("ORDER-1").await;
    check(&bench.decided(bench.begin("ORDER-1")).await, "Running");
    bench
        .answered(&id, Answered::Unknown { check_at: LATER })
        .await;
    let expected = format!("unknown {}", id.0);
    check(&bench.decided(bench.begin("ORDER-1")).await, &expected);
}

pub(super) async fn an_old_attempt_is_asked_about_before_a_new_one(bench: Bench) {
    let old = bench.pending("ORDER-1").await;
    bench
        .settle(&old, Observation::Failed(Reason::Declined))
        .await;
    let expected = format!("ask first {}", old.0);
    check(&bench.decided(bench.begin("ORDER-1")).await, &expected);
    let mut begin = bench.begin("ORDER-1");
    begin.wish.asked = vec![old.clone()];
    let new = begin.attempt.id.clone();
    let begun = bench.decided(begin).await;
    check(&begun, "new false");
    // A reference of its own: the order's name was the first one's.
    assert_ne!(begun.reference.unwrap().0, "ORDER-1");
    let order = bench.order("ORDER-1").await;
    let ids: Vec<_> = order.attempts.iter().map(|it| &it.id).collect();
    assert_eq!(ids, [&old, &new], "oldest first");
}

pub(super) async fn a_paid_order_is_paid_for_whoever_asks(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    bench.settle(&id, SUCCESS()).await;
    let begin = bench.begin("ORDER-1");
    let token = begin.token_hash;
    check(&bench.decided(begin).await, "paid true");
    assert!(bench.store.opened_by(token, NOW).await.unwrap().is_some());
    let begin = unproven(bench.begin("ORDER-1"));
    let token = begin.token_hash;
    check(&bench.decided(begin).await, "paid false");
    // Its page verifies what it was told, and its token tells no more than that.
    assert!(bench.store.opened_by(token, NOW).await.unwrap().is_some());
}

pub(super) async fn an_expired_quote_begins_nothing(bench: Bench) {
    let mut begin = bench.begin("ORDER-1");
    begin.wish.expired = true;
    let token = begin.token_hash;
    check(&bench.decided(begin).await, "QuoteExpired");
    let id = "ORDER-1".parse().unwrap();
    assert!(bench.store.order(&id).await.unwrap().is_none());
    assert!(bench.store.opened_by(token, NOW).await.unwrap().is_none());
}

pub(super) async fn a_key_belongs_to_its_payload_and_its_order(bench: Bench) {
    let begin = with_key(bench.begin("ORDER-1"), "key-1");
    let id = begin.attempt.id.clone();
    check(&bench.decided(begin).await, "new true");
    bench
        .answered(&id, Answered::Opened(super::page(&id)))
        .await;
    // A sku's order is named anew by each request; the key's order counts.
    let begun = bench
        .decided(with_key(bench.begin("ORDER-2"), "key-1"))
        .await;
    check(&begun, &format!("same {}", id.0));
    assert_eq!(begun.order_id.as_str(), "ORDER-1");
    let mut begin = with_key(bench.begin("ORDER-1"), "key-1");
    begin.wish.payload_hash = [2; 32];
    check(&bench.decided(begin).await, "KeyReused");
    // Where nothing was begun the key is not used up.
    check(
        &bench
            .decided(with_key(bench.begin("ORDER-1"), "key-2"))
            .await,
        "NoProof",
    );
    let mut begin = with_key(bench.begin("ORDER-3"), "key-2");
    begin.wish.payload_hash = [2; 32];
    check(&bench.decided(begin).await, "new true");
}

pub(super) async fn a_key_is_forgotten_after_a_day(bench: Bench) {
    let begin = with_key(bench.begin("ORDER-1"), "key-1");
    check(&bench.decided(begin).await, "new true");
    let almost = NOW.plus_ms(KEEP_MS - 1);
    let mut begin = with_key(bench.begin_at("ORDER-2", almost), "key-1");
    begin.wish.payload_hash = [2; 32];
    check(&bench.decided(begin).await, "KeyReused");
    // It has not been tidied away, and is used again all the same.
    let after = NOW.plus_ms(KEEP_MS);
    for expected in ["new true", "Running"] {
        let mut begin = with_key(bench.begin_at("ORDER-2", after), "key-1");
        begin.wish.payload_hash = [2; 32];
        check(&bench.decided(begin).await, expected);
    }
}

pub(super) async fn a_name_that_is_taken_is_not_used_twice(bench: Bench) {
    let mut begin = bench.begin("ORDER-1");
    begin.attempt.first_reference.0 = "TAKEN".to_owned();
    bench.decided(begin).await;
    let mut begin = bench.begin("ORDER-2");
    begin.attempt.first_reference.0 = "TAKEN".to_owned();
    let other = begin.attempt.other_reference.clone();
    let begun = bench.decided(begin).await;
    assert_eq!(begun.reference, Some(other));
    // Another provider has names of its own.
    let mut begin = bench.begin("ORDER-3");
    begin.attempt.first_reference.0 = "TAKEN".to_owned();
    begin.attempt.provider = "jopay";
    let begun = bench.decided(begin).await;
    assert_eq!(begun.reference.unwrap().0, "TAKEN");
}

/// Runs them at once on several servers, and returns their decisions' names, sorted.
async fn at_once(bench: &Bench, begins: Vec<Begin>) -> Vec<String> {
    let beside = bench.beside().await;
    let tasks: Vec<_> = begins
        .into_iter()
        .enumerate()
        .map(|(index, begin)| {
            let store = if index % 2 == 0 {
                &bench.store
            } else {
                &beside
            };
            let store = std::sync::Arc::clone(store);
            tokio::spawn(async move { word(&store.begin(begin).await.unwrap()) })
        })
        .collect();
    let mut words = Vec::new();
    for task in tasks {
        words.push(task.await.unwrap());
    }
    words.sort();
    words
}

pub(super) async fn many_presses_at_once_begin_one_attempt(bench: Bench) {
    for round in 0..20 {
        let name = format!("ORDER-{round}");
        let words = at_once(&bench, (0..8).map(|_| bench.begin(&name)).collect()).await;
        assert_eq!(words[..7], ["Running"; 7], "{words:?}");
        assert_eq!(words[7], "new true");
        assert_eq!(bench.order(&name).await.attempts.len(), 1);
    }
}

pub(super) async fn one_key_at_once_for_many_orders_begins_one_attempt(bench: Bench) {
    for round in 0..20 {
        let names: Vec<_> = (0..8).map(|it| format!("ORDER-{round}-{it}")).collect();
        let begin = |name: &String| with_key(bench.begin(name), &format!("key-{round}"));
        let words = at_once(&bench, names.iter().map(begin).collect()).await;
        assert_eq!(words[..7], ["Running"; 7], "{words:?}");
        assert_eq!(words[7], "new true");
        let mut found = 0;
        for name in &names {
            let order = bench.store.order(&name.parse().unwrap()).await.unwrap();
            found += u32::from(order.is_some());
        }
        assert_eq!(found, 1, "what lost the race left nothing behind");
    }
}

pub(super) async fn many_orders_at_once_do_not_disturb_each_other(bench: Bench) {
    let begins = (0..64)
        .map(|it| bench.begin(&format!("ORDER-{it}")))
        .collect();
    let words = at_once(&bench, begins).await;
    assert_eq!(
        BTreeSet::from_iter(words.iter().map(String::as_str)).len(),
        1
    );
    assert_eq!((words[0].as_str(), words.len()), ("new true", 64));
}
