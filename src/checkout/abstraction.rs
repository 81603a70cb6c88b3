//! What tells one state of the machine from another, with counters capped and times in classes: for a search through all of
//! them (tests/simulation). Behind the feature `planted`: nothing that is shipped has it.

use super::checks::Checks;
use super::state::{Ended, State, Watch};
use super::timer::{BACKOFF_MOST_MS, Moment, WAKE_GAP_MS};
use super::transition::Checkout;

impl Checkout {
    /// The state, in words that are the same for states that differ in numbers alone.
    #[must_use]
    pub fn abstraction(&self) -> String {
        let at = |it: Option<Moment>| class(self.now, it);
        let state = match &self.state {
            State::Idle => "idle".into(),
            State::Initiating(it) => format!(
                "initiating tab={:?} in-flight={} retry={} retries={} busy={} unsure={} {}",
                it.tab,
                at(it.in_flight.map(|it| it.1)),
                at(it.retry_at),
                it.retries.min(2),
                it.busy_until.is_some(),
                it.is_unsure,
                it.earlier
                    .as_ref()
                    .map_or_else(String::new, |it| self.ended(it))
            ),
            State::Paying(it) => format!(
                "paying tab={:?} opened={} stream={}{} trouble={} offline={} review={} expiring={} cancelling={} {}",
                it.tab,
                it.opened,
                it.stream.epoch().is_some(),
                at(it.stream.next_wakeup()),
                it.trouble,
                it.offline,
                it.in_review,
                it.expiring,
                it.cancelling.is_some(),
                self.watched(&it.watch)
            ),
            State::Ended(it) => self.ended(it),
        };
        let (owes, removed) = (self.owes_settlement, self.next_wakeup().is_none());
        let kept = self.kept_keys.len().min(1);
        format!("{state} owes={owes} asleep={removed} keys={kept}")
    }

    fn ended(&self, it: &Ended) -> String {
        format!(
            "{} error={} review={} unsure={} settles={} {}",
            it.how.state().as_str(),
            it.error.is_some(),
            it.in_review,
            it.is_unsure,
            it.settles_after_check,
            it.watch
                .as_ref()
                .map_or_else(String::new, |it| self.watched(it))
        )
    }

    fn watched(&self, watch: &Watch) -> String {
        format!(
            "deadline={} resumed={} cancel={} {}",
            class(self.now, Some(watch.payment.deadline)),
            watch.resumed,
            watch.cancel_epoch.is_some(),
            watch.checks.abstraction(self.now)
        )
    }
}

impl Checks {
    fn abstraction(&self, now: Moment) -> String {
        let (in_flight, next, held_back) = self.times();
        format!(
            "verify={} next={} put-off={} held-back={} asked={}",
            class(now, in_flight),
            class(now, next),
            class(now, self.put_off_to()),
            now < held_back,
            self.asked
        )
    }
}

fn class(now: Moment, at: Option<Moment>) -> &'static str {
    match at.map(|it| it.since(now)) {
        None => "never",
        Some(0) => "now",
        Some(ms) if ms <= WAKE_GAP_MS => "at-once",
        Some(ms) if ms <= BACKOFF_MOST_MS => "soon",
        Some(_) => "later",
    }
}
