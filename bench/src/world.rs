//! Real servers beside the real sandbox, configured as `server/malipo.example.toml` documents it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use malipo_backend_tests::database::{Database, Kind};
use malipo_backend_tests::process::Process;
use malipo_backend_tests::provider::{JOYNDPAY, patient};
use malipo_backend_tests::sandbox::Sandbox;
use malipo_backend_tests::stack::free_port;
use serde_json::json;
use tempfile::TempDir;

use crate::machine::Usage;
use crate::report;

/// What differs between the worlds of the benchmarks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Where the records are kept.
    pub(crate) store: Kind,
    /// How many servers share the store.
    pub(crate) servers: usize,
    /// Keys of `[joyndpay]` that are not the defaults.
    pub(crate) provider: &'static str,
    /// Whether payments are begun at a provider that only answers, so that the server's cores are not spent on the sandbox.
    pub(crate) constant: bool,
}

impl Plan {
    /// One server on SQLite, its provider called as by default.
    pub(crate) const PLAIN: Self = Self {
        store: Kind::Sqlite,
        servers: 1,
        provider: "",
        constant: false,
    };
    /// One server on SQLite for many payments at a time: as many calls as the server can be allowed, and shoppers who watch
    /// cause few of them.
    pub(crate) const MANY: Self = Self {
        provider: "calls_per_minute = 100000\nwatch_interval_ms = 60000\n",
        ..Self::PLAIN
    };
}

/// Everything that runs. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct World {
    /// The provider.
    pub(crate) sandbox: Sandbox,
    /// Every server; the provider notifies the first.
    pub(crate) servers: Vec<Server>,
    /// `[store]`.
    pub(crate) store: String,
    sandbox_process: Process,
    _constant: Option<Process>,
    _database: Database,
    folder: TempDir,
}

/// A server that can be stopped and started again on its port and its store.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    config: PathBuf,
    log: PathBuf,
    process: Option<Process>,
}

impl World {
    /// Starts everything. The sandbox sends no notification by itself: the benchmarks send them, to know when.
    pub(crate) async fn start(plan: Plan) -> Self {
        let folder = TempDir::with_prefix_in("world-", report::folder()).unwrap();
        let database = Database::start(plan.store, folder.path());
        let store = database.table.clone();
        let log = folder.path().join("sandbox.log");
        let mut arguments = vec!["--listen".to_owned(), "127.0.0.1:0".to_owned()];
        arguments.extend((JOYNDPAY.arguments)(""));
        let sandbox_process = Process::start("malipo-sandbox", &arguments, &log).await;
        let sandbox = Sandbox::new(&sandbox_process.origin);
        let mut script = patient();
        script["joyndpay"]["ipn"]["mode"] = json!("never");
        sandbox.script(&script).await;

        let constant = match plan.constant {
            true => Some(constant(folder.path()).await),
            false => None,
        };
        let provider = constant.as_ref().map_or(&sandbox.origin, |it| &it.origin);
        let mut servers = Vec::new();
        for number in 0..plan.servers {
            servers.push(Server::new(folder.path(), number));
        }
        let public = servers[0].address;
        for server in &mut servers {
            let text = configuration(server.address, public, &store, provider, plan);
            std::fs::write(&server.config, text).unwrap();
            server.start().await;
        }
        Self {
            sandbox,
            servers,
            store,
            sandbox_process,
            _constant: constant,
            _database: database,
            folder,
        }
    }

    /// The first server.
    #[must_use]
    pub(crate) fn server(&self) -> &Server {
        &self.servers[0]
    }

    /// Where the sandbox listens.
    #[must_use]
    pub(crate) fn provider(&self) -> SocketAddr {
        address(&self.sandbox_process.origin)
    }

    /// A folder on the disk that the store of one file lies on, gone with this value.
    #[must_use]
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Server {
    fn new(folder: &Path, number: usize) -> Self {
        Self {
            address: ([127, 0, 0, 1], free_port()).into(),
            config: folder.join(format!("malipo-{number}.toml")),
            log: folder.join(format!("server-{number}.log")),
            process: None,
        }
    }

    /// Starts it, or starts it again.
    pub(crate) async fn start(&mut self) {
        let arguments = ["--config".to_owned(), self.config.display().to_string()];
        self.process = Some(Process::start("malipo-server", &arguments, &self.log).await);
    }

    /// Ends it at once; what it has stored stays.
    pub(crate) async fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// What it uses of the machine.
    #[must_use]
    pub(crate) fn usage(&self) -> Usage {
        Usage::of(self.id())
    }

    /// Its process's id.
    #[must_use]
    pub(crate) fn id(&self) -> u32 {
        let process = self.process.as_ref().expect("it was started");
        process.id().expect("it runs")
    }
}

/// What answers without looking anything up ([`crate::constant`]).
pub(crate) async fn constant(folder: &Path) -> Process {
    let log = folder.join("constant.log");
    Process::start("malipo-bench", &["constant".to_owned()], &log).await
}

/// The address of `http://127.0.0.1:20001` or `http://localhost:20001`.
#[must_use]
pub(crate) fn address(origin: &str) -> SocketAddr {
    let (_, port) = origin.rsplit_once(':').expect("a port");
    ([127, 0, 0, 1], port.parse().expect("a port")).into()
}

fn configuration(
    listen: SocketAddr,
    public: SocketAddr,
    store: &str,
    sandbox: &str,
    plan: Plan,
) -> String {
    format!(
        r#"
shop = "bench"
mode = "sandbox"
provider = "joyndpay"
listen = "{listen}"
public_url = "http://{public}"
shop_origins = ["http://127.0.0.1:1"]
allow_client_amounts = true
[store]
{store}
# Everybody comes from this machine.
[limits]
verifies_per_token_per_minute = 1000000
requests_per_ip_per_minute = 1000000
{provider}{calling}"#,
        provider = (JOYNDPAY.table)(sandbox),
        calling = plan.provider,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_reached_at_its_port_on_this_machine() {
        let expected: SocketAddr = "127.0.0.1:20001".parse().unwrap();
        assert_eq!(address("http://localhost:20001"), expected);
    }
}
