//! An attempt in the records, exhaustively: every answer of a provider in every state that answers lead to.
//!
//! Worlds draw what a provider says of a payment from its ledger, so that some orders of answers are too rare to wait for: a
//! "failed" that was overtaken by a "success", from one server to another. Here every answer follows every other one.

use std::collections::VecDeque;

use malipo_server::clock::UnixMs;
use malipo_server::payment::settle::{Alarm, GIVE_UP_MS, Observation, Step, settle};
use malipo_server::payment::{Attempt, AttemptId, AttemptStatus, Reference};
use malipo_wire::{Money, Reason, Status};

use crate::checks::{may_become, seemed_lost};

/// How much the search saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// States.
    pub states: usize,
    /// Answers, in all of them.
    pub steps: usize,
}

/// Which attempt paid the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PaidBy {
    Nobody,
    It,
    Another,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    status: AttemptStatus,
    reason: Option<Reason>,
    received: Option<Money>,
    late: bool,
    paid_by: PaidBy,
}

/// Searches until no new state is found. It panics where a step is not allowed.
#[must_use]
pub fn search() -> Seen {
    let mut known: Vec<State> = Vec::new();
    let mut open = VecDeque::new();
    for status in AttemptStatus::ALL {
        for paid_by in [PaidBy::Nobody, PaidBy::Another] {
            open.push_back(State::first(*status, paid_by));
        }
    }
    let mut steps = 0;
    while let Some(state) = open.pop_front() {
        if known.contains(&state) {
            continue;
        }
        for observation in observations() {
            for now in [UnixMs(1), UnixMs(GIVE_UP_MS)] {
                steps += 1;
                open.extend(state.told(observation, now));
            }
        }
        known.push(state);
    }
    Seen {
        states: known.len(),
        steps,
    }
}

impl State {
    fn first(status: AttemptStatus, paid_by: PaidBy) -> Self {
        let is_paid = status == AttemptStatus::Paid;
        Self {
            status,
            reason: None,
            received: None,
            late: false,
            paid_by: if is_paid { PaidBy::It } else { paid_by },
        }
    }

    /// What an answer makes of it, where it makes anything.
    fn told(&self, observation: Observation, now: UnixMs) -> Option<Self> {
        let attempt = self.attempt();
        let other = AttemptId("another".to_owned());
        let paid_by = match self.paid_by {
            PaidBy::Nobody => None,
            PaidBy::It => Some(&attempt.id),
            PaidBy::Another => Some(&other),
        };
        let step = settle(&attempt, paid_by, observation, now);
        self.check(observation, step);
        let step = step?;
        let pays = step.status == AttemptStatus::Paid;
        Some(Self {
            status: step.status,
            reason: step.reason,
            received: step.received,
            late: step.late,
            paid_by: if pays { PaidBy::It } else { self.paid_by },
        })
    }

    fn check(&self, observation: Observation, step: Option<Step>) {
        assert_eq!(
            self.status.public(),
            told_to_pages(self.status),
            "W2: {}",
            self.status
        );
        let (before, after) = (self.status, step.map_or(self.status, |it| it.status));
        let what = format!("{before} became {after} by {observation:?}");
        assert!(may_become(before, after), "B2: {what}");
        let is_full = matches!(observation, Observation::Success(Some(it)) if pays_in_full(it));
        let is_paid = matches!(after, AttemptStatus::Paid | AttemptStatus::DuplicatePaid);
        assert!(before == after || !is_paid || is_full, "B1: {what}");
        let has_failed = matches!(observation, Observation::Failed(_));
        let fails = before != after && after == AttemptStatus::Failed;
        assert!(!fails || has_failed, "B1: {what}");
        if before.is_open() && is_full {
            let expected = if self.paid_by == PaidBy::Another {
                AttemptStatus::DuplicatePaid
            } else {
                AttemptStatus::Paid
            };
            assert_eq!(after, expected, "B5: {what}");
        }
        // Late success is real, and a person hears of it.
        if before != after && is_paid {
            let expected = match (after, seemed_lost(before)) {
                (AttemptStatus::DuplicatePaid, _) => Some(Alarm::DuplicatePaid),
                (_, true) => Some(Alarm::LateSuccess),
                (_, false) => None,
            };
            let said = step.map(|it| (it.alarm, it.late));
            assert_eq!(said, Some((expected, seemed_lost(before))), "B2: {what}");
        }
        // What a person has to look at because money was seen stays with him.
        let was_seen = before == AttemptStatus::NeedsReview && self.received.is_some();
        assert!(!was_seen || after != AttemptStatus::Failed, "B2: {what}");
        // Money that does not fit reaches a person.
        let is_odd = matches!(observation, Observation::Success(_)) && !is_full;
        if before.is_open() && is_odd {
            assert_eq!(after, AttemptStatus::NeedsReview, "B7: {what}");
            let alarm = step.map(|it| it.alarm);
            let is_new = alarm.is_some();
            assert!(
                !is_new || alarm == Some(Some(Alarm::WrongAmount)),
                "B7: {what}"
            );
        }
    }

    fn attempt(&self) -> Attempt {
        Attempt {
            id: AttemptId("it".to_owned()),
            order_id: "ORDER-00001".parse().unwrap(),
            provider: "joyndpay".to_owned(),
            reference: Reference("ORDER-00001".to_owned()),
            provider_ref: None,
            status: self.status,
            price: money(PRICE, "UGX"),
            received: self.received,
            reason: self.reason,
            redirect_url: None,
            sent_to: Vec::new(),
            expires_at: None,
            description: None,
            return_url: String::new(),
            late: self.late,
            created_at: UnixMs(0),
            updated_at: UnixMs(0),
            paid_at: None,
            next_check_at: None,
        }
    }
}

/// Success where the provider said so and nobody has to look; failed where it said no; everything else may still be paid.
fn told_to_pages(status: AttemptStatus) -> Status {
    use AttemptStatus as S;
    match status {
        S::Paid | S::DuplicatePaid | S::Refunded => Status::Success,
        S::Failed => Status::Failed,
        S::Created | S::Pending | S::Unknown | S::Orphaned | S::Refused | S::NeedsReview => {
            Status::Pending
        }
    }
}

fn observations() -> Vec<Observation> {
    let mut all = vec![
        Observation::Pending,
        Observation::Declined,
        Observation::Unasked,
        Observation::NotFound,
        Observation::Success(None),
    ];
    for (amount, currency) in [
        (PRICE, "UGX"),
        (PRICE + 1, "UGX"),
        (PRICE - 1, "UGX"),
        (0, "UGX"),
        (PRICE, "RWF"),
    ] {
        all.push(Observation::Success(Some(money(amount, currency))));
    }
    for reason in [
        Reason::Declined,
        Reason::Expired,
        Reason::Cancelled,
        Reason::Other,
    ] {
        all.push(Observation::Failed(reason));
    }
    all
}

fn pays_in_full(received: Money) -> bool {
    let price = money(PRICE, "UGX");
    received.currency() == price.currency() && price.minor() <= received.minor()
}

fn money(amount: u64, currency: &str) -> Money {
    Money::parse(&amount.to_string(), currency.parse().unwrap()).unwrap()
}

const PRICE: u64 = 10_000;
