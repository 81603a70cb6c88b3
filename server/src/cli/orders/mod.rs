//! `malipo-server orders ...`: what became of orders, beside the servers that take payments.

mod json;
mod list;
mod recheck;
mod refund_note;
mod show;

use clap::{Args, Subcommand};
use malipo_server::config::Config;
use malipo_server::payment::Order;
use malipo_server::store::Store;
use malipo_wire::OrderId;

pub(super) use json::delivery as delivery_json;

#[derive(Subcommand)]
pub(super) enum Command {
    /// List orders, newest first.
    List(list::List),
    /// Show an order: every attempt, what the shop was told, and money given back.
    Show(show::Show),
    /// Ask the provider how an order stands, now, and note its answer.
    Recheck(recheck::Recheck),
    /// Write down that money was given back. It moves none: that is done at the provider.
    RefundNote(refund_note::Note),
}

/// In which form.
#[derive(Args)]
pub(super) struct Form {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    let store = super::records(&config).await?;
    match command {
        Command::List(list) => list::run(list, store.as_ref(), config.mode.is_test()).await,
        Command::Show(show) => show::run(&show, &config, store.as_ref()).await,
        Command::Recheck(recheck) => recheck::run(recheck, config, store).await,
        Command::RefundNote(note) => refund_note::run(note, store.as_ref()).await,
    }
}

/// The order of this name.
async fn order(store: &dyn Store, id: &OrderId) -> anyhow::Result<Order> {
    let found = store.order(id).await?;
    found.ok_or_else(|| anyhow::anyhow!("{id}: there is no such order"))
}

/// An order's name on the command line.
fn order_id(text: &str) -> Result<OrderId, String> {
    text.parse().map_err(|error| format!("accepted: {error}"))
}
