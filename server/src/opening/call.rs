//! The call that opens a checkout page, and the note of its answer.

use std::sync::Arc;

use malipo_wire::InitiateAnswer;

use super::Intent;
use super::answer::{blank, busy_unknown};
use super::secrets::Secrets;
use crate::app::App;
use crate::payment::{AttemptId, Reference};
use crate::provider::{Ask, Opening, ProviderError, Snapshot};
use crate::reconcile;
use crate::routes::ApiError;
use crate::store::{Answered, Begun};
use crate::telemetry::WordLabels;

pub(super) async fn call(
    app: &Arc<App>,
    intent: &Intent,
    begun: &Begun,
    secrets: &Secrets,
) -> Result<InitiateAnswer, ApiError> {
    let fallback = Reference(String::new());
    let reference = begun.reference.as_ref().unwrap_or(&fallback);
    let base = app.config.public_url.as_str();
    let provider = app.desk.provider.as_ref();
    let opening = Opening {
        reference,
        price: intent.basket.price,
        description: intent.basket.description.as_deref(),
        customer: &intent.basket.customer,
        notify_url: &format!("{base}/pay/notify/{}/{}", provider.id(), secrets.notify),
        callback_url: &format!("{base}/pay/return?of={}", secrets.back),
    };
    let question = Ask::Open(&opening);
    let result = app.desk.http.ask(provider, &question, app.now()).await;
    reconcile::count(app, &question, &result);
    let order = begun.order_id.as_str();
    match &result {
        Ok(_) => {
            tracing::info!(order, attempt = secrets.attempt.0, reference = reference.0, price = ?intent.basket.price, "a checkout page is open")
        }
        Err(error) => {
            tracing::warn!(order, attempt = secrets.attempt.0, reference = reference.0, %error, "no checkout page")
        }
    }
    let noted = note(app, &secrets.attempt, result.as_ref()).await;
    match result {
        Ok(Snapshot {
            redirect_url: Some(redirect_url),
            ..
        }) => {
            // Without the page in the store a second press could not find it.
            noted?;
            Ok(InitiateAnswer {
                token: Some(secrets.token.clone()),
                redirect_url: Some(redirect_url),
                ..blank(app, intent, &begun.order_id)
            })
        }
        Ok(_) => Err(busy_unknown()),
        Err(error) => Err(ApiError::from_provider(&error, app.test())),
    }
}

async fn note(
    app: &App,
    attempt: &AttemptId,
    result: Result<&Snapshot, &ProviderError>,
) -> Result<(), ApiError> {
    let now = app.now();
    let answered = match result {
        Ok(Snapshot {
            provider_ref,
            redirect_url: Some(redirect_url),
            ..
        }) => Answered::Opened {
            provider_ref: provider_ref.clone(),
            redirect_url: redirect_url.clone(),
        },
        Err(ProviderError::Unsafe { .. }) => Answered::Orphaned,
        Err(
            ProviderError::Rejected { .. }
            | ProviderError::Unreachable
            | ProviderError::Throttled(_),
        ) => Answered::Refused,
        Ok(_) | Err(ProviderError::OutcomeUnknown { .. }) => Answered::Unknown {
            check_at: now.plus_ms(LOOK_UP_AFTER_MS),
        },
    };
    let kind = match answered {
        Answered::Opened { .. } => "pending",
        Answered::Refused => "refused",
        Answered::Unknown { .. } => "unknown",
        Answered::Orphaned => "orphaned",
    };
    app.metrics.steps.get_or_create(&WordLabels { kind }).inc();
    app.store
        .answered(attempt, answered, now)
        .await
        .map_err(|error| {
            app.metrics.store_errors.inc();
            // The row still says "created": the reconciler takes it up after a minute.
            tracing::error!(%error, attempt = attempt.0, "the provider's answer could not be noted");
            ApiError::from(error)
        })
}

/// When an attempt of unknown outcome is looked up: soon, but after the provider had time to finish what it began.
const LOOK_UP_AFTER_MS: i64 = 2_000;
