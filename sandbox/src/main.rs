//! The sandbox: payment providers as one local program, for trying and testing a shop with no account and no network.
//!
//! It answers the providers' APIs as their public documents describe them, shows their hosted checkout pages, notifies the
//! merchant, and keeps a [`ledger`] of what was really paid. It shares no code with the backend, so that one misreading of a
//! document cannot hide on both sides. Trouble is made on demand through a [`script`].
//!
//! Rooms: one folder a provider ([`joyndpay`], [`jopay`], [`jenga`]); [`outbox`] holds what shoppers get by SMS and e-mail;
//! [`ledger`] and [`calls`] are what tests ask afterwards; [`script`] and [`trouble`] make things go wrong; [`control`] is the JSON API under `/sandbox`, [`index`] the page for people.

use std::{
    io::{IsTerminal as _, Write as _},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::{app::App, args::Args};

mod app;
mod args;
mod calls;
mod clock;
mod control;
mod fields;
mod index;
mod jenga;
mod jopay;
mod joyndpay;
mod ledger;
mod money;
mod notify;
mod outbox;
mod page;
mod payment;
mod script;
mod serve;
mod trouble;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    // An error here means that a provider is installed already, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let exit_with_stdin = args.exit_with_stdin;
    let (settings, jenga, jopay) = args.settings(address);
    let app = Arc::new(App::new(settings, jenga, jopay)?);
    announce(&format!(
        "malipo-sandbox listening on http://{address}\n\
         This is a sandbox: no money moves. Payments and checkout pages: {}/",
        app.settings.public_url
    ))?;
    serve::run(listener, app::router(app), exit_with_stdin).await;
    Ok(())
}

/// Writes to standard output and flushes: whoever started the program waits for the first line.
fn announce(lines: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{lines}")?;
    out.flush()
}
