//! `malipo-server orders show`.

use clap::Args;
use malipo_server::clock::UnixMs;
use malipo_server::config::Config;
use malipo_server::payment::refund::RefundNote;
use malipo_server::payment::{Attempt, Order};
use malipo_server::store::Store;
use malipo_server::store::records::DeliveryRecord;
use malipo_server::store::transactions::TransactionRecord;
use malipo_wire::{Money, OrderId, Reason};

use super::{Form, json, order, order_id};
use crate::cli::output::{clean, moment, or_none, print};

#[derive(Args)]
pub(in crate::cli) struct Show {
    /// The order's id.
    #[arg(value_parser = order_id)]
    order_id: OrderId,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(show: &Show, config: &Config, store: &dyn Store) -> anyhow::Result<()> {
    let test = config.mode.is_test();
    let order = order(store, &show.order_id).await?;
    let deliveries = store.deliveries(&order.id).await?;
    let notes = store.refund_notes(&order.id).await?;
    let transactions = store.transactions(&order.id).await?;
    if show.form.json {
        let value = json::record(&order, test, &transactions, &deliveries, &notes);
        return print(&format!("{value:#}"));
    }
    let mut lines = head(&order, test);
    for attempt in &order.attempts {
        lines.push(String::new());
        lines.extend(of_attempt(attempt));
        let of_it = transactions.iter().filter(|it| it.attempt_id == attempt.id);
        lines.extend(of_it.map(of_transaction));
    }
    if !deliveries.is_empty() {
        lines.push("\nthe shop was told".to_owned());
        lines.extend(deliveries.iter().map(of_delivery));
    }
    if !notes.is_empty() {
        lines.push("\nmoney given back".to_owned());
        lines.extend(notes.iter().map(of_note));
    }
    print(&lines.join("\n"))
}

fn head(order: &Order, test: bool) -> Vec<String> {
    let answer = order.answer(test);
    let reason = answer.reason.map(|it| format!(" ({})", it.as_str()));
    let mut lines = vec![
        format!("order:    {}", order.id),
        format!("amount:   {}", money(order.price)),
        format!(
            "status:   {}{}",
            answer.status.as_str(),
            reason.unwrap_or_default()
        ),
    ];
    if test {
        lines.push("test:     yes, no money moves".to_owned());
    }
    lines
}

fn of_attempt(it: &Attempt) -> Vec<String> {
    let mut lines = vec![
        format!("attempt:  {} at {}", it.id.0, it.provider),
        format!(
            "  state:        {}{}{}",
            it.status,
            it.reason
                .map(|it| format!(" ({})", Reason::as_str(it)))
                .unwrap_or_default(),
            if it.late { ", late" } else { "" }
        ),
        format!("  reference:    {}", clean(&it.reference.0)),
    ];
    let mut add = |name: &str, value: Option<String>| {
        lines.extend(value.map(|it| format!("  {name:<14}{it}")));
    };
    let at = |it: Option<UnixMs>| it.map(UnixMs::to_rfc3339);
    add("provider_ref:", it.provider_ref.as_deref().map(clean));
    add("received:", it.received.map(money));
    let sent: Vec<_> = it
        .sent_to
        .iter()
        .map(|it| format!("{} {}", clean(&it.channel), or_none(it.to.as_deref())))
        .collect();
    add("sent to:", (!sent.is_empty()).then(|| sent.join(", ")));
    add("begun:", Some(it.created_at.to_rfc3339()));
    add("changed:", Some(it.updated_at.to_rfc3339()));
    add("paid:", at(it.paid_at));
    add("expires:", at(it.expires_at));
    add("asked next:", at(it.next_check_at));
    lines
}

fn of_transaction(it: &TransactionRecord) -> String {
    let names: Vec<_> = it.references.iter().map(|it| clean(it)).collect();
    let told_at = it.told_at.to_rfc3339();
    format!(
        "  transaction:  {}, told of at {told_at}",
        names.join(" / ")
    )
}

fn of_delivery(it: &DeliveryRecord) -> String {
    let mut line = format!(
        "  {}  {}  {} by {}, {} {}",
        it.created_at.to_rfc3339(),
        it.kind,
        it.state(),
        it.channel.as_str(),
        it.tries,
        if it.tries == 1 { "try" } else { "tries" },
    );
    if it.delivered_at.is_none() && it.next_at.is_some() {
        line.push_str(&format!(", next at {}", moment(it.next_at)));
    }
    if let Some(error) = &it.last_error {
        line.push_str(&format!("; last error: {}", clean(error)));
    }
    line
}

fn of_note(it: &RefundNote) -> String {
    format!(
        "  {}  {} of attempt {} by {}{}: {}",
        it.noted_at.to_rfc3339(),
        money(it.amount),
        it.attempt_id.0,
        clean(&it.by),
        if it.marked { ", marked refunded" } else { "" },
        clean(&it.reason)
    )
}

pub(super) fn money(it: Money) -> String {
    format!("{} {}", it.currency().code(), it.to_decimal())
}
