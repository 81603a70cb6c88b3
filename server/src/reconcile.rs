//! Asking the provider: on a hint, on a schedule, and while a shopper is watching. One question an attempt at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::clock::{MINUTE_MS, SECOND_MS, UnixMs};
use crate::payment::settle::Observation;
use crate::payment::{Attempt, AttemptId, AttemptStatus, Order, schedule};
use crate::provider::{Desk, ProviderError, Snapshot, Urgency};
use crate::random;
use crate::store::{Answered, StoreError};
use crate::telemetry::{AskLabels, WordLabels};

/// Which attempts are being asked about, and when each was asked about last.
#[derive(Debug, Default)]
pub struct Asker {
    slots: Mutex<HashMap<AttemptId, Slot>>,
}

#[derive(Debug)]
struct Slot {
    asked_at: UnixMs,
    answer: watch::Receiver<Option<Answer>>,
}

impl Slot {
    fn is_running(&self) -> bool {
        // A closed channel without an answer: the task died, and must not block the next question.
        self.answer.borrow().is_none() && self.answer.has_changed().is_ok()
    }
}

type Answer = Result<(), ProviderError>;

impl Asker {
    fn lock(&self) -> MutexGuard<'_, HashMap<AttemptId, Slot>> {
        // No call under this lock can leave the map half changed.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets attempts that were asked about long ago.
    pub fn tidy(&self, now: UnixMs) {
        self.lock()
            .retain(|_, it| it.is_running() || now.since_ms(it.asked_at) < MINUTE_MS);
    }
}

/// Asks in the background, unless the attempt is being asked about or was asked about less than `every_ms` ago.
pub fn poke(app: &Arc<App>, attempt: &Attempt, every_ms: i64) {
    start(app, attempt, every_ms, Cause::Watched);
}

/// Asks in the background because a shopper is watching this order.
pub fn watched(app: &Arc<App>, order: &Order) {
    let Some(attempt) = order.current() else {
        return;
    };
    let young = app.now().since_ms(attempt.created_at) < WATCH_CLOSELY_MS;
    let every_ms = match attempt.status {
        AttemptStatus::Pending | AttemptStatus::Unknown | AttemptStatus::NeedsReview if young => {
            app.desk(&attempt.provider)
                .map_or(WATCH_LOOSELY_MS, |it| i64::from(it.watch_interval_ms))
        }
        AttemptStatus::Pending
        | AttemptStatus::Unknown
        | AttemptStatus::NeedsReview
        // Its page may still be open, and then a late success is real.
        | AttemptStatus::Failed => WATCH_LOOSELY_MS,
        AttemptStatus::Created
        | AttemptStatus::Orphaned
        | AttemptStatus::Refused
        | AttemptStatus::Paid
        | AttemptStatus::DuplicatePaid
        | AttemptStatus::Refunded => return,
    };
    poke(app, attempt, every_ms);
}

/// Asks, or joins the question that is under way, and waits for the answer, which is in the store by then.
///
/// # Errors
/// Why the provider gave no answer.
pub async fn ask(app: &Arc<App>, attempt: &Attempt) -> Result<(), ProviderError> {
    wait(start(app, attempt, 0, Cause::Watched).answer).await
}

/// Calls an attempt off at the provider where that is possible, else asks, and waits for the answer, which is in the store
/// by then.
///
/// # Errors
/// Why the provider gave no answer.
pub async fn cancel(app: &Arc<App>, attempt: &Attempt) -> Result<(), ProviderError> {
    let first = start(app, attempt, 0, Cause::Cancelled);
    let answer = wait(first.answer).await;
    if first.joined {
        // That was somebody else's question.
        return wait(start(app, attempt, 0, Cause::Cancelled).answer).await;
    }
    answer
}

async fn wait(mut answer: watch::Receiver<Option<Answer>>) -> Answer {
    match answer.wait_for(Option::is_some).await {
        Ok(answer) => answer.clone().unwrap_or(Err(ProviderError::Unreachable)),
        Err(_) => Err(ProviderError::Unreachable),
    }
}

/// Runs until the server stops: looks up what is due, and tidies up.
pub async fn run(app: Arc<App>) {
    let mut rounds: u32 = 0;
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
        round(&app).await;
        rounds = rounds.wrapping_add(1);
        if rounds.is_multiple_of(ROUNDS_A_MINUTE) {
            tidy(&app, rounds).await;
        }
    }
}

async fn round(app: &Arc<App>) {
    let now = app.now();
    let stale = now.plus_ms(-STALE_MS);
    if let Err(error) = app.store.recover(stale, now).await {
        app.metrics.store_errors.inc();
        tracing::error!(%error, "attempts could not be recovered");
        return;
    }
    for desk in app.desks() {
        take_up(app, desk, now).await;
    }
}

