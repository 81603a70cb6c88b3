//! The widget's machine, exhaustively: every input in every state, until no new state is found.
//!
//! States that differ in numbers alone are one (`Checkout::abstraction`); of each the first that was found stands for all of
//! them. Every invariant is asserted on every step.

pub mod attempts;
mod inputs;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use malipo::checkout::{Checkout, Effect, Input, Moment, StateName};

use crate::START;
use crate::browser::parse_url;
use crate::invariants::Invariants;

/// What the search found.
#[derive(Debug, Default)]
pub struct Found {
    /// How many states.
    pub states: usize,
    /// How many steps.
    pub steps: usize,
    /// From how many of them no end can be reached; a removed button has none.
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
    removed: bool,
}

/// Searches until no new state is found.
#[must_use]
pub fn search() -> Found {
    let first = Node {
        checkout: Checkout::new(7, parse_url),
        invariants: Invariants::default(),
        now: START,
        stream: None,
        sent: Vec::new(),
        removed: false,
    };
    let mut found = Found::default();
    let mut known = HashMap::from([(first.name(), 0)]);
    let mut names = vec![first.name()];
    let mut ends = vec![false];
    let mut causes: Vec<Vec<usize>> = vec![Vec::new()];
    let mut open = VecDeque::from([(0, first)]);
    while let Some((index, node)) = open.pop_front() {
        for (word, wait_ms, input) in inputs::of(&node) {
            found.steps += 1;
            let mut next = node.clone();
            next.now += wait_ms;
            next.say(input);
            let (from, to) = (node.checkout.state(), next.checkout.state());
            if from != to && !next.removed {
                let words = found.changes.entry((from.as_str(), to.as_str()));
                words.or_default().insert(word);
            }
            let name = next.name();
            let at = *known.entry(name).or_insert_with_key(|name| {
                names.push(name.clone());
                ends.push(is_end(to) || next.removed);
                causes.push(Vec::new());
                open.push_back((names.len() - 1, next));
                names.len() - 1
            });
            causes[at].push(index);
        }
    }
    found.states = names.len();
    found.without_end = without_end(&names, &ends, &causes);
    found
}

/// From the ends backwards: what is not met leads to none.
fn without_end(names: &[String], ends: &[bool], causes: &[Vec<usize>]) -> Vec<String> {
    let mut reaches = ends.to_vec();
    let mut open: Vec<usize> = (0..ends.len()).filter(|it| ends[*it]).collect();
    while let Some(index) = open.pop() {
        for cause in &causes[index] {
            if !reaches[*cause] {
                reaches[*cause] = true;
                open.push(*cause);
            }
        }
    }
    let lost = names.iter().zip(reaches).filter(|it| !it.1);
    lost.map(|it| it.0.clone()).collect()
}

fn is_end(state: StateName) -> bool {
    !matches!(
        state,
        StateName::Idle | StateName::Initiating | StateName::Opening | StateName::Waiting
    )
}

impl Node {
    fn name(&self) -> String {
        let removed = if self.removed { " removed" } else { "" };
        format!("{}{removed}", self.checkout.abstraction())
    }

    fn say(&mut self, input: Input) {
        let now = Moment(self.now);
        self.removed |= input == Input::Destroyed;
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
        "Drawn by a search through all {} states of the machine (every input in each of them, {} steps; counters capped, times in classes; \
         `make states` draws it anew). From every one of them an end can be reached.",
        found.states, found.steps
    ));
    text
}
