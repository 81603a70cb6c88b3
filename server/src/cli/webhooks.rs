//! `malipo-server webhooks ...`: what the shop is still to be told.

use clap::{Args, Subcommand};
use malipo_server::clock::{Clock, SystemClock};
use malipo_server::config::Config;
use malipo_server::store::records::DeliveryRecord;
use serde_json::Value;

use super::orders::delivery_json;
use super::output::{moment, or_none, print, table};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List what did not arrive yet, and what was given up; oldest first.
    List(List),
    /// Try again, now, to deliver everything that was given up after five days.
    Retry,
}

#[derive(Args)]
pub(super) struct List {
    /// At most so many: 1 to 1000.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    let store = super::records(&config).await?;
    match command {
        Command::List(list) => {
            let open = store.undelivered(list.limit).await?;
            if list.json {
                let open: Vec<_> = open.iter().map(delivery_json).collect();
                return print(&format!("{:#}", Value::from(open)));
            }
            let rows = open.iter().map(row).collect();
            print(&table(COLUMNS, rows, "the shop was told everything"))
        }
        Command::Retry => {
            let count = store.retry_given_up(SystemClock.now()).await?;
            print(&format!("{count} to be tried again by the server"))
        }
    }
}

fn row(it: &DeliveryRecord) -> [String; COLUMNS.len()] {
    [
        it.order_id.to_string(),
        it.kind.clone(),
        it.state().to_owned(),
        it.channel.as_str().to_owned(),
        it.created_at.to_rfc3339(),
        it.tries.to_string(),
        moment(it.next_at),
        or_none(it.last_error.as_deref()),
    ]
}

const COLUMNS: [&str; 8] = [
    "ORDER",
    "EVENT",
    "STATE",
    "CHANNEL",
    "HAPPENED",
    "TRIES",
    "NEXT",
    "LAST_ERROR",
];