/// Takes up as many as the provider's limit leaves to the schedule: the others stay due, the longest due first.
async fn take_up(app: &Arc<App>, desk: &Desk, now: UnixMs) {
    let until = now.plus_ms(LEASE_MS);
    match due(app, desk, now, until).await {
        Ok(attempts) => {
            for attempt in attempts {
                let every_ms = i64::from(desk.watch_interval_ms);
                start(app, &attempt, every_ms, Cause::Due { until });
            }
        }
        Err(error) => {
            app.metrics.store_errors.inc();
            tracing::error!(%error, "due attempts could not be read");
        }
    }
}

async fn tidy(app: &Arc<App>, rounds: u32) {
    app.limits.tidy();
    app.hub.tidy();
    app.asker.tidy(app.now());
    if rounds.is_multiple_of(ROUNDS_A_MINUTE.saturating_mul(60))
        && let Err(error) = app.store.tidy(app.now()).await
    {
        app.metrics.store_errors.inc();
        tracing::error!(%error, "old tokens and keys could not be dropped");
    }
}

async fn due(
    app: &App,
    desk: &Desk,
    now: UnixMs,
    until: UnixMs,
) -> Result<Vec<Attempt>, StoreError> {
    let room = desk.quota.room(Urgency::Schedule).await?;
    if room == 0 {
        return Ok(Vec::new());
    }
    let provider = desk.provider.id();
    app.store
        .take_due(provider, now, until, room.min(MOST_A_ROUND))
        .await
}

/// Why a question is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// A hint, or a shopper who watches: the schedule stays as it is.
    Watched,
    /// The schedule: it gets its next time, unless something made it due before `until`, when its lease ends.
    Due { until: UnixMs },
    /// The shopper gave up: the attempt is called off where the provider can do that.
    Cancelled,
}

/// A question under way.
struct Question {
    answer: watch::Receiver<Option<Answer>>,
    /// It was under way already, or has just been answered.
    joined: bool,
}

fn start(app: &Arc<App>, attempt: &Attempt, every_ms: i64, cause: Cause) -> Question {
    let now = app.now();
    let mut slots = app.asker.lock();
    if let Some(slot) = slots.get(&attempt.id) {
        // A clock that was set back must not silence us.
        let age = now.since_ms(slot.asked_at);
        if slot.is_running() || (0..every_ms).contains(&age) {
            return Question {
                answer: slot.answer.clone(),
                joined: true,
            };
        }
    }
    let (done, answer) = watch::channel(None);
    let slot = Slot {
        asked_at: now,
        answer: answer.clone(),
    };
    slots.insert(attempt.id.clone(), slot);
    drop(slots);
    let task = Arc::clone(app);
    let attempt = attempt.clone();
    app.tasks.spawn(async move {
        let result = look_up(&task, &attempt, cause).await;
        done.send_replace(Some(result));
    });
    Question {
        answer,
        joined: false,
    }
}

