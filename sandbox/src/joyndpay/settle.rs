//! The one way in which a payment of JoyndPay gets its outcome: the ledger first, then the merchant is told.

use std::sync::Arc;

use uuid::Uuid;

use super::ipn;
use crate::{app::App, ledger::Settle, payment::Settlement};

/// Settles a payment and, where that changed anything, notifies the merchant. None where there is no such payment.
///
/// Returns when the first notification was answered, or after a short wait for it: the browser is not kept for longer.
pub(crate) async fn settle(app: &Arc<App>, id: Uuid, settle: Settle) -> Option<Settlement> {
    let settled = app.ledger().settle(id, settle)?;
    tracing::info!(%id, wanted = settle.wanted.as_str(), result = ?settled, "payment settled");
    if settled.changed() {
        ipn::notify(app, id).await;
    }
    Some(settled)
}
