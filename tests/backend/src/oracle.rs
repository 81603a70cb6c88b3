//! The server's records against the sandbox's ledger: what was really paid is what is recorded, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::receiver::Receiver;

/// One payment at a provider, as far as it matters here.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `joyndpay`.
    pub provider: String,
    /// The provider's own name of it.
    pub id: String,
    /// Our reference of the attempt.
    pub reference: String,
    /// How often money moved. At JoPay a transfer that is not verified yet has not arrived.
    pub paid: u64,
    /// The price, as it was asked for: `10000 UGX`.
    pub price: String,
    /// Whether it ended without money, so that it is not payable any more.
    pub failed: bool,
    /// Whether a true notification of it was answered with 2xx after it was paid.
    pub acknowledged: bool,
}

impl Entry {
    /// Reads an entry of `GET /sandbox/ledger`.
    #[must_use]
    pub fn read(entry: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // JoPay's `order_id` is the order's; the attempt's name stands beside it.
        let named = entry["metadata"].get("reference");
        let reference = named.unwrap_or(&entry["order_id"]);
        let arrived = entry["status"] == "success" || entry["provider"] != "jopay";
        let paid = if arrived {
            entry["times_paid"].as_u64().unwrap()
        } else {
            0
        };
        let notices = entry["ipn"].as_array().unwrap();
        let paid_at = entry["settled_at_ms"].as_u64();
        let acknowledged = notices.iter().any(|it| {
            let good = it["http_status"]
                .as_u64()
                .is_some_and(|it| (200..300).contains(&it));
            let after = paid_at.is_some_and(|at| at <= it["sent_at_ms"].as_u64().unwrap());
            good && after && it["forged"] == false
        });
        Self {
            provider: text(&entry["provider"]),
            id: text(&entry["id"]),
            reference: text(reference),
            paid,
            price: money(entry),
            // A try at a Jenga link that failed ends nothing.
            failed: entry["status"] == "failed" && entry["provider"] != "jenga",
            acknowledged: 0 < paid && acknowledged,
        }
    }
}

/// What differs between record and ledger, a sentence each.
///
/// `records` holds the answer of `GET /api/orders/{order_id}` for every order, Null where the server knows none.
#[must_use]
pub fn differences(
    records: &BTreeMap<String, Value>,
    ledger: &[Entry],
    receiver: &Receiver,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for entry in ledger {
        if !names.insert((&entry.provider, &entry.reference)) {
            wrong.push(format!(
                "{} has two payments of one attempt, {}",
                entry.provider, entry.reference
            ));
        }
        if 1 < entry.paid {
            wrong.push(format!(
                "{} was charged {} times",
                entry.reference, entry.paid
            ));
        }
    }
    let mut heard: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    let events = receiver.heard();
    for event in &events {
        let key = (event.order_id.as_str(), event.kind.as_str());
        heard.entry(key).or_default().insert(&event.id);
    }
    let mut recorded = BTreeSet::new();
    for (order, record) in records {
        let claims = claims(record);
        let price = money(record);
        let told = |kind| heard.get(&(order.as_str(), kind)).map_or(0, BTreeSet::len);
        for (reference, provider) in &claims {
            let entry = ledger
                .iter()
                .find(|it| it.reference == *reference && it.provider == *provider);
            if entry.is_none_or(|it| it.paid == 0) {
                wrong.push(format!(
                    "{order} is recorded as paid by {provider} {reference}, but no money moved"
                ));
            }
            if let Some(entry) = entry.filter(|it| it.price != price) {
                wrong.push(format!(
                    "{order} is recorded with {price}, and {provider} was asked for {}",
                    entry.price
                ));
            }
            recorded.insert((provider.clone(), reference.clone()));
        }
        let paid = usize::from(record["status"] == "success");
        if told("payment.paid") != paid {
            wrong.push(format!(
                "{order} is paid {paid} times, and the shop was told so {} times",
                told("payment.paid")
            ));
        }
        let again = claims.len() - paid.min(claims.len());
        if told("payment.duplicate") != again {
            wrong.push(format!(
                "{order} is paid {again} times too often, and the shop was told so {} times",
                told("payment.duplicate")
            ));
        }
        for event in events.iter().filter(|it| it.order_id == *order) {
            let paid = ["payment.paid", "payment.duplicate"].contains(&event.kind.as_str());
            if paid && event.amount != price {
                wrong.push(format!(
                    "{order} costs {price}, and the shop was told of {}",
                    event.amount
                ));
            }
        }
        if record["state"] == "failed" && told("payment.failed") == 0 {
            wrong.push(format!("{order} has failed, and the shop was not told"));
        }
        let name = (field(record, "provider"), field(record, "reference"));
        let named = |it: &&Entry| it.provider == name.0 && it.reference == name.1;
        let over = ledger.iter().find(named).is_some_and(|it| it.failed);
        if record["state"] == "pending" && over {
            wrong.push(format!(
                "{order} is still recorded as pending, and has ended at {}",
                name.0
            ));
        }
        if record["state"] == "needs_review" {
            recorded.insert(name);
            if told("payment.review") == 0 {
                wrong.push(format!("{order} needs a person, and the shop was not told"));
            }
        }
    }
    for entry in ledger.iter().filter(|it| 0 < it.paid) {
        if !recorded.contains(&(entry.provider.clone(), entry.reference.clone())) {
            let word = if entry.acknowledged {
                "an acknowledged"
            } else {
                "no acknowledged"
            };
            wrong.push(format!(
                "{} {} was paid and is recorded nowhere ({word} notification)",
                entry.provider, entry.reference
            ));
        }
    }
    wrong
}

/// The attempts that a record says were paid: reference and provider.
fn claims(record: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if record["status"] == "success" {
        all.push((field(record, "reference"), field(record, "provider")));
    }
    for again in record["duplicates"].as_array().into_iter().flatten() {
        // Tests stay with one provider an order.
        all.push((field(again, "reference"), field(record, "provider")));
    }
    all
}

/// Amount and currency of a record, an event's data or an entry, in one form: `25 EUR` for `25.00`.
#[must_use]
pub fn money(value: &Value) -> String {
    let amount = field(value, "amount");
    let amount = match amount.split_once('.') {
        Some((whole, cents)) if cents.bytes().all(|it| it == b'0') => whole.to_owned(),
        Some((whole, cents)) => format!("{whole}.{}", cents.trim_end_matches('0')),
        None => amount,
    };
    format!("{amount} {}", field(value, "currency"))
}

fn field(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}
