//! Records as people read them.

use askama::Template;
use malipo_wire::{Money, Reason, SentTo};

use crate::clock::UnixMs;
use crate::payment::refund::RefundNote;
use crate::payment::{Attempt, AttemptStatus, Order};
use crate::store::records::DeliveryRecord;
use crate::store::transactions::TransactionRecord;

/// A moment in UTC.
#[derive(Template)]
#[template(
    source = r#"<time datetime="{{ self.iso() }}">{{ self.text() }}</time>"#,
    ext = "html"
)]
pub(super) struct Moment(pub(super) UnixMs);

impl Moment {
    /// For programs: `2026-11-21T04:32:40.123Z`.
    pub(super) fn iso(&self) -> String {
        self.0.to_rfc3339()
    }

    /// `2026-11-21 04:32:40`.
    pub(super) fn text(&self) -> String {
        let iso = self.iso();
        let (day, time) = (iso.get(..10), iso.get(11..19));
        format!("{} {}", day.unwrap_or("?"), time.unwrap_or("?"))
    }
}

/// A state and how it is to be looked at.
#[derive(Template)]
#[template(
    source = r#"<span class="state {{ tone }}">{{ word }}</span>"#,
    ext = "html"
)]
pub(super) struct State {
    pub(super) word: &'static str,
    /// `good`, `wait`, `look` (for a person) or `over`.
    pub(super) tone: &'static str,
}

impl State {
    pub(super) fn of(status: AttemptStatus) -> Self {
        let tone = match status {
            AttemptStatus::Paid => "good",
            AttemptStatus::Created
            | AttemptStatus::Pending
            | AttemptStatus::Unknown
            | AttemptStatus::Orphaned => "wait",
            AttemptStatus::NeedsReview | AttemptStatus::DuplicatePaid => "look",
            AttemptStatus::Refused | AttemptStatus::Failed | AttemptStatus::Refunded => "over",
        };
        Self {
            word: status.as_str(),
            tone,
        }
    }
}

/// A line of the list of orders.
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    /// `None` where nothing was begun.
    pub(super) state: Option<State>,
    pub(super) amount: String,
    pub(super) provider: &'a str,
    pub(super) begun: Option<Moment>,
    pub(super) changed: Option<Moment>,
    pub(super) remarks: String,
}

impl<'a> Row<'a> {
    pub(super) fn of(order: &'a Order) -> Self {
        let current = order.current();
        let changed = order.attempts.iter().map(|it| it.updated_at).max();
        Self {
            id: order.id.as_str(),
            state: current.map(|it| State::of(it.status)),
            amount: money(order.price),
            provider: current.map_or("", |it| it.provider.as_str()),
            begun: order.attempts.first().map(|it| Moment(it.created_at)),
            changed: changed.map(Moment),
            remarks: remarks(order),
        }
    }
}

/// What a person should see at a glance.
fn remarks(order: &Order) -> String {
    let current = order.current();
    let mut remarks: Vec<String> = Vec::new();
    let twice = |it: &Attempt| it.status == AttemptStatus::DuplicatePaid;
    if order.attempts.iter().any(twice) {
        remarks.push("paid twice".to_owned());
    }
    if let Some(attempt) = current {
        if attempt.late {
            remarks.push("late".to_owned());
        }
        if attempt.received.is_some_and(|it| it != attempt.price) {
            remarks.push("amount differs".to_owned());
        }
        // `review` says no more than the state.
        let reason = attempt.reason;
        let reason = reason.filter(|it| !matches!(it, Reason::Other | Reason::Review));
        remarks.extend(reason.map(|it| it.as_str().to_owned()));
    }
    if 1 < order.attempts.len() {
        remarks.push(format!("{} attempts", order.attempts.len()));
    }
    remarks.join(", ")
}

/// An attempt in full.
pub(super) struct Try<'a> {
    pub(super) id: &'a str,
    pub(super) state: State,
    /// Whether it is the one that paid the order.
    pub(super) paid_it: bool,
    /// What is known of it, by name.
    pub(super) facts: Vec<(&'static str, Fact)>,
}

/// Something that is known.
pub(super) enum Fact {
    Text(String),
    At(Moment),
}

