//! What the provider said: into the store, into the log, and to whoever listens.

use malipo_wire::Money;

use crate::app::App;
use crate::clock::UnixMs;
use crate::payment::Attempt;
use crate::payment::settle::{Alarm, Observation, Step};
use crate::provider::{ProviderError, Snapshot};
use crate::store::{Answered, StoreError};
use crate::telemetry::{AlarmLabels, CallLabels, OperationLabels, StepLabels};

/// Notes a whole answer: first the way to an attempt whose beginning had no answer, then how it stands.
pub(super) async fn take(
    app: &App,
    attempt: &Attempt,
    snapshot: Snapshot,
) -> Result<(), StoreError> {
    if let Some(opened) = snapshot.opened {
        let noted = app
            .store
            .answered(&attempt.id, Answered::Opened(opened), app.now())
            .await;
        if let Err(error) = noted {
            tracing::error!(%error, attempt = attempt.id.0, "a lost answer was found again and could not be noted");
            return Err(error);
        }
        tracing::info!(attempt = attempt.id.0, "a lost answer was found again");
    }
    note(app, attempt, snapshot.observation).await
}

/// Notes what the provider said, and tells who listens.
///
/// # Errors
/// Where the store failed; that is counted and logged.
pub(crate) async fn note(
    app: &App,
    attempt: &Attempt,
    observation: Observation,
) -> Result<(), StoreError> {
    let tell = app.audience.tell(app.test());
    match app
        .store
        .settle(&attempt.id, observation, tell, app.now())
        .await
    {
        Ok(None) => Ok(()),
        Ok(Some(settled)) => {
            say(app, attempt, &settled.step);
            app.publish(&settled.order);
            app.audience.bell.notify_one();
            Ok(())
        }
        Err(error) => {
            tracing::error!(%error, attempt = attempt.id.0, "the provider's answer could not be noted");
            Err(error)
        }
    }
}

/// Counts and logs a step; what a person should look at is logged as an error.
fn say(app: &App, attempt: &Attempt, step: &Step) {
    let status = step.status.as_str();
    let provider = app.provider_label(&attempt.provider);
    app.metrics
        .steps
        .get_or_create(&StepLabels { provider, status })
        .inc();
    tracing::info!(
        order = attempt.order_id.as_str(),
        attempt = attempt.id.0,
        reference = attempt.reference.0,
        from = attempt.status.as_str(),
        to = status,
        late = step.late,
        "an attempt changed"
    );
    if let Some(it) = step.alarm {
        alarm(app, attempt, it, step.received);
    } else if let Some(received) = step.received
        && attempt.price.minor() < received.minor()
    {
        tracing::info!(attempt = attempt.id.0, price = ?attempt.price, ?received, "more than the price was paid (the provider's fees)");
    }
}

/// Counts and logs what a person should look at.
pub(crate) fn alarm(app: &App, attempt: &Attempt, alarm: Alarm, received: Option<Money>) {
    let kind = alarm.as_str();
    app.metrics
        .alarms
        .get_or_create(&AlarmLabels { kind })
        .inc();
    tracing::error!(
        order = attempt.order_id.as_str(),
        attempt = attempt.id.0,
        reference = attempt.reference.0,
        price = ?attempt.price,
        ?received,
        alarm = kind,
        "a person has to look at this payment"
    );
}

/// Counts a question that was begun then, its outcome, and how long it took.
pub(crate) fn count<T>(
    app: &App,
    provider: &'static str,
    operation: &'static str,
    begun_at: UnixMs,
    result: &Result<T, ProviderError>,
) {
    let outcome = match result {
        Ok(_) => "ok",
        Err(error) => error.as_str(),
    };
    app.metrics
        .calls
        .get_or_create(&CallLabels {
            provider,
            operation,
            outcome,
        })
        .inc();
    let labels = OperationLabels {
        provider,
        operation,
    };
    let now = app.now();
    let ms = now.since_ms(begun_at);
    app.metrics.call_took(&labels, ms);
    if let Some(desk) = app.desk(provider) {
        desk.last_call.note(result, now);
    }
}
