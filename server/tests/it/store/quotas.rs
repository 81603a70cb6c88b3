//! Calls to providers, counted over all servers.

use std::sync::Arc;

use malipo_server::clock::{HOUR_MS, MINUTE_MS, UnixMs};
use malipo_server::provider::Urgency;
use malipo_server::store::quota::{CallLease, InUse, LEVEL_MS};

use super::{Bench, NOW};

const UNTIL: UnixMs = UnixMs(NOW.0 + 60_000);

/// Of 60 calls; 11 each are the schedule's and the watchers' own.
fn lease(calls: u32, urgency: Urgency) -> CallLease {
    CallLease {
        calls,
        most: 60,
        urgency,
        counts_until: UNTIL,
    }
}

pub(super) async fn calls_are_leased_up_to_the_limit_and_come_back(bench: Bench) {
    let take_for = async |budget: &str, calls, urgency, now| {
        let lease = lease(calls, urgency);
        let leased = bench.store.lease_calls(budget, lease, now).await;
        leased.unwrap().is_ok()
    };
    let take = async |budget, calls, now| take_for(budget, calls, Urgency::Press, now).await;
    assert!(take("a", 30, NOW).await);
    assert!(!take("a", 9, NOW).await, "all of them or none");
    assert!(take("a", 8, NOW).await);
    assert!(!take("a", 1, UNTIL.plus_ms(-1)).await);
    assert!(take("b", 38, NOW).await, "another key's budget");
    assert!(take_for("a", 11, Urgency::Watched, NOW).await);
    assert!(take_for("a", 11, Urgency::Schedule, NOW).await);
    for urgency in Urgency::ALL {
        assert!(!take_for("a", 1, urgency, NOW).await, "{urgency:?}");
    }
    let in_use = bench.store.calls_in_use("a", NOW).await.unwrap();
    let expected = ([11, 11, 38], Some(UNTIL));
    assert_eq!((in_use.calls, in_use.first_ends), expected);
    let bench = &bench;
    let later = bench.store.calls_in_use("a", UNTIL).await.unwrap();
    assert_eq!(later, InUse::default());
    assert!(take("a", 1, UNTIL).await);
}

pub(super) async fn a_refusal_is_heeded_and_wears_off(bench: Bench) {
    let silent = NOW.plus_ms(10_000);
    bench.store.calls_refused("a", silent, NOW).await.unwrap();
    // A shorter silence does not shorten the longer one.
    bench.store.calls_refused("a", NOW, NOW).await.unwrap();
    let in_use = bench.store.calls_in_use("a", NOW).await.unwrap();
    assert_eq!((in_use.silent_until, in_use.level), (Some(silent), 2));
    let refused = bench
        .store
        .lease_calls("a", lease(1, Urgency::Press), NOW)
        .await
        .unwrap();
    assert_eq!(refused.unwrap_err().until, silent);
    // A quarter is left: 15, of which two each are not for a press.
    let press = |calls| lease(calls, Urgency::Press);
    let halved = bench.store.lease_calls("a", press(12), silent).await;
    assert_eq!(
        halved.unwrap(),
        Err(malipo_server::store::quota::NoRoom {
            until: silent.plus_ms(1_000)
        })
    );
    let quarter = bench.store.lease_calls("a", press(11), silent).await;
    assert_eq!(quarter.unwrap(), Ok(()));
    let worn = NOW.plus_ms(2 * LEVEL_MS);
    assert_eq!(bench.store.calls_in_use("a", worn).await.unwrap().level, 0);
}

pub(super) async fn what_a_clock_noted_that_was_an_hour_ahead_counts_no_more_once_it_is_set_back(
    bench: Bench,
) {
    let ahead = NOW.plus_ms(HOUR_MS);
    let lease_at = |now: UnixMs| CallLease {
        counts_until: now.plus_ms(64_000),
        ..lease(38, Urgency::Press)
    };
    let take = async |now| {
        let leased = bench.store.lease_calls("a", lease_at(now), now).await;
        leased.unwrap()
    };
    assert_eq!(take(ahead).await, Ok(()));
    let silent = ahead.plus_ms(15 * MINUTE_MS);
    bench.store.calls_refused("a", silent, ahead).await.unwrap();
    let in_use = bench.store.calls_in_use("a", NOW).await.unwrap();
    assert_eq!(in_use, InUse::default());
    // A minute apart they still count together.
    assert_eq!(take(NOW.plus_ms(MINUTE_MS)).await, Ok(()));
    assert!(take(NOW).await.is_err());
    // A 429 is heeded from the clock as it is now.
    let silent = NOW.plus_ms(10_000);
    bench.store.calls_refused("a", silent, NOW).await.unwrap();
    let in_use = bench.store.calls_in_use("a", NOW).await.unwrap();
    assert_eq!((in_use.silent_until, in_use.level), (Some(silent), 1));
}

pub(super) async fn where_clocks_are_further_apart_each_server_keeps_the_limit_by_itself(
    bench: Bench,
) {
    let take = async |calls, now: UnixMs| {
        let lease = CallLease {
            counts_until: now.plus_ms(64_000),
            ..lease(calls, Urgency::Press)
        };
        let leased = bench.store.lease_calls("a", lease, now).await;
        leased.unwrap().is_ok()
    };
    let [ahead, behind] = [NOW.plus_ms(70_000), NOW];
    assert!(take(37, ahead).await);
    assert!(take(37, behind).await, "that is not counted here");
    for server in [ahead, behind] {
        assert!(take(1, server.plus_ms(1)).await);
        assert!(!take(1, server.plus_ms(2)).await);
    }
}

pub(super) async fn many_servers_at_once_stay_within_the_limit(bench: Bench) {
    let stores = [Arc::clone(&bench.store), bench.beside().await];
    let servers: Vec<_> = (0..8)
        .map(|it| {
            let store = Arc::clone(&stores[it % 2]);
            tokio::spawn(async move {
                let mut leased = 0;
                for _ in 0..20 {
                    let one = lease(1, Urgency::Press);
                    let taken = store.lease_calls("a", one, NOW).await.unwrap();
                    leased += u32::from(taken.is_ok());
                }
                leased
            })
        })
        .collect();
    let mut leased = 0;
    for server in servers {
        leased += server.await.unwrap();
    }
    assert_eq!(leased, 38);
}
