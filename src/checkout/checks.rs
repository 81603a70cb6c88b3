//! When the backend is asked where the order stands: the poll, its back-off, and what wake-ups add to it.

use super::timer::{
    BACKOFF_FIRST_MS, BACKOFF_MOST_MS, Moment, RETRY_AFTER_MOST_MS, VERIFY_TIMEOUT_MS, WAKE_GAP_MS,
};

/// The verifies of one attempt. Invariant: at most one in flight.
#[derive(Clone, Debug, Default)]
pub(super) struct Checks {
    in_flight: Option<InFlight>,
    /// News came while one was in flight: its answer may be older than the news.
    again: bool,
    next_at: Option<Moment>,
    /// The next one is the poll's own, which counts from here: nobody asked for it, and it waits longer beside a stream.
    polls_from: Option<Moment>,
    not_before: Moment,
    last_started: Option<Moment>,
    failures: u32,
    /// How many verifies said pending.
    pub(super) pending: u32,
    /// Somebody waits for `check()`.
    pub(super) asked: bool,
}

#[derive(Clone, Copy, Debug)]
struct InFlight {
    epoch: u32,
    give_up_at: Moment,
}

impl Checks {
    /// Asks as soon as allowed: at once, but half a second after the last one, and never before a `Retry-After` is over.
    pub(super) fn request(&mut self, now: Moment) {
        if self.in_flight.is_some() && !planted!(TwoVerifiesAtOnce) {
            self.again = true;
            return;
        }
        self.polls_from = None;
        let gap_over = self.last_started.map_or(now, |it| it.plus(WAKE_GAP_MS));
        self.bring_forward(gap_over.max(now));
    }

    /// Asks by itself in `gap_ms`.
    pub(super) fn poll_in(&mut self, now: Moment, gap_ms: u64) {
        self.next_at = Some(now.plus(gap_ms));
        self.polls_from = Some(now);
    }

    /// The stream speaks: the poll's next one may wait as long as it does beside a stream, from the last one on. However often a
    /// stream comes and goes, it puts it off no further.
    pub(super) fn put_off(&mut self) {
        if let Some(from) = self.polls_from.filter(|_| !planted!(PollsBesideTheStream)) {
            self.next_at = self.next_at.max(Some(from.plus(BACKOFF_MOST_MS)));
        }
    }

    /// Asks at `at` at the latest.
    pub(super) fn bring_forward(&mut self, at: Moment) {
        let at = at.max(self.not_before);
        self.next_at = Some(self.next_at.map_or(at, |it| it.min(at)));
    }

    pub(super) fn started(&mut self, now: Moment, epoch: u32) {
        self.in_flight = Some(InFlight {
            epoch,
            give_up_at: now.plus(VERIFY_TIMEOUT_MS),
        });
        self.last_started = Some(now);
        self.next_at = None;
        self.polls_from = None;
        self.again = false;
    }

    /// Ends the verify in flight if it is this one; a stale epoch is `false`.
    pub(super) fn finished(&mut self, epoch: u32) -> bool {
        let is_current = self.in_flight.is_some_and(|it| it.epoch == epoch);
        if is_current {
            self.in_flight = None;
        }
        is_current
    }

    /// After an answer that was understood: the next one in `gap_ms`, or at once where news came meanwhile.
    pub(super) fn after_answer(&mut self, now: Moment, gap_ms: Option<u64>) {
        self.failures = 0;
        self.not_before = now;
        self.next_at = None;
        if let Some(gap_ms) = gap_ms {
            self.poll_in(now, gap_ms);
        }
        self.ask_again(now);
    }

    /// After one that failed: later and later, or when the backend said. `jitter` is out of 0..=255.
    pub(super) fn after_failure(
        &mut self,
        now: Moment,
        retry_after_ms: Option<u64>,
        jitter: u64,
        goes_on: bool,
    ) {
        let doubled = (BACKOFF_FIRST_MS << self.failures.min(8)).min(BACKOFF_MOST_MS);
        self.failures = self.failures.saturating_add(1);
        // Between three quarters and the whole: many phones that lost the same backend must not come back as one.
        let delay = doubled - doubled / 4 * jitter / 256;
        let retry_after_ms = retry_after_ms.filter(|_| !planted!(RetryAfterIgnored));
        let delay = if planted!(NoBackOff) { 0 } else { delay };
        self.not_before = now.plus(retry_after_ms.unwrap_or_default().min(RETRY_AFTER_MOST_MS));
        self.next_at =
            (goes_on && !planted!(StopsAsking)).then(|| now.plus(delay).max(self.not_before));
        if retry_after_ms.is_none() {
            self.ask_again(now);
        }
    }

    /// No more polling; what is in flight may still come, and so does what somebody waits for.
    pub(super) fn stop(&mut self) {
        self.next_at = self.next_at.filter(|_| self.asked);
        self.again = false;
    }

    pub(super) fn in_flight(&self) -> Option<u32> {
        self.in_flight.map(|it| it.epoch)
    }

    /// The last verify was begun at `at` or later.
    pub(super) fn started_since(&self, at: Moment) -> bool {
        self.last_started.is_some_and(|it| at <= it)
    }

    pub(super) fn is_due(&self, now: Moment) -> bool {
        (self.in_flight.is_none() || planted!(TwoVerifiesAtOnce))
            && self.next_at.is_some_and(|it| it <= now)
    }

    /// The verify in flight that has taken too long.
    pub(super) fn overdue(&self, now: Moment) -> Option<u32> {
        self.in_flight
            .filter(|it| it.give_up_at <= now)
            .map(|it| it.epoch)
    }

    /// The backend asked not to be asked now.
    pub(super) fn is_held_back(&self, now: Moment) -> bool {
        now < self.not_before
    }

    /// When the verify in flight is given up, when the next is due, and before when none is sent.
    #[cfg(feature = "planted")]
    pub(super) fn times(&self) -> (Option<Moment>, Option<Moment>, Moment) {
        let in_flight = self.in_flight.map(|it| it.give_up_at);
        (in_flight, self.next_at, self.not_before)
    }

    /// How far a stream may put the next one off.
    #[cfg(feature = "planted")]
    pub(super) fn put_off_to(&self) -> Option<Moment> {
        self.polls_from.map(|it| it.plus(BACKOFF_MOST_MS))
    }

    pub(super) fn next_wakeup(&self) -> Option<Moment> {
        self.in_flight.map(|it| it.give_up_at).or(self.next_at)
    }

    fn ask_again(&mut self, now: Moment) {
        if core::mem::take(&mut self.again) {
            self.request(now);
        }
    }
}
