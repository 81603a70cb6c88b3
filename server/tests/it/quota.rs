//! A provider's limit: never exceeded in any window, shared by all who share the store, the urgent first.

use std::sync::Arc;
use std::time::Duration;

use malipo_server::clock::{Clock, UnixMs};
use malipo_server::provider::Urgency;
use malipo_server::quota::Quota;
use malipo_server::store::{SqliteStore, Store};

use crate::clock::StillClock;

struct Budget {
    clock: Arc<StillClock>,
    store: Arc<dyn Store>,
    _folder: tempfile::TempDir,
}

impl Budget {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            clock: Arc::new(StillClock::at(UnixMs(1_000_000))),
            store: Arc::new(SqliteStore::open(&folder.path().join("quota.sqlite")).unwrap()),
            _folder: folder,
        }
    }

    /// What one server has of it.
    fn server(&self, calls_per_minute: u32) -> Quota {
        Quota::new(
            self.clock.clone(),
            Arc::clone(&self.store),
            "jopay:test".to_owned(),
            calls_per_minute,
        )
    }

    /// Takes calls until there are none, and says how many there were.
    async fn drain(&self, quota: &Quota, urgency: Urgency) -> u32 {
        for taken in 0..10_000 {
            if quota.take(urgency).await.is_err() {
                return taken;
            }
        }
        panic!("there is no end");
    }
}

#[tokio::test]
async fn no_minute_has_more_calls_than_the_limit_whoever_makes_them() {
    let budget = Budget::new();
    // Each instance restarts now and then: what is leased is forgotten, what is counted is not.
    let mut servers = [budget.server(60), budget.server(60)];
    let mut calls: Vec<UnixMs> = Vec::new();
    let urgencies = [Urgency::Press, Urgency::Watched, Urgency::Schedule];
    for step in 0_usize..4_000 {
        let (which, urgency) = (step * 7 % 2, urgencies[step * 5 % 3]);
        if servers[which].take(urgency).await.is_ok() {
            calls.push(budget.clock.now());
        }
        // 0 to 400 ms, not in a pattern that fits the minute.
        budget
            .clock
            .forward(i64::try_from(step * step * 31 % 401).unwrap());
        if step % 500 == 499 {
            servers[which] = budget.server(60);
        }
    }
    let most = calls
        .iter()
        .map(|start| {
            let end = start.plus_ms(60_000);
            calls.iter().filter(|it| (*start..end).contains(it)).count()
        })
        .max();
    assert!(most <= Some(60), "{most:?}");
    // The limit is used, not just kept: 800 s at 60 a minute would be 800.
    assert!(500 < calls.len(), "{}", calls.len());
}

#[tokio::test]
async fn calls_that_come_one_by_one_cost_one_each() {
    let budget = Budget::new();
    let servers = [budget.server(600), budget.server(600)];
    // 2.1 s apart no two of them share a lease: 57 of each kind and server in a minute, 342 in all.
    for step in 0..200 {
        for server in &servers {
            for urgency in [Urgency::Press, Urgency::Watched, Urgency::Schedule] {
                let taken = server.take(urgency).await;
                assert_eq!(taken, Ok(()), "step {step}, {urgency:?}");
            }
        }
        budget.clock.forward(2_100);
    }
}

#[tokio::test]
async fn a_burst_is_leased_in_a_few_writes_and_its_end_is_noticed() {
    let budget = Budget::new();
    let quota = budget.server(2_000);
    let in_use = async || {
        budget
            .store
            .calls_in_use("jopay:test", budget.clock.now())
            .await
            .unwrap()
            .total()
    };
    for _ in 0..400 {
        quota.take(Urgency::Press).await.unwrap();
    }
    let leased = in_use().await;
    assert!(
        (400..=500).contains(&leased),
        "at most a lease of 100 too many: {leased}"
    );
    // Afterwards one call now and then.
    for _ in 0..40 {
        budget.clock.forward(2_100);
        quota.take(Urgency::Press).await.unwrap();
    }
    let leased = in_use().await;
    assert!(leased < 150, "{leased}");
}

