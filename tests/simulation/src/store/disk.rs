//! What outlives a process: the records, as plain rows.

use std::collections::BTreeMap;

use malipo_server::clock::UnixMs;
use malipo_server::payment::transaction::KnownReference;
use malipo_server::payment::{Attempt, AttemptId, AttemptStatus, Order};
use malipo_server::store::Hash;
use malipo_server::store::outbox::{Channel, Tell};
use malipo_server::store::quota::Refusals;
use malipo_wire::{Money, OrderId};

/// Everything that is kept.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    pub(super) orders: BTreeMap<OrderId, OrderRow>,
    pub(super) attempts: Vec<AttemptRow>,
    pub(super) by_id: BTreeMap<AttemptId, usize>,
    pub(super) tokens: BTreeMap<Hash, (OrderId, UnixMs)>,
    pub(super) keys: BTreeMap<String, KeyRow>,
    pub(super) outbox: Vec<OutboxRow>,
    pub(super) leases: Vec<LeaseRow>,
    pub(super) refusals: BTreeMap<String, Refusals>,
    pub(super) parked: BTreeMap<(String, String, String), (u64, UnixMs)>,
    /// The transactions of which notifications told, by attempt.
    pub(super) transactions: BTreeMap<AttemptId, Vec<(KnownReference, UnixMs)>>,
    pub(super) sends: Vec<(Hash, AttemptId, UnixMs)>,
    pub(super) mode: Option<String>,
    pub(super) audience: Tell,
    /// Orders whose public face changed, in order: what `NOTIFY` and its sweep bring to every server.
    pub(super) news: Vec<OrderId>,
    /// What was done to attempts, for the checks.
    pub(super) journal: Vec<Change>,
    pub(super) failures: u64,
}

#[derive(Clone, Debug)]
pub(super) struct OrderRow {
    pub(super) price: Money,
    pub(super) paid_by: Option<AttemptId>,
    pub(super) attempts: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct AttemptRow {
    pub(super) attempt: Attempt,
    pub(super) return_hash: Hash,
    pub(super) notify_hash: Hash,
    pub(super) told: u32,
    pub(super) cancelled_at: Option<UnixMs>,
    pub(super) notified_at: Option<UnixMs>,
}

#[derive(Clone, Debug)]
pub(super) struct KeyRow {
    pub(super) payload_hash: Hash,
    pub(super) order_id: OrderId,
    pub(super) created_at: UnixMs,
}

#[derive(Clone, Debug)]
pub(super) struct OutboxRow {
    pub(super) event_id: String,
    pub(super) channel: Channel,
    pub(super) body: String,
    pub(super) tries: u32,
    pub(super) created_at: UnixMs,
    pub(super) next_at: Option<UnixMs>,
    pub(super) delivered: bool,
}

#[derive(Clone, Debug)]
pub(super) struct LeaseRow {
    pub(super) budget: String,
    pub(super) calls: u32,
    pub(super) urgency: usize,
    pub(super) counts_until: UnixMs,
}

/// One attempt changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which.
    pub attempt: usize,
    /// How it stood; `None` where it is new.
    pub before: Option<AttemptStatus>,
    /// How it stands.
    pub after: AttemptStatus,
}

impl Disk {
    pub(super) fn index(&self, id: &AttemptId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(super) fn order(&self, id: &OrderId) -> Option<Order> {
        let row = self.orders.get(id)?;
        let attempts = row.attempts.iter().map(|it| &self.attempts[*it].attempt);
        Some(Order {
            id: id.clone(),
            price: row.price,
            paid_by: row.paid_by.clone(),
            attempts: attempts.cloned().collect(),
        })
    }

    pub(super) fn note(&mut self, index: usize, before: Option<AttemptStatus>) {
        let after = self.attempts[index].attempt.status;
        self.journal.push(Change {
            attempt: index,
            before,
            after,
        });
        let order = self.attempts[index].attempt.order_id.clone();
        self.news.push(order);
    }

    /// Every attempt, oldest first.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().map(|it| &it.attempt)
    }

    /// The attempt that a change is about.
    #[must_use]
    pub fn attempt_at(&self, index: usize) -> &Attempt {
        &self.attempts[index].attempt
    }

    /// The attempts of an order, oldest first.
    pub fn attempts_of(&self, order: &OrderId) -> impl Iterator<Item = &Attempt> {
        let rows = self.orders.get(order).map(|it| it.attempts.as_slice());
        let rows = rows.unwrap_or_default().iter();
        rows.map(|it| &self.attempts[*it].attempt)
    }

    /// The attempt that paid an order.
    #[must_use]
    pub fn paid_by(&self, order: &OrderId) -> Option<&AttemptId> {
        self.orders.get(order)?.paid_by.as_ref()
    }

    /// Nothing changed since the last call of [`Disk::take_journal`].
    #[must_use]
    pub fn journal_is_empty(&self) -> bool {
        self.journal.is_empty()
    }

    /// What changed since the last call.
    pub fn take_journal(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.journal)
    }

    /// Events that the shop was not told yet.
    #[must_use]
    pub fn untold(&self) -> usize {
        self.outbox.iter().filter(|it| !it.delivered).count()
    }

    /// How many notices were kept for a person.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Whether one that bears this name is kept for a person.
    #[must_use]
    pub fn is_parked(&self, name: &str) -> bool {
        let names = |it: &(String, String, String)| it.1.split(' ').any(|it| it == name);
        self.parked.keys().any(names)
    }

    /// How often they came.
    #[must_use]
    pub fn parked_times(&self) -> u64 {
        self.parked.values().map(|it| it.0).sum()
    }

    /// When a shopper gave up first, of all attempts.
    #[must_use]
    pub fn cancelled_at(&self) -> Option<UnixMs> {
        self.attempts.iter().filter_map(|it| it.cancelled_at).min()
    }

    /// How many messages to customers are remembered.
    #[must_use]
    pub fn sends(&self) -> usize {
        self.sends.len()
    }
}

impl Disk {
    /// When a server has something to do by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<UnixMs> {
        let checks = self.attempts().filter_map(|it| it.next_check_at);
        let events = self.outbox.iter().filter_map(|it| it.next_at);
        checks.chain(events).min()
    }

    /// How an order stands for a page.
    #[must_use]
    pub fn public(&self, order: &OrderId) -> Option<malipo_wire::Status> {
        self.order(order)
            .and_then(|it| it.current().map(Attempt::public_status))
    }

    /// The attempt with this reference at the provider.
    #[must_use]
    pub fn named(&self, reference: &str) -> Option<&Attempt> {
        self.attempts().find(|it| it.reference.0 == reference)
    }
}
