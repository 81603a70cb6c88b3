//! All links, and what may become of each: the ledger's part about Jenga.

use indexmap::IndexMap;
use time::Date;
use uuid::Uuid;

use super::link::{Attempt, Link, Outcome, Payer, Terms};
use crate::payment::{Delivery, Status, Via};

/// All links since the start or the last reset, oldest first.
#[derive(Debug, Default)]
pub(super) struct Links(IndexMap<String, Link>);

/// A try to pay.
#[derive(Clone, Debug)]
pub(super) struct Try {
    pub(super) now_ms: u64,
    pub(super) today: Date,
    pub(super) via: Via,
    pub(super) payer: Payer,
    /// `Success` or `Failed`.
    pub(super) wanted: Status,
    /// Charge even who has paid. No provider documents that; it happens nevertheless.
    pub(super) again: bool,
}

/// Why a link cannot be edited.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoUpdate {
    Unknown,
    Paid,
}

impl Links {
    /// Adds a link and gives its reference. Nothing forbids two links with one `externalRef`.
    pub(super) fn add(&mut self, terms: Terms, now_ms: u64) -> String {
        let mut link_ref = digits(15);
        while self.0.contains_key(&link_ref) {
            link_ref = digits(15);
        }
        let link = Link {
            link_ref: link_ref.clone(),
            terms,
            created_at_ms: now_ms,
            updates: 0,
            opened: 0,
            first_opened_at_ms: None,
            walked_away: 0,
            attempts: Vec::new(),
            ipn: Vec::new(),
        };
        self.0.insert(link_ref.clone(), link);
        link_ref
    }

    /// Replaces what the merchant asked for, as long as nobody has paid.
    ///
    /// That a link cannot be edited once it is paid is documented; that one payer of a BULK link is enough is our choice.
    ///
    /// # Errors
    /// [`NoUpdate`] where there is no such link or money has moved.
    pub(super) fn update(&mut self, link_ref: &str, terms: Terms) -> Result<(), NoUpdate> {
        let link = self.0.get_mut(link_ref).ok_or(NoUpdate::Unknown)?;
        if link.paid().next().is_some() {
            return Err(NoUpdate::Paid);
        }
        link.terms = terms;
        link.updates += 1;
        Ok(())
    }

    /// Counts an opening of the page.
    pub(super) fn open(&mut self, link_ref: &str, now_ms: u64) {
        if let Some(link) = self.0.get_mut(link_ref) {
            link.opened += 1;
            link.first_opened_at_ms.get_or_insert(now_ms);
        }
    }

    pub(super) fn walk_away(&mut self, link_ref: &str) {
        if let Some(link) = self.0.get_mut(link_ref) {
            link.walked_away += 1;
        }
    }

    pub(super) fn expire(&mut self, link_ref: &str, yesterday: Date) {
        if let Some(link) = self.0.get_mut(link_ref) {
            link.terms.expiry = link.terms.expiry.min(yesterday);
        }
    }

    /// Writes a try down and gives what it came to. None where there is no such link.
    ///
    /// Only the page is held up by the expiry date: a payment that was under way at midnight arrives all the same.
    pub(super) fn pay(&mut self, link_ref: &str, it: Try) -> Option<Attempt> {
        let link = self.0.get_mut(link_ref)?;
        let result = if link.paid_for(it.payer.customer) && !it.again {
            Outcome::AlreadyPaid
        } else if link.expired(it.today) && it.via == Via::Page {
            Outcome::Expired
        } else if it.wanted == Status::Success {
            Outcome::Paid
        } else {
            Outcome::Failed
        };
        let attempt = Attempt {
            at_ms: it.now_ms,
            via: it.via,
            payer: it.payer,
            wanted: it.wanted,
            result,
            reference: digits(12),
            bill_number: format!("BILL{}", digits(8)),
        };
        link.attempts.push(attempt.clone());
        Some(attempt)
    }

    pub(super) fn note_delivery(&mut self, link_ref: &str, delivery: Delivery) {
        if let Some(link) = self.0.get_mut(link_ref) {
            link.ipn.push(delivery);
        }
    }

    pub(super) fn link(&self, link_ref: &str) -> Option<&Link> {
        self.0.get(link_ref)
    }

    /// Finds a link by the provider's reference, else the newest with this reference of the merchant's.
    pub(super) fn find(&self, text: &str) -> Option<&Link> {
        self.link(text)
            .or_else(|| self.all().rev().find(|it| it.terms.external_ref == text))
    }

    /// The link and the attempt whose transaction has this reference.
    pub(super) fn transaction(&self, reference: &str) -> Option<(&Link, &Attempt)> {
        self.all().rev().find_map(|link| {
            let mut told = link.attempts.iter().filter(|it| it.result.is_told());
            Some((link, told.find(|it| it.reference == reference)?))
        })
    }

    /// Oldest first.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &Link> {
        self.0.values()
    }
}

/// So many random digits, the first of which is not 0.
fn digits(count: u32) -> String {
    let least = 10_u128.pow(count - 1);
    let random = Uuid::new_v4().as_u128() % (9 * least);
    (least + random).to_string()
}
