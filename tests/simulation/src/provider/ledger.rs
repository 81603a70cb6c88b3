//! What was begun and what was paid, in truth.

use std::collections::BTreeMap;

use malipo_wire::Money;

use super::Kind;

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not over.
    Pending,
    /// Over without a payment, as far as it is known.
    Failed,
    /// Paid.
    Paid,
}

/// A payment at a provider.
#[derive(Clone, Debug)]
pub struct Payment {
    /// At which.
    pub kind: Kind,
    /// The server's name of it.
    pub reference: String,
    /// The provider's name of it.
    pub id: String,
    /// What was asked for.
    pub price: Money,
    /// What was paid.
    pub paid: Option<Money>,
    /// Where changes are told.
    pub notify_path: String,
    /// Where the shopper goes back to; nowhere at JoPay.
    pub back_url: String,
    /// JoPay: under which key it was begun, and what it shall be known by.
    pub(super) key: String,
    pub(super) order: String,
    /// When it was begun.
    pub opened_at: u64,
    /// When its page takes no payment any more.
    pub expires_at: Option<u64>,
    /// By its own clock a server may then take it for over that has heard of no end: JoPay's request with a transfer that
    /// was never verified, Jenga's link.
    pub given_up_at: Option<u64>,
    /// The provider can be asked how it stands.
    pub is_askable: bool,
    /// When it was last asked about by its own name.
    pub asked_at: Option<u64>,
    /// The list of its provider was read, maybe because of another payment.
    pub is_listed: bool,
    /// JoPay: its page was opened.
    pub(super) is_visited: bool,
    /// JoPay: a transfer was named at that time, and is not verified.
    pub attached_at: Option<u64>,
    /// JoPay: it was called off.
    pub(super) is_called_off: bool,
    /// Jenga: what was tried, in order.
    pub tries: Vec<Try>,
    /// How it stood since when.
    pub history: Vec<(u64, Standing)>,
}

/// One try to pay a link, of which an IPN tells.
#[derive(Clone, Debug)]
pub struct Try {
    /// What was paid; `None`: it was declined.
    pub paid: Option<Money>,
    /// The service charge, which the IPN's `amount` has and its `orderAmount` has not.
    pub charge: u64,
    /// What the provider calls the transaction; a placeholder where it has no name for it.
    pub reference: String,
}

impl Payment {
    /// How it stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.history.last().map_or(Standing::Pending, |it| it.1)
    }

    /// How it stood then.
    #[must_use]
    pub fn as_of(&self, then: u64) -> Standing {
        let known = self.history.iter().rev().find(|it| it.0 <= then);
        known.map_or(Standing::Pending, |it| it.1)
    }

    /// Whether it was paid, and what was asked for: more only where that is the provider's fees.
    #[must_use]
    pub fn is_paid_in_full(&self) -> bool {
        let (price, fees) = (self.price, self.kind.adds_fees());
        let is_enough = |it: &Money| {
            let same = it.currency() == price.currency();
            same && (it.minor() == price.minor() || fees && price.minor() < it.minor())
        };
        self.standing() == Standing::Paid && self.paid.as_ref().is_some_and(is_enough)
    }

    /// Whether it ever failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.history.iter().any(|it| it.1 == Standing::Failed)
    }

    /// Whether a server may note that it has failed, whose clock shows `wall` milliseconds of the world's time.
    #[must_use]
    pub fn may_be_noted_as_failed(&self, wall: i64) -> bool {
        let waits = self.kind == Kind::Jenga || self.attached_at.is_some();
        let is_over = |it: u64| i64::try_from(it).is_ok_and(|it| it <= wall);
        self.has_failed() || waits && self.given_up_at.is_some_and(is_over)
    }

    /// It is paid in full, as far as this copy goes: what somebody may say of it who would like it to be so.
    pub fn settle(&mut self, now: u64) {
        self.paid = Some(self.price);
        self.history.push((now, Standing::Paid));
        self.tries.push(Try {
            paid: self.paid,
            charge: 0,
            reference: "328499999999".to_owned(),
        });
    }

    /// How often it was paid: a link that two people hold may be paid twice.
    #[must_use]
    pub fn times_paid(&self) -> usize {
        let tries = self.tries.iter().filter(|it| it.paid.is_some()).count();
        tries.max(usize::from(self.standing() == Standing::Paid))
    }
}

