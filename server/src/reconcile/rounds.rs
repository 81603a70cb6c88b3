//! What is due by itself: look-ups on a schedule, calls that were cut off, and tidying up.

use std::sync::Arc;
use std::time::Duration;

use super::question::Cause;
use super::unanswered::Unanswered;
use super::{Begun, Question, start, watch};
use crate::app::App;
use crate::background::Task;
use crate::clock::{SECOND_MS, UnixMs};
use crate::payment::{Attempt, schedule};
use crate::provider::{Desk, Urgency};
use crate::random;
use crate::store::StoreError;

/// Runs until the server stops: looks up what is due, and tidies up.
pub async fn run(app: Arc<App>) {
    let mut rounds: u32 = 0;
    let mut unanswered = Unanswered::default();
    loop {
        app.background.alive(Task::Reconcile, app.now());
        tokio::select! {
            // In this order, so that the same happens twice in the same way.
            biased;
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
        if rounds.is_multiple_of(ROUNDS_A_LOOK) {
            watch::read_notices(&app).await;
        }
        round(&app, &mut unanswered).await;
        rounds = rounds.wrapping_add(1);
        if rounds.is_multiple_of(ROUNDS_A_MINUTE) {
            tidy(&app, rounds).await;
        }
    }
}

async fn round(app: &Arc<App>, unanswered: &mut Unanswered) {
    let now = app.now();
    if !planted!(CutOffForgotten)
        && let Err(error) = recover(app, unanswered, now).await
    {
        tracing::error!(%error, "attempts could not be recovered");
        return;
    }
    for desk in app.desks() {
        take_up(app, desk, now).await;
    }
}

/// Takes up what a server that has gone was beginning.
async fn recover(app: &App, unanswered: &mut Unanswered, now: UnixMs) -> Result<(), StoreError> {
    let lost = unanswered.lost(app.store.unanswered().await?);
    if lost.is_empty() {
        return Ok(());
    }
    let found = app.store.recover(&lost, now).await?;
    if 0 < found {
        tracing::warn!(attempts = found, "calls were cut off; they are looked up");
    }
    Ok(())
}

/// Takes up as many as the provider's limit leaves to the schedule: the others stay due, the longest due first.
async fn take_up(app: &Arc<App>, desk: &Desk, now: UnixMs) {
    let until = now.plus_ms(LEASE_MS);
    match due(app, desk, now, until).await {
        Ok(attempts) => {
            for attempt in attempts {
                let question = start(app, &attempt, Cause::Due { until });
                if question.begun != Begun::Now {
                    let task = Arc::clone(app);
                    app.tasks.spawn(async move {
                        joined(&task, &attempt, until, &question).await;
                    });
                }
            }
        }
        Err(error) => {
            tracing::error!(%error, "due attempts could not be read");
        }
    }
}

/// Somebody else's question. Begun since this attempt fell due, it is this check's too, and there is another one a second later
/// where it has no answer; so there is where it may have been begun before that, and not only when the lease ends.
async fn joined(app: &App, attempt: &Attempt, until: UnixMs, question: &Question) {
    let next = match question.begun == Begun::Since && question.asked.wait().await.is_ok() {
        true => after(app, attempt, question.asked_at).await,
        false => Some(app.now().plus_ms(SECOND_MS)),
    };
    if let Err(error) = app.store.reschedule(&attempt.id, until, next).await {
        tracing::error!(%error, attempt = attempt.id.0, "the next check could not be noted");
    }
}

/// The next check after an answer to a question that was begun at `asked_at`.
async fn after(app: &App, attempt: &Attempt, asked_at: UnixMs) -> Option<UnixMs> {
    // The answer may have changed how long its page takes a payment.
    let answered = app.store.attempt(&attempt.id).await;
    let now = app.now();
    match answered {
        Ok(it) => it.and_then(|it| {
            let jitter = random::jitter();
            schedule::next_check(it.created_at, it.expires_at, asked_at, now, jitter)
        }),
        Err(error) => {
            tracing::error!(
                %error,
                attempt = attempt.id.0,
                "an attempt that was asked about could not be read; it is asked about again"
            );
            Some(now.plus_ms(SECOND_MS))
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

/// How often due attempts are looked for.
const ROUND: Duration = Duration::from_millis(500);
pub(super) const ROUNDS_A_MINUTE: u32 = 120;
/// Every 2 s it is read whether notifications come.
const ROUNDS_A_LOOK: u32 = 4;
/// Most attempts taken up in one round; the longest due come first.
const MOST_A_ROUND: u32 = 100;
/// How long an attempt that was taken up is nobody else's: longer than a question takes.
const LEASE_MS: i64 = 30 * SECOND_MS;
