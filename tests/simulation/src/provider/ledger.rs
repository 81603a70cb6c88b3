//! What was begun and what was paid, in truth.

use std::collections::BTreeMap;

use super::{Ask, PAGES};

/// An amount in whole units: the worlds pay in UGX, which has no smaller one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// How much.
    pub amount: u64,
    /// Of what.
    pub currency: String,
}

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

/// A payment at the provider.
#[derive(Clone, Debug)]
pub struct Payment {
    /// The server's name of it.
    pub reference: String,
    /// What was asked for.
    pub price: Money,
    /// What was paid.
    pub paid: Option<Money>,
    /// Where changes are told.
    pub notify_url: String,
    /// Where the shopper goes back to.
    pub back_url: String,
    /// When it was begun.
    pub opened_at: u64,
    /// When it was last asked about.
    pub asked_at: Option<u64>,
    /// How it stood since when.
    pub history: Vec<(u64, Standing)>,
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

    /// Whether it was paid, and at least what was asked for.
    #[must_use]
    pub fn is_paid_in_full(&self) -> bool {
        let enough =
            |it: &Money| it.currency == self.price.currency && self.price.amount <= it.amount;
        self.standing() == Standing::Paid && self.paid.as_ref().is_some_and(enough)
    }

    /// What a notification of it says, as JoyndPay's do.
    #[must_use]
    pub fn notice(&self) -> String {
        let status = match self.standing() {
            Standing::Pending => "pending",
            Standing::Failed => "failed",
            Standing::Paid => "success",
        };
        let money = self.paid.as_ref().unwrap_or(&self.price);
        let notice = serde_json::json!({
            "order_id": self.reference, "status": status, "amount": money.amount, "currency": money.currency,
        });
        notice.to_string()
    }

    /// Whether it ever failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.history.iter().any(|it| it.1 == Standing::Failed)
    }
}

/// The provider's book.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    payments: Vec<Payment>,
    by_reference: BTreeMap<String, usize>,
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

    /// The payment with this reference.
    #[must_use]
    pub fn find(&self, reference: &str) -> Option<&Payment> {
        let index = *self.by_reference.get(reference)?;
        self.payments.get(index)
    }

    pub(super) fn find_mut(&mut self, reference: &str) -> Option<&mut Payment> {
        let index = *self.by_reference.get(reference)?;
        self.payments.get_mut(index)
    }

    /// The number of the payment behind a checkout page.
    #[must_use]
    pub fn behind(&self, page: &str) -> Option<usize> {
        self.by_reference.get(page.strip_prefix(PAGES)?).copied()
    }

    pub(super) fn open(&mut self, ask: &Ask, now: u64) {
        let Ask::Open {
            reference,
            price,
            notify_url,
            back_url,
        } = ask
        else {
            return;
        };
        self.by_reference
            .insert(reference.clone(), self.payments.len());
        self.payments.push(Payment {
            reference: reference.clone(),
            price: price.clone(),
            paid: None,
            notify_url: notify_url.clone(),
            back_url: back_url.clone(),
            opened_at: now,
            asked_at: None,
            history: Vec::new(),
        });
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
}
