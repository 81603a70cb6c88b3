//! What becomes of an attempt.

use malipo_server::payment::settle::{Alarm, Observation};
use malipo_server::payment::{AttemptId, AttemptStatus as S};
use malipo_server::store::outbox::Tell;
use malipo_server::store::{Answered, Settled};
use malipo_wire::{Reason, SentTo};

use super::{Bench, LATER, NOW, SUCCESS, page, price, ugx};

pub(super) async fn each_answer_to_a_beginning_is_noted(bench: Bench) {
    let opened = bench.pending("OPENED").await;
    let seen = bench.attempt(&opened).await;
    assert_eq!((seen.status, seen.updated_at), (S::Pending, LATER));
    assert_eq!(seen.redirect_url, page(&opened).redirect_url);
    assert_eq!(seen.provider_ref, page(&opened).provider_ref);

    let refused = bench.created("REFUSED").await;
    assert!(!bench.answered(&refused, Answered::Refused).await);
    let seen = bench.attempt(&refused).await;
    assert_eq!((seen.status, seen.next_check_at), (S::Refused, None));

    let unknown = bench.created("UNKNOWN").await;
    let check_at = NOW.plus_ms(7);
    assert!(
        !bench
            .answered(&unknown, Answered::Unknown { check_at })
            .await
    );
    let seen = bench.attempt(&unknown).await;
    assert_eq!(
        (seen.status, seen.next_check_at),
        (S::Unknown, Some(check_at))
    );

    let orphaned = bench.created("ORPHANED").await;
    assert!(!bench.answered(&orphaned, Answered::Orphaned).await);
    assert_eq!(bench.status(&orphaned).await, S::Orphaned);

    let sent = bench.created("SENT").await;
    let mut opened = page(&sent);
    opened.redirect_url = None;
    opened.expires_at = Some(NOW.plus_ms(1));
    opened.sent_to = vec![
        SentTo {
            channel: "sms".to_owned(),
            to: Some("...123".to_owned()),
        },
        SentTo {
            channel: "email".to_owned(),
            to: None,
        },
    ];
    assert!(
        bench
            .answered(&sent, Answered::Opened(opened.clone()))
            .await
    );
    let seen = bench.attempt(&sent).await;
    assert_eq!(seen.sent_to, opened.sent_to);
    assert_eq!(seen.expires_at, opened.expires_at);
    // A notification was quicker, and knows more than a refusal.
    bench.settle(&sent, SUCCESS()).await;
    bench.answered(&sent, Answered::Refused).await;
    assert_eq!(bench.status(&sent).await, S::Paid);
}

pub(super) async fn an_answer_that_comes_too_late_opens_no_second_page(bench: Bench) {
    let old = bench.created("ORDER-1").await;
    bench.answered(&old, Answered::Orphaned).await;
    let mut begin = bench.begin("ORDER-1");
    begin.wish.asked = vec![old.clone()];
    let new = begin.attempt.id.clone();
    bench.decided(begin).await;
    assert!(!bench.answered(&old, Answered::Opened(page(&old))).await);
    assert_eq!(bench.status(&old).await, S::Orphaned);
    // With the new one out of the way it is good again.
    bench.answered(&new, Answered::Refused).await;
    assert!(bench.answered(&old, Answered::Opened(page(&old))).await);
    assert_eq!(bench.status(&old).await, S::Pending);
}

pub(super) async fn an_answer_for_an_order_that_was_paid_meanwhile_opens_no_page(bench: Bench) {
    for (order, answered_before) in [("ORDER-1", false), ("ORDER-2", true)] {
        let old = bench.pending(order).await;
        let failed = Observation::Failed(Reason::Declined);
        bench.settle(&old, failed).await;
        let mut begin = bench.begin(order);
        begin.wish.asked = vec![old.clone()];
        let new = begin.attempt.id.clone();
        bench.decided(begin).await;
        if answered_before {
            let check_at = LATER;
            bench.answered(&new, Answered::Unknown { check_at }).await;
        }
        // The old one is paid after all, while the provider is still opening the new one.
        bench.settle(&old, SUCCESS()).await;
        assert!(!bench.answered(&new, Answered::Opened(page(&new))).await);
        // It can be paid all the same, where the provider sent its page by itself.
        let seen = bench.attempt(&new).await;
        assert_eq!(seen.status, S::Pending);
        assert!(seen.next_check_at.is_some());
        let settled = bench.settle(&new, SUCCESS()).await.unwrap();
        assert_eq!(settled.step.status, S::DuplicatePaid);
    }
}

pub(super) async fn a_success_is_noted_once_with_what_was_received(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    let received = ugx("10231");
    let settled = bench
        .settle(&id, Observation::Success(Some(received)))
        .await
        .unwrap();
    assert_eq!((settled.step.status, settled.step.late), (S::Paid, false));
    assert_eq!(settled.order.paid_by.as_ref(), Some(&id));
    let order = bench.order("ORDER-1").await;
    assert_eq!(order.paid_by.as_ref(), Some(&id));
    let seen = &order.attempts[0];
    assert_eq!((seen.status, seen.received), (S::Paid, Some(received)));
    assert_eq!((seen.paid_at, seen.next_check_at), (Some(LATER), None));
    for again in [
        SUCCESS(),
        Observation::Failed(Reason::Declined),
        Observation::NotFound,
    ] {
        assert!(bench.settle(&id, again).await.is_none());
    }
    assert_eq!(bench.attempt(&id).await.received, Some(received));
}

