//! What an operator reads.

use malipo_server::clock::{HOUR_MS, UnixMs};
use malipo_server::payment::AttemptStatus;
use malipo_server::payment::settle::Observation;
use malipo_server::store::outbox::{Channel, Tell};
use malipo_server::store::records::{Cursor, Hours, OrderFilter, Vitals};
use malipo_server::store::{Answered, NewAttempt};
use malipo_wire::{OrderId, Reason};

use super::{Bench, LATER, NOW, SUCCESS};

const HOOKED: Tell = Tell {
    webhook: true,
    hook: true,
    test: true,
};

/// Begins an attempt of an order at a time, with a page that is open.
async fn begin(bench: &Bench, order: &str, provider: &'static str, now: UnixMs) {
    let mut begin = bench.begin_at(order, now);
    begin.attempt = NewAttempt {
        provider,
        ..begin.attempt
    };
    let id = begin.attempt.id.clone();
    bench.decided(begin).await;
    bench
        .answered(&id, Answered::Opened(super::page(&id)))
        .await;
}

async fn all(bench: &Bench, filter: &OrderFilter, most: u32) -> Vec<String> {
    let (mut names, mut after) = (Vec::new(), None::<Cursor>);
    for _ in 0..20 {
        let listed = bench.store.list_orders(filter, after.as_ref(), most).await;
        let page = listed.unwrap();
        assert!(page.orders.len() <= usize::try_from(most).unwrap());
        names.extend(page.orders.iter().map(|it| it.id.to_string()));
        let Some(next) = page.next else { return names };
        assert_eq!(next.to_string().parse(), Ok(next.clone()));
        after = Some(next);
    }
    panic!("it does not end: {names:?}")
}

pub(super) async fn orders_are_listed_newest_first_page_by_page(bench: Bench) {
    assert!(all(&bench, &OrderFilter::default(), 3).await.is_empty());
    // Some at the same moment, too.
    for (order, second) in [("A", 0), ("B", 1), ("C", 1), ("D", 1), ("E", 2)] {
        begin(&bench, order, "joyndpay", NOW.plus_ms(second * 1000)).await;
    }
    for most in [1, 2, 3, 10] {
        let names = all(&bench, &OrderFilter::default(), most).await;
        assert_eq!(names, ["E", "D", "C", "B", "A"], "pages of {most}");
    }
}

pub(super) async fn a_list_is_filtered_by_status_provider_and_age(bench: Bench) {
    begin(&bench, "A", "joyndpay", NOW).await;
    begin(&bench, "B", "jopay", NOW.plus_ms(1000)).await;
    begin(&bench, "C", "joyndpay", NOW.plus_ms(2000)).await;
    let paid = bench.order("C").await.attempts[0].id.clone();
    bench.settle(&paid, SUCCESS()).await;
    let none = OrderFilter::default();
    let check = async |filter: OrderFilter, expected: &[&str]| {
        assert_eq!(all(&bench, &filter, 2).await, expected, "{filter:?}");
    };
    let provider = |it: &str| Some(it.to_owned());
    for (filter, expected) in [
        (
            OrderFilter {
                status: Some(AttemptStatus::Paid),
                ..none.clone()
            },
            vec!["C"],
        ),
        (
            OrderFilter {
                status: Some(AttemptStatus::Pending),
                ..none.clone()
            },
            vec!["B", "A"],
        ),
        (
            OrderFilter {
                provider: provider("joyndpay"),
                ..none.clone()
            },
            vec!["C", "A"],
        ),
        (
            OrderFilter {
                provider: provider("joyndpay"),
                status: Some(AttemptStatus::Pending),
                ..none.clone()
            },
            vec!["A"],
        ),
        (
            OrderFilter {
                since: Some(NOW.plus_ms(1000)),
                ..none.clone()
            },
            vec!["C", "B"],
        ),
        (
            OrderFilter {
                provider: provider("none"),
                ..none.clone()
            },
            vec![],
        ),
    ] {
        check(filter, &expected).await;
    }
}

