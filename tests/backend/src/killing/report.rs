//! What a run did, as Markdown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::Orders;
use super::load::Counted;
use crate::oracle::Entry;
use crate::receiver::Receiver;

/// A run and its end.
#[derive(Debug)]
pub struct Report {
    pub(super) orders: Orders,
    pub(super) clients: u64,
    /// How long the load and the kills took.
    pub(super) loaded: Duration,
    /// How long it took afterwards until the records were as the ledger.
    pub(super) settled: Duration,
    pub(super) load: Counted,
    /// Where the power failed: writes that were not synced then, and how many of these were lost.
    pub(super) unsynced: Option<[u64; 2]>,
    pub(super) outcome: Outcome,
}

impl Report {
    /// How many writes were lost because the power failed.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.unsynced.map_or(0, |it| it[1])
    }
}

/// What was there in the end.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    orders: usize,
    unknown_orders: usize,
    /// Orders by status.
    statuses: BTreeMap<String, u32>,
    late: u32,
    duplicates: usize,
    /// Payments of the ledger by provider: all, and those that were paid.
    payments: BTreeMap<String, (u32, u32)>,
    notices: u32,
    /// Of these: answered 2xx; answered otherwise; not answered.
    answered: [u32; 3],
    acknowledged: usize,
    webhooks: usize,
    events: usize,
}

impl Outcome {
    pub(super) fn read(
        records: &BTreeMap<String, Value>,
        ledger: &[Value],
        receiver: &Receiver,
    ) -> Self {
        let mut outcome = Self {
            orders: records.len(),
            ..Self::default()
        };
        for record in records.values() {
            let Some(status) = record["status"].as_str() else {
                outcome.unknown_orders += 1;
                continue;
            };
            *outcome.statuses.entry(status.to_owned()).or_default() += 1;
            outcome.late += u32::from(record["late"] == true);
            outcome.duplicates += record["duplicates"].as_array().map_or(0, Vec::len);
        }
        for raw in ledger {
            let entry = Entry::read(raw);
            let (all, paid) = outcome.payments.entry(entry.provider).or_default();
            *all += 1;
            *paid += u32::from(0 < entry.paid);
            outcome.acknowledged += usize::from(entry.acknowledged);
            for notice in raw["ipn"].as_array().into_iter().flatten() {
                outcome.notices += 1;
                let kind = match notice["http_status"].as_u64() {
                    Some(200..300) => 0,
                    Some(_) => 1,
                    None => 2,
                };
                outcome.answered[kind] += 1;
            }
        }
        let heard = receiver.heard();
        outcome.webhooks = heard.len();
        outcome.events = heard
            .into_iter()
            .map(|it| it.id)
            .collect::<BTreeSet<_>>()
            .len();
        outcome
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (orders, load, it) = (&self.orders, &self.load, &self.outcome);
        writeln!(f, "| {} | |", orders.store.name())?;
        writeln!(f, "| --- | --- |")?;
        let mut row = |name: &str, value: String| writeln!(f, "| {name} | {value} |");
        row(
            "kills (`kill -9`, restarted on the same store)",
            orders.kills.to_string(),
        )?;
        if let Some([unsynced, lost]) = self.unsynced {
            row(
                "each time the power failed too",
                format!("{unsynced} writes were not synced then, {lost} of them were lost"),
            )?;
        }
        row("seed", orders.seed.to_string())?;
        row(
            "load and kills",
            format!(
                "{} s, {} shoppers at a time",
                self.loaded.as_secs(),
                self.clients
            ),
        )?;
        row(
            "afterwards, until all was settled",
            format!("{} s", self.settled.as_secs()),
        )?;
        let unheard = format!(
            "{} pressed, {} got a page, {} never reached the store",
            it.orders, load.opened, it.unknown_orders
        );
        row("orders", unheard)?;
        row(
            "what shoppers did besides",
            format!(
                "{} verifies, {} called off, {} paid after a failure or an expiry, {} paid a given-up attempt too",
                load.watched, load.cancelled, load.late, load.twice
            ),
        )?;
        for (provider, (all, paid)) in &it.payments {
            row(
                &format!("ledger of {provider}"),
                format!("{all} payments, {paid} paid"),
            )?;
        }
        let statuses = it
            .statuses
            .iter()
            .map(|(status, count)| format!("{count} {status}"));
        row("records", statuses.collect::<Vec<_>>().join(", "))?;
        row(
            "recorded as late; as paid twice",
            format!("{}; {}", it.late, it.duplicates),
        )?;
        let [good, bad, none] = it.answered;
        row(
            "notifications to the server",
            format!(
                "{} ({good} acknowledged with 2xx, {bad} answered otherwise, {none} met a dead server)",
                it.notices
            ),
        )?;
        row(
            "paid with an acknowledged notification",
            it.acknowledged.to_string(),
        )?;
        row(
            "webhooks to the shop",
            format!("{} deliveries of {} events", it.webhooks, it.events),
        )
    }
}
