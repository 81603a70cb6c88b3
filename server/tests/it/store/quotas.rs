//! Calls to providers, counted over all servers.

use std::sync::Arc;

use malipo_server::clock::UnixMs;
use malipo_server::store::quota::{CallLease, InUse, LEVEL_MS};

use super::{Bench, NOW};

const UNTIL: UnixMs = UnixMs(NOW.0 + 60_000);

fn lease(calls: u32) -> CallLease {
    CallLease {
        calls,
        most: 60,
        spare: 0,
        counts_until: UNTIL,
    }
}

pub(super) async fn calls_are_leased_up_to_the_limit_and_come_back(bench: Bench) {
    let take = async |budget: &str, calls, now| {
        let leased = bench.store.lease_calls(budget, lease(calls), now).await;
        leased.unwrap().is_ok()
    };
    assert!(take("a", 40, NOW).await);
    assert!(!take("a", 21, NOW).await, "all of them or none");
    assert!(take("a", 20, NOW).await);
    assert!(!take("a", 1, UNTIL.plus_ms(-1)).await);
    assert!(take("b", 60, NOW).await, "another key's budget");
    let in_use = bench.store.calls_in_use("a", NOW).await.unwrap();
    assert_eq!((in_use.calls, in_use.first_ends), (60, Some(UNTIL)));
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
    let refused = bench.store.lease_calls("a", lease(1), NOW).await.unwrap();
    assert_eq!(refused.unwrap_err().until, silent);
    let halved = bench.store.lease_calls("a", lease(16), silent).await;
    assert_eq!(
        halved.unwrap(),
        Err(malipo_server::store::quota::NoRoom {
            until: silent.plus_ms(1_000)
        })
    );
    let quarter = bench.store.lease_calls("a", lease(15), silent).await;
    assert_eq!(quarter.unwrap(), Ok(()));
    let worn = NOW.plus_ms(2 * LEVEL_MS);
    assert_eq!(bench.store.calls_in_use("a", worn).await.unwrap().level, 0);
}

pub(super) async fn many_servers_at_once_stay_within_the_limit(bench: Bench) {
    let stores = [Arc::clone(&bench.store), bench.beside().await];
    let servers: Vec<_> = (0..8)
        .map(|it| {
            let store = Arc::clone(&stores[it % 2]);
            tokio::spawn(async move {
                let mut leased = 0;
                for _ in 0..20 {
                    let taken = store.lease_calls("a", lease(1), NOW).await.unwrap();
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
    assert_eq!(leased, 60);
}
