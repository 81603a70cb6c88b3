//! What the shop is still to be told. Rows are written by [`super::Store::settle`], in the transaction that they tell of.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::UnixMs;

/// Who is told, and in which mode; `settle` writes a row for each channel that is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tell {
    /// The shop's webhook.
    pub webhook: bool,
    /// The hook of the program that embeds this server.
    pub hook: bool,
    /// No money moves.
    pub test: bool,
}

/// By which way an event goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The shop's webhook.
    Webhook,
    /// The hook of the program that embeds this server.
    Hook,
}

impl Channel {
    /// The word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Hook => "hook",
        }
    }
}

impl std::str::FromStr for Channel {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Webhook, Self::Hook]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or(())
    }
}

impl Tell {
    /// The channels that are on.
    pub fn channels(self) -> impl Iterator<Item = Channel> {
        let webhook = self.webhook.then_some(Channel::Webhook);
        webhook
            .into_iter()
            .chain(self.hook.then_some(Channel::Hook))
    }
}

/// An event on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The webhook-id: the same for every try, so that the receiver can drop what it has seen.
    pub event_id: String,
    /// By which way.
    pub channel: Channel,
    /// The JSON, exactly as it is signed and sent.
    pub body: String,
    /// Tries so far.
    pub tries: u32,
    /// When it was written.
    pub created_at: UnixMs,
}

/// How much is still to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events that wait for their first or next try.
    pub waiting: u64,
    /// When the oldest of them was written.
    pub oldest: Option<UnixMs>,
    /// Events that were given up.
    pub given_up: u64,
}

/// The outbox. Every method is one transaction.
#[async_trait]
pub trait Outbox {
    /// Takes deliveries of a channel that are due, the longest due first, and makes them due again at `until`: nobody
    /// else takes them before, and what is forgotten is taken up again.
    async fn take_deliveries(
        &self,
        channel: Channel,
        now: UnixMs,
        until: UnixMs,
        most: u32,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Notes that a delivery arrived.
    async fn delivered(&self, delivery: &Delivery, now: UnixMs) -> Result<(), StoreError>;

    /// Notes that a try failed; it is tried again at `next_at`, or given up.
    async fn not_delivered(
        &self,
        delivery: &Delivery,
        next_at: Option<UnixMs>,
        error: &str,
    ) -> Result<(), StoreError>;

    /// How much is still to be told.
    async fn backlog(&self) -> Result<Backlog, StoreError>;

    /// Makes everything that was given up due again. Returns how many.
    async fn retry_given_up(&self, now: UnixMs) -> Result<u64, StoreError>;
}

/// The id of an attempt's `nth` event, counted from zero over all that there ever were: a receiver drops an id that it
/// has seen, so none is used again.
#[must_use]
pub fn event_id(attempt: &crate::payment::AttemptId, nth: u32) -> String {
    format!("evt_{}_{nth}", attempt.0)
}
