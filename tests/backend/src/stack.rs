//! A sandbox, servers that share a store, and the shop's own system.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;

use crate::database::{Database, Kind};
use crate::power::Power;
use crate::process::Process;
use crate::provider::ALL;
use crate::receiver::{self, Receiver};
use crate::sandbox::Sandbox;
use crate::secrets;
use crate::shop::Shop;

/// The shop's pages; nobody opens one here.
pub const SHOP_ORIGIN: &str = "http://127.0.0.1:1";

/// What differs between the stacks of the tests.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the records are kept.
    pub store: Kind,
    /// How many servers share the store.
    pub servers: usize,
    /// Their least level.
    pub log_level: &'static str,
    /// Most calls a minute with one key; None: what the server does by default.
    pub calls_per_minute: Option<u32>,
    /// How often a shopper who watches makes the server ask.
    pub watch_interval_ms: u32,
}

/// Everything that runs. Dropping it stops it.
#[derive(Debug)]
pub struct Stack {
    /// What was really paid.
    pub sandbox: Sandbox,
    /// Every server; the providers notify the first.
    pub servers: Vec<Server>,
    /// Whom the servers tell.
    pub receiver: Receiver,
    process: Process,
    database: Database,
    public: String,
    folder: TempDir,
}

/// A server that can be killed and started again on its port and its store.
#[derive(Debug)]
pub struct Server {
    /// A client of it.
    pub shop: Shop,
    port: u16,
    config: PathBuf,
    log: PathBuf,
    /// What its disk keeps.
    power: Option<Power>,
    process: Option<Process>,
}

impl Stack {
    /// Starts everything.
    pub async fn start(plan: &Plan) -> Self {
        let folder = TempDir::with_prefix("malipo-backend-").unwrap();
        let database = Database::start(plan.store, folder.path());
        let receiver = Receiver::start().await;
        let ports: Vec<u16> = (0..plan.servers).map(|_| free_port()).collect();
        let public = format!("http://127.0.0.1:{}", ports[0]);

        let mut arguments = vec!["--listen".to_owned(), "127.0.0.1:0".to_owned()];
        for provider in ALL {
            arguments.extend((provider.arguments)(&public));
        }
        let log = folder.path().join("sandbox.log");
        let process = Process::start("malipo-sandbox", &arguments, &log).await;
        let sandbox = Sandbox::new(&process.origin);

        let mut servers = Vec::new();
        for (number, port) in ports.iter().enumerate() {
            servers.push(Server {
                shop: Shop::new(&format!("http://127.0.0.1:{port}")),
                port: *port,
                config: folder.path().join(format!("malipo-{number}.toml")),
                log: folder.path().join(format!("server-{number}.log")),
                power: None,
                process: None,
            });
        }
        let mut stack = Self {
            sandbox,
            servers,
            receiver,
            process,
            database,
            public,
            folder,
        };
        stack.configure(plan);
        for server in &mut stack.servers {
            server.start().await;
        }
        stack
    }

    /// Starts the first server anew on a disk that forgets what was not synced.
    ///
    /// # Panics
    /// If its store is no file.
    pub async fn stand_on_power(&mut self) {
        let file = self.database.file.clone().expect("a file");
        let server = &mut self.servers[0];
        server.kill().await;
        server.stands_on(&file, self.folder.path());
        server.start().await;
    }

    /// Writes the configurations, for the next start of each server.
    pub fn configure(&self, plan: &Plan) {
        for server in &self.servers {
            std::fs::write(&server.config, self.configuration(plan, server.port)).unwrap();
        }
    }

    /// The first server's client.
    #[must_use]
    pub fn shop(&self) -> &Shop {
        &self.servers[0].shop
    }

    /// Where the logs lie while this value lives.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Keeps the logs for a person, and says where.
    #[must_use]
    pub fn keep(mut self) -> PathBuf {
        self.folder.disable_cleanup(true);
        self.folder.path().to_owned()
    }

    fn configuration(&self, plan: &Plan, port: u16) -> String {
        let mut text = format!(
            r#"
shop = "backend-tests"
mode = "sandbox"
provider = "joyndpay"
listen = "127.0.0.1:{port}"
public_url = "{public}"
shop_origins = ["{SHOP_ORIGIN}"]
allow_client_amounts = true
[store]
{store}
[quote]
key = "{quote_key}"
[shop_api]
key = "{shop_key}"
[webhook]
url = "{url}"
secret = "{secret}"
[limits]
requests_per_ip_per_minute = 1000000
initiates_per_order_per_minute = 1000
verifies_per_token_per_minute = 10000
streams_per_token = 200
[log]
level = "{level}"
"#,
            store = self.database.table,
            quote_key = secrets::QUOTE_KEY,
            shop_key = secrets::SHOP_KEY,
            url = self.receiver.url,
            secret = receiver::SECRET,
            level = plan.log_level,
            public = self.public,
        );
        for provider in ALL {
            text += &(provider.table)(&self.process.origin);
            if let Some(most) = plan.calls_per_minute {
                let interval = plan.watch_interval_ms;
                text += &format!(
                    "calls_per_minute = {most}\nwatch_interval_ms = {interval}\ntimeout_ms = 1500\n"
                );
            }
        }
        text
    }
}

impl Server {
    /// Starts it, or starts it again.
    pub async fn start(&mut self) {
        let arguments = ["--config".to_owned(), self.config.display().to_string()];
        let environment = self.power.as_mut().map_or_else(Vec::new, Power::starts);
        let process = Process::start_in("malipo-server", &arguments, environment, &self.log);
        self.process = Some(process.await);
    }

    /// `kill -9`.
    ///
    /// # Panics
    /// If it had ended by itself: that is a crash.
    pub async fn kill(&mut self) {
        let process = self.process.as_mut().expect("it was started");
        assert!(
            !process.has_ended(),
            "the server ended by itself:\n{}",
            crate::process::tail(&self.log)
        );
        process.kill().await;
        self.process = None;
    }

    /// From the next start on its power may fail; `file`: where its records are.
    pub fn stands_on(&mut self, file: &Path, folder: &Path) {
        self.power = Some(Power::under(file, folder));
    }

    /// The power fails, where it can, when the server was killed.
    pub fn loses_power(&mut self, random: &mut fastrand::Rng) {
        if let Some(power) = &mut self.power {
            power.fails(random);
        }
    }

    /// What was not synced when the power failed, and what of that was lost.
    #[must_use]
    pub fn unsynced(&self) -> Option<[u64; 2]> {
        self.power.as_ref().map(|it| it.counted)
    }

    /// `SIGTERM`; how it ended.
    ///
    /// # Panics
    /// If it was not started.
    pub async fn end(&mut self) -> ExitStatus {
        let mut process = self.process.take().expect("it was started");
        process.end().await
    }

    /// What it has written.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }
}

/// For tests in which a shopper who watches is what makes the server ask: often, so that they need not wait.
pub const OFTEN_MS: u32 = 200;

/// A port outside the range from which the system takes those of outgoing connections: it must be free again after a kill.
#[must_use]
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 600).unwrap() * 16;
    loop {
        let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
