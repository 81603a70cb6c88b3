//! Asking the provider: on a hint, on a schedule, and while a shopper is watching. One question an attempt at a time.
//!
//! - [`question`]: one question, from the call to the next check.
//! - [`note`]: its answer into the store, and the news to whoever listens.
//! - [`watch`]: while a shopper waits; [`rhythm`]: what the shopper does.
//! - [`rounds`]: what is due by itself.
//! - [`unanswered`]: which beginnings were cut off.

mod asked;
mod note;
mod question;
mod rhythm;
mod rounds;
mod unanswered;
mod watch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::asked::Asked;
use self::question::Cause;
use crate::app::App;
use crate::clock::{SECOND_MS, UnixMs};
use crate::payment::settle::Observation;
use crate::payment::{Attempt, AttemptId};
use crate::provider::ProviderError;

pub(crate) use note::{alarm, count, note};
pub use rounds::run;
pub use watch::{hinted, listened, tuned_in, verified, watched};

/// Which attempts are being asked about, and when each was asked about last.
#[derive(Debug, Default)]
pub struct Asker {
    slots: Mutex<HashMap<AttemptId, Slot>>,
    rhythm: rhythm::Rhythm,
}

#[derive(Debug)]
struct Slot {
    asked_at: UnixMs,
    asked: Asked,
    /// When it was to be asked about by itself, as the store had it then: by the clock of whichever server wrote that.
    due_at: Option<UnixMs>,
    /// It was asked because the provider had told of the attempt.
    was_told: bool,
    /// Somebody waits to ask once more.
    is_followed: bool,
}

/// What this server has heard of an attempt by asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It has not asked, or long ago.
    Nothing,
    /// The last question was answered, or will be.
    Answer,
    /// The last question had no answer.
    NoAnswer,
}

type Answer = Result<Observation, ProviderError>;

impl Asker {
    fn lock(&self) -> MutexGuard<'_, HashMap<AttemptId, Slot>> {
        // No call under this lock can leave the map half changed.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no other question was begun since this one.
    fn is_last(&self, attempt: &AttemptId, asked: &Asked) -> bool {
        let slots = self.lock();
        slots.get(attempt).is_none_or(|it| it.asked.is_same(asked))
    }

    /// What is known of an attempt since it was begun.
    fn knows(&self, attempt: &Attempt) -> Known {
        match self.lock().get(&attempt.id).map(|it| &it.asked) {
            None => Known::Nothing,
            Some(asked) if asked.is_running() => Known::Answer,
            Some(asked) if asked.answer().is_some_and(Result::is_ok) => Known::Answer,
            Some(_) => Known::NoAnswer,
        }
    }

    /// Forgets attempts that were asked about long ago.
    pub fn tidy(&self, now: UnixMs) {
        self.lock()
            .retain(|_, it| it.asked.is_running() || now.since_ms(it.asked_at) < KEPT_MS);
        self.rhythm.tidy(now);
    }
}

/// Asks in the background, unless the attempt is being asked about or was asked about less than `every_ms` ago.
pub fn poke(app: &Arc<App>, attempt: &Attempt, every_ms: i64) {
    start(app, attempt, every_ms, Cause::Watched);
}

/// Asks in the background because the provider has told of the attempt, which is due since.
///
/// The answer to a question from before may be from before, too: what was begun before this is followed by another question as
/// soon as it is answered, and where that was asked because of a notification, [`TOLD_MS`] later: what a provider tells thrice
/// is asked twice. That it is owed stands in the store ([`crate::store::Store::notified`]), whatever happens to this process.
pub fn told(app: &Arc<App>, attempt: &Attempt, since: UnixMs) {
    let due = Attempt {
        next_check_at: Some(since),
        ..attempt.clone()
    };
    let first = start(app, &due, TOLD_MS, Cause::Told);
    if first.is_mine_to_follow {
        let (task, id) = (Arc::clone(app), attempt.id.clone());
        app.tasks
            .spawn(async move { follow(&task, &id, &first).await });
    }
}