/// One question, its answer into the store, its news to the listeners, and the next check.
async fn look_up(app: &Arc<App>, attempt: &Attempt, cause: Cause) -> Answer {
    let Some(desk) = app.desk(&attempt.provider) else {
        tracing::error!(
            attempt = attempt.id.0,
            provider = attempt.provider,
            "an attempt cannot be looked up: its provider's keys are not configured"
        );
        return Err(ProviderError::Unreachable);
    };
    let provider = desk.provider.as_ref();
    let (ask, result) = match cause {
        Cause::Watched => {
            let calls = desk.calls(Urgency::Watched);
            (
                "look_up",
                provider.look_up(&calls, attempt, app.now()).await,
            )
        }
        Cause::Due { .. } => {
            let calls = desk.calls(Urgency::Schedule);
            (
                "look_up",
                provider.look_up(&calls, attempt, app.now()).await,
            )
        }
        Cause::Cancelled => {
            let calls = desk.calls(Urgency::Watched);
            ("cancel", provider.cancel(&calls, attempt, app.now()).await)
        }
    };
    count(app, provider.id(), ask, &result);
    let next = next_check(app, attempt, &result);
    if let Some(snapshot) = known(attempt, &result)
        && take(app, attempt, snapshot).await.is_err()
    {
        // The schedule brings it back.
        return Err(ProviderError::Unreachable);
    }
    if let Cause::Due { until } = cause
        && let Err(error) = app.store.reschedule(&attempt.id, until, next).await
    {
        app.metrics.store_errors.inc();
        tracing::error!(%error, attempt = attempt.id.0, "the next check could not be noted");
    }
    match result {
        Ok(_) | Err(ProviderError::Rejected { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What the answer says of the attempt, if it says anything.
fn known(attempt: &Attempt, result: &Result<Snapshot, ProviderError>) -> Option<Snapshot> {
    match result {
        Ok(snapshot) => Some(snapshot.clone()),
        // It spoke its own language and does not say: an answer, though a poor one.
        Err(ProviderError::Rejected { detail }) => {
            tracing::warn!(
                attempt = attempt.id.0,
                reference = attempt.reference.0,
                detail,
                "the provider cannot say how an attempt stands"
            );
            Some(Observation::NotFound.into())
        }
        Err(ProviderError::Throttled(_)) => None,
        Err(
            error @ (ProviderError::Unreachable
            | ProviderError::OutcomeUnknown { .. }
            | ProviderError::Unsafe { .. }),
        ) => {
            tracing::warn!(attempt = attempt.id.0, %error, "an attempt could not be looked up");
            None
        }
    }
}

fn next_check(
    app: &App,
    attempt: &Attempt,
    result: &Result<Snapshot, ProviderError>,
) -> Option<UnixMs> {
    let now = app.now();
    match result {
        Ok(_) | Err(ProviderError::Rejected { .. }) => {
            let opened = result.as_ref().ok().and_then(|it| it.opened.as_ref());
            let expires_at = opened.map_or(attempt.expires_at, |it| it.expires_at);
            schedule::next_check(attempt.created_at, expires_at, now, random::jitter())
        }
        Err(ProviderError::Throttled(wait)) => {
            let ms = i64::try_from(wait.as_millis()).unwrap_or(RETRY_MS);
            Some(now.plus_ms(ms.max(SECOND_MS)))
        }
        Err(
            ProviderError::Unreachable
            | ProviderError::OutcomeUnknown { .. }
            | ProviderError::Unsafe { .. },
        ) => Some(now.plus_ms(RETRY_MS)),
    }
}

/// Notes a whole answer: first the way to an attempt whose beginning had no answer, then how it stands.
async fn take(app: &App, attempt: &Attempt, snapshot: Snapshot) -> Result<(), StoreError> {
    if let Some(opened) = snapshot.opened {
        let noted = app
            .store
            .answered(&attempt.id, Answered::Opened(opened), app.now())
            .await;
        if let Err(error) = noted {
            app.metrics.store_errors.inc();
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
            let status = settled.step.status.as_str();
            app.metrics
                .steps
                .get_or_create(&WordLabels { kind: status })
                .inc();
            tracing::info!(
                order = attempt.order_id.as_str(),
                attempt = attempt.id.0,
                reference = attempt.reference.0,
                from = attempt.status.as_str(),
                to = status,
                late = settled.step.late,
                "an attempt changed"
            );
            if let Some(alarm) = settled.step.alarm {
                let kind = alarm.as_str();
                app.metrics.alarms.get_or_create(&WordLabels { kind }).inc();
                tracing::error!(
                    order = attempt.order_id.as_str(),
                    attempt = attempt.id.0,
                    reference = attempt.reference.0,
                    price = ?attempt.price,
                    received = ?settled.step.received,
                    alarm = kind,
                    "a person has to look at this payment"
                );
            } else if let Some(received) = settled.step.received
                && attempt.price.minor() < received.minor()
            {
                tracing::info!(attempt = attempt.id.0, price = ?attempt.price, ?received, "more than the price was paid (the provider's fees)");
            }
            app.publish(&settled.order);
            app.audience.bell.notify_one();
            Ok(())
        }
        Err(error) => {
            app.metrics.store_errors.inc();
            tracing::error!(%error, attempt = attempt.id.0, "the provider's answer could not be noted");
            Err(error)
        }
    }
}

/// Counts a question and its outcome.
pub(crate) fn count<T>(
    app: &App,
    provider: &'static str,
    ask: &'static str,
    result: &Result<T, ProviderError>,
) {
    let outcome = match result {
        Ok(_) => "ok",
        Err(error) => error.as_str(),
    };
    app.metrics
        .calls
        .get_or_create(&AskLabels {
            provider,
            ask,
            outcome,
        })
        .inc();
}

/// How often due attempts are looked for.
const ROUND: Duration = Duration::from_millis(500);
const ROUNDS_A_MINUTE: u32 = 120;
/// Most attempts taken up in one round; the longest due come first.
const MOST_A_ROUND: u32 = 100;
/// How long an attempt that was taken up is nobody else's: longer than a question takes.
const LEASE_MS: i64 = 30 * SECOND_MS;
/// A call takes 10 s at most: what was begun a minute ago and is still unanswered was lost.
const STALE_MS: i64 = MINUTE_MS;
/// When to ask again after the provider could not be reached.
const RETRY_MS: i64 = 15 * SECOND_MS;
/// How long a watched order is asked about at the watch interval; afterwards every [`WATCH_LOOSELY_MS`].
const WATCH_CLOSELY_MS: i64 = 15 * MINUTE_MS;
const WATCH_LOOSELY_MS: i64 = 20 * SECOND_MS;