impl<'a> Try<'a> {
    pub(super) fn of(order: &Order, it: &'a Attempt, told: &[TransactionRecord]) -> Self {
        let text = |text: &str| Some(Fact::Text(text.to_owned()));
        let at = |moment: Option<UnixMs>| moment.map(|it| Fact::At(Moment(it)));
        let reason = it.reason.map(Reason::as_str);
        let facts = [
            ("Provider", text(&it.provider)),
            ("Reference", text(&it.reference.0)),
            (
                "Provider's reference",
                it.provider_ref.as_deref().and_then(text),
            ),
            ("Transactions", transactions(it, told).map(Fact::Text)),
            ("Reason", reason.and_then(text)),
            ("Price", Some(Fact::Text(money(it.price)))),
            ("Received", it.received.map(money).map(Fact::Text)),
            ("Link sent to", sent_to(&it.sent_to).map(Fact::Text)),
            (
                "Paid late",
                it.late
                    .then_some("yes, after it had seemed lost")
                    .and_then(text),
            ),
            ("Begun", at(Some(it.created_at))),
            ("Changed", at(Some(it.updated_at))),
            ("Paid", at(it.paid_at)),
            ("Expires", at(it.expires_at)),
            ("Asked next", at(it.next_check_at)),
        ];
        let facts = facts.into_iter();
        Self {
            id: &it.id.0,
            state: State::of(it.status),
            paid_it: order.paid_by.as_ref() == Some(&it.id),
            facts: facts.filter_map(|(name, it)| Some((name, it?))).collect(),
        }
    }
}

/// The first is what it was paid by; every other one is money to give back, or for a person to look at.
fn transactions(of: &Attempt, told: &[TransactionRecord]) -> Option<String> {
    let all = told.iter().filter(|it| it.attempt_id == of.id);
    let one = |it: &TransactionRecord| {
        let at = Moment(it.told_at).text();
        format!("{} ({at} UTC)", it.references.join(" / "))
    };
    let all: Vec<_> = all.map(one).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Masked, as it is kept.
fn sent_to(sent_to: &[SentTo]) -> Option<String> {
    let one = |it: &SentTo| format!("{} {}", it.channel, it.to.as_deref().unwrap_or_default());
    let all: Vec<_> = sent_to.iter().map(|it| one(it).trim().to_owned()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// What the shop was told, or is to be told.
pub(super) struct Telling<'a> {
    pub(super) event: &'a str,
    pub(super) order: &'a str,
    pub(super) attempt: &'a str,
    pub(super) kind: &'a str,
    pub(super) channel: &'static str,
    pub(super) state: State,
    pub(super) tries: u32,
    pub(super) happened: Moment,
    pub(super) delivered: Option<Moment>,
    pub(super) next: Option<Moment>,
    pub(super) error: &'a str,
}

impl<'a> Telling<'a> {
    pub(super) fn of(it: &'a DeliveryRecord) -> Self {
        let word = it.state();
        let tone = match word {
            "delivered" => "good",
            "waiting" => "wait",
            _ => "look",
        };
        Self {
            event: &it.event_id,
            order: it.order_id.as_str(),
            attempt: &it.attempt_id.0,
            kind: &it.kind,
            channel: it.channel.as_str(),
            state: State { word, tone },
            tries: it.tries,
            happened: Moment(it.created_at),
            delivered: it.delivered_at.map(Moment),
            next: it.next_at.map(Moment),
            error: it.last_error.as_deref().unwrap_or_default(),
        }
    }
}

/// Money that was given back.
pub(super) struct Refund<'a> {
    pub(super) attempt: &'a str,
    pub(super) amount: String,
    pub(super) reason: &'a str,
    pub(super) by: &'a str,
    pub(super) marked: bool,
    pub(super) noted: Moment,
}

impl<'a> Refund<'a> {
    pub(super) fn of(it: &'a RefundNote) -> Self {
        Self {
            attempt: &it.attempt_id.0,
            amount: money(it.amount),
            reason: &it.reason,
            by: &it.by,
            marked: it.marked,
            noted: Moment(it.noted_at),
        }
    }
}

/// `UGX 38,000`.
pub(super) fn money(it: Money) -> String {
    format!("{} {}", it.currency().code(), it.to_grouped())
}