/// An order with an attempt that failed and one that is under way.
async fn two_attempts(bench: &Bench, order: &str) -> [AttemptId; 2] {
    let old = bench.pending(order).await;
    let failed = Observation::Failed(Reason::Declined);
    bench.settle(&old, failed).await;
    let mut begin = bench.begin(order);
    begin.wish.asked = vec![old.clone()];
    let new = begin.attempt.id.clone();
    bench.decided(begin).await;
    assert!(bench.answered(&new, Answered::Opened(page(&new))).await);
    [old, new]
}

pub(super) async fn a_second_success_of_an_order_is_a_duplicate(bench: Bench) {
    let [old, new] = two_attempts(&bench, "ORDER-1").await;
    bench.settle(&new, SUCCESS()).await;
    let settled = bench.settle(&old, SUCCESS()).await.unwrap();
    assert_eq!(settled.step.status, S::DuplicatePaid);
    assert_eq!(settled.step.alarm, Some(Alarm::DuplicatePaid));
    let order = bench.order("ORDER-1").await;
    assert_eq!(order.paid_by, Some(new));
    let statuses: Vec<_> = order.attempts.iter().map(|it| it.status).collect();
    assert_eq!(statuses, [S::DuplicatePaid, S::Paid]);
}

pub(super) async fn a_failure_may_still_become_paid(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    bench
        .settle(&id, Observation::Failed(Reason::Expired))
        .await;
    let seen = bench.attempt(&id).await;
    assert_eq!(
        (seen.status, seen.reason),
        (S::Failed, Some(Reason::Expired))
    );
    let settled = bench.settle(&id, SUCCESS()).await.unwrap();
    assert_eq!(settled.step.alarm, Some(Alarm::LateSuccess));
    let seen = bench.attempt(&id).await;
    assert_eq!((seen.status, seen.late, seen.reason), (S::Paid, true, None));
}

pub(super) async fn a_wrong_amount_waits_for_a_person(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    let little = Observation::Success(Some(ugx("9999")));
    let settled = bench.settle(&id, little).await.unwrap();
    assert_eq!(settled.step.alarm, Some(Alarm::WrongAmount));
    let seen = bench.attempt(&id).await;
    assert_eq!(
        (seen.status, seen.received),
        (S::NeedsReview, Some(ugx("9999")))
    );
    assert_eq!(bench.order("ORDER-1").await.paid_by, None);
    // A person finds that all of it came.
    let settled = bench.settle(&id, SUCCESS()).await.unwrap();
    assert_eq!(settled.step.status, S::Paid);
    assert_eq!(bench.attempt(&id).await.received, Some(price()));
}

pub(super) async fn what_changes_nothing_is_not_a_step(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    let before = bench.attempt(&id).await;
    for nothing in [Observation::Pending, Observation::NotFound] {
        assert!(bench.settle(&id, nothing).await.is_none());
    }
    assert_eq!(
        format!("{before:?}"),
        format!("{:?}", bench.attempt(&id).await)
    );
}

/// Settles them all at once on several servers.
async fn at_once(bench: &Bench, ids: Vec<AttemptId>) -> Vec<Settled> {
    let beside = bench.beside().await;
    let tasks: Vec<_> = ids
        .into_iter()
        .enumerate()
        .map(|(index, id)| {
            let store = if index % 2 == 0 {
                &bench.store
            } else {
                &beside
            };
            let store = std::sync::Arc::clone(store);
            tokio::spawn(async move {
                let tell = Tell {
                    webhook: true,
                    ..Tell::default()
                };
                store.settle(&id, SUCCESS(), tell, LATER).await.unwrap()
            })
        })
        .collect();
    let mut settled = Vec::new();
    for task in tasks {
        settled.extend(task.await.unwrap());
    }
    settled
}

pub(super) async fn many_successes_at_once_pay_an_order_once(bench: Bench) {
    for round in 0..10 {
        let id = bench.pending(&format!("ORDER-{round}")).await;
        let settled = at_once(&bench, vec![id; 8]).await;
        assert_eq!(settled.len(), 1, "one step, and so one word to the shop");
    }
    assert_eq!(bench.store.backlog().await.unwrap().waiting, 10);
}

pub(super) async fn two_attempts_that_succeed_at_once_are_one_payment_and_one_duplicate(
    bench: Bench,
) {
    for round in 0..10 {
        let name = format!("ORDER-{round}");
        let [old, new] = two_attempts(&bench, &name).await;
        let settled = at_once(&bench, vec![old.clone(), new.clone(), old, new]).await;
        let mut steps: Vec<_> = settled.iter().map(|it| it.step.status.as_str()).collect();
        steps.sort_unstable();
        assert_eq!(steps, ["duplicate_paid", "paid"]);
        assert!(bench.order(&name).await.paid_by.is_some());
    }
}

pub(super) async fn an_unknown_attempt_is_no_attempt(bench: Bench) {
    let id = AttemptId("nobody".to_owned());
    assert!(bench.settle(&id, SUCCESS()).await.is_none());
    assert!(!bench.answered(&id, Answered::Refused).await);
    assert!(bench.store.attempt(&id).await.unwrap().is_none());
}
