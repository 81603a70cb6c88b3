//! `malipo-server jenga link ...`: payment links that the operator makes by hand, with a payment row a payer.

mod payers;
mod save;
mod show;

use clap::{Args, Subcommand};
use malipo_server::clock::{Clock as _, SystemClock};
use malipo_server::config::Config;
use malipo_server::payment::link::Link;
use malipo_server::store::Store;

use super::output::clean;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Payment links that are sent to payers whom you name: no order is begun, each payer has a payment row.
    Link {
        #[command(subcommand)]
        command: LinkCommand,
    },
}

#[derive(Subcommand)]
pub(super) enum LinkCommand {
    /// Make a link; Jenga sends it to every payer by SMS and e-mail.
    Create(Box<save::Create>),
    /// Change a link that nobody has paid; what is left out stays as it is. Jenga sends it to every payer anew.
    Update(Box<save::Update>),
    /// Show a link with its payments: who, masked, and how each stands.
    Show {
        /// Its name: yours, Jenga's paymentLinkRef, or that of one of its payments.
        #[arg(value_name = "REF")]
        name: String,
        #[command(flatten)]
        form: Form,
    },
    /// List all links, the newest first.
    List(Form),
}

#[derive(Args)]
pub(super) struct Form {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    let Command::Link { command } = command;
    match command {
        LinkCommand::Create(create) => save::create(*create, &config).await,
        LinkCommand::Update(update) => save::update(*update, &config).await,
        LinkCommand::Show { name, form } => {
            let store = super::records(&config).await?;
            let link = link(&*store, &name).await?;
            show::one(&link, &config, SystemClock.now(), &form)
        }
        LinkCommand::List(form) => {
            let store = super::records(&config).await?;
            let links = store.links(PROVIDER).await?;
            show::all(&links, SystemClock.now(), &form)
        }
    }
}

async fn link(store: &dyn Store, name: &str) -> anyhow::Result<Link> {
    let link = store.link(PROVIDER, &[name.to_owned()]).await?;
    link.ok_or_else(|| anyhow::anyhow!("{}: no link has this name", clean(name)))
}

const PROVIDER: &str = "jenga";
