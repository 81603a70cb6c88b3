//! B5 and B6: a notification that was taken with a 200 causes a look-up, whatever dies in between.

use std::collections::{BTreeMap, VecDeque};

use super::Checks;
use crate::backend::Setting;
use crate::store::SharedDisk;

/// The notifications that were taken, and the look-ups that were answered.
#[derive(Debug, Default)]
pub(super) struct Notices {
    /// Notifications, by reference, after which no look-up was answered.
    waiting: BTreeMap<String, Taken>,
    /// The number of the last look-up of each reference whose answer came to a server that lives.
    asked: BTreeMap<String, u64>,
    /// Since when nothing has kept servers from asking.
    calm_since: u64,
    /// Until when a refused call may leave little of the budget.
    refused_until: u64,
    /// A server's clock has jumped: what is due now may be due in an hour, and calls may count for as long.
    clock_jumped: bool,
}

#[derive(Clone, Copy, Debug)]
struct Taken {
    at: u64,
    /// The last number that was given when it came in.
    before: u64,
}

impl Checks {
    /// The provider's own notification of a payment was answered with 200; `before`: the last number that was given when it
    /// came in.
    pub(crate) fn notice_taken(
        &mut self,
        reference: &str,
        before: u64,
        disk: &SharedDisk,
        now: u64,
    ) {
        self.count("B5");
        let asked = self.notices.asked.get(reference);
        let is_expected = is_open(disk, reference) && !self.notices.clock_jumped;
        if is_expected && asked.is_none_or(|it| *it <= before) {
            let waiting = &mut self.notices.waiting;
            let taken = Taken { at: now, before };
            waiting.entry(reference.to_owned()).or_insert(taken);
        }
    }

    /// The answer to a look-up, whatever it is, comes to a server that lives.
    pub(crate) fn look_up_answered(&mut self, reference: &str, number: u64) {
        let waiting = self.notices.waiting.get(reference);
        if waiting.is_some_and(|it| it.before < number) {
            self.notices.waiting.remove(reference);
        }
        self.notices.asked.insert(reference.to_owned(), number);
    }

    /// Whether a notification was taken that nobody has asked about.
    pub(crate) fn awaits_look_up(&self) -> bool {
        !self.notices.waiting.is_empty()
    }

    /// Something keeps a server from asking: it dies, it starts, its store fails.
    pub(crate) fn disturbed(&mut self, now: u64) {
        self.notices.calm_since = now;
    }

    /// The provider refuses a call: the servers are silent, and their budget is halved for minutes.
    pub(crate) fn refused(&mut self, now: u64) {
        self.notices.refused_until = now + HALVED_MS;
    }

    /// A server's clock jumps: from now on nothing is expected.
    pub(crate) fn clock_jumps(&mut self) {
        self.notices.waiting.clear();
        self.notices.clock_jumped = true;
    }

    /// Since when servers ask as they wish to.
    pub(crate) fn calm_since(&self) -> u64 {
        self.notices.calm_since
    }

    /// What was taken and not asked about within [`ASKED_WITHIN_MS`] is lost.
    pub(crate) fn notices(&mut self, disk: &SharedDisk, setting: &Setting, now: u64) {
        let most = self.calls.iter().map(VecDeque::len).max().unwrap_or(0);
        let is_full = setting.calls_per_minute as usize <= most * OWN_PART;
        if is_full || now < self.notices.refused_until {
            self.disturbed(now);
        }
        let waiting = &mut self.notices.waiting;
        waiting.retain(|it, _| is_open(disk, it));
        let calm_since = self.notices.calm_since;
        for (reference, taken) in &self.notices.waiting {
            assert!(
                now < calm_since.max(taken.at) + ASKED_WITHIN_MS,
                "B5: a notification of {reference} was taken at {}, and at {now} nobody has asked",
                taken.at
            );
        }
    }
}

/// Whether the provider's word can still change it.
fn is_open(disk: &SharedDisk, reference: &str) -> bool {
    let disk = disk.look();
    disk.named(reference).is_some_and(|it| it.status.is_open())
}

/// A look-up that a process was about when it died is nobody else's for half a minute, and a call takes 10 s at the most.
const ASKED_WITHIN_MS: u64 = 50_000;
/// Whoever waits has less than a fifth of the calls for himself; leases count that were not used.
const OWN_PART: usize = 8;
/// Four halvings wear off in a minute each, after a silence of up to half a minute.
const HALVED_MS: u64 = 330_000;
