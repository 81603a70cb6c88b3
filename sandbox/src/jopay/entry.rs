//! A request as `GET /sandbox/ledger` prints it, under the names that all providers share.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use super::{
    pages::page_url,
    request::{Attempt, PayRequest, PaymentMode, ProofStatus, RequestStatus},
};
use crate::{
    app::App,
    clock,
    payment::{Delivery, Mode, Provider, Status},
};

/// One request. `amount` and `paid_amount` are texts in major units; USDC is in millionths, as text.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RequestEntry {
    pub(crate) provider: Provider,
    mode: Mode,
    /// `request_id`.
    pub(crate) id: Uuid,
    /// `metadata.order_id`.
    pub(crate) order_id: Option<String>,
    amount: String,
    #[serde(skip)]
    pub(crate) amount_shown: String,
    currency: &'static str,
    /// `success` once verified; `failed` once expired or cancelled and not verified; else `pending`, even while the exact amount
    /// is on its way.
    pub(crate) status: Status,
    pub(crate) created_at_ms: u64,
    pub(crate) opened: u32,
    first_opened_at_ms: Option<u64>,
    walked_away: u32,
    /// When the payment was verified, else when the request was cancelled.
    settled_at_ms: Option<u64>,
    /// When the exact amount last moved, verified or not.
    paid_at_ms: Option<u64>,
    /// How often the exact amount moved.
    times_paid: u32,
    /// What those transfers are worth. Too little is worth nothing: the order is not paid by it.
    paid_amount: String,
    /// All that moved, too little included.
    received_usdc_micro: String,
    attempts: Vec<Attempt>,
    pub(crate) checkout_url: String,
    /// The provider's `status`.
    request_status: RequestStatus,
    proof_status: ProofStatus,
    tx_hash: Option<String>,
    fiat_int: u32,
    usdc_micro: String,
    merchant_id: Uuid,
    memo: Option<String>,
    metadata: BTreeMap<String, String>,
    payment_mode: PaymentMode,
    idempotency_key: Option<String>,
    /// How often create was called again with the same key.
    replays: u32,
    expires_at_ms: u64,
    verified_at_ms: Option<u64>,
    cancelled_at_ms: Option<u64>,
    pub(crate) ipn: Vec<Delivery>,
}

/// Every request, oldest first.
pub(crate) fn entries(app: &App) -> Vec<RequestEntry> {
    let requests = app.jopay.requests();
    requests
        .all()
        .map(|it| RequestEntry::new(app, it))
        .collect()
}

impl RequestEntry {
    pub(super) fn new(app: &App, request: &PayRequest) -> Self {
        let terms = &request.terms;
        let now_ms = clock::now_ms();
        let exact = || request.sent().filter(|it| it.wanted == Status::Success);
        let times_paid = u32::try_from(exact().count()).unwrap_or(u32::MAX);
        let paid = u64::from(times_paid) * u64::from(terms.fiat_int);
        let received: u64 = request.sent().map(|it| it.usdc_micro).sum();
        Self {
            provider: Provider::JoPay,
            mode: request.mode,
            id: request.id,
            order_id: request.order_id().map(str::to_owned),
            amount: terms.currency.major(terms.fiat_int.into()),
            amount_shown: terms.currency.shown(terms.fiat_int.into()),
            currency: terms.currency.code,
            status: request.outcome(now_ms),
            created_at_ms: request.created_at_ms,
            opened: request.opened,
            first_opened_at_ms: request.first_opened_at_ms,
            walked_away: request.walked_away,
            settled_at_ms: request.verified_at_ms.or(request.cancelled_at_ms),
            paid_at_ms: exact().next_back().map(|it| it.at_ms),
            times_paid,
            paid_amount: terms.currency.major(paid),
            received_usdc_micro: received.to_string(),
            attempts: request.attempts.clone(),
            checkout_url: page_url(app, request.id),
            request_status: request.status(now_ms),
            proof_status: request.proof_status(),
            tx_hash: request.proof().map(|it| it.tx_hash.clone()),
            fiat_int: terms.fiat_int,
            usdc_micro: request.usdc_micro.to_string(),
            merchant_id: terms.merchant,
            memo: terms.memo.clone(),
            metadata: terms.metadata.clone(),
            payment_mode: terms.payment_mode,
            idempotency_key: terms.idempotency_key.clone(),
            replays: request.replays,
            expires_at_ms: request.expires_at_ms,
            verified_at_ms: request.verified_at_ms,
            cancelled_at_ms: request.cancelled_at_ms,
            ipn: request.ipn.clone(),
        }
    }
}
