//! `malipo-server orders list`.

use clap::Args;
use malipo_server::clock::{Clock, SystemClock, UnixMs};
use malipo_server::payment::{AttemptStatus, Order};
use malipo_server::store::Store;
use malipo_server::store::records::{Cursor, OrderFilter};
use serde_json::json;

use super::{Form, json};
use crate::cli::output::{or_none, print, table};

#[derive(Args)]
pub(in crate::cli) struct List {
    /// Only those with an attempt that stands so: pending, paid, needs_review ...
    #[arg(long, value_parser = status)]
    status: Option<AttemptStatus>,
    /// Only those with an attempt at this provider.
    #[arg(long, value_parser = ["joyndpay", "jopay", "jenga"])]
    provider: Option<String>,
    /// Only those whose attempt was begun then or later: a time (2026-11-21T08:00:00Z) or an age (90min, 24h, 7days).
    #[arg(long, value_name = "TIME|AGE", value_parser = since)]
    since: Option<UnixMs>,
    /// At most so many: 1 to 1000.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Go on where an earlier list ended; it says how.
    #[arg(long, value_name = "PLACE", value_parser = place)]
    after: Option<Cursor>,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(list: List, store: &dyn Store, test: bool) -> anyhow::Result<()> {
    let filter = OrderFilter {
        status: list.status,
        provider: list.provider,
        since: list.since,
    };
    let page = store
        .list_orders(&filter, list.after.as_ref(), list.limit)
        .await?;
    let next = page.next.as_ref().map(Cursor::to_string);
    if list.form.json {
        let orders: Vec<_> = page.orders.iter().map(|it| json::order(it, test)).collect();
        return print(&format!("{:#}", json!({"orders": orders, "next": next})));
    }
    let rows = page.orders.iter().map(row).collect();
    print(&table(COLUMNS, rows, "no orders"))?;
    if let Some(next) = next {
        eprintln!("there may be more: --after {next}");
    }
    Ok(())
}

fn row(order: &Order) -> [String; COLUMNS.len()] {
    // An order whose only attempt was refused has no current one.
    let attempt = order.current().or(order.attempts.last());
    let begun = order.attempts.first().map(|it| it.created_at.to_rfc3339());
    [
        order.id.to_string(),
        or_none(attempt.map(|it| it.status.as_str())),
        format!(
            "{} {}",
            order.price.currency().code(),
            order.price.to_decimal()
        ),
        or_none(attempt.map(|it| it.provider.as_str())),
        or_none(attempt.and_then(|it| it.provider_ref.as_deref())),
        order.attempts.len().to_string(),
        or_none(begun.as_deref()),
        remarks(order),
    ]
}

/// What a person should see at a glance.
fn remarks(order: &Order) -> String {
    let has = |status| order.attempts.iter().any(|it| it.status == status);
    let current = order.current();
    let mut remarks = Vec::new();
    if has(AttemptStatus::DuplicatePaid) {
        remarks.push("paid twice");
    }
    if current.is_some_and(|it| it.late) {
        remarks.push("late");
    }
    if current.is_some_and(|it| it.received.is_some_and(|got| got != it.price)) {
        remarks.push("amount differs");
    }
    remarks.join(", ")
}

fn status(text: &str) -> Result<AttemptStatus, String> {
    text.parse().map_err(|_| {
        let all: Vec<_> = AttemptStatus::ALL.iter().map(|it| it.as_str()).collect();
        format!("accepted: one of {}", all.join(", "))
    })
}

fn since(text: &str) -> Result<UnixMs, String> {
    if let Some(moment) = UnixMs::from_rfc3339(text) {
        return Ok(moment);
    }
    let age = humantime::parse_duration(text)
        .ok()
        .and_then(|it| i64::try_from(it.as_millis()).ok());
    age.map(|it| SystemClock.now().plus_ms(it.saturating_neg()))
        .ok_or_else(|| {
            "accepted: a time such as 2026-11-21T08:00:00Z, or an age such as 90min, 24h, 7days"
                .to_owned()
        })
}

fn place(text: &str) -> Result<Cursor, String> {
    text.parse()
        .map_err(|()| "accepted: what an earlier list said behind --after".to_owned())
}

const COLUMNS: [&str; 8] = [
    "ORDER",
    "STATE",
    "AMOUNT",
    "PROVIDER",
    "PROVIDER_REF",
    "ATTEMPTS",
    "BEGUN",
    "REMARKS",
];
