//! W8: how often the backend is asked. By itself no sooner than the options, its failures and its stream allow; by a nudge
//! once, and not twice within half a second.

/// The verifies of one attempt.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    /// The options' poll-interval.
    pub(super) interval: u64,
    sent: u64,
    last_sent: u64,
    nudges: u64,
    /// When something said last that there may be news.
    nudged_at: u64,
    /// Before that it does not ask by itself.
    next: u64,
    /// From when the poll counts, after an answer.
    polls_from: Option<u64>,
    failures: u32,
    asked_at_deadline: bool,
    stream: Option<Healthy>,
}

/// A stream that has spoken and goes on.
#[derive(Clone, Debug)]
struct Healthy {
    since: u64,
    last_byte: u64,
    sent: u64,
    /// Verifies that something else than the poll may cause.
    free: u64,
}

impl Pace {
    pub(super) fn new(interval: u64) -> Self {
        Self {
            interval,
            ..Self::default()
        }
    }

    pub(super) fn nudge(&mut self, now: u64) {
        self.nudged_at = now;
        self.nudges += 1;
        self.forgive();
    }

    /// A verify is sent, of an attempt that began then.
    pub(super) fn sends(&mut self, now: u64, began_at: u64, deadline: u64, is_over: bool) {
        let is_last = deadline <= now && !self.asked_at_deadline;
        self.asked_at_deadline |= is_last;
        // One that came in the moment of the last verify may have come after it.
        let is_news = self.last_sent <= self.nudged_at;
        if 0 < self.sent && !is_last {
            assert!(
                is_news || !is_over,
                "W8: it asks by itself after the end: {self:?}"
            );
            assert!(
                is_news || self.next <= now,
                "W8: at {now} it asks again too soon by itself: {self:?}"
            );
            assert!(
                self.last_sent + GAP_MS <= now,
                "W8: at {now} two within half a second: {self:?}"
            );
        }
        self.sent += 1;
        self.last_sent = now;
        let by_poll = (now - began_at) / self.interval.clamp(1, BACK_OFF_LEAST_MS) + 2;
        assert!(self.sent <= by_poll + 2 * self.nudges, "W8: {self:?}");
        if let Some(it) = self.healthy(now) {
            it.sent += 1;
            let most = (now - it.since) / 15_000 + 3 + it.free;
            assert!(it.sent <= most, "W8: beside a healthy stream: {it:?}");
        }
    }

    /// A verify's answer was understood.
    pub(super) fn answered(&mut self, now: u64) {
        self.failures = 0;
        let pause = match self.healthy(now) {
            Some(_) => BACK_OFF_MOST_MS,
            None => self.interval,
        };
        self.next = now.saturating_add(pause);
        self.polls_from = Some(now);
    }

    /// A verify got lost, took too long or was not understood.
    pub(super) fn failed(&mut self, now: u64) {
        if self.sent == 0 {
            // It was the last of the attempt before.
            return;
        }
        let pause = (2_500 << self.failures.min(8)).min(BACK_OFF_MOST_MS);
        self.failures += 1;
        self.next = now.saturating_add(pause / 4 * 3);
        self.polls_from = None;
        self.forgive();
    }

    /// The stream brings something.
    pub(super) fn hears(&mut self, now: u64) {
        if let Some(it) = self.healthy(now) {
            it.last_byte = now;
            return;
        }
        self.stream = Some(Healthy {
            since: now,
            last_byte: now,
            sent: 0,
            free: 0,
        });
        let put_off = self.polls_from.map_or(0, |it| it + BACK_OFF_MOST_MS);
        self.next = self.next.max(put_off);
    }

    /// The stream is lost: the poll takes over.
    pub(super) fn hears_no_more(&mut self, now: u64) {
        self.stream = None;
        self.next = self.next.min(now.saturating_add(self.interval));
    }

    fn healthy(&mut self, now: u64) -> Option<&mut Healthy> {
        let stream = self.stream.as_mut()?;
        (now - stream.last_byte < STALL_MS).then_some(stream)
    }

    fn forgive(&mut self) {
        if let Some(it) = &mut self.stream {
            it.free += 1;
        }
    }
}

/// Wake-ups closer together than this cause one verify.
const GAP_MS: u64 = 500;
/// The first pause after a failure is 2.5 s, less a quarter of jitter.
const BACK_OFF_LEAST_MS: u64 = 1_875;
/// The longest pause after failures, and the poll's beside a healthy stream.
const BACK_OFF_MOST_MS: u64 = 20_000;
/// A stream without a byte for this long is dead.
const STALL_MS: u64 = 35_000;
