//! One question: the call, its answer into the store, and when to ask next.

use std::sync::Arc;

use super::Answer;
use super::note::{count, take};
use crate::app::App;
use crate::clock::{MINUTE_MS, SECOND_MS, UnixMs};
use crate::payment::settle::{self, Observation};
use crate::payment::{Attempt, schedule};
use crate::provider::{ProviderError, Snapshot, Urgency};
use crate::random;

/// Why a question is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A hint, or a shopper who watches, who puts up with an answer to a question that was begun less than `every_ms` ago: the
    /// schedule stays as it is, but where it finds the attempt's page.
    Watched { every_ms: i64 },
    /// The provider has told of the attempt; the schedule stays as it is.
    Told,
    /// The schedule: it gets its next time, unless something made it due before `until`, when its lease ends.
    Due { until: UnixMs },
    /// The shopper gave up: the attempt is called off where the provider can do that.
    Cancelled,
}

/// One question, its answer into the store, its news to the listeners, and the next check.
pub(super) async fn ask(app: &Arc<App>, attempt: &Attempt, cause: Cause) -> Answer {
    let Some(desk) = app.desk(&attempt.provider) else {
        tracing::error!(
            attempt = attempt.id.0,
            provider = attempt.provider,
            "an attempt cannot be looked up: its provider's keys are not configured"
        );
        return Err(ProviderError::Unreachable);
    };
    let provider = desk.provider.as_ref();
    let urgency = match cause {
        Cause::Watched { .. } | Cause::Told | Cause::Cancelled => Urgency::Watched,
        Cause::Due { .. } => Urgency::Schedule,
    };
    let (calls, asked_at) = (desk.calls(urgency), app.now());
    let (ask, result) = match cause {
        Cause::Watched { .. } | Cause::Told | Cause::Due { .. } => {
            ("look_up", provider.look_up(&calls, attempt, asked_at).await)
        }
        Cause::Cancelled => ("cancel", provider.cancel(&calls, attempt, asked_at).await),
    };
    count(app, provider.id(), ask, asked_at, &result);
    let next = next_check(app, attempt, asked_at, &result).filter(|_| !planted!(NeverAskedAgain));
    if take(app, attempt, known(attempt, &result)).await.is_err() {
        // The schedule brings it back.
        return Err(ProviderError::Unreachable);
    }
    let replaced = match (cause, attempt.next_check_at) {
        (Cause::Due { until }, _) => Some((until, next)),
        // Whoever finds its page has it asked about when that is over, as the schedule does, which knew of none.
        (_, Some(due)) if attempt.expires_at.is_none() && expires_at(&result).is_some() => {
            Some((due, next.into_iter().chain([due]).min()))
        }
        (_, _) => None,
    };
    if let Some((old, next)) = replaced
        && let Err(error) = app.store.reschedule(&attempt.id, old, next).await
    {
        tracing::error!(%error, attempt = attempt.id.0, "the next check could not be noted");
    }
    match result {
        Ok(snapshot) => Ok(snapshot.observation),
        Err(ProviderError::Rejected { .. }) => Ok(Observation::NotFound),
        Err(error) => Err(error),
    }
}

/// Until when its page takes a payment, where the answer brings the page and says so.
fn expires_at(result: &Result<Snapshot, ProviderError>) -> Option<UnixMs> {
    result.as_ref().ok()?.opened.as_ref()?.expires_at
}

/// What the answer says of the attempt. No answer says nothing, but after three days of that a person is told.
fn known(attempt: &Attempt, result: &Result<Snapshot, ProviderError>) -> Snapshot {
    match result {
        Ok(snapshot) => snapshot.clone(),
        // It spoke its own language and does not say: an answer, though a poor one.
        Err(ProviderError::Rejected { detail }) => {
            tracing::warn!(
                attempt = attempt.id.0,
                reference = attempt.reference.0,
                detail,
                "the provider cannot say how an attempt stands"
            );
            Observation::NotFound.into()
        }
        Err(ProviderError::Throttled(_)) => Observation::Unasked.into(),
        Err(
            error @ (ProviderError::Unreachable
            | ProviderError::OutcomeUnknown { .. }
            | ProviderError::Unsafe { .. }),
        ) => {
            tracing::warn!(attempt = attempt.id.0, %error, "an attempt could not be looked up");
            Observation::Unasked.into()
        }
    }
}

fn next_check(
    app: &App,
    attempt: &Attempt,
    asked_at: UnixMs,
    result: &Result<Snapshot, ProviderError>,
) -> Option<UnixMs> {
    let now = app.now();
    match result {
        Ok(_) | Err(ProviderError::Rejected { .. }) => schedule::next_check(
            attempt.created_at,
            expires_at(result).or(attempt.expires_at),
            asked_at,
            now,
            random::jitter(),
        ),
        // A person has been told, and nothing more is expected of asking.
        Err(_) if settle::is_given_up(attempt, now) => None,
        Err(ProviderError::Throttled(wait)) => {
            let ms = i64::try_from(wait.as_millis()).unwrap_or(RETRY_MS);
            Some(now.plus_ms(ms.max(SECOND_MS)))
        }
        Err(
            ProviderError::Unreachable
            | ProviderError::OutcomeUnknown { .. }
            | ProviderError::Unsafe { .. },
        ) => {
            let age = now.since_ms(attempt.created_at);
            Some(now.plus_ms((age / 10).clamp(RETRY_MS, LONGEST_RETRY_MS)))
        }
    }
}

/// When to ask again after the provider could not be reached: later and later for what it has never been able to say.
const RETRY_MS: i64 = 15 * SECOND_MS;
const LONGEST_RETRY_MS: i64 = 15 * MINUTE_MS;
