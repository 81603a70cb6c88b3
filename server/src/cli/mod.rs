//! The command line: the server itself, and commands beside it.
//!
//! A command is a file here with its own arguments and one `run(config)`. What it says goes to stdout, what is wrong to
//! stderr. It may run beside a server on the same store: it never takes an attempt away from it.

mod check;
mod jenga;
mod jopay;
mod orders;
mod output;
mod parked;
mod serve;
mod webhooks;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use malipo_server::config::{Config, Log, Problem, StoreConfig};
use malipo_server::machine;
use malipo_server::store::{self, Store};
use malipo_server::telemetry;

/// The backend of Malipo: holds the provider's keys, starts payments, and knows which orders are paid.
///
/// Without a command it serves.
#[derive(Parser)]
#[command(version, after_help = MANUAL)]
struct Arguments {
    /// The configuration file (TOML). Without one, everything comes from the environment.
    #[arg(long, env = "MALIPO_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,

    /// Check the configuration, name everything that is wrong with it, and stop.
    #[arg(long)]
    check_config: bool,

    /// Stop, as at SIGTERM, when standard input ends: for a program that starts the server through a pipe and must not
    /// leave it behind, not even when it is killed.
    #[arg(long)]
    exit_with_stdin: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

/// What there is beside serving.
#[derive(Subcommand)]
enum Command {
    /// Ask a backend of your own what the widget asks, and say what is wrong with its answers. Needs no configuration.
    Check(Box<check::Check>),
    /// What became of orders.
    Orders {
        #[command(subcommand)]
        command: orders::Command,
    },
    /// Notifications of providers that could not be placed.
    Parked {
        #[command(subcommand)]
        command: parked::Command,
    },
    /// What the shop is still to be told.
    Webhooks {
        #[command(subcommand)]
        command: webhooks::Command,
    },
    /// Jenga's API beside the payments.
    Jenga {
        #[command(subcommand)]
        command: jenga::Command,
    },
    /// JoPay's API beside the payments.
    Jopay {
        #[command(subcommand)]
        command: jopay::Command,
    },
}

const MANUAL: &str = "\
Configuration:
  server/malipo.example.toml explains every key. Each key is also read from the environment, which wins:
  MALIPO_ + the key's path in capitals, with __ between levels: joyndpay.secret_key is MALIPO_JOYNDPAY__SECRET_KEY.

Routes:
  POST /pay/initiate /pay/verify /pay/cancel   what the widget calls (JSON)
  GET  /pay/events                             server-sent events
  POST /pay/checkout                           the form, where there is no script
  GET  /pay/return                             where the provider sends the shopper back
  GET  /pay/link/{token}                       \"link sent: check your phone\"
  POST /pay/notify/joyndpay/{secret}           the provider's notifications
  POST /pay/notify/jopay, /pay/notify/jenga    webhooks and IPNs whose sender is proven
  GET  /api/orders/{order_id}                  the record, for the shop's own server (Bearer shop_api.key)
  GET  /malipo/*                               the widget's files
  GET  /admin /admin/orders/{order_id}         orders as they move, for people (sign-in or Bearer admin.token; none without)
  GET  /healthz /readyz /metrics               operations; keep them off the public side

Exit codes: 0 stopped as asked, 1 the configuration is wrong, 2 the command line is wrong, 3 it could not start or go on,
or a command could not be done.
Logs go to stderr. stdout has one line, when connections are accepted: malipo-server listening on http://ADDRESS";

pub(crate) fn main() -> ExitCode {
    if let Some(why) = malipo_server::REFUSES {
        eprintln!("malipo-server: {why}");
        return ExitCode::from(3);
    }
    // Before anything secret is read, whatever is to be done.
    if let Err(error) = machine::forbid_core_dumps() {
        eprintln!("malipo-server: core dumps could not be switched off: {error}");
    }
    let arguments = match Arguments::parse() {
        // A backend that is somebody else's: no configuration of ours says anything about it.
        Arguments {
            command: Some(Command::Check(check)),
            ..
        } => return finish(check::run(*check)),
        others => others,
    };
    let beside: &[(&str, &str)] = match &arguments.command {
        Some(Command::Jopay { .. }) if !arguments.check_config => &jopay::NOT_NEEDED,
        Some(_) | None => &[],
    };
    let config = match read_config(arguments.config.as_deref(), beside) {
        Ok(config) => config,
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            let count = problems.len();
            let noun = if count == 1 { "problem" } else { "problems" };
            eprintln!("malipo-server: {count} {noun} in the configuration");
            return ExitCode::from(1);
        }
    };
    if arguments.check_config {
        println!("{}\nthe configuration is good", config.summary());
        return ExitCode::SUCCESS;
    }
    let log = match &arguments.command {
        None => config.log,
        // Its answer is what a command has to say; only what goes wrong is logged beside it.
        Some(_) => Log {
            level: config.log.level.min(tracing::Level::WARN),
            ..config.log
        },
    };
    telemetry::init(log);
    finish(run(arguments, config))
}

/// Runs to the end, and says how that was.
fn finish(work: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(work));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("malipo-server: {error:#}");
            ExitCode::from(3)
        }
    }
}

async fn run(arguments: Arguments, config: Config) -> anyhow::Result<()> {
    match arguments.command {
        None => serve::run(config, arguments.exit_with_stdin).await,
        Some(Command::Check(check)) => check::run(*check).await,
        Some(Command::Orders { command }) => orders::run(command, config).await,
        Some(Command::Parked { command }) => parked::run(command, config).await,
        Some(Command::Webhooks { command }) => webhooks::run(command, config).await,
        Some(Command::Jenga { command }) => jenga::run(command, config).await,
        Some(Command::Jopay { command }) => jopay::run(command, config).await,
    }
}

/// The records of the servers, for a command beside them: a file that is not there is a mistake, not an empty store.
async fn records(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    if let StoreConfig::Sqlite(path) = &config.store
        && !path.try_exists().unwrap_or(true)
    {
        anyhow::bail!(
            "store.sqlite: {} is not there; no server has run with this configuration in this folder",
            path.display()
        );
    }
    Ok(store::open_beside(config).await?)
}

/// `beside` are variables of the environment that stand where there are no real ones.
fn read_config(path: Option<&Path>, beside: &[(&str, &str)]) -> Result<Config, Vec<Problem>> {
    let text = match path {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            vec![Problem {
                path: String::new(),
                text: format!("{}: {error}", path.display()),
            }]
        })?,
    };
    // Variables whose name or value is not Unicode are none of ours.
    let env = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let beside = beside
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read(&text, beside.chain(env))
}
