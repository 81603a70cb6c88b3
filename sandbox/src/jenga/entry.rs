//! A link as `GET /sandbox/ledger` prints it, under the names that all providers share.

use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    day, ipn,
    link::{AmountOption, Attempt, Link, LinkKind, Method, Outcome},
    pages::page_url,
};
use crate::{
    app::App,
    clock,
    payment::{Delivery, Mode, Provider, Status, Via},
};

/// One link. Amounts are texts in major units; telephone numbers are masked, in notifications too.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LinkEntry {
    pub(crate) provider: Provider,
    mode: Mode,
    /// `paymentLinkRef`.
    id: String,
    /// `externalRef`.
    pub(crate) order_id: String,
    amount: String,
    #[serde(skip)]
    pub(crate) amount_shown: String,
    pub(crate) currency: String,
    /// `success` when nobody has to pay any more; a declined attempt leaves it `pending`.
    pub(crate) status: Status,
    pub(crate) created_at_ms: u64,
    pub(crate) opened: u32,
    first_opened_at_ms: Option<u64>,
    walked_away: u32,
    /// When the link was completed.
    settled_at_ms: Option<u64>,
    /// When money last moved.
    paid_at_ms: Option<u64>,
    times_paid: u32,
    /// The sum of what was paid.
    paid_amount: String,
    attempts: Vec<AttemptEntry>,
    pub(crate) checkout_url: String,
    redirect_url: Option<String>,
    link_type: LinkKind,
    amount_option: AmountOption,
    expiry_date: String,
    expired: bool,
    updates: u32,
    customers: Vec<CustomerEntry>,
    pub(crate) ipn: Vec<Delivery>,
}

#[derive(Clone, Debug, Serialize)]
struct AttemptEntry {
    at_ms: u64,
    via: Via,
    method: Method,
    wanted: Status,
    result: Outcome,
    /// From 1, in the order of the request; null where somebody else paid.
    customer: Option<usize>,
    amount: String,
    currency: String,
    phone: String,
    transaction_reference: String,
}

#[derive(Clone, Debug, Serialize)]
struct CustomerEntry {
    name: String,
    phone: Option<String>,
}

/// Every link, oldest first.
pub(crate) fn entries(app: &App) -> Vec<LinkEntry> {
    let links = app.jenga.links();
    links.all().map(|it| LinkEntry::new(app, it)).collect()
}

impl LinkEntry {
    pub(super) fn new(app: &App, link: &Link) -> Self {
        let terms = &link.terms;
        let last_paid_at_ms = link.paid().next_back().map(|it| it.at_ms);
        let paid: Decimal = link.paid().map(|it| it.payer.amount.value()).sum();
        let times_paid = u32::try_from(link.paid().count()).unwrap_or(u32::MAX);
        Self {
            provider: Provider::Jenga,
            mode: Mode::Test,
            id: link.link_ref.clone(),
            order_id: terms.external_ref.clone(),
            amount: terms.amount.number().to_string(),
            amount_shown: terms.amount.grouped(),
            currency: terms.currency.clone(),
            status: if link.completed() {
                Status::Success
            } else {
                Status::Pending
            },
            created_at_ms: link.created_at_ms,
            opened: link.opened,
            first_opened_at_ms: link.first_opened_at_ms,
            walked_away: link.walked_away,
            settled_at_ms: last_paid_at_ms.filter(|_| link.completed()),
            paid_at_ms: last_paid_at_ms,
            times_paid,
            paid_amount: paid.normalize().to_string(),
            attempts: link
                .attempts
                .iter()
                .map(|it| AttemptEntry::new(link, it))
                .collect(),
            checkout_url: page_url(app, link, None),
            redirect_url: terms.redirect_url.clone(),
            link_type: terms.kind,
            amount_option: terms.option,
            expiry_date: day::write(terms.expiry),
            expired: link.expired(day::today(clock::now_ms())),
            updates: link.updates,
            customers: terms.customers.iter().map(CustomerEntry::new).collect(),
            ipn: link.ipn.clone(),
        }
    }
}

impl AttemptEntry {
    fn new(link: &Link, attempt: &Attempt) -> Self {
        let payer = &attempt.payer;
        Self {
            at_ms: attempt.at_ms,
            via: attempt.via,
            method: payer.method,
            wanted: attempt.wanted,
            result: attempt.result,
            customer: payer.customer.map(|it| it + 1),
            amount: payer.amount.number().to_string(),
            currency: link.terms.currency.clone(),
            phone: ipn::masked(&payer.phone),
            transaction_reference: attempt.reference.clone(),
        }
    }
}

impl CustomerEntry {
    fn new(customer: &super::link::Customer) -> Self {
        Self {
            name: customer.name.clone(),
            phone: customer.phone.as_deref().map(ipn::masked),
        }
    }
}
