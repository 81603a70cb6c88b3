//! One attempt as an observer sees it.

use malipo::checkout::{EventName, Mode, Moment, Options, Record};

use super::pace::Pace;
use super::reading::Amount;

/// One attempt, from a press or a resume.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempt {
    pub(super) resumed: bool,
    pub(super) began_at: u64,
    pub(super) deadline: u64,
    pub(super) order: Option<String>,
    pub(super) reference: Option<String>,
    /// What initiate's answer said will be charged.
    pub(super) charged: Amount,
    pub(super) mode: Option<Mode>,
    /// The only origins to which a shopper may be sent; empty: any.
    pub(super) origins: Vec<String>,
    pub(super) initiated: bool,
    pub(super) opened: bool,
    /// There was a tab, or the whole page, to be sent to the checkout page.
    pub(super) must_open: bool,
    pub(super) end: Option<EventName>,
    pub(super) initiates: usize,
    /// 409 with `Retry-After`: waited for, and no retry.
    pub(super) busy: usize,
    pub(super) pace: Pace,
    pub(super) may_navigate: bool,
    pub(super) cancel_asked: bool,
    /// Of the request that told the backend of it.
    pub(super) cancel: Option<u32>,
    pub(super) ended_before: bool,
    pub(super) ended_at: u64,
    /// After its end a success over another amount was told.
    pub(super) told_odd: bool,
    /// What ended before, and may still become known better: it counts again where this one does not begin.
    pub(super) earlier: Option<Box<Self>>,
    /// What the page shows.
    pub(super) shown: Amount,
}

impl Attempt {
    pub(super) fn new(now: Moment, options: Option<&Options>) -> Self {
        let interval = options.map_or(0, |it| it.poll_interval_ms);
        Self {
            began_at: now.0,
            may_navigate: true,
            mode: options.map(|it| it.mode),
            origins: options.map_or_else(Vec::new, |it| it.checkout_origins.clone()),
            pace: Pace::new(interval),
            shown: options.map_or_else(Amount::default, shown),
            ..Self::default()
        }
    }

    /// What will be charged: as initiate said, else as the page shows.
    pub(super) fn is_charged(&mut self, said: Amount, adds_fees: bool) {
        let is_said = said.text.is_some() || adds_fees;
        self.charged = if is_said { said } else { self.shown.clone() };
    }

    /// For 24 hours after an end a better known one may come.
    pub(super) fn may_rise(&self, now: Moment) -> bool {
        use EventName::{Cancelled, Expired, Failed};
        let has_ended = matches!(self.end, Some(Expired | Failed | Cancelled));
        has_ended && self.order.is_some() && now.0.saturating_sub(self.ended_at) < 86_400_000
    }

    /// It did not begin, or was given up before it had.
    pub(super) fn give_way(&mut self, now: Moment) {
        let earlier = self.earlier.take().filter(|it| it.may_rise(now));
        let Some(earlier) = earlier else { return };
        let is_cancelled = self.end == Some(EventName::Cancelled);
        let ended = if is_cancelled { &*self } else { &*earlier };
        *self = Self {
            end: ended.end,
            ended_at: ended.ended_at,
            ended_before: false,
            ..*earlier
        };
        self.pace.nudge(now.0);
    }

    /// One that is taken up again.
    pub(super) fn resumed(now: Moment, options: &Options, record: &Record) -> Self {
        let said = Amount {
            text: record.amount.clone(),
            currency: record.currency.clone(),
            minor: false,
        };
        let mut attempt = Self {
            resumed: true,
            ended_before: record.ended.is_some(),
            end: record.ended.as_deref().and_then(end_of),
            ended_at: match record.saved_at {
                0 => now.0,
                at => at.min(now.0),
            },
            order: record.order_id.clone(),
            reference: record.reference.clone(),
            deadline: match record.deadline {
                0 => now.0 + options.timeout_ms.unwrap_or(900_000),
                // One that lies too far ahead is cut.
                at => {
                    let longest = options.timeout_ms.unwrap_or(0).max(1_800_000);
                    at.min(now.0.saturating_add(longest))
                }
            },
            initiated: true,
            opened: true,
            ..Self::new(now, Some(options))
        };
        attempt.is_charged(said, false);
        attempt
    }
}

fn shown(options: &Options) -> Amount {
    Amount {
        text: options.amount.clone(),
        currency: options.currency.map(|it| it.code().into()),
        minor: false,
    }
}

fn end_of(word: &str) -> Option<EventName> {
    match word {
        "failed" => Some(EventName::Failed),
        "expired" => Some(EventName::Expired),
        "cancelled" => Some(EventName::Cancelled),
        _ => None,
    }
}
