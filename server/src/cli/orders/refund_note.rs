//! `malipo-server orders refund-note`.

use anyhow::Context as _;
use clap::Args;
use malipo_server::clock::{Clock, SystemClock};
use malipo_server::payment::AttemptId;
use malipo_server::payment::refund::{self, RefundWish};
use malipo_server::store::Store;
use malipo_wire::{Money, OrderId};

use super::show::money;
use super::{order, order_id};
use crate::cli::output::print;

/// Notes are only ever added: a wrong one is put right by another one that says so.
#[derive(Args)]
pub(in crate::cli) struct Note {
    /// The order's id.
    #[arg(value_parser = order_id)]
    order_id: OrderId,
    /// How much was given back, in the currency in which it was received: 1250.50.
    #[arg(long)]
    amount: String,
    /// Why: at most 500 characters.
    #[arg(long, value_parser = line::<500>)]
    reason: String,
    /// Who says so: at most 80 characters.
    #[arg(long, env = "USER", value_parser = line::<80>)]
    by: String,
    /// Of which attempt; needed only where several were paid.
    #[arg(long, value_name = "ATTEMPT_ID")]
    attempt: Option<String>,
    /// The attempt is refunded from now on. Without this the note changes no status: for a part of the money.
    #[arg(long)]
    mark_refunded: bool,
}

pub(super) async fn run(note: Note, store: &dyn Store) -> anyhow::Result<()> {
    let order = order(store, &note.order_id).await?;
    let attempt = note.attempt.map(AttemptId);
    let meant = refund::meant(&order, attempt.as_ref());
    let meant = meant.map_err(|it| anyhow::anyhow!("{}: {it}", order.id))?;
    let currency = meant.received.unwrap_or(meant.price).currency();
    let amount = Money::parse(&note.amount, currency)
        .map_err(|error| anyhow::anyhow!("--amount: {error}"))
        .with_context(|| order.id.to_string())?;
    let wish = RefundWish {
        order_id: note.order_id,
        attempt: Some(meant.id.clone()),
        amount,
        reason: note.reason,
        by: note.by,
        mark: note.mark_refunded,
        now: SystemClock.now(),
    };
    let noted = store.note_refund(&wish).await?;
    let noted = noted.map_err(|it| anyhow::anyhow!("{}: {it}", order.id))?;
    print(&format!(
        "{}: noted: {} of attempt {} given back{}",
        order.id,
        money(noted.amount),
        noted.attempt_id.0,
        if noted.marked {
            "; it is refunded now"
        } else {
            ""
        },
    ))
}

fn line<const MOST: usize>(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    let good = (1..=MOST).contains(&length) && !text.chars().any(char::is_control);
    good.then(|| text.to_owned())
        .ok_or_else(|| format!("accepted: 1 to {MOST} characters in one line; it has {length}"))
}
