//! B5 and B6: a notification that was taken with a 200 causes a look-up, whatever dies in between; and so does the end of a page
//! that its provider has told of (B7).

use std::collections::{BTreeMap, VecDeque};

use malipo_server::payment::AttemptStatus;

use super::Checks;
use crate::backend::Setting;
use crate::store::SharedDisk;

/// The look-ups that are expected, and those that were answered.
#[derive(Debug, Default)]
pub(super) struct Notices {
    /// Of which payments, and why, since when no look-up was answered.
    waiting: BTreeMap<(String, Why), Wanted>,
    /// The number of the last look-up of each reference whose answer came to a server that lives.
    asked: BTreeMap<String, u64>,
    /// When a look-up of each reference had no answer last.
    failed: BTreeMap<String, u64>,
    /// Since when nothing has kept servers from asking.
    calm_since: u64,
    /// Until when a refused call may leave little of the budget.
    refused_until: u64,
    /// A server's clock has jumped: what is due now may be due in an hour, and calls may count for as long.
    clock_jumped: bool,
}

/// A page that its provider says is over.
#[derive(Debug)]
pub(crate) struct PageExpired {
    pub(crate) reference: String,
    /// How long it took a payment, in milliseconds.
    pub(crate) lasted: u64,
    /// The last number that was given.
    pub(crate) before: u64,
}

/// Why a look-up is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Notified,
    Expired,
}

#[derive(Clone, Copy, Debug)]
struct Wanted {
    /// From when on it is late.
    since: u64,
    /// The last number that was given when it was wanted first.
    before: u64,
    /// How long after a look-up that had no answer another one may come.
    retried: u64,
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
            let wanted = Wanted {
                since: now,
                before,
                retried: 0,
            };
            self.want(reference, Why::Notified, wanted);
        }
    }

    /// The provider says by now that a page is over.
    pub(crate) fn page_expired(&mut self, it: PageExpired, disk: &SharedDisk, now: u64) {
        let disk = disk.look();
        let attempt = disk.named(&it.reference);
        let waits = attempt
            .is_some_and(|it| it.status == AttemptStatus::Pending && it.expires_at.is_some());
        // Whoever had no answer asks again after a tenth of the payment's age.
        let retried = it.lasted / 10 + RETRIED_MS;
        let failed = self.notices.failed.get(&it.reference);
        let since = (now + SPREAD_MS).max(failed.map_or(0, |at| at + retried));
        if waits && !self.notices.clock_jumped {
            self.count("B7");
            let before = it.before;
            let wanted = Wanted {
                since,
                before,
                retried,
            };
            self.want(&it.reference, Why::Expired, wanted);
        }
    }

    /// A look-up had no answer, and another one follows when the servers think it is time.
    pub(crate) fn look_up_failed(&mut self, reference: &str, now: u64) {
        let waiting = &mut self.notices.waiting;
        if let Some(it) = waiting.get_mut(&(reference.to_owned(), Why::Expired)) {
            it.since = it.since.max(now + it.retried);
        }
        self.notices.failed.insert(reference.to_owned(), now);
    }

    fn want(&mut self, reference: &str, why: Why, wanted: Wanted) {
        let waiting = &mut self.notices.waiting;
        waiting.entry((reference.to_owned(), why)).or_insert(wanted);
    }

    /// The answer to a look-up, whatever it is, comes to a server that lives.
    pub(crate) fn look_up_answered(&mut self, reference: &str, number: u64) {
        let waiting = &mut self.notices.waiting;
        waiting.retain(|it, wanted| it.0 != reference || number <= wanted.before);
        self.notices.asked.insert(reference.to_owned(), number);
    }

    /// Whether a look-up is expected of servers.
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

    /// What was not asked about within [`ASKED_WITHIN_MS`] is lost.
    pub(crate) fn notices(&mut self, disk: &SharedDisk, setting: &Setting, now: u64) {
        let is_counted = |it: &&u64| now < **it + COUNTED_MS;
        let made = |it: &VecDeque<u64>| it.iter().rev().take_while(is_counted).count();
        let most = self.calls.iter().map(made).max().unwrap_or(0);
        let is_full = setting.calls_per_minute as usize <= most * OWN_PART;
        if is_full || now < self.notices.refused_until {
            self.disturbed(now);
        }
        let waiting = &mut self.notices.waiting;
        waiting.retain(|it, _| is_open(disk, &it.0));
        let calm_since = self.notices.calm_since;
        for ((reference, why), wanted) in &self.notices.waiting {
            let Wanted { since, .. } = wanted;
            let what = || match why {
                Why::Notified => format!("B5: a notification of {reference} was taken at {since}"),
                Why::Expired => format!("B7: the page of {reference} was over long before {since}"),
            };
            let is_in_time = now < calm_since.max(*since) + ASKED_WITHIN_MS;
            assert!(is_in_time, "{}, and at {now} nobody has asked", what());
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
/// Least time after which a look-up without an answer is repeated.
const RETRIED_MS: u64 = 15_000;
/// Over how long servers spread what is due because pages are over.
const SPREAD_MS: u64 = 20_000;
/// A server counts a call for 62 s, by a clock that may be slow.
pub(super) const COUNTED_MS: u64 = 64_000;
/// Whoever waits has less than a fifth of the calls for himself; leases count that were not used.
const OWN_PART: usize = 8;
/// Four halvings wear off in a minute each, after a silence of up to half a minute.
const HALVED_MS: u64 = 330_000;
