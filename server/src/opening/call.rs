//! The call that opens a checkout page, and the note of its answer.

use std::sync::Arc;

use malipo_wire::{InitiateAnswer, OrderId};

use super::answer::{Way, busy_unknown, paid, reachable};
use super::secrets::Secrets;
use super::{Intent, recipients};
use crate::app::App;
use crate::payment::{AttemptId, Opened, Reference};
use crate::provider::{Desk, Opening, ProviderError, Urgency};
use crate::reconcile;
use crate::routes::ApiError;
use crate::store::{Answered, Begun};
use crate::telemetry::StepLabels;

pub(super) async fn call(
    app: &Arc<App>,
    desk: &Desk,
    intent: &Intent,
    begun: &Begun,
    secrets: &Secrets,
) -> Result<InitiateAnswer, ApiError> {
    let fallback = Reference(String::new());
    let reference = begun.reference.as_ref().unwrap_or(&fallback);
    let base = app.config.public_url.as_str();
    let provider = desk.provider.as_ref();
    let notify_url = match provider.signs_notices() {
        true => format!("{base}/pay/notify/{}", provider.id()),
        false => format!("{base}/pay/notify/{}/{}", provider.id(), secrets.notify),
    };
    let opening = Opening {
        order_id: &begun.order_id,
        reference,
        price: planted!(HalfThePriceCharged => half_of(intent.basket.price) else intent.basket.price),
        description: intent.basket.description.as_deref(),
        customer: &intent.basket.customer,
        notify_url: &notify_url,
        callback_url: &format!("{base}/pay/return?of={}", secrets.back),
        now: app.now(),
    };
    if let Err(refusal) = recipients::reserve(app, provider, intent, &secrets.attempt).await {
        note(
            app,
            provider.id(),
            &secrets.attempt,
            Err(&ProviderError::Unreachable),
        )
        .await?;
        return Err(refusal);
    }
    let begun_at = app.now();
    let result = provider.open(&desk.calls(Urgency::Press), &opening).await;
    reconcile::count(app, provider.id(), "open", begun_at, &result);
    let order = begun.order_id.as_str();
    match &result {
        Ok(_) => {
            tracing::info!(order, attempt = secrets.attempt.0, reference = reference.0, price = ?intent.basket.price, "a checkout page is open")
        }
        Err(error) => {
            tracing::warn!(order, attempt = secrets.attempt.0, reference = reference.0, %error, "no checkout page")
        }
    }
    let noted = note(app, provider.id(), &secrets.attempt, result.as_ref()).await;
    match result {
        Ok(opened) if is_reachable(&opened) => {
            // Without the page in the store a second press could not find it.
            if !noted? {
                return overtaken(app, intent, &begun.order_id, secrets).await;
            }
            let way = Way {
                provider,
                redirect_url: opened.redirect_url,
                sent_to: opened.sent_to,
                expires_at: opened.expires_at,
            };
            Ok(reachable(
                app,
                intent,
                &begun.order_id,
                secrets.token.clone(),
                way,
            ))
        }
        Ok(_) => Err(busy_unknown()),
        Err(error) => {
            recipients::release(app, &secrets.attempt, &error).await;
            Err(ApiError::from_provider(&error, app.test()))
        }
    }
}

/// Something was quicker than the provider's answer: as a rule its notification, and then the order is paid.
async fn overtaken(
    app: &App,
    intent: &Intent,
    order_id: &OrderId,
    secrets: &Secrets,
) -> Result<InitiateAnswer, ApiError> {
    let order = app.store.order(order_id).await?;
    if order.is_some_and(|it| it.paid_by.is_some()) {
        return Ok(paid(app, intent, order_id, Some(secrets.token.clone())));
    }
    Err(busy_unknown())
}

fn is_reachable(opened: &Opened) -> bool {
    opened.redirect_url.is_some() || !opened.sent_to.is_empty()
}

async fn note(
    app: &App,
    provider: &'static str,
    attempt: &AttemptId,
    result: Result<&Opened, &ProviderError>,
) -> Result<bool, ApiError> {
    let now = app.now();
    let answered = match result {
        Ok(opened) if is_reachable(opened) => Answered::Opened(opened.clone()),
        Err(ProviderError::Unsafe { .. }) => Answered::Orphaned,
        Err(
            ProviderError::Rejected { .. }
            | ProviderError::Unreachable
            | ProviderError::Throttled(_),
        ) => Answered::Refused,
        Err(ProviderError::OutcomeUnknown { .. }) if planted!(UnknownBeginsAnew) => {
            Answered::Refused
        }
        Ok(_) | Err(ProviderError::OutcomeUnknown { .. }) => Answered::Unknown {
            check_at: now.plus_ms(LOOK_UP_AFTER_MS),
        },
    };
    let status = match answered {
        Answered::Opened(_) => "pending",
        Answered::Refused => "refused",
        Answered::Unknown { .. } => "unknown",
        Answered::Orphaned => "orphaned",
    };
    app.metrics
        .steps
        .get_or_create(&StepLabels { provider, status })
        .inc();
    app.store
        .answered(attempt, answered, now)
        .await
        .map_err(|error| {
            // The row still says "created": the reconciler takes it up after a minute.
            tracing::error!(%error, attempt = attempt.0, "the provider's answer could not be noted");
            ApiError::from(error)
        })
}

/// When an attempt of unknown outcome is looked up: soon, but after the provider had time to finish what it began.
const LOOK_UP_AFTER_MS: i64 = 2_000;
