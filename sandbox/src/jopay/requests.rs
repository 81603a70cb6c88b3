//! All payment requests, and what may become of each: the ledger's part about JoPay.

use std::collections::HashMap;

use indexmap::IndexMap;
use uuid::Uuid;

use super::request::{Attempt, PayRequest, ProofStatus, RequestStatus, Sending, Terms};
use crate::payment::{Delivery, Mode, Status, Via};

/// All requests since the start or the last reset, oldest first.
#[derive(Debug, Default)]
pub(super) struct Requests {
    all: IndexMap<Uuid, PayRequest>,
    by_key: HashMap<(Mode, String), Uuid>,
}

/// A try to send USDC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    pub(super) via: Via,
    /// The exact amount, or one cent too little.
    pub(super) exact: bool,
    /// How long after it it is to be found on the chain, if it is exact; None: not by itself.
    pub(super) verify_after_ms: Option<u64>,
}

/// Why a request cannot be cancelled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoCancel {
    Unknown,
    /// It is over, or a payment is under way.
    TooLate,
}

/// What a verification came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verification {
    Verified,
    AlreadyVerified,
    /// No transfer of the exact amount is known.
    NothingToVerify,
}

impl Requests {
    /// Adds a request.
    pub(super) fn add(
        &mut self,
        mode: Mode,
        terms: Terms,
        now_ms: u64,
        life_ms: u64,
    ) -> &PayRequest {
        let id = Uuid::new_v4();
        if let Some(key) = &terms.idempotency_key {
            self.by_key.insert((mode, key.clone()), id);
        }
        let usdc_micro = terms.currency.usdc_micro(terms.fiat_int);
        self.all.entry(id).or_insert(PayRequest {
            id,
            mode,
            terms,
            usdc_micro,
            created_at_ms: now_ms,
            expires_at_ms: now_ms.saturating_add(life_ms),
            replays: 0,
            opened: 0,
            first_opened_at_ms: None,
            walked_away: 0,
            cancelled_at_ms: None,
            verified_at_ms: None,
            attempts: Vec::new(),
            ipn: Vec::new(),
        })
    }

    /// The request that was created with this idempotency key; counts the repetition. Keys live until a reset: how long they do
    /// with the provider is not documented.
    pub(super) fn replay(&mut self, mode: Mode, key: &str) -> Option<&PayRequest> {
        let id = self.by_key.get(&(mode, key.to_owned()))?;
        let request = self.all.get_mut(id)?;
        request.replays += 1;
        Some(request)
    }

    /// Counts an opening of the page.
    pub(super) fn open(&mut self, id: Uuid, now_ms: u64) {
        if let Some(request) = self.all.get_mut(&id) {
            request.opened += 1;
            request.first_opened_at_ms.get_or_insert(now_ms);
        }
    }

    pub(super) fn walk_away(&mut self, id: Uuid) {
        if let Some(request) = self.all.get_mut(&id) {
            request.walked_away += 1;
        }
    }

    /// Ends the time to pay now.
    pub(super) fn expire(&mut self, id: Uuid, now_ms: u64) {
        if let Some(request) = self.all.get_mut(&id) {
            request.expires_at_ms = request.expires_at_ms.min(now_ms);
        }
    }

    /// Cancels a request that nobody has begun to pay. What the provider allows is not documented.
    ///
    /// # Errors
    /// [`NoCancel`] where there is no such request of this mode, or it is too late.
    pub(super) fn cancel(
        &mut self,
        mode: Mode,
        id: Uuid,
        now_ms: u64,
    ) -> Result<&PayRequest, NoCancel> {
        let request = self.all.get_mut(&id).filter(|it| it.mode == mode);
        let request = request.ok_or(NoCancel::Unknown)?;
        match (request.status(now_ms), request.proof_status()) {
            (RequestStatus::Requested | RequestStatus::Opened, ProofStatus::None) => {
                request.cancelled_at_ms = Some(now_ms);
                Ok(request)
            }
            _ => Err(NoCancel::TooLate),
        }
    }

    /// Sends USDC and submits the hash. None where there is no such request.
    ///
    /// Only the page is held up by the deadline: nobody can call back a transfer that a wallet has sent.
    pub(super) fn send(&mut self, id: Uuid, it: Transfer, now_ms: u64) -> Option<Attempt> {
        let Transfer { via, exact, .. } = it;
        let request = self.all.get_mut(&id)?;
        let result = match (via, request.status(now_ms)) {
            _ if request.exact().is_some() => Sending::AlreadySent,
            (Via::Page, RequestStatus::Expired) => Sending::Expired,
            (Via::Page, RequestStatus::Cancelled) => Sending::Cancelled,
            _ => Sending::Attached,
        };
        let missing = if exact {
            0
        } else {
            CENT.min(request.usdc_micro)
        };
        let attempt = Attempt {
            at_ms: now_ms,
            via,
            wanted: if exact {
                Status::Success
            } else {
                Status::Failed
            },
            result,
            usdc_micro: request.usdc_micro - missing,
            tx_hash: hex(64),
            payer_address: hex(40),
            verify_at_ms: it
                .verify_after_ms
                .filter(|_| exact && result == Sending::Attached)
                .map(|after_ms| now_ms.saturating_add(after_ms)),
        };
        request.attempts.push(attempt.clone());
        Some(attempt)
    }

    /// Finds on the chain what was sent. None where there is no such request.
    pub(super) fn verify(&mut self, id: Uuid, now_ms: u64) -> Option<Verification> {
        let request = self.all.get_mut(&id)?;
        Some(if request.verified_at_ms.is_some() {
            Verification::AlreadyVerified
        } else if request.exact().is_none() {
            Verification::NothingToVerify
        } else {
            request.verified_at_ms = Some(now_ms);
            Verification::Verified
        })
    }

    pub(super) fn note_delivery(&mut self, id: Uuid, delivery: Delivery) {
        if let Some(request) = self.all.get_mut(&id) {
            request.ipn.push(delivery);
        }
    }

    pub(super) fn request(&self, id: Uuid) -> Option<&PayRequest> {
        self.all.get(&id)
    }

    /// Finds a request by its id, else the newest whose metadata has this `order_id`.
    pub(super) fn find(&self, text: &str) -> Option<&PayRequest> {
        let by_id = Uuid::parse_str(text).ok().and_then(|it| self.request(it));
        by_id.or_else(|| self.all().rev().find(|it| it.order_id() == Some(text)))
    }

    /// Oldest first.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &PayRequest> {
        self.all.values()
    }
}

/// `0x` and so many random hex digits, at most 64.
fn hex(digits: usize) -> String {
    let random = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    format!("0x{}", random.chars().take(digits).collect::<String>())
}

/// Of a USDC, in millionths.
const CENT: u64 = 10_000;
