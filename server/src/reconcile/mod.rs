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
    if first.joined {
        // That was somebody else's question.
        return start(app, attempt, 0, Cause::Cancelled).asked.wait().await;
    }
    answer
}

/// A question under way.
struct Question {
    asked: Asked,
    /// It was under way already, or has just been answered.
    joined: bool,
}

fn start(app: &Arc<App>, attempt: &Attempt, every_ms: i64, cause: Cause) -> Question {
    let now = app.now();
    let mut slots = app.asker.lock();
    if let Some(slot) = slots.get(&attempt.id) {
        // A clock that was set back must not silence us.
        let age = now.since_ms(slot.asked_at);
        if slot.asked.is_running() || (0..every_ms).contains(&age) {
            return Question {
                asked: slot.asked.clone(),
                joined: true,
            };
        }
    }
    let (asking, asked) = Asked::begin();
    let slot = Slot {
        asked_at: now,
        asked: asked.clone(),
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
        joined: false,
    }
}

/// As long as it matters to a shopper who waits whether it has been asked at all.
const KEPT_MS: i64 = watch::STEPPED_BACK_MS + 5 * SECOND_MS;
