//! The states; each owns its data.

use malipo_wire::{ErrorCode, Reason};

use super::attempt::{Payment, Tab};
use super::checks::Checks;
use super::config::Options;
use super::effect::Detail;
use super::error::PayError;
use super::record::Record;
use super::stream::Stream;
use super::timer::{KEEP_MS, Moment};

/// The state as the page sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateName {
    /// Nothing has been pressed.
    Idle,
    /// The backend is asked to begin.
    Initiating,
    /// The checkout page is known and not yet open: it waits behind a link.
    Opening,
    /// The shopper is paying, or may be.
    Waiting,
    /// Paid.
    Success,
    /// The provider's final no.
    Failed,
    /// Our own deadline: not known.
    Expired,
    /// The shopper gave up here.
    Cancelled,
    /// The attempt could not begin.
    Error,
}

impl StateName {
    /// The word in `state`, `pay-change` and `:state()`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Initiating => "initiating",
            Self::Opening => "opening",
            Self::Waiting => "waiting",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum State {
    Idle,
    Initiating(Box<Initiating>),
    Paying(Box<Paying>),
    Ended(Box<Ended>),
}

impl State {
    pub(super) fn name(&self) -> StateName {
        match self {
            Self::Idle => StateName::Idle,
            Self::Initiating(_) => StateName::Initiating,
            Self::Paying(it) if it.opened => StateName::Waiting,
            Self::Paying(_) => StateName::Opening,
            Self::Ended(it) if it.error.is_some() => StateName::Error,
            Self::Ended(it) => it.how.state(),
        }
    }

    pub(super) fn watch(&self) -> Option<&Watch> {
        match self {
            Self::Paying(it) => Some(&it.watch),
            Self::Ended(it) => it.watch.as_ref(),
            Self::Idle | Self::Initiating(_) => None,
        }
    }

    pub(super) fn watch_mut(&mut self) -> Option<&mut Watch> {
        match self {
            Self::Paying(it) => Some(&mut it.watch),
            Self::Ended(it) => it.watch.as_mut(),
            Self::Idle | Self::Initiating(_) => None,
        }
    }
}

/// The backend is asked to begin; its answer, a retry or the end is awaited.
#[derive(Clone, Debug)]
pub(super) struct Initiating {
    pub(super) options: Options,
    /// As it was stored: the key, beside what the record held of an earlier attempt.
    pub(super) record: Box<Record>,
    /// The end before, of which something may still come: it counts again where no attempt begins.
    pub(super) earlier: Option<Box<Ended>>,
    /// See [`Ended::is_unsure`].
    pub(super) is_unsure: bool,
    pub(super) tab: Tab,
    /// Epoch of the request in flight and when to give it up.
    pub(super) in_flight: Option<(u32, Moment)>,
    pub(super) retry_at: Option<Moment>,
    pub(super) retries: u8,
    /// Until when a 409 with `Retry-After` is waited for.
    pub(super) busy_until: Option<Moment>,
}

/// A payment that is watched: its checks go on after the attempt's end, for late outcomes.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) options: Options,
    pub(super) payment: Payment,
    pub(super) resumed: bool,
    /// It came by the page's address, and these options name no order: another payload is another payment.
    pub(super) is_guessed: bool,
    pub(super) checks: Checks,
    /// Of the request that told the backend of the cancel, until it is answered.
    pub(super) cancel_epoch: Option<u32>,
}

/// The shopper pays, or may.
#[derive(Clone, Debug)]
pub(super) struct Paying {
    pub(super) watch: Watch,
    pub(super) tab: Tab,
    /// The checkout page was opened (or there is none to open).
    pub(super) opened: bool,
    pub(super) stream: Stream,
    /// The shopper has come back from the checkout page, and has not gone there again.
    pub(super) returned: bool,
    /// Codes already reported in this spell of trouble.
    pub(super) reported: Vec<ErrorCode>,
    /// The last verify did not get through or was not understood.
    pub(super) trouble: bool,
    pub(super) offline: bool,
    /// A success came with another amount.
    pub(super) in_review: bool,
    pub(super) reason: Option<Reason>,
    /// The deadline is over and the last verify is out.
    pub(super) expiring: bool,
    /// When the shopper asked to cancel: a verify begun since then comes first.
    pub(super) cancelling: Option<Moment>,
}

/// The attempt is over.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) how: End,
    pub(super) at: Moment,
    /// `None` where nothing was initiated, as far as we know.
    pub(super) watch: Option<Watch>,
    pub(super) reason: Option<Reason>,
    /// No attempt could begin after that: the rest is of the one before, where something may still come of it.
    pub(super) error: Option<PayError>,
    /// A success came with another amount.
    pub(super) in_review: bool,
    /// Something may be paid that is not watched: a link went out for an attempt that was given up.
    pub(super) is_unsure: bool,
    /// What the promise was settled with, for a further press after success.
    pub(super) outcome: Detail,
    /// A `resume()` waits for the check of an attempt that had ended before the reload.
    pub(super) settles_after_check: bool,
}

impl Ended {
    /// Paid, or so the backend says though over another amount.
    pub(super) fn is_settled(&self) -> bool {
        self.how == End::Success || self.in_review
    }

    /// Settled, and it is the payment that these options name.
    pub(super) fn settles(&self, options: &Options) -> bool {
        let is_same = |it: &Watch| {
            it.options.names_the_same_payment_as(options)
                && !(it.is_guessed && it.options.payload_hash() != options.payload_hash())
        };
        self.is_settled() && self.watch.as_ref().is_some_and(is_same)
    }

    /// A verify may still bring a better known outcome.
    pub(super) fn may_rise(&self, now: Moment) -> bool {
        self.watch.is_some() && self.how != End::Success && now.since(self.at) < KEEP_MS
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Success,
    Failed,
    Expired,
    Cancelled,
    Error,
}

impl End {
    pub(super) fn state(self) -> StateName {
        match self {
            Self::Success => StateName::Success,
            Self::Failed => StateName::Failed,
            Self::Expired => StateName::Expired,
            Self::Cancelled => StateName::Cancelled,
            Self::Error => StateName::Error,
        }
    }

    /// The end that a resume record tells of.
    pub(super) fn from_record(word: &str) -> Option<Self> {
        [Self::Failed, Self::Expired, Self::Cancelled]
            .into_iter()
            .find(|it| it.state().as_str() == word)
    }
}
