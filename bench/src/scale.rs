//! How much is measured.

use std::time::Duration;

/// How much.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    /// Whether it is little.
    pub(crate) is_quick: bool,
    /// How many streams wait at a time, one measurement each.
    pub(crate) streams: Vec<usize>,
    /// How long the waiting streams are left alone, to see what waiting costs.
    pub(crate) idle: Duration,
    /// How many orders are in the store, growing, one measurement each.
    pub(crate) orders: Vec<u64>,
    /// How long each load lasts.
    pub(crate) time: Duration,
    /// How long orders are begun at a time: a server lets presses have five eighths of the highest limit for a provider's calls,
    /// 62,500 in a minute, of which a quick machine uses up half in all rounds together.
    pub(crate) begin: Duration,
    /// How often what is compared takes its turn.
    pub(crate) rounds: usize,
    /// How many payments are followed to their outcome, notified and not.
    pub(crate) outcomes: u64,
    /// How many of which nobody is notified.
    pub(crate) silent: u64,
    /// How many are followed from one server to the other.
    pub(crate) across: u64,
    /// After how long the shopper pays, where requests are counted.
    pub(crate) payment: Duration,
}

impl Scale {
    /// Everything: some ten minutes.
    #[must_use]
    pub(crate) fn full() -> Self {
        Self {
            is_quick: false,
            streams: vec![1_000, 5_000, 15_000],
            idle: Duration::from_secs(5),
            orders: vec![1_000, 100_000, 1_000_000],
            time: Duration::from_secs(4),
            begin: Duration::from_secs(2),
            rounds: 3,
            outcomes: 200,
            silent: 50,
            across: 1_000,
            payment: Duration::from_secs(90),
        }
    }

    /// Whether all of it works, and roughly how it stands: a minute.
    #[must_use]
    pub(crate) fn quick() -> Self {
        Self {
            is_quick: true,
            streams: vec![1_000],
            idle: Duration::from_secs(2),
            orders: vec![1_000, 50_000],
            time: Duration::from_secs(1),
            begin: Duration::from_secs(1),
            rounds: 2,
            outcomes: 50,
            silent: 10,
            across: 200,
            payment: Duration::from_secs(30),
        }
    }
}