/// What begins a payment.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) kind: Kind,
    pub(super) reference: String,
    pub(super) id: String,
    pub(super) price: Money,
    pub(super) notify_path: String,
    pub(super) back_url: String,
    pub(super) key: String,
    pub(super) order: String,
    pub(super) expires_at: Option<u64>,
    pub(super) given_up_at: Option<u64>,
    pub(super) is_askable: bool,
}

/// The providers' book.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    payments: Vec<Payment>,
    by_reference: BTreeMap<String, usize>,
    by_id: BTreeMap<String, usize>,
    pub(super) tokens: super::jenga::Tokens,
}

impl Ledger {
    /// Every payment, oldest first.
    #[must_use]
    pub fn payments(&self) -> &[Payment] {
        &self.payments
    }

    /// A payment by its number.
    #[must_use]
    pub fn at(&self, index: usize) -> &Payment {
        &self.payments[index]
    }

    /// The first payment with this reference.
    #[must_use]
    pub fn find(&self, reference: &str) -> Option<&Payment> {
        let index = *self.by_reference.get(reference)?;
        self.payments.get(index)
    }

    /// The payment that a provider calls so, or a server.
    #[must_use]
    pub fn known_as(&self, name: &str) -> Option<usize> {
        let by_id = self.by_id.get(name);
        by_id.or_else(|| self.by_reference.get(name)).copied()
    }

    pub(super) fn at_mut(&mut self, index: usize) -> &mut Payment {
        &mut self.payments[index]
    }

    /// The number of the payment behind a checkout page.
    #[must_use]
    pub fn behind(&self, page: &str) -> Option<usize> {
        let mut ids = Kind::ALL
            .into_iter()
            .filter_map(|it| page.strip_prefix(it.pages()));
        ids.find_map(|it| self.by_id.get(it)).copied()
    }

    pub(super) fn open(&mut self, it: Opening, now: u64) -> usize {
        let index = self.payments.len();
        self.by_reference
            .entry(it.reference.clone())
            .or_insert(index);
        self.by_id.insert(it.id.clone(), index);
        self.payments.push(Payment {
            kind: it.kind,
            reference: it.reference,
            id: it.id,
            price: it.price,
            paid: None,
            notify_path: it.notify_path,
            back_url: it.back_url,
            key: it.key,
            order: it.order,
            opened_at: now,
            expires_at: it.expires_at,
            given_up_at: it.given_up_at,
            is_askable: it.is_askable,
            asked_at: None,
            is_listed: false,
            is_visited: false,
            attached_at: None,
            is_called_off: false,
            tries: Vec::new(),
            history: Vec::new(),
        });
        index
    }

    /// The shopper sees its page.
    pub fn visit(&mut self, index: usize) {
        self.payments[index].is_visited = true;
    }

    /// The shopper pays this much; what is paid stays paid.
    pub fn pay(&mut self, index: usize, money: Money, now: u64) -> bool {
        let payment = &mut self.payments[index];
        if payment.standing() == Standing::Paid {
            return false;
        }
        payment.paid = Some(money);
        payment.history.push((now, Standing::Paid));
        true
    }

    /// The payment fails.
    pub fn fail(&mut self, index: usize, now: u64) -> bool {
        let payment = &mut self.payments[index];
        if payment.standing() != Standing::Pending {
            return false;
        }
        payment.history.push((now, Standing::Failed));
        true
    }

    /// JoPay: a transfer is named, once, while the request takes one.
    pub fn attach(&mut self, index: usize, now: u64) -> bool {
        let payment = &mut self.payments[index];
        let is_over = payment.expires_at.is_some_and(|it| it <= now);
        if payment.standing() != Standing::Pending || payment.attached_at.is_some() || is_over {
            return false;
        }
        payment.attached_at = Some(now);
        true
    }

    /// Jenga: somebody tries to pay a link; the number of the try.
    pub fn tried(&mut self, index: usize, it: Try) -> usize {
        let payment = &mut self.payments[index];
        payment.tries.push(it);
        payment.tries.len() - 1
    }

    /// Jenga: every token that it gave is worth nothing from now on.
    pub fn revoke_tokens(&mut self) {
        self.tokens.revoke();
    }
}
