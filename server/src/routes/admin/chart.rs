//! The last day by the hour, as bars and as a table. PURE.

use std::collections::BTreeMap;

use malipo_wire::{Currency, Money};

use super::view::{Moment, money};
use crate::clock::{HOUR_MS, UnixMs};
use crate::store::records::Hours;

/// The last [`HOURS`] hours, the one under way included.
pub(super) struct Chart {
    /// What there was in all.
    pub(super) begun: u64,
    pub(super) paid: u64,
    pub(super) failed: u64,
    /// The highest bar; what the top of the chart stands for.
    pub(super) top: u64,
    /// Oldest first.
    pub(super) hours: Vec<Hour>,
    /// What was paid in all, a currency each.
    pub(super) sums: Vec<Sum>,
}

/// An hour.
pub(super) struct Hour {
    pub(super) begins: Moment,
    /// `14:00`.
    pub(super) clock: String,
    pub(super) begun: u64,
    pub(super) paid: u64,
    pub(super) failed: u64,
    /// `UGX 38,000`, a currency each.
    pub(super) sums: Vec<String>,
    /// Left edge, in the drawing's units.
    pub(super) x: u64,
    pub(super) bars: Vec<Bar>,
}

/// What was paid in a currency.
pub(super) struct Sum {
    pub(super) currency: Currency,
    pub(super) orders: u64,
    pub(super) amount: String,
}

/// A bar of the drawing, in its units: [`HOUR_WIDTH`] an hour, [`HEIGHT`] from top to bottom.
pub(super) struct Bar {
    pub(super) of: &'static str,
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) height: u64,
}

/// The beginning of the first hour that is shown.
pub(super) fn first_hour(now: UnixMs) -> UnixMs {
    let this = now.0.div_euclid(HOUR_MS).saturating_mul(HOUR_MS);
    UnixMs(this).plus_ms(HOUR_MS.saturating_mul(1 - HOURS))
}

impl Chart {
    /// A chart of the hours from this one on.
    pub(super) fn of(from: UnixMs, found: &Hours) -> Self {
        let mut hours: Vec<Hour> = Vec::new();
        for nth in 0..HOURS {
            let begins = from.plus_ms(HOUR_MS.saturating_mul(nth));
            let x = u64::try_from(nth).unwrap_or_default();
            hours.push(hour(begins, x.saturating_mul(HOUR_WIDTH), found));
        }
        let counts = hours.iter().flat_map(|it| [it.begun, it.paid, it.failed]);
        let top = counts.max().unwrap_or_default();
        for hour in &mut hours {
            let bars = [
                ("begun", hour.begun),
                ("paid", hour.paid),
                ("failed", hour.failed),
            ];
            let bars = bars
                .into_iter()
                .zip(0..)
                .filter(|((_, count), _)| 0 < *count);
            hour.bars = bars
                .map(|((of, it), nth)| bar(of, it, nth, hour.x, top))
                .collect();
        }
        let all = |of: fn(&Hour) -> u64| hours.iter().map(of).fold(0, u64::saturating_add);
        Self {
            begun: all(|it| it.begun),
            paid: all(|it| it.paid),
            failed: all(|it| it.failed),
            top,
            sums: sums(found),
            hours,
        }
    }
}

fn hour(begins: UnixMs, x: u64, found: &Hours) -> Hour {
    let count = |of: &[(UnixMs, u64)]| of.iter().find(|it| it.0 == begins).map_or(0, |it| it.1);
    let paid = || found.paid.iter().filter(|it| it.hour == begins);
    let begun = Moment(begins);
    Hour {
        clock: begun.text().get(11..16).unwrap_or("?").to_owned(),
        begins: begun,
        begun: count(&found.begun),
        paid: paid().map(|it| it.orders).fold(0, u64::saturating_add),
        failed: count(&found.failed),
        sums: paid().map(|it| amount(it.minor, it.currency)).collect(),
        x,
        bars: Vec::new(),
    }
}

fn bar(of: &'static str, count: u64, nth: u64, hour_x: u64, top: u64) -> Bar {
    let height = count
        .saturating_mul(HEIGHT)
        .checked_div(top)
        .unwrap_or_default();
    // One of a thousand is still something that happened.
    let height = height.clamp(LEAST_HEIGHT, HEIGHT);
    let place = GAP.saturating_add(nth.saturating_mul(BAR_WIDTH));
    Bar {
        of,
        x: hour_x.saturating_add(place),
        y: HEIGHT.saturating_sub(height),
        height,
    }
}

fn sums(found: &Hours) -> Vec<Sum> {
    let mut by_code: BTreeMap<&str, (Currency, u64, u64)> = BTreeMap::new();
    for it in &found.paid {
        let entry = by_code.entry(it.currency.code());
        let (_, orders, minor) = entry.or_insert((it.currency, 0, 0));
        *orders = orders.saturating_add(it.orders);
        *minor = minor.saturating_add(it.minor);
    }
    let sum = |(currency, orders, minor)| Sum {
        currency,
        orders,
        amount: amount(minor, currency),
    };
    by_code.into_values().map(sum).collect()
}

/// A sum of many prices may be more than one price can be.
fn amount(minor: u64, currency: Currency) -> String {
    match Money::from_minor(minor, currency) {
        Ok(it) => money(it),
        Err(_) => format!("{} {minor} minor units", currency.code()),
    }
}

/// A day.
const HOURS: i64 = 24;
/// `GAP` + three bars + `GAP`.
const HOUR_WIDTH: u64 = 40;
const GAP: u64 = 5;
pub(super) const BAR_WIDTH: u64 = 10;
pub(super) const HEIGHT: u64 = 1000;
const LEAST_HEIGHT: u64 = 20;
