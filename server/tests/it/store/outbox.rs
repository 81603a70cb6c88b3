//! What the shop is still to be told.

use std::collections::BTreeSet;
use std::sync::Arc;

use malipo_server::clock::{HOUR_MS, UnixMs};
use malipo_server::payment::AttemptId;
use malipo_server::payment::settle::Observation;
use malipo_server::store::outbox::{Backlog, Channel, Delivery, Tell};
use malipo_wire::Reason;
use serde_json::Value;

use super::{Bench, LATER, NOW, SUCCESS};

const UNTIL: UnixMs = UnixMs(LATER.0 + 30_000);
const BOTH: Tell = Tell {
    webhook: true,
    hook: true,
    test: true,
};

async fn paid(bench: &Bench, order: &str, tell: Tell) -> AttemptId {
    let id = bench.pending(order).await;
    let settled = bench.store.settle(&id, SUCCESS(), tell, LATER).await;
    assert!(settled.unwrap().is_some());
    id
}

async fn take(bench: &Bench, channel: Channel, now: UnixMs, most: u32) -> Vec<Delivery> {
    let taken = bench.store.take_deliveries(channel, now, UNTIL, most).await;
    taken.unwrap()
}

pub(super) async fn a_step_is_told_on_each_channel_in_its_own_transaction(bench: Bench) {
    paid(&bench, "SILENT", Tell::default()).await;
    assert_eq!(bench.store.backlog().await.unwrap(), Backlog::default());
    let id = paid(&bench, "ORDER-1", BOTH).await;
    let backlog = bench.store.backlog().await.unwrap();
    assert_eq!((backlog.waiting, backlog.oldest), (2, Some(LATER)));
    let mut bodies = Vec::new();
    for channel in [Channel::Webhook, Channel::Hook] {
        let [delivery] = take(&bench, channel, LATER, 10).await.try_into().unwrap();
        assert_eq!(delivery.event_id, format!("evt_{}_0", id.0));
        assert_eq!((delivery.channel, delivery.tries), (channel, 0));
        assert_eq!(delivery.created_at, LATER);
        bodies.push(delivery.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    let body: Value = serde_json::from_str(&bodies[0]).unwrap();
    assert_eq!(body["type"], "payment.paid");
    assert_eq!(body["data"]["order_id"], "ORDER-1");
    assert_eq!(body["data"]["amount"], "10000");
    assert_eq!(body["data"]["test"], true);
}

pub(super) async fn a_delivery_is_taken_once_and_comes_back(bench: Bench) {
    paid(&bench, "ORDER-1", BOTH).await;
    let hook = Channel::Hook;
    assert!(take(&bench, hook, LATER.plus_ms(-1), 10).await.is_empty());
    let [first] = take(&bench, hook, LATER, 10).await.try_into().unwrap();
    assert!(take(&bench, hook, UNTIL.plus_ms(-1), 10).await.is_empty());
    let next = Some(UNTIL.plus_ms(5));
    let noted = bench.store.not_delivered(&first, next, "refused").await;
    noted.unwrap();
    assert!(take(&bench, hook, UNTIL.plus_ms(4), 10).await.is_empty());
    let after = UNTIL.plus_ms(5);
    let [second] = take(&bench, hook, after, 10).await.try_into().unwrap();
    assert_eq!((second.tries, &second.body), (1, &first.body));
    bench.store.delivered(&second, after).await.unwrap();
    // Another courier's failure comes later than the delivery: it stays delivered.
    let late = bench.store.not_delivered(&second, next, "slow").await;
    late.unwrap();
    assert!(take(&bench, hook, UnixMs(i64::MAX), 10).await.is_empty());
    assert_eq!(
        bench.store.backlog().await.unwrap().waiting,
        1,
        "the other channel"
    );
}

pub(super) async fn many_couriers_at_once_share_the_deliveries(bench: Bench) {
    for order in 0..40 {
        paid(&bench, &format!("ORDER-{order}"), BOTH).await;
    }
    let stores = [Arc::clone(&bench.store), bench.beside().await];
    let couriers: Vec<_> = (0..8)
        .map(|it| {
            let store = Arc::clone(&stores[it % 2]);
            tokio::spawn(async move {
                let mut taken = Vec::new();
                for _ in 0..20 {
                    let some = store.take_deliveries(Channel::Webhook, LATER, UNTIL, 5);
                    taken.extend(some.await.unwrap().into_iter().map(|it| it.event_id));
                }
                taken
            })
        })
        .collect();
    let mut taken = Vec::new();
    for courier in couriers {
        taken.extend(courier.await.unwrap());
    }
    assert_eq!(taken.len(), 40, "none twice");
    assert_eq!(BTreeSet::from_iter(taken).len(), 40, "and each once");
}

pub(super) async fn what_was_given_up_is_tried_again_on_request(bench: Bench) {
    paid(&bench, "ORDER-1", BOTH).await;
    let hook = Channel::Hook;
    let [delivery] = take(&bench, hook, LATER, 10).await.try_into().unwrap();
    let noted = bench.store.not_delivered(&delivery, None, "gone").await;
    noted.unwrap();
    let backlog = bench.store.backlog().await.unwrap();
    assert_eq!((backlog.waiting, backlog.given_up), (1, 1));
    assert!(take(&bench, hook, UnixMs(i64::MAX), 10).await.is_empty());
    assert_eq!(bench.store.retry_given_up(LATER).await.unwrap(), 1);
    assert_eq!(bench.store.retry_given_up(LATER).await.unwrap(), 0);
    let [again] = take(&bench, hook, LATER, 10).await.try_into().unwrap();
    assert_eq!((again.tries, again.event_id), (0, delivery.event_id));
}

pub(super) async fn finished_deliveries_are_dropped_after_a_month(bench: Bench) {
    paid(&bench, "ORDER-1", BOTH).await;
    let hook = Channel::Hook;
    let [delivery] = take(&bench, hook, LATER, 10).await.try_into().unwrap();
    let noted = bench.store.not_delivered(&delivery, None, "gone").await;
    noted.unwrap();
    let month = 30 * 24 * HOUR_MS;
    bench.store.tidy(NOW.plus_ms(month)).await.unwrap();
    assert_eq!(bench.store.backlog().await.unwrap().given_up, 1);
    bench.store.tidy(LATER.plus_ms(month + 1)).await.unwrap();
    let backlog = bench.store.backlog().await.unwrap();
    assert_eq!(
        (backlog.given_up, backlog.waiting),
        (0, 1),
        "what waits is kept"
    );
}

pub(super) async fn an_event_never_gets_the_name_of_one_that_was_dropped(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    let webhook = Tell {
        hook: false,
        ..BOTH
    };
    let month = 30 * 24 * HOUR_MS;
    let failed = Observation::Failed(Reason::Declined);
    let review = Observation::Success(None);
    // The second is still kept when the first is dropped; the last comes after all of them were.
    let moments = [
        (failed, LATER, NOW),
        (review, LATER.plus_ms(month / 2), LATER.plus_ms(month + 1)),
        (failed, LATER.plus_ms(month + 2), LATER.plus_ms(3 * month)),
        (SUCCESS(), LATER.plus_ms(3 * month), NOW),
    ];
    let mut names = BTreeSet::new();
    for (observation, at, tidied_at) in moments {
        let settled = bench.store.settle(&id, observation, webhook, at).await;
        assert!(settled.unwrap().is_some(), "{observation:?}");
        let taken = take(&bench, Channel::Webhook, UnixMs(i64::MAX), 10).await;
        let [delivery] = taken.try_into().unwrap();
        bench.store.delivered(&delivery, at).await.unwrap();
        assert!(names.insert(delivery.event_id), "{observation:?}");
        bench.store.tidy(tidied_at).await.unwrap();
    }
}
