//! `malipo-demo`: a small shop with everything around it, on this machine alone.
//!
//! It serves the pages of `www/pages`, signs quotes, and starts `malipo-sandbox` (the provider) and `malipo-server` (the
//! backend) beside itself: three origins, as in real life, on free loopback ports. No money moves.

mod cart;
mod config;
mod docs;
mod error;
mod pages;
mod quote;
mod shop;
mod stage;
mod ways;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, ensure};
use clap::Parser;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::shop::Shop;
use crate::stage::Stage;
use crate::ways::Provider;

/// Runs the demo shop with its backend and a sandbox that plays the payment provider. No money moves.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Open the shop in a browser, where there is a desktop
    #[arg(long)]
    open: bool,
    /// The way to pay that the shop starts with
    #[arg(long, value_enum, default_value_t)]
    provider: Provider,
    /// The shop's port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Keep the backend's store and the logs in this folder, instead of a temporary one
    #[arg(long)]
    data: Option<PathBuf>,
    /// The folder of the pages
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/pages"))]
    root: PathBuf,
    /// The folder of the widget's files, which `make pkg` builds
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../pkg"))]
    widget: PathBuf,
    /// The folder of the documentation, which `make docs` builds; without it the shop has no link to it
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/_site"))]
    docs: PathBuf,
    /// The backend's configuration, whose catalogue and keys the shop shares
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/malipo.toml"))]
    config: PathBuf,
    /// The key that signs what is sent to Jenga; the one beside it, .pub.pem, is what the sandbox checks with
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox-jenga-key.pem"))]
    jenga_key: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(std::io::stderr(), &format!("malipo-demo: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> anyhow::Result<()> {
    let config = Config::read(&options.config)?;
    let widget = options.widget.join("malipo.js");
    ensure!(
        widget.is_file(),
        "{} is missing: `make pkg` builds it",
        widget.display()
    );
    let temporary = tempfile::Builder::new().prefix("malipo-demo-").tempdir()?;
    let data = options.data.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(data).with_context(|| format!("cannot make {}", data.display()))?;

    // The signals before the programs: from here on, whatever happens, what was started is stopped.
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .with_context(|| format!("cannot listen on port {}", options.port))?;
    listener.set_nonblocking(true)?;
    let shop_address = listener.local_addr()?;

    let mut stage = Stage::default();
    let show = async {
        let (backend, sandbox) = raise(&mut stage, &options, &config, data, shop_address).await?;
        let token = &config.admin_token;
        let records = format!("{backend}/admin, whose token here is {token}");
        let shop = Shop {
            config,
            origin: format!("http://{shop_address}"),
            backend,
            sandbox,
            provider: options.provider,
            root: options.root.clone(),
            widget: options.widget.clone(),
            docs: options.docs.clone(),
            http: shop::loopback_client()?,
        };
        let url = format!("http://{shop_address}/");
        let server = axum::serve(tokio::net::TcpListener::from_std(listener)?, shop.router()?);
        welcome(&url, &records, data);
        if options.open {
            open(&url);
        }
        tokio::select! {
            served = server => served.context("the shop's own server"),
            ended = stage.first_end() => Err(ended),
        }
    };
    let outcome = tokio::select! {
        outcome = show => outcome,
        _ = interrupted.recv() => Ok(()),
        _ = terminated.recv() => Ok(()),
        _ = hung_up.recv() => Ok(()),
    };
    // A second Ctrl-C does not wait for what is still open: what is dropped is killed.
    tokio::select! {
        () = stage.stop() => {}
        _ = interrupted.recv() => {}
    }
    if outcome.is_err() {
        // The error names the logs in it.
        let _ = temporary.keep();
    }
    outcome
}

/// Starts the sandbox and the backend and gives their origins as the browser reaches them.
async fn raise(
    stage: &mut Stage,
    options: &Options,
    config: &Config,
    data: &Path,
    shop: SocketAddr,
) -> anyhow::Result<(String, String)> {
    let (provider_address, backend_address) = free_addresses()?;
    // `localhost` and not 127.0.0.1: to a browser the provider is another site, as in real life.
    let sandbox = format!("http://localhost:{}", provider_address.port());
    let backend = format!("http://{backend_address}");

    let mut command = beside("malipo-sandbox")?;
    command
        .arg("--exit-with-stdin")
        .args(["--listen", &provider_address.to_string()])
        .args(["--public-url", &sandbox])
        .args(["--joyndpay-public-key", &config.joyndpay.public_key])
        .args(["--joyndpay-secret-key", &config.joyndpay.secret_key]);
    let jopay = &config.jopay;
    command
        .args(["--jopay-api-key", &jopay.api_key])
        .args(["--jopay-merchants", &format!("{}=USD", jopay.merchant_id)])
        .args(["--jopay-webhook-secret", &jopay.webhook_secret])
        .args([
            "--jopay-webhook-url",
            &format!("{backend}/pay/notify/jopay"),
        ]);
    let jenga = &config.jenga;
    command
        .args(["--jenga-api-key", &jenga.api_key])
        .args(["--jenga-merchant-code", &jenga.merchant_code])
        .args(["--jenga-consumer-secret", &jenga.consumer_secret])
        .args(["--jenga-public-key", &public_key(&options.jenga_key)?])
        .args(["--jenga-ipn-username", &jenga.ipn_username])
        .args(["--jenga-ipn-password", &jenga.ipn_password])
        .args(["--jenga-ipn-url", &format!("{backend}/pay/notify/jenga")]);
    let log = data.join("sandbox.log");
    stage
        .start("malipo-sandbox", command, &log, provider_address)
        .await?;

    let mut command = beside("malipo-server")?;
    command
        .arg("--exit-with-stdin")
        .arg("--config")
        .arg(std::path::absolute(&options.config)?)
        .env("MALIPO_LISTEN", backend_address.to_string())
        .env("MALIPO_PUBLIC_URL", &backend)
        .env("MALIPO_SHOP_ORIGINS", format!("http://{shop}"))
        .env("MALIPO_WIDGET_DIR", std::path::absolute(&options.widget)?)
        .env(
            "MALIPO_STORE__SQLITE",
            std::path::absolute(data.join("malipo.sqlite"))?,
        )
        .env(
            "MALIPO_JOYNDPAY__BASE_URL",
            format!("{sandbox}/joyndpay/api"),
        )
        .env("MALIPO_PROVIDER", options.provider.way().id)
        .env("MALIPO_JOPAY__BASE_URL", format!("{sandbox}/jopay/api/v1"))
        .env("MALIPO_JOPAY__CHECKOUT_ORIGIN", &sandbox)
        .env("MALIPO_JENGA__BASE_URL", format!("{sandbox}/jenga"))
        .env(
            "MALIPO_JENGA__PRIVATE_KEY_FILE",
            std::path::absolute(&options.jenga_key)?,
        );
    let log = data.join("server.log");
    stage
        .start("malipo-server", command, &log, backend_address)
        .await?;
    Ok((backend, sandbox))
}

/// The public half of a key, which lies beside it.
fn public_key(private: &Path) -> anyhow::Result<String> {
    let path = private.with_extension("pub.pem");
    std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// Two free ports. Both must be known before either program starts, since each is told the other's.
fn free_addresses() -> anyhow::Result<(SocketAddr, SocketAddr)> {
    let one = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    let two = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok((one.local_addr()?, two.local_addr()?))
}

/// A program that was built into the same folder, without what the environment would configure it with.
fn beside(name: &str) -> anyhow::Result<Command> {
    let folder = std::env::current_exe()?;
    let path = folder.with_file_name(name);
    ensure!(
        path.is_file(),
        "{} is missing: `make demo` builds it, or `cargo build -p {name}`",
        path.display()
    );
    let mut command = Command::new(path);
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("MALIPO_") {
            command.env_remove(key);
        }
    }
    Ok(command)
}

fn welcome(url: &str, records: &str, data: &Path) {
    let text = format!(
        "\nThe demo shop is open. Everything in it is a sandbox: no money moves, no account is needed.\n\n    {url}\n\n\
         What its backend knows: {records}\n\
         Logs: {0}/sandbox.log and {0}/server.log\nCtrl-C stops all of it.\n\n",
        data.display()
    );
    say(std::io::stdout(), &text);
}

/// Opens the page where somebody sits in front of a desktop; no browser is no error, the URL has been printed.
fn open(url: &str) {
    let has = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if has("DISPLAY") || has("WAYLAND_DISPLAY") {
        "xdg-open"
    } else {
        return;
    };
    let _ = std::process::Command::new(opener)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}

/// Writes to the terminal; one that has gone away is no reason to stop.
fn say(mut terminal: impl std::io::Write, text: &str) {
    let _ = terminal.write_all(text.as_bytes());
    let _ = terminal.flush();
}
