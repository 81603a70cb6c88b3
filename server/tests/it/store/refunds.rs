//! Notes of money that was given back.

use malipo_server::payment::refund::{NotRefundable, RefundNote, RefundWish};
use malipo_server::payment::settle::Observation;
use malipo_server::payment::{AttemptId, AttemptStatus};
use malipo_wire::{Money, Reason, Status};

use super::{Bench, LATER, SUCCESS};

fn wish(amount: &str, mark: bool) -> RefundWish {
    RefundWish {
        order_id: "A".parse().unwrap(),
        attempt: None,
        amount: Money::parse(amount, "UGX".parse().unwrap()).unwrap(),
        reason: "sent twice".to_owned(),
        by: "ann".to_owned(),
        mark,
        now: LATER.plus_ms(7),
    }
}

async fn noted(bench: &Bench, wish: RefundWish) -> Result<RefundNote, NotRefundable> {
    bench.store.note_refund(&wish).await.unwrap()
}

async fn notes(bench: &Bench) -> Vec<RefundNote> {
    let order = "A".parse().unwrap();
    bench.store.refund_notes(&order).await.unwrap()
}

async fn paid(bench: &Bench) -> AttemptId {
    let id = bench.pending("A").await;
    bench.settle(&id, SUCCESS()).await;
    id
}

pub(super) async fn a_note_is_appended_and_changes_no_money(bench: Bench) {
    let id = paid(&bench).await;
    let before = format!("{:?}", bench.order("A").await);
    let first = noted(&bench, wish("2500", false)).await.unwrap();
    assert_eq!((&first.attempt_id, first.marked), (&id, false));
    assert_eq!(
        (first.reason.as_str(), first.by.as_str()),
        ("sent twice", "ann")
    );
    assert_eq!(first.noted_at, LATER.plus_ms(7));
    let second = noted(&bench, wish("10000", false)).await.unwrap();
    assert_eq!(notes(&bench).await, [first, second]);
    assert_eq!(format!("{:?}", bench.order("A").await), before);
}

pub(super) async fn an_attempt_becomes_refunded_on_request_alone(bench: Bench) {
    paid(&bench).await;
    assert!(noted(&bench, wish("10000", true)).await.unwrap().marked);
    let order = bench.order("A").await;
    assert_eq!(order.attempts[0].status, AttemptStatus::Refunded);
    assert_eq!(order.attempts[0].next_check_at, None);
    // What was paid never becomes anything less in public: the order was delivered, as like as not.
    assert_eq!(order.answer(true).status, Status::Success);
    assert!(order.paid_by.is_some());
    // A second part of the same money; it is marked already.
    assert!(!noted(&bench, wish("1", true)).await.unwrap().marked);
    let id = order.attempts[0].id.clone();
    assert!(bench.settle(&id, SUCCESS()).await.is_none());
}

pub(super) async fn what_was_refunded_without_paying_the_order_is_no_success(bench: Bench) {
    let id = bench.pending("A").await;
    let little = Money::parse("40", "UGX".parse().unwrap()).unwrap();
    bench.settle(&id, Observation::Success(Some(little))).await;
    let most = Err(NotRefundable::Amount { most: little });
    assert_eq!(noted(&bench, wish("41", true)).await, most);
    assert!(noted(&bench, wish("40", true)).await.unwrap().marked);
    let answer = bench.order("A").await.answer(true);
    assert_eq!(answer.status, Status::Failed, "nothing is to be delivered");
    assert_eq!(answer.reason, Some(Reason::Other));
    // And the shopper may try again.
    let again = bench.pending("A").await;
    assert!(bench.settle(&again, SUCCESS()).await.is_some());
    assert_eq!(bench.order("A").await.paid_by, Some(again));
}

pub(super) async fn what_cannot_have_been_paid_is_not_noted(bench: Bench) {
    let ten = wish("10000", true);
    assert_eq!(
        noted(&bench, ten.clone()).await,
        Err(NotRefundable::NoOrder)
    );
    let first = bench.pending("A").await;
    assert_eq!(
        noted(&bench, ten.clone()).await,
        Err(NotRefundable::NothingPaid)
    );
    let named = |id: &str| RefundWish {
        attempt: Some(AttemptId(id.to_owned())),
        ..ten.clone()
    };
    let pending = Err(NotRefundable::NotPaid(AttemptStatus::Pending));
    assert_eq!(noted(&bench, named(&first.0)).await, pending);
    assert_eq!(
        noted(&bench, named("else")).await,
        Err(NotRefundable::NoAttempt)
    );
    bench
        .settle(&first, Observation::Failed(Reason::Other))
        .await;
    let mut again = bench.begin("A");
    again.wish.asked = vec![first.clone()];
    let second = again.attempt.id.clone();
    bench.decided(again).await;
    bench.settle(&second, SUCCESS()).await;
    let most = bench.order("A").await.price;
    for wrong in ["0", "10001"] {
        assert_eq!(
            noted(&bench, wish(wrong, true)).await,
            Err(NotRefundable::Amount { most })
        );
    }
    let other = RefundWish {
        amount: Money::parse("1", "KES".parse().unwrap()).unwrap(),
        ..ten.clone()
    };
    assert_eq!(
        noted(&bench, other).await,
        Err(NotRefundable::Amount { most })
    );
    // A duplicate: which of the two is a person's to say.
    bench.settle(&first, SUCCESS()).await;
    let both = NotRefundable::Several(vec![first.clone(), second]);
    assert_eq!(noted(&bench, ten.clone()).await, Err(both));
    assert!(notes(&bench).await.is_empty());
    let note = noted(&bench, named(&first.0)).await.unwrap();
    assert_eq!(note.attempt_id, first);
    let order = bench.order("A").await;
    let states: Vec<_> = order.attempts.iter().map(|it| it.status).collect();
    assert_eq!(states, [AttemptStatus::Refunded, AttemptStatus::Paid]);
}

pub(super) async fn many_notes_at_once_are_all_kept(bench: Bench) {
    paid(&bench).await;
    let store = bench.beside().await;
    let notes_of: Vec<_> = (1..=10)
        .map(|it| {
            let store = std::sync::Arc::clone(&store);
            tokio::spawn(async move { store.note_refund(&wish(&it.to_string(), true)).await })
        })
        .collect();
    let mut marked = 0;
    for note in notes_of {
        marked += u32::from(note.await.unwrap().unwrap().unwrap().marked);
    }
    assert_eq!(marked, 1, "one of them marks it");
    assert_eq!(notes(&bench).await.len(), 10);
}