#[tokio::test]
async fn a_press_finds_room_where_the_schedule_has_used_its_share() {
    let budget = Budget::new();
    let quota = budget.server(60);
    let scheduled = budget.drain(&quota, Urgency::Schedule).await;
    assert!((30..60).contains(&scheduled), "{scheduled}");
    assert_eq!(quota.room(Urgency::Schedule).await.unwrap(), 0);
    let watched = budget.drain(&quota, Urgency::Watched).await;
    assert!(0 < watched, "{watched}");
    let pressed = budget.drain(&quota, Urgency::Press).await;
    assert!(0 < pressed, "{pressed}");
    assert!(
        scheduled + watched + pressed <= 60,
        "{scheduled} + {watched} + {pressed}"
    );
    budget.clock.forward(70_000);
    assert!(quota.take(Urgency::Schedule).await.is_ok());
}

/// Somebody uses all that he may have: everybody else still has his own part, and no more than the limit is called.
async fn check_own_parts(greedy: Urgency, others: [(Urgency, u32); 2]) {
    let budget = Budget::new();
    let quota = budget.server(64);
    let mut calls = budget.drain(&quota, greedy).await;
    for (other, part) in others {
        let had = budget.drain(&quota, other).await;
        assert_eq!(had, part, "{other:?} beside {greedy:?}");
        calls += had;
    }
    assert_eq!(calls, 64, "{greedy:?}: the parts make the whole");
}

#[tokio::test]
async fn whoever_uses_all_that_he_may_leaves_the_others_their_parts() {
    use Urgency::{Press, Schedule, Watched};
    check_own_parts(Watched, [(Schedule, 12), (Press, 8)]).await;
    check_own_parts(Press, [(Schedule, 12), (Watched, 12)]).await;
    check_own_parts(Schedule, [(Watched, 12), (Press, 8)]).await;
}

#[tokio::test]
async fn a_limit_of_one_call_a_minute_is_one_call_a_minute() {
    let budget = Budget::new();
    let quota = budget.server(1);
    assert_eq!(budget.drain(&quota, Urgency::Schedule).await, 1);
    assert_eq!(budget.drain(&quota, Urgency::Press).await, 0);
    budget.clock.forward(70_000);
    assert_eq!(budget.drain(&quota, Urgency::Press).await, 1);
}

#[tokio::test]
async fn a_429_silences_every_server_and_halves_the_budget_for_a_while() {
    let budget = Budget::new();
    let (here, there) = (budget.server(64), budget.server(64));
    let wait = here.refused(Some(Duration::from_secs(30))).await;
    assert_eq!(wait, Duration::from_secs(30));
    assert!(here.take(Urgency::Press).await.is_err());
    let wait = there.take(Urgency::Press).await.unwrap_err();
    assert_eq!(wait, Duration::from_secs(30));
    budget.clock.forward(30_000);
    // Without what the others have of their own: three sixteenths each.
    assert_eq!(budget.drain(&there, Urgency::Press).await, 32 - 12);
    budget.clock.forward(70_000);
    assert_eq!(budget.drain(&there, Urgency::Press).await, 64 - 24);
}

#[tokio::test]
async fn a_429_without_retry_after_silences_too_and_a_second_one_halves_again() {
    let budget = Budget::new();
    let quota = budget.server(64);
    let wait = quota.refused(None).await;
    assert!(Duration::ZERO < wait);
    quota.refused(None).await;
    budget
        .clock
        .forward(i64::try_from(wait.as_millis()).unwrap());
    assert_eq!(budget.drain(&quota, Urgency::Press).await, 16 - 6);
    // However long a provider wants silence, the server looks again within a quarter of an hour.
    let wait = quota.refused(Some(Duration::from_secs(1_000_000))).await;
    assert_eq!(wait, Duration::from_secs(15 * 60));
}
