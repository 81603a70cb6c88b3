//! What may happen to a payment. PURE: no I/O, no clock, no randomness; the store applies what is decided here.
//!
//! - [`begin`]: what an initiate does to an order that exists, or does not yet.
//! - [`answer`]: what the provider's answer to its beginning makes of an attempt.
//! - [`settle`]: what an answer of the provider makes of an attempt.
//! - [`event`]: what the shop is told of it.
//! - [`refund`]: what a person notes of money given back.
//! - [`transaction`]: which of an attempt's payments a notification tells of.
//! - [`notified`]: whether a provider's notifications come.
//! - [`schedule`]: when the provider is asked although nobody hints.
//! - [`link`]: links that the operator made by hand.
//! - [`price`] and [`quote`]: what is charged, and who said so.

mod alarm;
pub mod answer;
pub mod begin;
pub mod event;
pub mod link;
pub mod notified;
pub mod price;
pub mod quote;
pub mod refund;
pub mod schedule;
pub mod settle;
mod status;
#[cfg(test)]
mod tests;
pub mod transaction;

use malipo_wire::{Money, OrderId, Reason, SentTo, Status, VerifyAnswer};

use crate::clock::UnixMs;

pub use status::AttemptStatus;

/// The server's own name of an attempt: a UUID.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId(pub String);

/// The attempt's name towards the provider, unique for ever: the order id where it fits, else 16 random `[A-Z0-9]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference(pub String);

/// An order with all its attempts, oldest first.
#[derive(Clone, Debug)]
pub struct Order {
    /// The shop's name of it.
    pub id: OrderId,
    /// What it costs. Never changes.
    pub price: Money,
    /// The attempt that paid it. Written once.
    pub paid_by: Option<AttemptId>,
    /// Every try to pay it, oldest first.
    pub attempts: Vec<Attempt>,
}

/// One try to pay an order.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Our name of it.
    pub id: AttemptId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// Whose checkout page: `joyndpay`.
    pub provider: String,
    /// Its name at the provider.
    pub reference: Reference,
    /// The provider's own name of it, known once the provider has answered.
    pub provider_ref: Option<String>,
    /// Where it stands.
    pub status: AttemptStatus,
    /// What is to be paid.
    pub price: Money,
    /// What the provider said was paid, where it said success.
    pub received: Option<Money>,
    /// Why it is not (or not yet) paid, in the provider's judgement.
    pub reason: Option<Reason>,
    /// The checkout page, judged good; only what is here is ever handed out.
    pub redirect_url: Option<String>,
    /// To whom the provider sent the link, masked, where there is no page to open.
    pub sent_to: Vec<SentTo>,
    /// When the provider's page or link stops taking a payment, where it says so.
    pub expires_at: Option<UnixMs>,
    /// What is bought, as the provider was told.
    pub description: Option<String>,
    /// Where the shopper goes back to.
    pub return_url: String,
    /// Whether it was paid after it had seemed lost.
    pub late: bool,
    /// When it was begun.
    pub created_at: UnixMs,
    /// When it last changed.
    pub updated_at: UnixMs,
    /// When it was paid.
    pub paid_at: Option<UnixMs>,
    /// When the provider is asked next by itself.
    pub next_check_at: Option<UnixMs>,
}

/// How the shopper reaches an attempt that the provider has begun: a page to open, or a link that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The provider's own name of the attempt, where it said one.
    pub provider_ref: Option<String>,
    /// The checkout page, judged: only ever a URL to which a shopper may be sent.
    pub redirect_url: Option<String>,
    /// To whom the provider sent the link, masked: `...123`.
    pub sent_to: Vec<SentTo>,
    /// When it stops taking a payment, where the provider says so.
    pub expires_at: Option<UnixMs>,
}

impl Attempt {
    /// An attempt that is just being begun: of the provider nothing is known.
    #[must_use]
    pub fn new(
        id: AttemptId,
        order_id: OrderId,
        provider: &str,
        reference: Reference,
        price: Money,
        now: UnixMs,
    ) -> Self {
        Self {
            id,
            order_id,
            provider: provider.to_owned(),
            reference,
            provider_ref: None,
            status: AttemptStatus::Created,
            price,
            received: None,
            reason: None,
            redirect_url: None,
            sent_to: Vec::new(),
            expires_at: None,
            description: None,
            return_url: String::new(),
            late: false,
            created_at: now,
            updated_at: now,
            paid_at: None,
            next_check_at: None,
        }
    }

    /// Whether a shopper can get to it: there is a page, or a link was sent.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.redirect_url.is_some() || !self.sent_to.is_empty()
    }

    /// What the page and the shop are told.
    #[must_use]
    pub fn public_status(&self) -> Status {
        // Given back without having paid the order (too little, say): there is nothing to deliver.
        if self.status == AttemptStatus::Refunded && self.paid_at.is_none() {
            return Status::Failed;
        }
        self.status.public()
    }

    /// Why it is not (or not yet) a success, as the page is told.
    #[must_use]
    pub fn public_reason(&self) -> Option<Reason> {
        match self.public_status() {
            Status::Success => None,
            Status::Failed if self.status == AttemptStatus::Refunded => Some(Reason::Other),
            Status::Failed => self.reason.or(Some(Reason::Other)),
            Status::Pending if self.status == AttemptStatus::NeedsReview => Some(Reason::Review),
            Status::Pending => self.reason,
        }
    }
}

impl Order {
    /// The attempt that speaks for the order: the one that paid it, else the newest that got as far as the provider.
    #[must_use]
    pub fn current(&self) -> Option<&Attempt> {
        if let Some(id) = &self.paid_by {
            return self.attempts.iter().find(|it| it.id == *id);
        }
        let newest = self.attempts.iter().rev();
        newest
            .clone()
            .find(|it| it.status != AttemptStatus::Refused)
            .or_else(|| self.attempts.last())
    }

    /// What the page is told.
    #[must_use]
    pub fn answer(&self, test: bool) -> VerifyAnswer {
        let (status, reason) = self.current().map_or((Status::Pending, None), |it| {
            (it.public_status(), it.public_reason())
        });
        VerifyAnswer {
            order_id: self.id.to_string(),
            status,
            amount: Some(self.price.to_decimal()),
            currency: Some(self.price.currency().code().to_owned()),
            reason,
            test: test.then_some(true),
        }
    }
}
