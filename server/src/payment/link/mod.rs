//! Payment links that the operator made by hand, for one payer or for many: one payment row a payer. PURE.
//!
//! They are no orders: no page began them, and no shopper's tab waits for them. `{external_ref}P{number}` names a row.

pub mod payers;
mod tell;

use malipo_wire::{Money, Reason};

use super::AttemptStatus;
use crate::clock::UnixMs;
use crate::store::Hash;

pub use tell::{Heard, Told};

/// Whom a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// One payer, who pays once.
    Single,
    /// Several, each of whom pays the amount once.
    Bulk,
}

/// Whether the payer may change the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountOption {
    /// Any amount pays.
    Open,
    /// The amount or more pays; less goes to a person.
    Restricted,
}

macro_rules! words {
    ($name:ident: $($value:ident = $word:literal),+) => {
        impl $name {
            /// The provider's word, which is also the store's.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$value),)+
                    _ => Err(()),
                }
            }
        }
    };
}
words!(LinkKind: Single = "SINGLE", Bulk = "BULK");
words!(AmountOption: Open = "OPEN", Restricted = "RESTRICTED");

/// A link with its payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose link: `jenga`.
    pub provider: String,
    /// Our name of it, `[A-Za-z0-9]{8,20}`.
    pub external_ref: String,
    /// The provider's name of it; `None` while nobody knows whether it was made.
    pub link_ref: Option<String>,
    /// Whom it is for.
    pub kind: LinkKind,
    /// Whether the payer may change the amount.
    pub option: AmountOption,
    /// What each payer is asked for.
    pub price: Money,
    /// What the payers read first.
    pub name: String,
    /// And then.
    pub description: String,
    /// Where a browser goes after a payment.
    pub redirect_url: Option<String>,
    /// When it stops taking payments.
    pub expires_at: UnixMs,
    /// When it was made.
    pub created_at: UnixMs,
    /// One a payer, and one more for each payment too many; by their numbers.
    pub payments: Vec<LinkPayment>,
}

/// What became of one payer's share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPayment {
    /// From 1 within its link.
    pub number: u32,
    /// The payer's telephone as a keyed hash, by which a notification is told to be about it; of one without a telephone,
    /// the mailbox.
    pub payer: Option<Hash>,
    /// Who it is, masked: `...678, a...@example.com`.
    pub shown: String,
    /// Whether the link was sent to this payer when it was last saved.
    pub asked: bool,
    /// `pending`, `paid`, `needs_review` or `duplicate_paid`.
    pub status: AttemptStatus,
    /// Why it is not (or not yet) paid.
    pub reason: Option<Reason>,
    /// What the provider said was paid.
    pub received: Option<Money>,
    /// The provider's name of the transaction.
    pub transaction: Option<String>,
    /// When it last changed.
    pub updated_at: UnixMs,
}

impl Link {
    /// The name of a payer's row, as the provider is told it: letters and digits alone.
    #[must_use]
    pub fn order_id(&self, number: u32) -> String {
        format!("{}P{number}", self.external_ref)
    }

    /// By what a notification may name it: its own name, the provider's, and those of its rows.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let rows = self.payments.iter().map(|it| self.order_id(it.number));
        let links = [Some(self.external_ref.clone()), self.link_ref.clone()];
        links.into_iter().flatten().chain(rows).collect()
    }

    /// The same link as `before` had it, where a change of it was refused: what was paid meanwhile stays.
    #[must_use]
    pub fn back_to(&self, before: &Self) -> Self {
        let was = |number: u32| before.payments.iter().find(|it| it.number == number);
        let payments = self.payments.iter().filter_map(|it| match was(it.number) {
            Some(was) if it.is_waiting() => Some(was.clone()),
            Some(was) => Some(LinkPayment {
                asked: was.asked,
                ..it.clone()
            }),
            // Somebody who was never sent it: a row only where there is a payment.
            None => (!it.is_waiting()).then(|| LinkPayment {
                asked: false,
                ..it.clone()
            }),
        });
        Self {
            payments: payments.collect(),
            ..before.clone()
        }
    }

    /// How a payment stands: one that nobody can make any more has failed, as far as it is known now.
    #[must_use]
    pub fn standing(&self, payment: &LinkPayment, now: UnixMs) -> (AttemptStatus, Option<Reason>) {
        match payment.is_waiting() && self.expires_at < now {
            true => (AttemptStatus::Failed, Some(Reason::Expired)),
            false => (payment.status, payment.reason),
        }
    }
}

impl LinkPayment {
    /// A payer's row before anything was paid.
    #[must_use]
    pub fn new(number: u32, payer: Option<Hash>, shown: String, now: UnixMs) -> Self {
        Self {
            number,
            payer,
            shown,
            asked: true,
            status: AttemptStatus::Pending,
            reason: None,
            received: None,
            transaction: None,
            updated_at: now,
        }
    }

    /// Whether its payer has not paid yet.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.status == AttemptStatus::Pending
    }
}
