//! The widget's machine, exhaustively: everything that `inputs.rs` can say, in every state, until no new state is found.
//!
//! Once for each way in which the checkout page is shown, and once for a quote.
//! States that differ in numbers alone are one (`Checkout::abstraction`); of each the first that was found stands for all of
//! them. Every invariant is asserted on every step.

pub mod attempts;
mod inputs;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use malipo::checkout::{Checkout, Effect, Input, Moment, PressMeaning, StateName};

use crate::START;
use crate::browser::parse_url;
use crate::invariants::Invariants;
use inputs::Says;

/// What the search found.
#[derive(Debug, Default)]
pub struct Found {
    /// How many states.
    pub states: usize,
    /// How many steps.
    pub steps: usize,
    /// Where an attempt is under way, and time alone never ends it: no answer, no press, no cancel.
    pub without_end: Vec<String>,
    /// What leads from one named state to another.
    pub changes: BTreeMap<(&'static str, &'static str), BTreeSet<&'static str>>,
}

#[derive(Clone)]
struct Node {
    checkout: Checkout,
    invariants: Invariants,
    now: u64,
    stream: Option<u32>,
    sent: Vec<(u32, malipo::checkout::RequestKind)>,
    /// The attempt under way was begun at the other price; told apart in one mode, since the price has no part in the others.
    is_dear: bool,
    removed: bool,
    /// What was said to it so far.
    way: Vec<&'static str>,
}

/// Searches until no new state is found, whatever the button is made of, or until one is found that never ends.
#[must_use]
pub fn search() -> Found {
    let mut found = Found::default();
    for says in Says::all() {
        if found.without_end.is_empty() {
            found.add(&says);
        }
    }
    found
}

impl Found {
    fn add(&mut self, says: &Says) {
        let first = Node {
            checkout: Checkout::new(7, parse_url),
            invariants: Invariants::default(),
            now: START,
            stream: None,
            sent: Vec::new(),
            is_dear: false,
            removed: false,
            way: Vec::new(),
        };
        let mut known = HashMap::from([(first.name(), 0)]);
        let mut names = vec![first.name()];
        let mut kinds = vec![Kind::AtRest];
        // From where time alone leads to each.
        let mut causes: Vec<Vec<usize>> = vec![Vec::new()];
        let mut open = VecDeque::from([(0, first)]);
        while let Some((index, node)) = open.pop_front() {
            for (word, wait_ms, input) in says.to(&node) {
                self.steps += 1;
                let is_time = input == Input::TimerFired;
                let mut next = node.clone();
                next.now += wait_ms;
                next.way.push(word);
                next.try_to_say(input);
                let (from, to) = (node.checkout.state(), next.checkout.state());
                if from != to && !next.removed {
                    let words = self.changes.entry((from.as_str(), to.as_str()));
                    words.or_default().insert(word);
                }
                let name = next.name();
                let at = *known.entry(name).or_insert_with_key(|name| {
                    names.push(name.clone());
                    kinds.push(Kind::of(&next));
                    causes.push(Vec::new());
                    open.push_back((names.len() - 1, next));
                    names.len() - 1
                });
                if is_time {
                    causes[at].push(index);
                }
            }
        }
        self.states += names.len();
        let lost = without_end(&kinds, &causes);
        let lost = lost.map(|it| format!("{}: {}", says.name(), names[it]));
        self.without_end.extend(lost);
    }
}

/// What a state is for an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// None is under way, and none has been.
    AtRest,
    UnderWay,
    Over,
}

impl Kind {
    fn of(node: &Node) -> Self {
        match node.checkout.state() {
            _ if node.removed => Self::AtRest,
            StateName::Idle => Self::AtRest,
            StateName::Initiating | StateName::Opening | StateName::Waiting => Self::UnderWay,
            _ => Self::Over,
        }
    }
}

/// From the ends backwards: what is under way and is not met leads to none.
fn without_end(kinds: &[Kind], causes: &[Vec<usize>]) -> impl Iterator<Item = usize> {
    let mut reaches: Vec<bool> = kinds.iter().map(|it| *it == Kind::Over).collect();
    let mut open: Vec<usize> = (0..kinds.len()).filter(|it| reaches[*it]).collect();
    while let Some(index) = open.pop() {
        for cause in &causes[index] {
            if !reaches[*cause] {
                reaches[*cause] = true;
                open.push(*cause);
            }
        }
    }
    (0..kinds.len()).filter(move |it| kinds[*it] == Kind::UnderWay && !reaches[*it])
}

impl Node {
    fn name(&self) -> String {
        let removed = if self.removed { " removed" } else { "" };
        let dear = if self.is_dear { " dear" } else { "" };
        format!("{}{dear}{removed}", self.checkout.abstraction())
    }

    /// What does not hold is told with the way there.
    fn try_to_say(&mut self, input: Input) {
        if catch_unwind(AssertUnwindSafe(|| self.say(input))).is_err() {
            panic!("after: {}", self.way.join(", "));
        }
    }

    fn say(&mut self, input: Input) {
        let now = Moment(self.now);
        self.removed |= input == Input::Destroyed;
        if let Input::Pressed(press) = &input
            && self.checkout.press_meaning(&press.options) == PressMeaning::Start
        {
            self.is_dear = inputs::is_dear(&press.options);
        }
        self.invariants.before(&self.checkout, 0, now, &input);
        self.checkout.handle(now, input);
        let effects: Vec<Effect> = std::iter::from_fn(|| self.checkout.poll_effect()).collect();
        self.invariants.after(&self.checkout, now, &effects);
        for effect in effects {
            match effect {
                Effect::Send(request) => self.sent.push((request.epoch, request.kind)),
                Effect::Abort { epoch } => self.sent.retain(|it| it.0 != epoch),
                Effect::OpenStream { epoch, .. } => self.stream = Some(epoch),
                Effect::CloseStream => self.stream = None,
                _ => {}
            }
        }
    }
}

/// The named states and what leads from one to another, as a diagram.
#[must_use]
pub fn diagram(found: &Found) -> String {
    let mut text = String::from("```mermaid\nstateDiagram-v2\n    [*] --> idle\n");
    for ((from, to), words) in &found.changes {
        let words: Vec<_> = words.iter().copied().collect();
        text.push_str(&format!("    {from} --> {to}: {}\n", words.join(", ")));
    }
    text.push_str("```\n\n");
    text.push_str(&format!(
        "Drawn by a search through {} states of the machine ({} steps: in each of them everything that `tests/simulation/src/exhaustive/inputs.rs` \
         can say, for every mode and for a quote; counters capped, times in classes; `make states` draws it anew). From every one of them in which \
         an attempt is under way, time alone leads to an end: no answer, no press, no cancel.",
        found.states, found.steps
    ));
    text
}
