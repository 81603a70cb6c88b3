//! Tokens, names, notices, and what outlives the process.

use malipo_server::payment::settle::Observation;
use malipo_server::payment::{AttemptId, AttemptStatus};
use malipo_server::random;
use malipo_server::store::{Answered, Door, KEEP_MS};

use super::{Bench, LATER, NOW, SUCCESS};

pub(super) async fn a_token_opens_its_order_for_a_day(bench: Bench) {
    bench.pending("ORDER-1").await;
    let order = bench.order("ORDER-1").await.id;
    let token = [7; 32];
    let end = NOW.plus_ms(KEEP_MS);
    bench.store.issue_token(token, &order, end).await.unwrap();
    let opened = async |token, now| {
        let order = bench.store.opened_by(token, now).await.unwrap();
        order.map(|it| it.id)
    };
    assert_eq!(opened(token, end.plus_ms(-1)).await, Some(order.clone()));
    assert_eq!(opened(token, end).await, None);
    assert_eq!(opened([8; 32], NOW).await, None);
    // Issued again, it is good for longer.
    let longer = end.plus_ms(KEEP_MS);
    bench
        .store
        .issue_token(token, &order, longer)
        .await
        .unwrap();
    assert_eq!(opened(token, end).await, Some(order));
    let nobody = "NOBODY".parse().unwrap();
    let of_nothing = bench.store.issue_token([9; 32], &nobody, end).await;
    assert!(of_nothing.is_err(), "a token of no order");
}

pub(super) async fn an_attempt_is_found_by_its_secrets_and_its_names(bench: Bench) {
    let begin = bench.begin("ORDER-1");
    let (back, notify) = (begin.attempt.return_hash, begin.attempt.notify_hash);
    let id = begin.attempt.id.clone();
    bench.decided(begin).await;
    bench
        .answered(&id, Answered::Opened(super::page(&id)))
        .await;
    let by_secret = async |door, hash| {
        let found = bench.store.attempt_by_secret(door, hash).await.unwrap();
        found.map(|it| it.id)
    };
    assert_eq!(by_secret(Door::Return, back).await, Some(id.clone()));
    assert_eq!(by_secret(Door::Notify, notify).await, Some(id.clone()));
    assert_eq!(by_secret(Door::Notify, back).await, None);
    assert_eq!(by_secret(Door::Return, notify).await, None);

    let named = async |provider: &str, names: &[&str]| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let found = bench.store.attempt_named(provider, &names).await.unwrap();
        found.map(|it| it.id)
    };
    let theirs = format!("theirs-{}", id.0);
    let theirs = theirs.as_str();
    for names in [&["ORDER-1"] as &[_], &[theirs], &["x", "", theirs, "y"]] {
        assert_eq!(
            named("joyndpay", names).await,
            Some(id.clone()),
            "{names:?}"
        );
        assert_eq!(named("jopay", names).await, None);
    }
    assert_eq!(named("joyndpay", &["order-1", "ORDER-1 "]).await, None);
    assert_eq!(named("joyndpay", &[]).await, None);
    let other = bench.pending("ORDER-2").await;
    let both = ["ORDER-2", "ORDER-1"];
    assert_eq!(
        named("joyndpay", &both).await,
        Some(other),
        "the first known"
    );
}

pub(super) async fn a_cancel_changes_nothing_about_the_money(bench: Bench) {
    let id = bench.pending("ORDER-1").await;
    let order = bench.order("ORDER-1").await.id;
    bench.store.cancelled(&order, NOW).await.unwrap();
    bench.store.cancelled(&order, LATER).await.unwrap();
    assert_eq!(bench.cancelled_at().await, NOW.0, "the first time counts");
    assert_eq!(bench.status(&id).await, AttemptStatus::Pending);
    bench.settle(&id, SUCCESS()).await;
    assert_eq!(bench.status(&id).await, AttemptStatus::Paid);
}

pub(super) async fn parked_notices_are_counted_and_kept_until_they_are_dropped(bench: Bench) {
    let names = ["A".to_owned(), "B".to_owned()];
    for _ in 0..3 {
        let parked = bench.store.park("jenga", &names, "paid", NOW).await;
        parked.unwrap();
    }
    // Longer than an index takes.
    let long = ["x".repeat(20_000)];
    bench
        .store
        .park("jenga", &long, "paid", LATER)
        .await
        .unwrap();
    assert_eq!(bench.parked().await, 200 + 4);
    let years = NOW.plus_ms(1_000 * KEEP_MS);
    bench.store.tidy(years).await.unwrap();
    assert_eq!(bench.parked().await, 200 + 4);
}