pub(super) async fn an_order_with_many_attempts_is_listed_once(bench: Bench) {
    for nth in 0..3 {
        let mut again = bench.begin_at("A", NOW.plus_ms(nth * 1000));
        again.wish.asked = bench
            .store
            .order(&again.wish.order_id)
            .await
            .unwrap()
            .map_or(Vec::new(), |it| {
                it.attempts.into_iter().map(|it| it.id).collect()
            });
        let id = again.attempt.id.clone();
        bench.decided(again).await;
        bench
            .answered(&id, Answered::Opened(super::page(&id)))
            .await;
        bench.settle(&id, Observation::Failed(Reason::Other)).await;
    }
    begin(&bench, "B", "joyndpay", NOW.plus_ms(1000)).await;
    assert_eq!(bench.order("A").await.attempts.len(), 3);
    assert_eq!(all(&bench, &OrderFilter::default(), 1).await, ["A", "B"]);
    let failed = OrderFilter {
        status: Some(AttemptStatus::Failed),
        ..OrderFilter::default()
    };
    assert_eq!(all(&bench, &failed, 1).await, ["A"]);
    let page = bench.store.list_orders(&failed, None, 10).await.unwrap();
    assert_eq!(page.orders[0].attempts.len(), 3, "in full");
    assert_eq!(page.next, None);
}

pub(super) async fn what_the_shop_was_told_is_shown_with_what_went_wrong(bench: Bench) {
    let id = bench.pending("A").await;
    bench
        .store
        .settle(&id, SUCCESS(), HOOKED, LATER)
        .await
        .unwrap();
    let until = LATER.plus_ms(60_000);
    let take = async |channel| {
        let taken = bench.store.take_deliveries(channel, LATER, until, 9).await;
        taken.unwrap().remove(0)
    };
    let order: OrderId = "A".parse().unwrap();
    let hook = take(Channel::Hook).await;
    bench
        .store
        .delivered(&hook, LATER.plus_ms(5))
        .await
        .unwrap();
    let webhook = take(Channel::Webhook).await;
    let failed = bench
        .store
        .not_delivered(&webhook, None, "the receiver answered 500");
    failed.await.unwrap();
    let mut told = bench.store.deliveries(&order).await.unwrap();
    told.sort_by_key(|it| it.channel.as_str());
    let [hook, webhook] = told.try_into().unwrap();
    assert_eq!(
        (hook.state(), hook.delivered_at),
        ("delivered", Some(LATER.plus_ms(5)))
    );
    assert_eq!((webhook.state(), webhook.tries), ("given up", 1));
    assert_eq!(
        webhook.last_error.as_deref(),
        Some("the receiver answered 500")
    );
    assert_eq!(
        (webhook.kind.as_str(), webhook.attempt_id.clone()),
        ("payment.paid", id)
    );
    assert_eq!((&webhook.order_id, webhook.created_at), (&order, LATER));
    assert_eq!(bench.store.undelivered(9).await.unwrap(), [webhook]);
    bench.store.retry_given_up(LATER).await.unwrap();
    let waiting = bench.store.undelivered(9).await.unwrap();
    assert_eq!(
        (waiting[0].state(), waiting[0].next_at),
        ("waiting", Some(LATER))
    );
    assert!(bench.store.undelivered(0).await.unwrap().is_empty());
    let other: OrderId = "B".parse().unwrap();
    assert!(bench.store.deliveries(&other).await.unwrap().is_empty());
}

pub(super) async fn parked_notices_are_listed_and_dropped_by_name(bench: Bench) {
    let park = async |name: &str, now| {
        let names = [name.to_owned()];
        let parked = bench.store.park("jenga", &names, "status SUCCESS", now);
        parked.await.unwrap();
    };
    park("ref-1", NOW).await;
    park("ref-2", LATER).await;
    park("ref-1", LATER.plus_ms(1)).await;
    let listed = bench.store.parked(9).await.unwrap();
    let seen: Vec<_> = listed
        .iter()
        .map(|it| (it.names.as_str(), it.times))
        .collect();
    assert_eq!(seen, [("ref-1", 2), ("ref-2", 1)]);
    assert_eq!(listed[0].received_at, LATER.plus_ms(1));
    assert_eq!(
        (listed[0].provider.as_str(), listed[0].summary.as_str()),
        ("jenga", "status SUCCESS")
    );
    assert_eq!(bench.store.parked(1).await.unwrap().len(), 1);
    for wrong in ["", "%", "0123456789ab", "ref-1"] {
        assert!(!bench.store.drop_parked(wrong).await.unwrap(), "{wrong}");
    }
    assert!(bench.store.drop_parked(&listed[0].id).await.unwrap());
    assert!(!bench.store.drop_parked(&listed[0].id).await.unwrap());
    assert_eq!(bench.store.parked(9).await.unwrap(), listed[1..]);
}

