//! The one way in which a link is paid: the ledger first, then the merchant is told.

use std::sync::Arc;

use super::{
    day, ipn,
    link::{Attempt, Link, Method, Payer},
    links::Try,
};
use crate::{
    app::App,
    clock,
    payment::{Status, Via},
};

/// Tries to pay and, where money moved or was declined, notifies the merchant. None where there is no such link.
///
/// Returns when the first notification was answered, or after a short wait for it.
pub(super) async fn settle(app: &Arc<App>, link_ref: &str, it: Try) -> Option<Attempt> {
    let attempt = app.jenga.links().pay(link_ref, it)?;
    tracing::info!(link_ref, wanted = attempt.wanted.as_str(), result = ?attempt.result, "link settled");
    if attempt.result.is_told() {
        ipn::notify(app, link_ref, &attempt).await;
    }
    Some(attempt)
}

/// Pays a new link by M-Pesa before its creation is answered.
pub(super) async fn by_script(app: &Arc<App>, link: &Link) {
    let payer = link.payer(0, Method::Mpesa);
    settle(
        app,
        &link.link_ref,
        Try::new(Via::Script, payer, Status::Success),
    )
    .await;
}

impl Try {
    /// A try now.
    pub(super) fn new(via: Via, payer: Payer, wanted: Status) -> Self {
        let now_ms = clock::now_ms();
        Self {
            now_ms,
            today: day::today(now_ms),
            via,
            payer,
            wanted,
            again: false,
        }
    }
}

impl Link {
    /// One of the customers, who pays what was asked.
    pub(super) fn payer(&self, customer: usize, method: Method) -> Payer {
        let found = self.terms.customers.get(customer);
        Payer {
            customer: found.is_some().then_some(customer),
            name: found.map(|it| it.name.clone()).unwrap_or_default(),
            phone: found.and_then(|it| it.phone.clone()).unwrap_or_default(),
            method,
            amount: self.terms.amount.clone(),
        }
    }
}
