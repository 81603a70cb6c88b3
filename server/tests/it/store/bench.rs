//! What the cases are made of: a store, and the usual things to do with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use malipo_server::clock::UnixMs;
use malipo_server::payment::begin::{Decision, Wish};
use malipo_server::payment::settle::Observation;
use malipo_server::payment::{Attempt, AttemptId, AttemptStatus, Opened, Order, Reference};
use malipo_server::random;
use malipo_server::store::outbox::Tell;
use malipo_server::store::{Answered, Begin, Begun, NewAttempt, Settled, Store};
use malipo_wire::{Money, OrderId};

use super::Place;

/// A store of its own for each case.
pub(super) struct Bench {
    pub(super) store: Arc<dyn Store>,
    pub(super) place: Place,
    number: AtomicU32,
}

impl Bench {
    pub(super) async fn at(place: Place) -> Self {
        Self {
            store: place.open().await,
            place,
            number: AtomicU32::new(0),
        }
    }

    /// The same records, after the process that wrote them has gone.
    pub(super) async fn reopened(self) -> Self {
        let Self { store, place, .. } = self;
        drop(store);
        Self::at(place).await
    }

    /// An initiate with a quote of the order `order` at 10000 UGX.
    pub(super) fn begin(&self, order: &str) -> Begin {
        self.begin_at(order, NOW)
    }

    pub(super) fn begin_at(&self, order: &str, now: UnixMs) -> Begin {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let secret = |what: &str| random::hash(&format!("{what} {number}"));
        Begin {
            wish: Wish {
                order_id: order.parse().unwrap(),
                price: price(),
                payload_hash: [1; 32],
                quoted: true,
                expired: false,
                asked: Vec::new(),
                now,
            },
            key: None,
            attempt: NewAttempt {
                id: AttemptId(format!("attempt-{number}")),
                provider: "joyndpay",
                first_reference: Reference(order.to_owned()),
                other_reference: Reference(format!("OTHER{number}")),
                description: Some("Tea".to_owned()),
                return_url: "https://shop.example/thanks".to_owned(),
                return_hash: secret("return"),
                notify_hash: secret("notify"),
                next_check_at: Some(now.plus_ms(20_000)),
            },
            token_hash: secret("token"),
            now,
        }
    }

    pub(super) async fn decided(&self, begin: Begin) -> Begun {
        self.store.begin(begin).await.unwrap()
    }

    /// The order's new attempt, still being called.
    pub(super) async fn created(&self, order: &str) -> AttemptId {
        let begin = self.begin(order);
        let id = begin.attempt.id.clone();
        let begun = self.decided(begin).await;
        assert!(matches!(begun.decision, Decision::New { .. }), "{begun:?}");
        id
    }

    /// The order's new attempt, with its page open.
    pub(super) async fn pending(&self, order: &str) -> AttemptId {
        let id = self.created(order).await;
        assert!(self.answered(&id, Answered::Opened(page(&id))).await);
        id
    }

    pub(super) async fn answered(&self, id: &AttemptId, answer: Answered) -> bool {
        self.store.answered(id, answer, LATER).await.unwrap()
    }

    pub(super) async fn settle(&self, id: &AttemptId, it: Observation) -> Option<Settled> {
        self.store
            .settle(id, it, Tell::default(), LATER)
            .await
            .unwrap()
    }

    pub(super) async fn order(&self, id: &str) -> Order {
        let id: OrderId = id.parse().unwrap();
        self.store.order(&id).await.unwrap().unwrap()
    }

    pub(super) async fn attempt(&self, id: &AttemptId) -> Attempt {
        self.store.attempt(id).await.unwrap().unwrap()
    }

    pub(super) async fn status(&self, id: &AttemptId) -> AttemptStatus {
        self.attempt(id).await.status
    }
}

pub(super) fn price() -> Money {
    ugx("10000")
}

pub(super) fn ugx(amount: &str) -> Money {
    Money::parse(amount, "UGX".parse().unwrap()).unwrap()
}

pub(super) fn page(id: &AttemptId) -> Opened {
    Opened {
        provider_ref: Some(format!("theirs-{}", id.0)),
        redirect_url: Some(format!("https://pay.example/{}", id.0)),
        ..Opened::default()
    }
}

pub(super) const SUCCESS: fn() -> Observation = || Observation::Success(Some(price()));
pub(super) const NOW: UnixMs = UnixMs(1_795_000_000_000);
pub(super) const LATER: UnixMs = UnixMs(NOW.0 + 1_000);
