//! Schedules and leases.

use std::collections::BTreeSet;
use std::sync::Arc;

use malipo_server::clock::{HOUR_MS, UnixMs};
use malipo_server::payment::notified::{GRACE_MS, PaidNotice};
use malipo_server::payment::{AttemptId, AttemptStatus};
use malipo_server::store::outbox::Tell;
use malipo_server::store::{Answered, Store};

use super::{Bench, LATER, NOW, SUCCESS, page};

const DUE: UnixMs = UnixMs(NOW.0 + 20_000);
const UNTIL: UnixMs = UnixMs(DUE.0 + 30_000);

async fn take(bench: &Bench, now: UnixMs, until: UnixMs, most: u32) -> Vec<AttemptId> {
    let taken = bench.store.take_due("joyndpay", now, until, most).await;
    taken.unwrap().into_iter().map(|it| it.id).collect()
}

pub(super) async fn what_is_due_is_taken_once_and_comes_back(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    assert!(take(&bench, DUE.plus_ms(-1), UNTIL, 10).await.is_empty());
    let taken = bench.store.take_due("joyndpay", DUE, UNTIL, 10).await;
    let [taken] = taken.unwrap().try_into().unwrap();
    assert_eq!((&taken.id, taken.next_check_at), (&id, Some(DUE)));
    assert_eq!(bench.attempt(&id).await.next_check_at, Some(UNTIL));
    assert!(take(&bench, UNTIL.plus_ms(-1), UNTIL, 10).await.is_empty());
    // Whoever took it has died.
    let later = UNTIL.plus_ms(30_000);
    assert_eq!(take(&bench, UNTIL, later, 10).await, [id]);
}

pub(super) async fn the_longest_due_comes_first_and_each_provider_has_its_own(bench: Bench) {
    let mut ids = Vec::new();
    for (order, at) in [("A", 3), ("B", 1), ("C", 2)] {
        let id = bench.pending(order).await;
        bench.store.notified(&id, NOW.plus_ms(at)).await.unwrap();
        ids.push(id);
    }
    let mut begin = bench.begin("D");
    begin.attempt.provider = "jopay";
    begin.attempt.next_check_at = Some(NOW);
    bench.decided(begin).await;
    let [a, b, c] = ids.try_into().unwrap();
    assert_eq!(take(&bench, DUE, UNTIL, 2).await, [b, c]);
    assert_eq!(take(&bench, DUE, UNTIL, 2).await, [a]);
    assert!(take(&bench, DUE, UNTIL, 2).await.is_empty());
    let theirs = bench.store.take_due("jopay", DUE, UNTIL, 2).await.unwrap();
    assert_eq!(theirs.len(), 1);
}

pub(super) async fn many_takers_at_once_share_what_is_due(bench: Bench) {
    for order in 0..60 {
        bench.pending(&format!("ORDER-{order}")).await;
    }
    let beside = bench.beside().await;
    let stores: [Arc<dyn Store>; 2] = [Arc::clone(&bench.store), beside];
    let takers: Vec<_> = (0..8)
        .map(|it| {
            let store = Arc::clone(&stores[it % 2]);
            tokio::spawn(async move {
                let mut taken = Vec::new();
                // What another taker is at is passed over, so nothing may come though something is left.
                for _ in 0..20 {
                    let some = store.take_due("joyndpay", DUE, UNTIL, 7).await.unwrap();
                    taken.extend(some.into_iter().map(|it| it.id));
                }
                taken
            })
        })
        .collect();
    let mut taken = Vec::new();
    for taker in takers {
        taken.extend(taker.await.unwrap());
    }
    assert_eq!(taken.len(), 60, "none twice");
    assert_eq!(BTreeSet::from_iter(taken).len(), 60, "and each once");
}

pub(super) async fn a_next_time_is_not_noted_over_a_newer_one(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    take(&bench, DUE, UNTIL, 1).await;
    let next = Some(UNTIL.plus_ms(60_000));
    bench.store.reschedule(&id, UNTIL, next).await.unwrap();
    assert_eq!(bench.attempt(&id).await.next_check_at, next);
    // A notification made it due while the provider was being asked.
    bench.store.notified(&id, DUE).await.unwrap();
    bench.store.reschedule(&id, UNTIL, next).await.unwrap();
    assert_eq!(bench.attempt(&id).await.next_check_at, Some(DUE));
    take(&bench, DUE, UNTIL, 1).await;
    bench.store.reschedule(&id, UNTIL, None).await.unwrap();
    assert_eq!(bench.attempt(&id).await.next_check_at, None);
    assert!(take(&bench, UnixMs(i64::MAX), UNTIL, 1).await.is_empty());
}

