//! The decisions one by one, without a store, a provider or HTTP: quick enough to be tried against every small change of the
//! code (`make mutants`).

mod answer;
mod begin;
mod event;
mod order;
mod price;
mod refund;
mod settle;
mod transaction;

use malipo_wire::Money;

use super::{Attempt, AttemptId, AttemptStatus, Order, Reference};
use crate::clock::UnixMs;

fn money(amount: &str, currency: &str) -> Money {
    Money::parse(amount, currency.parse().unwrap()).unwrap()
}

fn id(name: &str) -> AttemptId {
    AttemptId(name.to_owned())
}

fn attempt(name: &str, status: AttemptStatus) -> Attempt {
    let order = "order".parse().unwrap();
    let reference = Reference("REFERENCE0000001".to_owned());
    let price = money("10000", "UGX");
    Attempt {
        status,
        ..Attempt::new(id(name), order, "joyndpay", reference, price, UnixMs(0))
    }
}

/// An order of these attempts, unpaid.
fn order(attempts: Vec<Attempt>) -> Order {
    Order {
        id: "order".parse().unwrap(),
        price: money("10000", "UGX"),
        paid_by: None,
        attempts,
    }
}

/// Every status.
const ALL: [AttemptStatus; 10] = [
    AttemptStatus::Created,
    AttemptStatus::Pending,
    AttemptStatus::Unknown,
    AttemptStatus::Orphaned,
    AttemptStatus::Refused,
    AttemptStatus::Failed,
    AttemptStatus::Paid,
    AttemptStatus::DuplicatePaid,
    AttemptStatus::NeedsReview,
    AttemptStatus::Refunded,
];
