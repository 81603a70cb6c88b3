//! To whom links were sent.

use std::sync::Arc;

use malipo_server::payment::AttemptId;
use malipo_server::store::Hash;
use malipo_server::store::recipients::{MOST_SENDS, SentEnough, WINDOW_MS};

use super::{Bench, NOW};

const PHONE: Hash = [1; 32];
const MAILBOX: Hash = [2; 32];
const OTHER: Hash = [3; 32];

fn attempt(number: u32) -> AttemptId {
    AttemptId(format!("attempt-{number}"))
}

pub(super) async fn a_recipient_gets_three_sends_a_day(bench: Bench) {
    let send = async |number, to: &[Hash], now| {
        let reserved = bench.store.reserve_sends(&attempt(number), to, now).await;
        reserved.unwrap()
    };
    for number in 0..MOST_SENDS {
        let now = NOW.plus_ms(i64::from(number));
        assert_eq!(send(number, &[PHONE, MAILBOX], now).await, Ok(()));
    }
    let later = NOW.plus_ms(WINDOW_MS - 1);
    let until = NOW.plus_ms(WINDOW_MS);
    let enough = Err(SentEnough { until });
    assert_eq!(send(9, &[PHONE], later).await, enough);
    // The other one is not counted where nothing is sent to either.
    for number in 10..20 {
        assert_eq!(send(number, &[OTHER, MAILBOX], later).await, enough);
    }
    assert_eq!(send(20, &[OTHER], later).await, Ok(()));
    assert_eq!(send(21, &[PHONE], until).await, Ok(()));
    assert_eq!(
        send(22, &[PHONE], until).await,
        Err(SentEnough {
            until: until.plus_ms(1)
        })
    );
}

pub(super) async fn what_was_not_sent_is_not_counted(bench: Bench) {
    for number in 0..10 {
        let (id, to) = (attempt(number), [PHONE, MAILBOX]);
        let reserved = bench.store.reserve_sends(&id, &to, NOW).await.unwrap();
        assert_eq!(reserved, Ok(()), "{number}");
        bench.store.release_sends(&id).await.unwrap();
    }
}

pub(super) async fn old_sends_are_forgotten(bench: Bench) {
    let reserved = bench.store.reserve_sends(&attempt(1), &[PHONE], NOW).await;
    assert_eq!(reserved.unwrap(), Ok(()));
    bench.store.tidy(NOW.plus_ms(WINDOW_MS - 1)).await.unwrap();
    assert_eq!(bench.sends().await, 1);
    bench.store.tidy(NOW.plus_ms(WINDOW_MS)).await.unwrap();
    assert_eq!(bench.sends().await, 0);
}

pub(super) async fn many_servers_at_once_stay_within_a_recipients_limit(bench: Bench) {
    let stores = [Arc::clone(&bench.store), bench.beside().await];
    let sends: Vec<_> = (0..16)
        .map(|number| {
            let store = Arc::clone(&stores[(number % 2) as usize]);
            // Both orders: they must not wait for each other for ever.
            let to = match number % 4 {
                0 | 1 => [PHONE, MAILBOX],
                _ => [MAILBOX, PHONE],
            };
            tokio::spawn(async move { store.reserve_sends(&attempt(number), &to, NOW).await })
        })
        .collect();
    let mut sent = 0;
    for send in sends {
        sent += u32::from(send.await.unwrap().unwrap().is_ok());
    }
    assert_eq!(sent, MOST_SENDS);
}
