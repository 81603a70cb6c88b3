//! Lives through a world, and says how it went.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::planted::Planted;
use crate::world::{Plan, Report, World};

/// How a world went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// In numbers, up to the failure.
    pub report: Report,
    /// What did not hold.
    pub failure: Option<String>,
    /// Its story, where it was to be told.
    pub story: Vec<String>,
}

thread_local! {
    /// A world is being lived through in this thread.
    static LIVES: Cell<bool> = const { Cell::new(false) };
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Lives through one world; a bug may be planted in it.
#[must_use]
pub fn live(plan: &Plan, planted: Option<Planted>) -> Outcome {
    let mut world = None;
    let failure = broken(planted, || world.insert(World::new(plan)).run());
    let story = world.as_ref().map(|it| it.story().lines().to_vec());
    Outcome {
        report: world.as_ref().map(World::report).unwrap_or_default(),
        failure,
        story: story.unwrap_or_default(),
    }
}

/// What did not hold while something was done; a bug may be planted in it.
#[must_use]
pub fn broken(planted: Option<Planted>, done: impl FnOnce()) -> Option<String> {
    listen();
    take_panics();
    Planted::plant(planted);
    LIVES.set(true);
    let done = catch_unwind(AssertUnwindSafe(done));
    LIVES.set(false);
    Planted::plant(None);
    let panics = take_panics();
    done.is_err().then(|| panics.join("; "))
}

/// What has panicked in this thread since the last call: a server's task must not, whatever it is sent.
pub(crate) fn take_panics() -> Vec<String> {
    PANICS.take()
}

/// Keeps what panics say, in place of printing it: a planted bug is found by one.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if !LIVES.get() {
                return before(info);
            }
            let text = info.payload_as_str().unwrap_or("a panic without words");
            let place = info
                .location()
                .map(|it| format!("{}:{}", it.file(), it.line()));
            let place = place.unwrap_or_default();
            PANICS.with_borrow_mut(|it| it.push(format!("{text} ({place})")));
        }));
    });
}

/// The number of the invariant that a failure names, or its first words.
#[must_use]
pub fn invariant(failure: &str) -> String {
    let is_number = |it: &&str| {
        let (letter, digits) = it.split_at(it.len().min(1));
        matches!(letter, "W" | "B")
            && !digits.is_empty()
            && digits.bytes().all(|it| it.is_ascii_digit())
    };
    let words = failure.split(|it: char| !it.is_ascii_alphanumeric());
    let mut named = words.filter(is_number);
    named.next().map_or_else(
        || {
            failure
                .split(['(', ':', '\n'])
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        },
        str::to_owned,
    )
}
