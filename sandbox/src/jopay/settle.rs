//! The one way in which a request is paid: the ledger first, then the merchant is told.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    request::{Attempt, Sending},
    requests::{Transfer, Verification},
    webhook,
};
use crate::{app::App, clock};

/// Sends USDC and tells the merchant that a hash is attached; then, when it is time, finds it on the
/// chain. None where there is no such request.
///
/// Returns when the first webhook was answered, or after a short wait for it. The rest goes on whatever becomes of the caller:
/// a browser that is closed stops no chain.
pub(super) async fn send(app: &Arc<App>, id: Uuid, transfer: Transfer) -> Option<Attempt> {
    let attempt = app.jopay.requests().send(id, transfer, clock::now_ms())?;
    tracing::info!(%id, wanted = attempt.wanted.as_str(), result = ?attempt.result, "USDC sent");
    if attempt.result == Sending::Attached {
        let (told, wait) = oneshot::channel();
        let (app, attempt) = (Arc::clone(app), attempt.clone());
        tokio::spawn(async move {
            webhook::attached(&app, id, &attempt).await;
            // Whoever waited may be gone.
            let _ = told.send(());
            if let Some(at_ms) = attempt.verify_at_ms {
                let rest_ms = at_ms.saturating_sub(clock::now_ms());
                tokio::time::sleep(Duration::from_millis(rest_ms)).await;
                verify(&app, id).await;
            }
        });
        // An error would mean that the task panicked: nothing is left to wait for.
        let _ = wait.await;
    }
    Some(attempt)
}

/// Finds the transfer on the chain and tells the merchant. None where there is no such request.
pub(super) async fn verify(app: &Arc<App>, id: Uuid) -> Option<Verification> {
    let result = app.jopay.requests().verify(id, clock::now_ms())?;
    tracing::info!(%id, ?result, "looked up on the chain");
    if result == Verification::Verified {
        webhook::verified(app, id).await;
    }
    Some(result)
}
