//! What must hold: B1 to B9 here, after every step and against the provider's ledger; W1 to W15 beside the machine itself
//! (`tests/it/invariants`).

mod books;
mod calls;
mod steps;

use std::collections::{BTreeMap, VecDeque};

use malipo_server::outbox::hook::Told;
use malipo_server::payment::event::EventKind;
use malipo_wire::{OrderId, Status};

use crate::provider::Ledger;
use crate::store::SharedDisk;

pub(crate) use steps::may_become;

/// The observer of a world.
#[derive(Debug, Default)]
pub struct Checks {
    counted: BTreeMap<&'static str, u64>,
    widget_steps: u64,
    bodies: u64,
    /// When calls left the servers, of the last minute.
    calls: VecDeque<u64>,
    /// Under which event's name the shop was told that an order is paid.
    fulfilled: BTreeMap<String, String>,
    /// The attempts of which the shop was told something, with what.
    told: BTreeMap<String, Vec<String>>,
    paid: u64,
}

impl Checks {
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counted.entry(what).or_insert(0) += 1;
    }

    /// How often each was checked.
    #[must_use]
    pub fn counted(&self) -> Vec<(&'static str, u64)> {
        let mut all: Vec<_> = self.counted.iter().map(|it| (*it.0, *it.1)).collect();
        all.push(("B9", self.bodies));
        all.push(("W1-W12, W14", self.widget_steps));
        all
    }

    pub(crate) fn widget_stepped(&mut self) {
        self.widget_steps += 1;
    }

    pub(crate) fn paid_at_provider(&mut self) {
        self.paid += 1;
    }

    /// Payments paid at the provider.
    #[must_use]
    pub fn paid(&self) -> u64 {
        self.paid
    }

    /// B9: nothing secret leaves.
    pub(crate) fn no_secret(&mut self, text: &str) {
        self.bodies += 1;
        assert!(!text.contains("CANARY"), "B9: a secret in {text}");
    }

    pub(crate) fn knows_outcome(&self, order: &OrderId, disk: &SharedDisk) -> bool {
        disk.look()
            .public(order)
            .is_some_and(|it| it != Status::Pending)
    }

    /// The shop is told something: it is so, and a payment is told under one name alone.
    pub(crate) fn told(&mut self, told: &Told, disk: &SharedDisk, ledger: &Ledger) {
        self.count("B8");
        let data = &told.event.data;
        let kinds = self.told.entry(data.attempt_id.clone()).or_default();
        if !kinds.contains(&told.event.kind) {
            kinds.push(told.event.kind.clone());
        }
        if told.event.kind != EventKind::Paid.as_str() {
            return;
        }
        let disk = disk.look();
        let attempt = disk.attempts().find(|it| it.id.0 == data.attempt_id);
        let payment = attempt.and_then(|it| ledger.find(&it.reference.0));
        assert!(
            payment.is_some_and(crate::provider::Payment::is_paid_in_full),
            "B8: the shop is told that {} is paid, and the ledger says {payment:?}",
            data.order_id
        );
        let id = self
            .fulfilled
            .entry(data.order_id.clone())
            .or_insert_with(|| told.event_id.clone());
        assert_eq!(
            *id, told.event_id,
            "B8: the shop is told twice, under two names, that {} is paid",
            data.order_id
        );
    }
}
