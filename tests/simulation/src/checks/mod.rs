//! What must hold: B1 to B9 here, after every step and against the provider's ledger; W1 to W15 beside the machine itself
//! (`tests/it/invariants`).

mod books;
mod calls;
mod notices;
mod outcomes;
mod prices;
mod steps;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use malipo_server::outbox::hook::Told;
use malipo_server::payment::AttemptStatus;
use malipo_server::payment::event::EventKind;
use malipo_wire::{Money, OrderId, Status};

use malipo_server::provider::HttpResponse;

use crate::provider::{Ask, Kind, Ledger, Payment, jopay, says_paid};
use crate::store::SharedDisk;

use notices::Notices;
pub(crate) use notices::PageExpired;
use outcomes::Outcomes;
pub(crate) use steps::{may_become, seemed_lost};

/// A payment that the provider has decided, and no server has noted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overlooked {
    pub(crate) kind: Kind,
    /// When it was begun.
    pub(crate) opened_at: u64,
    /// When it was last asked about by its own name: whoever reads a list may do so because of another payment.
    pub(crate) asked_at: Option<u64>,
    /// When it was decided.
    pub(crate) decided: u64,
}

/// The observer of a world.
#[derive(Debug, Default)]
pub struct Checks {
    counted: BTreeMap<&'static str, u64>,
    widget_steps: u64,
    bodies: u64,
    /// When calls left the servers for each provider, as long as they count.
    calls: [VecDeque<u64>; 3],
    /// Under which event's name the shop was told that an order is paid.
    fulfilled: BTreeMap<String, String>,
    /// The attempts of which the shop was told something, with what.
    told: BTreeMap<String, Vec<String>>,
    /// What pages have asked to pay for an order.
    wished: BTreeMap<String, Vec<Money>>,
    /// What an order cost when it was noted first.
    prices: BTreeMap<OrderId, Money>,
    /// What the provider has told a server that runs: the money of a success, by reference.
    learned: BTreeMap<(usize, String), Money>,
    notices: Notices,
    /// Payments that records called failed, and were right to.
    failed: BTreeSet<String>,
    /// What became of the notifications that are outcomes by themselves.
    outcomes: Outcomes,
    paid: [u64; 3],
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

    pub(crate) fn paid_at_provider(&mut self, kind: Kind) {
        self.paid[kind as usize] += 1;
    }

    /// Payments paid at each provider.
    #[must_use]
    pub fn paid(&self) -> [u64; 3] {
        self.paid
    }

    /// The answer to a call about these comes to a server: of what it tells there alone something may be noted as paid.
    pub(crate) fn answer_comes(
        &mut self,
        server: usize,
        number: u64,
        (kind, ask, about): (Kind, &Ask, &[String]),
        response: Option<&HttpResponse>,
        now: u64,
    ) {
        for reference in about {
            self.look_up_answered(reference, number);
            if response.is_none_or(|it| it.status != 200) {
                self.look_up_failed(reference, now);
            }
        }
        let paid = response.map(|it| says_paid(kind, ask, it));
        for (reference, money) in paid.unwrap_or_default() {
            self.learned.insert((server, reference), money);
        }
    }

    /// A provider proves to a server, by itself, that a payment was paid.
    pub(crate) fn tells(&mut self, server: usize, reference: &str, money: Money) {
        self.learned.insert((server, reference.to_owned()), money);
    }

    /// B1: somebody has sent a notification in the name of a provider that proves who it is.
    pub(crate) fn forgery_answered(&mut self, status: u16, now: u64) {
        self.count("B1");
        assert_ne!(
            status, 200,
            "B1: at {now} a notification was taken that the provider has not sent"
        );
    }

    /// A server dies, and with it what it was told and has not noted.
    pub(crate) fn died(&mut self, server: usize, now: u64) {
        self.learned.retain(|it, _| it.0 != server);
        self.disturbed(now);
    }

    /// B9: nothing secret leaves.
    pub(crate) fn no_secret(&mut self, text: &str) {
        self.bodies += 1;
        let is_told = text.contains("CANARY") || text.contains(jopay::SECRET);
        assert!(!is_told, "B9: a secret in {text}");
    }

    pub(crate) fn knows_outcome(&self, order: &OrderId, disk: &SharedDisk) -> bool {
        disk.look()
            .public(order)
            .is_some_and(|it| it != Status::Pending)
    }

    /// What the provider has decided and the store still waits for.
    pub(crate) fn overlooked(
        &self,
        order: &OrderId,
        disk: &SharedDisk,
        ledger: &Ledger,
    ) -> Option<Overlooked> {
        let disk = disk.look();
        if disk.paid_by(order).is_some() {
            return None;
        }
        let attempts = disk.attempts_of(order);
        let began = attempts.filter(|it| it.status != AttemptStatus::Refused);
        let attempt = began.last()?;
        let waits = matches!(
            attempt.status,
            AttemptStatus::Created | AttemptStatus::Pending | AttemptStatus::Unknown
        );
        let payment = ledger.find(&attempt.reference.0).filter(|_| waits)?;
        // Where nobody can be asked, what was not told is not known.
        if !payment.is_askable {
            return None;
        }
        payment.history.last().map(|it| Overlooked {
            kind: payment.kind,
            opened_at: payment.opened_at,
            asked_at: payment.asked_at,
            decided: it.0,
        })
    }

    /// The shop is told something: it is so, and a payment is told under one name alone.
    pub(crate) fn told(&mut self, told: &Told, disk: &SharedDisk, ledger: &Ledger) {
        self.count("B8");
        let data = &told.event.data;
        let kinds = self.told.entry(data.attempt_id.clone()).or_default();
        if !kinds.contains(&told.event.kind) {
            kinds.push(told.event.kind.clone());
        }
        let disk = disk.look();
        let attempt = disk.attempts().find(|it| it.id.0 == data.attempt_id);
        let payment = attempt.and_then(|it| ledger.find(&it.reference.0));
        if let Some(attempt) = attempt
            && told.event.kind == EventKind::Duplicate.as_str()
        {
            let paid = disk.attempts_of(&attempt.order_id);
            let paid = paid.filter_map(|it| ledger.find(&it.reference.0));
            let times: usize = paid.map(Payment::times_paid).sum();
            assert!(
                1 < times,
                "B8: the shop is told that {} was paid twice, and the ledger knows of {times}",
                data.order_id
            );
        }
        if told.event.kind != EventKind::Paid.as_str() {
            return;
        }
        assert!(
            payment.is_some_and(Payment::is_paid_in_full),
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
