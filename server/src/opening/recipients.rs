//! A page that names who pays could have links sent to anybody: each telephone and mailbox gets so many a day.

use axum::http::StatusCode;
use malipo_wire::ErrorCode;

use super::Intent;
use crate::app::App;
use crate::payment::AttemptId;
use crate::provider::{Provider, ProviderError};
use crate::routes::ApiError;
use crate::store::recipients::MOST_SENDS;

/// Counts what beginning this attempt sends. Whom the shop's own server named in a quote is not counted.
///
/// # Errors
/// 429 where one of them has had enough; nothing was sent.
pub(super) async fn reserve(
    app: &App,
    provider: &dyn Provider,
    intent: &Intent,
    attempt: &AttemptId,
) -> Result<(), ApiError> {
    if intent.basket.vouched {
        return Ok(());
    }
    let to = provider.recipients(&intent.basket.customer);
    if to.is_empty() {
        return Ok(());
    }
    let now = app.now();
    let Err(enough) = app.store.reserve_sends(attempt, &to, now).await? else {
        return Ok(());
    };
    // Rounded up: at that moment there is room.
    let wait_ms = u64::try_from(enough.until.since_ms(now)).unwrap_or(0);
    let seconds = wait_ms.div_ceil(1000);
    Err(ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::RateLimited,
        format!("customer: {MOST_SENDS} payment links were sent to this phone or e-mail address within a day; use one of them, or wait as long as Retry-After says"),
    )
    .after(seconds.max(1)))
}

/// Takes it back where nothing was begun.
pub(super) async fn release(app: &App, attempt: &AttemptId, error: &ProviderError) {
    match error {
        ProviderError::Rejected { .. }
        | ProviderError::Unreachable
        | ProviderError::Throttled(_) => {}
        // It may have been sent.
        ProviderError::OutcomeUnknown { .. } | ProviderError::Unsafe { .. } => return,
    }
    if let Err(error) = app.store.release_sends(attempt).await {
        // The recipient has one less today; the payment is not affected.
        tracing::warn!(%error, attempt = attempt.0, "a send that did not happen is still counted");
    }
}
