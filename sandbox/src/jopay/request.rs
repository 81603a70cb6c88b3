//! One payment request and everything that happened to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::currency::Currency;
use crate::payment::{Delivery, Mode, Status, Via};

/// What the merchant asked for, found good.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) merchant: Uuid,
    /// Minor units, above zero.
    pub(super) fiat_int: u32,
    pub(super) currency: &'static Currency,
    pub(super) memo: Option<String>,
    pub(super) idempotency_key: Option<String>,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) payment_mode: PaymentMode,
}

/// How long a request can be paid.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PaymentMode {
    /// Short; for shops.
    #[default]
    Pos,
    /// Long. The value's name is inferred: no page that could be read shows it.
    Invoice,
}

/// A payment request.
#[derive(Clone, Debug)]
pub(super) struct PayRequest {
    pub(super) id: Uuid,
    pub(super) mode: Mode,
    pub(super) terms: Terms,
    /// What must be sent, to the millionth of a USDC; fixed at creation.
    pub(super) usdc_micro: u64,
    pub(super) created_at_ms: u64,
    pub(super) expires_at_ms: u64,
    /// How often the same idempotency key was sent again.
    pub(super) replays: u32,
    pub(super) opened: u32,
    pub(super) first_opened_at_ms: Option<u64>,
    pub(super) walked_away: u32,
    pub(super) cancelled_at_ms: Option<u64>,
    pub(super) verified_at_ms: Option<u64>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) ipn: Vec<Delivery>,
}

/// One try to send USDC, one that changed nothing included.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Attempt {
    pub(super) at_ms: u64,
    pub(super) via: Via,
    /// `success` for the exact amount, `failed` for too little.
    pub(super) wanted: Status,
    pub(super) result: Sending,
    /// Millionths of a USDC.
    pub(super) usdc_micro: u64,
    pub(super) tx_hash: String,
    pub(super) payer_address: String,
    /// When it is found on the chain; None: not by itself.
    pub(super) verify_at_ms: Option<u64>,
}

/// What a try to send came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sending {
    /// USDC moved to the merchant's wallet and its hash was submitted.
    Attached,
    /// The exact amount was sent before: nothing moved.
    AlreadySent,
    /// The page is not payable any more: nothing moved.
    Expired,
    /// As `expired`.
    Cancelled,
}

/// The provider's `status`. There is no value for "paid".
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RequestStatus {
    Requested,
    Opened,
    Expired,
    /// Not among the documented values; the help pages show it.
    Cancelled,
}

/// The provider's `proof_status`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ProofStatus {
    None,
    /// A transaction hash was submitted and not validated.
    Attached,
    /// The transfer matches.
    Verified,
}

impl PayRequest {
    /// Cancelled wins over expired; expired is what was not verified before the deadline, however it went on.
    pub(super) fn status(&self, now_ms: u64) -> RequestStatus {
        let in_time = self
            .verified_at_ms
            .is_some_and(|it| it < self.expires_at_ms);
        if self.cancelled_at_ms.is_some() {
            RequestStatus::Cancelled
        } else if now_ms >= self.expires_at_ms && !in_time {
            RequestStatus::Expired
        } else if self.opened > 0 {
            RequestStatus::Opened
        } else {
            RequestStatus::Requested
        }
    }

    pub(super) fn proof_status(&self) -> ProofStatus {
        if self.verified_at_ms.is_some() {
            ProofStatus::Verified
        } else if self.sent().next().is_some() {
            ProofStatus::Attached
        } else {
            ProofStatus::None
        }
    }

    /// What all providers' payments have: paid, over, or neither.
    pub(super) fn outcome(&self, now_ms: u64) -> Status {
        match (self.proof_status(), self.status(now_ms)) {
            (ProofStatus::Verified, _) => Status::Success,
            (_, RequestStatus::Expired | RequestStatus::Cancelled) => Status::Failed,
            (_, RequestStatus::Requested | RequestStatus::Opened) => Status::Pending,
        }
    }

    /// Every transfer that moved money.
    pub(super) fn sent(&self) -> impl DoubleEndedIterator<Item = &Attempt> {
        self.attempts
            .iter()
            .filter(|it| it.result == Sending::Attached)
    }

    /// The transfer of the exact amount.
    pub(super) fn exact(&self) -> Option<&Attempt> {
        self.sent().find(|it| it.wanted == Status::Success)
    }

    /// The transaction that the proof is about: the exact one, else the newest.
    pub(super) fn proof(&self) -> Option<&Attempt> {
        self.exact().or_else(|| self.sent().next_back())
    }

    /// What the merchant calls the order.
    pub(super) fn order_id(&self) -> Option<&str> {
        self.terms.metadata.get("order_id").map(String::as_str)
    }
}
