//! What was really paid: the oracle of every end-to-end test.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    app::App,
    jenga::{self, entry::LinkEntry},
    jopay::{self, entry::RequestEntry},
    payment::{Attempt, Delivery, Method, Mode, Payment, Provider, Settlement, Status, Via},
};

/// All payments since the start or the last reset, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    payments: IndexMap<Uuid, Payment>,
    by_order: HashMap<(Provider, Mode, String), Uuid>,
}

/// A try to settle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settle {
    pub(crate) now_ms: u64,
    pub(crate) via: Via,
    pub(crate) method: Option<Method>,
    /// `Success` or `Failed`.
    pub(crate) wanted: Status,
    /// Also change a payment that is settled already. No provider documents that; it happens nevertheless.
    pub(crate) reverse: bool,
}

/// The order id is taken, for this provider and mode, forever.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken;

impl Ledger {
    /// Adds a new payment.
    ///
    /// # Errors
    /// [`Taken`] where the order id was used before.
    pub(crate) fn add(&mut self, payment: Payment) -> Result<(), Taken> {
        let order = (payment.provider, payment.mode, payment.order_id.clone());
        if self.by_order.contains_key(&order) {
            return Err(Taken);
        }
        self.by_order.insert(order, payment.id);
        self.payments.insert(payment.id, payment);
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Counts an opening of the checkout page.
    pub(crate) fn open(&mut self, id: Uuid, now_ms: u64) {
        if let Some(payment) = self.payments.get_mut(&id) {
            payment.opened += 1;
            payment.first_opened_at_ms.get_or_insert(now_ms);
        }
    }

    pub(crate) fn walk_away(&mut self, id: Uuid) {
        if let Some(payment) = self.payments.get_mut(&id) {
            payment.walked_away += 1;
        }
    }

    /// Notes that a pending payment will succeed later. False where it is not pending or is under way already.
    pub(crate) fn start_processing(&mut self, id: Uuid, until_ms: u64, press: Settle) -> bool {
        let Some(payment) = self.payments.get_mut(&id) else {
            return false;
        };
        let refused = match (payment.status, payment.processing_until_ms) {
            (Status::Pending, None) => None,
            (Status::Pending, Some(_)) => Some(Settlement::AlreadyProcessing),
            (Status::Success | Status::Failed, _) => Some(Settlement::AlreadySettled),
        };
        match refused {
            Some(result) => payment.attempts.push(press.came_to(result)),
            None => payment.processing_until_ms = Some(until_ms),
        }
        refused.is_none()
    }

    /// Settles a payment, once: a second try is recorded and changes nothing. None where there is no such payment.
    pub(crate) fn settle(&mut self, id: Uuid, settle: Settle) -> Option<Settlement> {
        let payment = self.payments.get_mut(&id)?;
        let slow_under_way = payment.processing_until_ms.is_some() && settle.via == Via::Page;
        let result = match payment.status {
            Status::Pending if slow_under_way => Settlement::AlreadyProcessing,
            Status::Pending => Settlement::Settled,
            Status::Success | Status::Failed
                if settle.reverse && payment.status != settle.wanted =>
            {
                Settlement::Reversed
            }
            Status::Success | Status::Failed => Settlement::AlreadySettled,
        };
        payment.attempts.push(settle.came_to(result));
        if result.changed() {
            payment.status = settle.wanted;
            payment.settled_at_ms = Some(settle.now_ms);
            payment.processing_until_ms = None;
            if settle.wanted == Status::Success {
                payment.paid_at_ms = Some(settle.now_ms);
                payment.times_paid += 1;
            }
        }
        Some(result)
    }

    pub(crate) fn note_delivery(&mut self, id: Uuid, delivery: Delivery) {
        if let Some(payment) = self.payments.get_mut(&id) {
            payment.ipn.push(delivery);
        }
    }

    pub(crate) fn payment(&self, id: Uuid) -> Option<&Payment> {
        self.payments.get(&id)
    }

    pub(crate) fn by_order(&self, provider: Provider, mode: Mode, order: &str) -> Option<&Payment> {
        let id = self.by_order.get(&(provider, mode, order.to_owned()))?;
        self.payments.get(id)
    }

    /// Finds a payment by the provider's id or by the merchant's order id, test mode first.
    pub(crate) fn find(&self, provider: Provider, text: &str) -> Option<&Payment> {
        Uuid::parse_str(text)
            .ok()
            .and_then(|id| self.payments.get(&id))
            .filter(|payment| payment.provider == provider)
            .or_else(|| self.by_order(provider, Mode::Test, text))
            .or_else(|| self.by_order(provider, Mode::Live, text))
    }

    /// Oldest first.
    pub(crate) fn payments(&self) -> impl DoubleEndedIterator<Item = &Payment> {
        self.payments.values()
    }
}

/// The body of `GET /sandbox/ledger`: the payments of all providers, oldest first.
#[derive(Debug, Serialize)]
pub(crate) struct LedgerBody {
    payments: Vec<Entry>,
}

/// A provider's own print of a payment. All have provider, mode, id, order_id, amount, currency, status, created_at_ms, opened,
/// first_opened_at_ms, walked_away, settled_at_ms, paid_at_ms, times_paid, attempts, checkout_url and ipn.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Entry {
    Payment(Box<Payment>),
    Link(Box<LinkEntry>),
    Request(Box<RequestEntry>),
}

/// What is to be printed now.
pub(crate) fn body(app: &App) -> LedgerBody {
    let payments = app
        .ledger()
        .payments()
        .cloned()
        .map(Box::new)
        .map(Entry::Payment)
        .collect();
    let mut body = LedgerBody { payments };
    let links = jenga::entry::entries(app);
    body.payments
        .extend(links.into_iter().map(Box::new).map(Entry::Link));
    let requests = jopay::entry::entries(app);
    body.payments
        .extend(requests.into_iter().map(Box::new).map(Entry::Request));
    body.payments.sort_by_key(Entry::created_at_ms);
    body
}

impl Entry {
    fn created_at_ms(&self) -> u64 {
        match self {
            Self::Payment(it) => it.created_at_ms,
            Self::Link(it) => it.created_at_ms,
            Self::Request(it) => it.created_at_ms,
        }
    }
}

impl Settle {
    fn came_to(self, result: Settlement) -> Attempt {
        Attempt {
            at_ms: self.now_ms,
            via: self.via,
            method: self.method,
            wanted: self.wanted,
            result,
        }
    }
}