pub(super) async fn what_an_operator_watches_is_counted(bench: Bench) {
    assert_eq!(bench.store.vitals().await.unwrap(), Vitals::default());
    for name in ["ref-1", "ref-2", "ref-1"] {
        let names = [name.to_owned()];
        let parked = bench.store.park("jenga", &names, "paid", NOW).await;
        parked.unwrap();
    }
    let first = bench.pending("A").await;
    let second = bench.pending("B").await;
    let at = |it: i64| Some(NOW.plus_ms(it));
    for (id, at) in [(&first, 700), (&second, 300)] {
        bench.store.notified(id, NOW.plus_ms(at)).await.unwrap();
    }
    let expected = Vitals {
        parked: 2,
        due_since: at(300),
    };
    assert_eq!(bench.store.vitals().await.unwrap(), expected);
    bench.settle(&second, SUCCESS()).await.unwrap();
    assert_eq!(bench.store.vitals().await.unwrap().due_since, at(700));
}

pub(super) async fn failures_are_counted(bench: Bench) {
    bench.store.ready(NOW).await.unwrap();
    assert_eq!(bench.store.failures(), 0);
    bench.tamper("ALTER TABLE about RENAME TO gone").await;
    assert!(bench.store.ready(NOW).await.is_err());
    assert!(bench.store.audience().await.is_err());
    assert_eq!(bench.store.failures(), 2, "a write and a read");
    bench.tamper("ALTER TABLE gone RENAME TO about").await;
    bench.store.ready(NOW).await.unwrap();
    assert_eq!(bench.store.failures(), 2);
}

pub(super) async fn the_last_day_is_counted_by_the_hour(bench: Bench) {
    assert_eq!(
        bench.store.hours(UnixMs(0)).await.unwrap(),
        Hours::default()
    );
    let hour = UnixMs(NOW.0 / HOUR_MS * HOUR_MS);
    let settle = async |order: &str, begun: UnixMs, it: Observation, at: UnixMs| {
        begin(&bench, order, "joyndpay", begun).await;
        let id = bench.order(order).await.attempts[0].id.clone();
        let settled = bench.store.settle(&id, it, Tell::default(), at).await;
        settled.unwrap();
    };
    let failed = Observation::Failed(Reason::Other);
    settle("A", hour, SUCCESS(), hour.plus_ms(HOUR_MS)).await;
    settle("B", hour.plus_ms(1), SUCCESS(), hour.plus_ms(HOUR_MS + 5)).await;
    settle("C", hour.plus_ms(2), failed, hour.plus_ms(3)).await;
    // Before the time that is asked about, and just at its beginning.
    settle("D", hour.plus_ms(-1), failed, hour.plus_ms(-1)).await;
    // Not paid: too little.
    settle("E", hour, Observation::Success(None), hour).await;
    let hours = bench.store.hours(hour).await.unwrap();
    assert_eq!(hours.begun, [(hour, 4)]);
    assert_eq!(hours.failed, [(hour, 1)]);
    let [paid] = hours.paid.try_into().unwrap();
    assert_eq!(
        (paid.hour, paid.orders, paid.minor),
        (hour.plus_ms(HOUR_MS), 2, 20_000)
    );
    assert_eq!(paid.currency.code(), "UGX");
    let later = bench.store.hours(hour.plus_ms(2 * HOUR_MS)).await.unwrap();
    assert_eq!(later, Hours::default());
}

pub(super) async fn who_is_told_is_known_to_commands_beside_the_server(bench: Bench) {
    let none = Tell::default();
    assert_eq!(bench.store.audience().await.unwrap(), none);
    for (webhook, hook) in [(true, true), (false, true), (false, false)] {
        let tell = Tell {
            webhook,
            hook,
            test: false,
        };
        bench.store.set_audience(tell).await.unwrap();
        assert_eq!(bench.beside().await.audience().await.unwrap(), tell);
    }
}