pub(super) async fn strange_text_is_kept_or_not_known_but_never_a_failure(bench: Bench) {
    let strange = [
        "\0",
        "a\0b",
        "\u{202e}🍵",
        "'; DROP TABLE orders; --",
        "%s\\",
    ];
    for (number, text) in strange.into_iter().enumerate() {
        let names = [text.to_owned()];
        let found = bench.store.attempt_named("joyndpay", &names).await.unwrap();
        assert!(found.is_none(), "{text:?}");
        bench.store.park("jenga", &names, text, NOW).await.unwrap();
        let mut begin = bench.begin(&format!("ORDER-{number}"));
        begin.key = Some(text.to_owned());
        begin.wish.payload_hash = random::hash(text);
        begin.attempt.description = Some(text.to_owned());
        let id = begin.attempt.id.clone();
        bench.decided(begin).await;
        let mut opened = super::page(&id);
        opened.provider_ref = Some(format!("{number}{text}"));
        assert!(bench.answered(&id, Answered::Opened(opened)).await);
        let seen = bench.attempt(&id).await;
        let kept = seen.description.unwrap();
        assert_eq!(kept.replace('\u{fffd}', "\0"), text);
    }
}

pub(super) async fn old_tokens_and_keys_are_dropped(bench: Bench) {
    let mut begin = bench.begin("ORDER-1");
    begin.key = Some("key".to_owned());
    let token = begin.token_hash;
    bench.decided(begin).await;
    bench.store.tidy(NOW.plus_ms(KEEP_MS - 1)).await.unwrap();
    assert!(bench.store.opened_by(token, NOW).await.unwrap().is_some());
    bench.store.tidy(NOW.plus_ms(KEEP_MS)).await.unwrap();
    assert!(bench.store.opened_by(token, NOW).await.unwrap().is_none());
    assert_eq!(bench.order("ORDER-1").await.attempts.len(), 1);
}

pub(super) async fn the_mode_is_written_once(bench: Bench) {
    assert_eq!(bench.store.bind_mode("sandbox").await.unwrap(), "sandbox");
    assert_eq!(bench.store.bind_mode("live").await.unwrap(), "sandbox");
    let bench = bench.reopened().await;
    assert_eq!(bench.store.bind_mode("live").await.unwrap(), "sandbox");
}

pub(super) async fn it_is_ready_again_and_again(bench: Bench) {
    for ms in 0..3 {
        bench.store.ready(NOW.plus_ms(ms)).await.unwrap();
    }
}

pub(super) async fn attempts_that_wait_are_counted_by_status(bench: Bench) {
    let none = bench.store.counts().await.unwrap();
    assert!(none.iter().all(|it| it.1 == 0), "{none:?}");
    for order in ["A", "B", "C"] {
        bench.pending(order).await;
    }
    let paid = bench.pending("D").await;
    bench.settle(&paid, SUCCESS()).await;
    let review = bench.pending("E").await;
    bench.settle(&review, Observation::Success(None)).await;
    let mut counts = bench.store.counts().await.unwrap();
    assert_eq!(counts.len(), AttemptStatus::WAITING.len());
    counts.retain(|it| 0 < it.1);
    let expected = [(AttemptStatus::Pending, 3), (AttemptStatus::NeedsReview, 1)];
    assert_eq!(counts, expected, "what is paid waits for nothing");
}

pub(super) async fn everything_outlives_the_process(bench: Bench) {
    let mut begin = bench.begin("ORDER-1");
    begin.key = Some("key".to_owned());
    let (token, id) = (begin.token_hash, begin.attempt.id.clone());
    bench.decided(begin).await;
    bench
        .answered(&id, Answered::Opened(super::page(&id)))
        .await;
    bench.settle(&id, Observation::Declined).await;
    let before = format!("{:?}", bench.order("ORDER-1").await);
    let bench = bench.reopened().await;
    assert_eq!(format!("{:?}", bench.order("ORDER-1").await), before);
    assert!(bench.store.opened_by(token, NOW).await.unwrap().is_some());
    let mut again = bench.begin("ORDER-2");
    again.attempt.id = AttemptId("another".to_owned());
    again.key = Some("key".to_owned());
    let begun = bench.decided(again).await;
    assert_eq!(begun.order_id.as_str(), "ORDER-1", "the key's order");
}
