//! What runs beside the requests, kept running: a task that breaks is logged, counted and started again after a pause, and
//! `/readyz` says so meanwhile.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::App;
use crate::clock::{MINUTE_MS, UnixMs};
use crate::{fanout, outbox, reconcile};

/// A task in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Look-ups that are due, and tidying up.
    Reconcile,
    /// Telling the shop.
    Outbox,
    /// Changes that other servers have made.
    News,
}

impl Task {
    /// Every task.
    pub const ALL: [Self; 3] = [Self::Reconcile, Self::Outbox, Self::News];

    /// A word for logs, metrics and `/readyz`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reconcile => "reconcile",
            Self::Outbox => "outbox",
            Self::News => "news",
        }
    }

    /// Whether it ends a round every second or so; the news are waited for as long as it takes.
    #[must_use]
    pub fn has_rounds(self) -> bool {
        match self {
            Self::Reconcile | Self::Outbox => true,
            Self::News => false,
        }
    }
}

/// How the tasks of one server are.
#[derive(Debug, Default)]
pub struct Background {
    pulses: Mutex<BTreeMap<Task, Pulse>>,
}

/// How a task is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// When it began its work, or ended its last round.
    pub alive_at: Option<UnixMs>,
    /// When it broke, where it has not come back to its work since.
    pub broken_at: Option<UnixMs>,
    /// How often it broke.
    pub restarts: u64,
}

impl Pulse {
    /// What is wrong with it, as one sentence; `None` where nothing is.
    #[must_use]
    pub fn trouble(&self, task: Task, now: UnixMs) -> Option<String> {
        let seconds = |it: UnixMs| now.since_ms(it).max(0).div_euclid(1_000);
        if let Some(broken_at) = self.broken_at {
            let ago = seconds(broken_at);
            return Some(format!("it broke {ago} s ago and is started again"));
        }
        match self.alive_at {
            None => Some("it has not begun".to_owned()),
            Some(at) if task.has_rounds() && STUCK_MS < now.since_ms(at) => {
                let ago = seconds(at);
                Some(format!("its last round ended {ago} s ago"))
            }
            Some(_) => None,
        }
    }
}

impl Background {
    /// Notes that a task is at its work.
    pub fn alive(&self, task: Task, now: UnixMs) {
        let mut pulses = self.lock();
        let pulse = pulses.entry(task).or_default();
        pulse.alive_at = Some(now);
        pulse.broken_at = None;
    }

    /// How a task is.
    #[must_use]
    pub fn pulse(&self, task: Task) -> Pulse {
        self.lock().get(&task).copied().unwrap_or_default()
    }

    fn broke(&self, task: Task, now: UnixMs) {
        let mut pulses = self.lock();
        let pulse = pulses.entry(task).or_default();
        pulse.broken_at = Some(now);
        pulse.restarts = pulse.restarts.saturating_add(1);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Task, Pulse>> {
        // No call under this lock can leave the map half changed.
        self.pulses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts everything that runs beside the requests; each ends when the server stops.
#[must_use]
pub fn start(app: &Arc<App>) -> Vec<JoinHandle<()>> {
    vec![
        keep(app, Task::Reconcile, reconcile::run),
        keep(app, Task::Outbox, outbox::run),
        keep(app, Task::News, fanout::run),
    ]
}

/// Runs a task until the server stops, again and again where it ends before.
pub fn keep<F, R>(app: &Arc<App>, task: Task, run: F) -> JoinHandle<()>
where
    F: Fn(Arc<App>) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut pause = FIRST_PAUSE;
        loop {
            let begun_at = app.now();
            // In a task of its own: a panic there is an error here. Its words have gone to stderr; they may quote anything,
            // so they are not repeated.
            let ended = tokio::spawn(run(Arc::clone(&app))).await;
            if app.stop.is_cancelled() && ended.is_ok() {
                return;
            }
            app.background.broke(task, app.now());
            if MINUTE_MS < app.now().since_ms(begun_at) {
                pause = FIRST_PAUSE;
            }
            tracing::error!(
                task = task.as_str(),
                panicked = ended.is_err(),
                pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                "a task in the background broke; it is started again"
            );
            tokio::select! {
                // In this order, so that the same happens twice in the same way.
                biased;
                () = app.stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    })
}

const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// What breaks at once each time must not fill the log.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A round takes as long as a shop's answer, 15 s at most, and a statement of the database.
const STUCK_MS: i64 = MINUTE_MS;
