//! What happened: always as a fingerprint and in numbers, and as lines that a person can read where that is wished.

use std::fmt;

use super::event::Event;

/// What happened in a world.
#[derive(Debug, Default)]
pub struct Story {
    tells: bool,
    steps: u64,
    fingerprint: u64,
    lines: Vec<String>,
    now: u64,
}

/// A world in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Events that were delivered to a real machine or a real server.
    pub steps: u64,
    /// The same for the same things in the same order.
    pub fingerprint: u64,
    /// Payments begun at the provider.
    pub payments: u64,
    /// Payments paid there.
    pub paid: u64,
    /// How often each kind of trouble happened.
    pub injected: Vec<u64>,
    /// How often each kind of trouble happened at each provider.
    pub injected_at: Vec<[u64; 3]>,
    /// Payments begun, and payments paid, at each provider.
    pub at: [[u64; 2]; 3],
    /// How often each invariant was checked.
    pub checked: Vec<(&'static str, u64)>,
    /// How long it took in the world's time.
    pub virtual_ms: u64,
}

impl Story {
    pub(super) fn new(tells: bool) -> Self {
        Self {
            tells,
            fingerprint: 0xcbf2_9ce4_8422_2325,
            ..Self::default()
        }
    }

    pub(super) fn mark(&mut self, now: u64, event: &Event) {
        self.now = now;
        let (kind, number) = match event {
            Event::Timer { tab, number, .. } => (1, *tab as u64 ^ number << 8),
            Event::Say { tab, .. } => (2, *tab as u64),
            Event::Reply { number, .. } => (3, *number),
            Event::Act(tab) => (4, *tab as u64),
            Event::Thaw(tab, _) => (5, *tab as u64),
            Event::Online(device) => (6, *device as u64),
            Event::Load(tab) => (7, *tab as u64),
            Event::Arrive(number) => (8, *number),
            Event::Gone(number) => (9, *number),
            Event::Call(number) => (10, *number),
            Event::Answered(number, _) => (11, *number),
            Event::Visit { payment, .. } => (12, *payment as u64),
            Event::Pay { payment, .. } => (13, *payment as u64),
            Event::Fail { payment, .. } => (14, *payment as u64),
            Event::Back { payment, .. } => (15, *payment as u64),
            Event::Notify(it) => (16, it.payment as u64 ^ u64::from(it.tries) << 8),
            Event::Forge => (17, 0),
            Event::Tick(server) => (18, *server as u64),
            Event::Kill(server) => (19, *server as u64),
            Event::Start(server) => (20, *server as u64),
            Event::Trouble => (21, 0),
            Event::Round(server) => (22, *server as u64),
            Event::Verify { payment } => (23, *payment as u64),
            Event::Expire { payment } => (24, *payment as u64),
            Event::Message { payment } => (25, *payment as u64),
            Event::Replay => (26, 0),
            Event::PayAgain { payment } => (27, *payment as u64),
            Event::Expired { payment } => (28, *payment as u64),
        };
        self.mix_in(kind << 56 ^ now);
        self.mix_in(number);
    }

    /// A real machine or a real server has taken something.
    pub(super) fn stepped(&mut self, what: u64) {
        self.steps += 1;
        self.mix_in(what);
    }

    fn mix_in(&mut self, word: u64) {
        self.fingerprint = (self.fingerprint ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        self.fingerprint ^= self.fingerprint >> 29;
    }

    /// Tells something, where somebody listens.
    pub(super) fn tell(&mut self, line: impl FnOnce() -> String) {
        if self.tells {
            let (seconds, ms) = (self.now / 1_000, self.now % 1_000);
            self.lines.push(format!("{seconds:>7}.{ms:03}  {}", line()));
        }
    }

    /// How many steps there were.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// See [`Report::fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
