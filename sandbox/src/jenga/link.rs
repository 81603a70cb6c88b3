//! A payment link: what the merchant asked for and what became of it.

use serde::Serialize;
use time::Date;

use crate::{
    money::Amount,
    payment::{Delivery, Status, Via},
};

/// A link and everything that happened to it. Times are milliseconds since 1970-01-01 UTC.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// The provider's reference, 15 digits: `paymentLinkRef`.
    pub(super) link_ref: String,
    pub(super) terms: Terms,
    pub(super) created_at_ms: u64,
    /// How often the merchant edited it.
    pub(super) updates: u32,
    /// How often the page was opened; what our own redirects show is not counted.
    pub(super) opened: u32,
    pub(super) first_opened_at_ms: Option<u64>,
    /// How often a payer walked away from the page.
    pub(super) walked_away: u32,
    pub(super) attempts: Vec<Attempt>,
    pub(super) ipn: Vec<Delivery>,
}

/// What the merchant asked for; an update replaces all of it.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) external_ref: String,
    pub(super) kind: LinkKind,
    pub(super) option: AmountOption,
    pub(super) amount: Amount,
    pub(super) currency: String,
    /// The last day on which it can be paid.
    pub(super) expiry: Date,
    pub(super) name: String,
    pub(super) description: String,
    /// Where the browser goes after a success.
    pub(super) redirect_url: Option<String>,
    pub(super) customers: Vec<Customer>,
    pub(super) by_sms: bool,
    pub(super) by_email: bool,
}

/// For one payer or for several, each of whom pays the amount.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum LinkKind {
    Single,
    Bulk,
}

/// Whether the payer may change the amount.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum AmountOption {
    Open,
    Restricted,
}

/// Whom a link is sent to.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    /// First and last name.
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: Option<String>,
}

/// One try to pay, one that changed nothing included.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) at_ms: u64,
    pub(super) via: Via,
    pub(super) payer: Payer,
    /// `Success` or `Failed`.
    pub(super) wanted: Status,
    pub(super) result: Outcome,
    /// The provider's reference of this transaction, 12 digits.
    pub(super) reference: String,
    /// What notifications say instead of the references that the script leaves out.
    pub(super) bill_number: String,
}

/// Who pays what, and how.
#[derive(Clone, Debug)]
pub(super) struct Payer {
    /// Which of the customers it is, from 0; None where somebody else holds the link.
    pub(super) customer: Option<usize>,
    pub(super) name: String,
    /// As in a notification: digits only.
    pub(super) phone: String,
    pub(super) method: Method,
    pub(super) amount: Amount,
}

/// How the payer pays.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Method {
    Mpesa,
    Card,
    Equity,
}

/// What a try came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Money moved.
    Paid,
    /// It was declined; the link stays payable.
    Failed,
    /// The link, or this customer's share of it, was paid before: nothing changed, nothing was charged again.
    AlreadyPaid,
    /// The link had expired: nothing changed.
    Expired,
}

impl Link {
    /// Whether nobody has to pay any more: the payer of a SINGLE link has, or every customer of a BULK one.
    pub(super) fn completed(&self) -> bool {
        match self.terms.kind {
            LinkKind::Single => self.paid().next().is_some(),
            LinkKind::Bulk => (0..self.terms.customers.len()).all(|it| self.paid_by(it)),
        }
    }

    /// Whether this payer has paid: the link itself where it is SINGLE, else the customer's share.
    pub(super) fn paid_for(&self, customer: Option<usize>) -> bool {
        self.completed() || customer.is_some_and(|it| self.paid_by(it))
    }

    /// Whether its last day is over.
    pub(super) fn expired(&self, today: Date) -> bool {
        self.terms.expiry < today
    }

    /// The attempts that moved money, oldest first.
    pub(super) fn paid(&self) -> impl DoubleEndedIterator<Item = &Attempt> {
        self.attempts.iter().filter(|it| it.result == Outcome::Paid)
    }

    fn paid_by(&self, customer: usize) -> bool {
        self.paid().any(|it| it.payer.customer == Some(customer))
    }
}

impl Method {
    /// `transaction.paymentMode`; "pay with Equity" is `PWE`.
    pub(super) fn payment_mode(self) -> &'static str {
        match self {
            Self::Mpesa => "MPESA",
            Self::Card => "CARD",
            Self::Equity => "PWE",
        }
    }

    /// As on the form and in the control API.
    pub(super) fn read(text: &str) -> Option<Self> {
        match text {
            "mpesa" => Some(Self::Mpesa),
            "card" => Some(Self::Card),
            "equity" => Some(Self::Equity),
            _ => None,
        }
    }
}

impl Outcome {
    /// Whether the merchant is notified of it.
    pub(super) fn is_told(self) -> bool {
        match self {
            Self::Paid | Self::Failed => true,
            Self::AlreadyPaid | Self::Expired => false,
        }
    }
}