/// Asks once more after this question.
async fn follow(app: &Arc<App>, attempt: &AttemptId, first: &Question) {
    // Whatever it is: it may be older than what was told.
    drop(first.asked.wait().await);
    if first.was_told {
        tokio::time::sleep(Duration::from_millis(TOLD_MS.unsigned_abs())).await;
    }
    // What others have begun to ask meanwhile serves as well; and a server that is being stopped waits for what is under way and
    // begins nothing more.
    if !app.asker.is_last(attempt, &first.asked) || app.stop.is_cancelled() {
        return;
    }
    match app.store.attempt(attempt).await {
        Ok(Some(it)) if it.status.is_open() => drop(start(app, &it, 0, Cause::Told)),
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
    start(app, attempt, 0, Cause::Watched).asked.wait().await
}

/// Calls an attempt off at the provider where that is possible, else asks, and waits for the answer, which is in the store
/// by then.
///
/// # Errors
/// Why the provider gave no answer.
pub async fn cancel(app: &Arc<App>, attempt: &Attempt) -> Result<Observation, ProviderError> {
    let first = start(app, attempt, 0, Cause::Cancelled);
    let answer = first.asked.wait().await;
    if first.begun != Begun::Now {
        // That was somebody else's question.
        return start(app, attempt, 0, Cause::Cancelled).asked.wait().await;
    }
    answer
}

/// A question under way.
struct Question {
    asked: Asked,
    begun: Begun,
    /// It was asked because the provider had told of the attempt.
    was_told: bool,
    /// The provider has told of the attempt since, and whoever holds this is the first to want it asked about once more.
    is_mine_to_follow: bool,
}

/// When a question was begun, as seen by whoever wants one asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begun {
    /// For whoever wants it.
    Now,
    /// Before, and it is under way.
    Before,
    /// Not longer ago than was allowed, and it is over.
    Lately,
}

fn start(app: &Arc<App>, attempt: &Attempt, every_ms: i64, cause: Cause) -> Question {
    let now = app.now();
    let mut slots = app.asker.lock();
    if let Some(slot) = slots.get_mut(&attempt.id) {
        // A clock that was set back must not silence us.
        let age = now.since_ms(slot.asked_at);
        let serves = match cause {
            Cause::Watched | Cause::Cancelled => true,
            // What the provider tells is news, unless it was told just now.
            Cause::Told => slot.was_told,
            // It knew why it was due: a notification may have been noted since, by a server whose clock is behind.
            Cause::Due { .. } => slot.due_at == attempt.next_check_at,
        };
        let is_recent = serves && (0..every_ms).contains(&age);
        let is_running = slot.asked.is_running();
        if is_running || is_recent {
            return Question {
                asked: slot.asked.clone(),
                begun: if is_running {
                    Begun::Before
                } else {
                    Begun::Lately
                },
                was_told: slot.was_told,
                is_mine_to_follow: cause == Cause::Told
                    && !std::mem::replace(&mut slot.is_followed, true),
            };
        }
    }
    let (asking, asked) = Asked::begin();
    let was_told = cause == Cause::Told;
    let slot = Slot {
        asked_at: now,
        asked: asked.clone(),
        due_at: attempt.next_check_at,
        was_told,
        is_followed: false,
    };
    slots.insert(attempt.id.clone(), slot);
    drop(slots);
    let task = Arc::clone(app);
    let attempt = attempt.clone();
    app.tasks.spawn(async move {
        let result = question::ask(&task, &attempt, cause).await;
        asking.answered(result);
    });
    Question {
        asked,
        begun: Begun::Now,
        was_told,
        is_mine_to_follow: false,
    }
}

/// As long as it matters to a shopper who waits whether it has been asked at all.
const KEPT_MS: i64 = watch::STEPPED_BACK_MS + 5 * SECOND_MS;
/// Least time between two questions that are asked because of notifications.
const TOLD_MS: i64 = 300;
