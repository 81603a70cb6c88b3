//! The command line.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command line speaks on stdout and stderr"
)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use malipo_server::clock::SystemClock;
use malipo_server::config::{Config, Problem};
use malipo_server::store::SqliteStore;
use malipo_server::{App, reconcile, router, serve, telemetry};
use tokio::net::TcpListener;

/// The backend of Malipo: holds the provider's keys, starts payments, and knows which orders are paid.
#[derive(Parser)]
#[command(version, after_help = MANUAL)]
struct Arguments {
    /// The configuration file (TOML). Without one, everything comes from the environment.
    #[arg(long, env = "MALIPO_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Check the configuration, name everything that is wrong with it, and stop.
    #[arg(long)]
    check_config: bool,
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
  POST /pay/notify/joyndpay/{secret}           the provider's notifications
  GET  /api/orders/{order_id}                  the record, for the shop's own server (Bearer shop_api.key)
  GET  /malipo/*                               the widget's files
  GET  /healthz /readyz /metrics               operations; keep them off the public side

Exit codes: 0 stopped as asked, 1 the configuration is wrong, 2 the command line is wrong, 3 it could not start or go on.
Logs go to stderr. stdout has one line, when connections are accepted: malipo-server listening on http://ADDRESS";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match read_config(arguments.config.as_deref()) {
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
    telemetry::init(config.log);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("malipo-server: {error}");
            return ExitCode::from(3);
        }
    };
    match runtime.block_on(run(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("malipo-server: {error:#}");
            ExitCode::from(3)
        }
    }
}

fn read_config(path: Option<&std::path::Path>) -> Result<Config, Vec<Problem>> {
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
    Config::read(&text, env)
}

async fn run(config: Config) -> anyhow::Result<()> {
    let store = Arc::new(SqliteStore::open(&config.sqlite)?);
    let listener = TcpListener::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let mode = config.mode.as_str();
    let app = App::new(config, Arc::new(SystemClock), store).await?;
    let background = tokio::spawn(reconcile::run(Arc::clone(&app)));
    let stop = app.stop.clone();
    tokio::spawn(async move {
        stop_signal().await;
        tracing::info!("stopping");
        stop.cancel();
    });
    println!("malipo-server listening on http://{address}");
    tracing::info!(%address, mode, "listening");
    serve::serve(listener, router(Arc::clone(&app)), app.stop.clone()).await;
    // A call to the provider that is under way is finished and noted.
    app.tasks.close();
    if tokio::time::timeout(serve::DRAIN, app.tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!("calls were still under way; they are looked up at the next start");
    }
    background.await?;
    tracing::info!("stopped");
    Ok(())
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Where signals cannot be heard there is nothing to wait for, and no stop either.
    if interrupt.await.is_err() {
        std::future::pending::<()>().await;
    }
}