pub(super) async fn what_is_paid_is_not_looked_up_again(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    take(&bench, DUE, UNTIL, 1).await;
    bench.settle(&id, SUCCESS()).await;
    bench.store.notified(&id, DUE).await.unwrap();
    bench.store.reschedule(&id, UNTIL, Some(DUE)).await.unwrap();
    assert_eq!(bench.attempt(&id).await.next_check_at, None);
    assert!(take(&bench, UnixMs(i64::MAX), UNTIL, 1).await.is_empty());
}

pub(super) async fn a_call_that_was_cut_off_is_recovered(bench: Bench) {
    let lost = bench.created("ORDER-1").await;
    let open = bench.pending("ORDER-2").await;
    let other = bench.created("ORDER-3").await;
    let now = NOW.plus_ms(60_000);
    let mut unanswered = bench.store.unanswered().await.unwrap();
    unanswered.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(unanswered, [lost.clone(), other.clone()]);
    let both = [lost.clone(), open.clone()];
    assert_eq!(bench.store.recover(&both, now).await.unwrap(), 1);
    assert_eq!(bench.store.recover(&both, now).await.unwrap(), 0);
    let left = bench.store.unanswered().await.unwrap();
    assert_eq!(left, std::slice::from_ref(&other));
    let seen = bench.attempt(&lost).await;
    assert_eq!(seen.status, AttemptStatus::Unknown);
    assert_eq!(seen.next_check_at, Some(now));
    assert_eq!(bench.status(&open).await, AttemptStatus::Pending);
    assert_eq!(bench.status(&other).await, AttemptStatus::Created);
    // The answer comes after all. A refusal says nothing of a call that was made since.
    bench.answered(&lost, Answered::Refused).await;
    assert_eq!(bench.status(&lost).await, AttemptStatus::Unknown);
    assert!(bench.answered(&lost, Answered::Opened(page(&lost))).await);
    assert_eq!(bench.status(&lost).await, AttemptStatus::Pending);
}

pub(super) async fn a_notification_makes_due_what_its_word_can_still_change(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    bench.store.notified(&id, LATER).await.unwrap();
    assert_eq!(
        take(&bench, LATER, UNTIL, 10).await,
        std::slice::from_ref(&id)
    );
    bench.settle(&id, SUCCESS()).await.unwrap();
    bench.store.notified(&id, LATER.plus_ms(1)).await.unwrap();
    assert_eq!(bench.attempt(&id).await.next_check_at, None);
    bench
        .store
        .notified(&AttemptId("none".into()), LATER)
        .await
        .unwrap();
}

pub(super) async fn the_last_payments_are_read_with_what_was_told_of_them(bench: Bench) {
    let paid = async |order: &str, at: i64| {
        let id = bench.pending(order).await;
        let now = NOW.plus_ms(at);
        let settled = bench.store.settle(&id, SUCCESS(), Tell::default(), now);
        settled.await.unwrap().unwrap();
        id
    };
    let told = async |id: &AttemptId, at: i64| {
        let told = bench.store.notified(id, NOW.plus_ms(at));
        told.await.unwrap();
    };
    let read = async |at: i64| {
        let read = bench.store.paid_notices("joyndpay", NOW.plus_ms(at)).await;
        let notices = read.unwrap();
        let ms = |it: UnixMs| it.since_ms(NOW);
        let row = |it: &PaidNotice| (ms(it.paid_at), it.notified_at.map(ms));
        notices.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(read(0).await, []);
    let [first, second, third] = [
        paid("A", 10_000).await,
        paid("B", 20_000).await,
        paid("C", 30_000).await,
    ];
    paid("D", 40_000).await;
    bench.pending("E").await;
    // Of the payment the first counts, and what was told of it before it was noted is the same news.
    told(&first, 10_300).await;
    told(&first, 99_000).await;
    told(&third, 29_000).await;
    let all = [(40_000, None), (30_000, Some(29_000)), (20_000, None)];
    assert_eq!(read(100_000).await, all);
    told(&second, 50_000).await;
    // The newest may still be told of.
    let oldest = [(20_000, Some(50_000)), (10_000, Some(10_300))];
    assert_eq!(read(20_000 + GRACE_MS).await, oldest);
    assert_eq!(read(24 * HOUR_MS + 40_000).await, []);
    let theirs = bench.store.paid_notices("jopay", NOW.plus_ms(100_000));
    assert_eq!(theirs.await.unwrap(), []);
}
