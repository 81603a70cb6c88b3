//! What an initiate does to an order that exists, or does not yet.

use malipo_wire::{Money, OrderId};

use super::{Attempt, AttemptId, AttemptStatus, Order};
use crate::clock::UnixMs;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The order to pay. Where the Idempotency-Key is known, the order of that key counts instead.
    pub order_id: OrderId,
    /// What it costs.
    pub price: Money,
    /// The request's fingerprint, without `return_url`.
    pub payload_hash: [u8; 32],
    /// A valid quote for this order and this price came with it.
    pub quoted: bool,
    /// The quote is too old to begin anything.
    pub expired: bool,
    /// Attempts about which the provider was asked because of this very request.
    pub asked: Vec<AttemptId>,
    /// Now.
    pub now: UnixMs,
}

/// What is known of the request's Idempotency-Key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownKey {
    /// The fingerprint of the payload that came with it first.
    pub payload_hash: [u8; 32],
    /// The order for which it was used.
    pub order_id: OrderId,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Decision {
    /// The key came with another payload before: 422.
    KeyReused,
    /// The order exists with another price: 409.
    OrderChanged,
    /// The order is paid already.
    Paid {
        /// A good quote or the same key came with the request.
        proven: bool,
    },
    /// A live attempt, and proof: the same answer, no provider call.
    Same(Box<Attempt>),
    /// A live attempt of someone else: 409, no URL, no token.
    NoProof,
    /// The first request is still calling the provider: 409, come back.
    Running,
    /// Nobody knows whether the provider knows the attempt: 409, and it is looked up meanwhile.
    Unknown(AttemptId),
    /// Before a new attempt the provider is to be asked about these old ones.
    AskFirst(Vec<AttemptId>),
    /// The quote is too old for a new attempt: 422.
    QuoteExpired,
    /// Begin a new attempt; `first` tells whether it is the order's first.
    New {
        /// Its reference may be the order id itself.
        first: bool,
    },
}

impl Decision {
    /// Whether the request has proven that the order is its sender's: it gets a token, and its key is kept.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        match self {
            Self::New { .. } | Self::Same(_) => true,
            Self::Paid { proven } => *proven,
            Self::KeyReused
            | Self::OrderChanged
            | Self::NoProof
            | Self::Running
            | Self::Unknown(_)
            | Self::AskFirst(_)
            | Self::QuoteExpired => false,
        }
    }

    /// Whether a token is handed out without proof: it tells no more than the answer itself, which says that the order is
    /// paid, and without it the page could not verify that.
    #[must_use]
    pub fn opens_unproven(&self) -> bool {
        matches!(self, Self::Paid { .. })
    }
}

/// Decides; `order` is the order of the key where the key is known, else the wish's.
#[must_use]
pub fn decide(wish: &Wish, key: Option<&KnownKey>, order: Option<&Order>) -> Decision {
    if key.is_some_and(|it| it.payload_hash != wish.payload_hash) {
        return Decision::KeyReused;
    }
    let Some(order) = order else {
        return new(wish, true);
    };
    let is_fixed = planted!(PriceMayChange => is_taken(order) else true);
    if order.price != wish.price && is_fixed {
        return Decision::OrderChanged;
    }
    let proven = wish.quoted || key.is_some();
    if order.paid_by.is_some() {
        return Decision::Paid { proven };
    }
    // The newest: an older one may be waiting for a person.
    if let Some(live) = order.attempts.iter().rev().find(|it| it.status.is_live()) {
        return match live.status {
            AttemptStatus::Created => Decision::Running,
            AttemptStatus::Unknown => Decision::Unknown(live.id.clone()),
            AttemptStatus::Pending
            | AttemptStatus::NeedsReview
            | AttemptStatus::Orphaned
            | AttemptStatus::Refused
            | AttemptStatus::Failed
            | AttemptStatus::Paid
            | AttemptStatus::DuplicatePaid
            | AttemptStatus::Refunded => {
                if !proven {
                    Decision::NoProof
                } else if is_over(live, wish) {
                    Decision::AskFirst(vec![live.id.clone()])
                } else {
                    Decision::Same(Box::new(live.clone()))
                }
            }
        };
    }
    let old: Vec<AttemptId> = order
        .attempts
        .iter()
        .filter(|it| it.status.is_open() && it.status != AttemptStatus::Refused)
        .filter(|it| !wish.asked.contains(&it.id))
        .map(|it| it.id.clone())
        .collect();
    if wish.expired {
        Decision::QuoteExpired
    } else if old.is_empty() || planted!(NotAskedFirst) {
        new(wish, order.attempts.is_empty())
    } else {
        Decision::AskFirst(old)
    }
}

/// Whether the attempt's page takes no payment any more, as far as we know: the provider has to say how it ended.
fn is_over(live: &Attempt, wish: &Wish) -> bool {
    live.expires_at.is_some_and(|it| it <= wish.now) && !wish.asked.contains(&live.id)
}

fn new(wish: &Wish, first: bool) -> Decision {
    if wish.expired {
        Decision::QuoteExpired
    } else {
        Decision::New { first }
    }
}
