//! `malipo-server parked ...`: notifications of providers that could not be placed.

use clap::{Args, Subcommand};
use malipo_server::config::Config;
use malipo_server::store::records::ParkedNotice;
use serde_json::{Value, json};

use super::output::{clean, print, table};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List them, the newest first. They are kept until you drop them.
    List(List),
    /// Drop one that was dealt with; the provider may send it again.
    Drop {
        /// Its id, as the list has it.
        id: String,
    },
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
            let parked = store.parked(list.limit).await?;
            if list.json {
                let parked: Vec<_> = parked.iter().map(to_json).collect();
                return print(&format!("{:#}", Value::from(parked)));
            }
            let rows = parked.iter().map(row).collect();
            print(&table(COLUMNS, rows, "nothing is parked"))
        }
        Command::Drop { id } => {
            if !store.drop_parked(&id).await? {
                anyhow::bail!("{}: no notification of this id is parked", clean(&id));
            }
            print(&format!("{}: dropped", clean(&id)))
        }
    }
}

fn row(it: &ParkedNotice) -> [String; COLUMNS.len()] {
    [
        it.id.clone(),
        it.provider.clone(),
        it.received_at.to_rfc3339(),
        it.times.to_string(),
        it.names.clone(),
        it.summary.clone(),
    ]
}

fn to_json(it: &ParkedNotice) -> Value {
    json!({
        "id": it.id,
        "provider": it.provider,
        "received_at": it.received_at.to_rfc3339(),
        "times": it.times,
        "names": it.names,
        "summary": it.summary,
    })
}

const COLUMNS: [&str; 6] = ["ID", "PROVIDER", "CAME_LAST", "TIMES", "NAMES", "SAYS"];
