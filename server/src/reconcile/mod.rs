//! Asking the provider: on a hint, on a schedule, and while a shopper is watching. One question an attempt at a time.
//!
//! - [`asker`]: which attempts are being asked about, and whom an answer serves.
//! - [`question`]: one question, from the call to the next check.
//! - [`note`]: its answer into the store, and the news to whoever listens.
//! - [`watch`]: while a shopper waits; [`rhythm`]: what the shopper does.
//! - [`rounds`]: what is due by itself.
//! - [`unanswered`]: which beginnings were cut off.

mod asked;
mod asker;
mod note;
mod question;
mod rhythm;
mod rounds;
mod unanswered;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use self::asked::{Asked, Asking};
use self::asker::{Begun, Known, Question, TOLD_MS};
use self::question::Cause;
use crate::app::App;
use crate::clock::UnixMs;
use crate::payment::settle::Observation;
use crate::payment::{Attempt, AttemptId};
use crate::provider::ProviderError;

pub use asker::Asker;
pub(crate) use note::{alarm, count, note};
pub use rounds::run;
pub use watch::{hinted, listened, tuned_in, verified, watched};

type Answer = Result<Observation, ProviderError>;

/// Asks in the background, unless the attempt is being asked about or was asked about less than `every_ms` ago.
pub fn poke(app: &Arc<App>, attempt: &Attempt, every_ms: i64) {
    start(app, attempt, Cause::Watched { every_ms });
}

/// Asks in the background because the provider has told of the attempt, which is due since.
///
/// The answer to a question from before may be from before, too: what was begun before this is followed by another question as
/// soon as it is answered; where that was asked because of a notification, [`TOLD_MS`] after it was begun at the earliest. So
/// what a provider tells thrice is asked twice, and once more where the schedule came in between and did not see why. That it is
/// owed stands in the store ([`crate::store::Store::notified`]), whatever happens to this process.
pub fn told(app: &Arc<App>, attempt: &Attempt, since: UnixMs) {
    let due = Attempt {
        next_check_at: Some(since),
        ..attempt.clone()
    };
    let question = start(app, &due, Cause::Told);
    if let Some(at) = question.followed_at {
        let (task, id) = (Arc::clone(app), attempt.id.clone());
        app.tasks
            .spawn(async move { follow(&task, &id, &question.asked, at).await });
    }
}

/// Asks once more after this question, and not before then.
async fn follow(app: &Arc<App>, attempt: &AttemptId, last: &Asked, at: UnixMs) {
    // Whatever it is: it may be older than what was told.
    drop(last.wait().await);
    // A clock that was set back must not silence us.
    let ms = at.since_ms(app.now()).clamp(0, TOLD_MS);
    tokio::time::sleep(Duration::from_millis(ms.unsigned_abs())).await;
    // A server that is being stopped waits for what is under way and begins nothing more.
    if app.stop.is_cancelled() {
        return;
    }
    match app.store.attempt(attempt).await {
        Ok(Some(it)) if it.status.is_open() => {
            if let Some(asking) = app.asker.follow(&it, last, app.now()) {
                spawn(app, &it, Cause::Told, asking);
            }
        }
        Ok(_) => {}
        Err(error) => {
            tracing::error!(%error, attempt = attempt.0, "an attempt that was told of could not be read; the schedule asks");
        }
    }
}

/// Asks, or joins the question that is under way, and waits for the answer, which is in the store by then.
///
/// # Errors
/// Why the provider gave no answer.
pub async fn ask(app: &Arc<App>, attempt: &Attempt) -> Result<Observation, ProviderError> {
    let cause = Cause::Watched { every_ms: 0 };
    start(app, attempt, cause).asked.wait().await
}

/// Calls an attempt off at the provider where that is possible, else asks, and waits for the answer, which is in the store
/// by then.
///
/// # Errors
/// Why the provider gave no answer.
pub async fn cancel(app: &Arc<App>, attempt: &Attempt) -> Result<Observation, ProviderError> {
    let first = start(app, attempt, Cause::Cancelled);
    let answer = first.asked.wait().await;
    if first.begun != Begun::Now {
        // That was somebody else's question.
        return start(app, attempt, Cause::Cancelled).asked.wait().await;
    }
    answer
}

fn start(app: &Arc<App>, attempt: &Attempt, cause: Cause) -> Question {
    let (question, asking) = app.asker.join(attempt, cause, app.now());
    if let Some(asking) = asking {
        spawn(app, attempt, cause, asking);
    }
    question
}

fn spawn(app: &Arc<App>, attempt: &Attempt, cause: Cause, asking: Asking) {
    let (task, attempt) = (Arc::clone(app), attempt.clone());
    app.tasks.spawn(async move {
        let result = question::ask(&task, &attempt, cause).await;
        asking.answered(result);
    });
}
