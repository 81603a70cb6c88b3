//! A PostgreSQL of the tests' own: one server for this process, a database for each test, gone when the process is.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::{StreamExt as _, stream};
use malipo_server::config::PostgresConfig;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_postgres::{AsyncMessage, Client, NoTls};

/// One PostgreSQL server. It stops, and its folder is removed, when its stdin is closed: with this process.
pub(crate) struct Cluster {
    pub(crate) url: String,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Cluster {
    fn start() -> Self {
        Self::start_with(&[])
    }

    /// On localhost, encrypted; with the file of its CA's certificate.
    pub(crate) fn encrypted() -> (Self, String) {
        let mut cluster = Self::start_with(&["--tls"]);
        let roots = cluster.lines.next().unwrap().unwrap();
        (cluster, roots)
    }

    fn start_with(options: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/postgres.sh");
        let mut process = Command::new(script)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines.next();
        Self {
            url: url
                .unwrap_or_else(|| panic!("tools/postgres.sh says why there is none"))
                .unwrap(),
            lines,
            _process: process,
        }
    }
}

/// A database of a test's own.
pub(crate) struct Database {
    pub(crate) url: String,
}

impl Database {
    pub(crate) async fn new() -> Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let cluster = tokio::task::spawn_blocking(|| &CLUSTER.get_or_init(Cluster::start).url);
        let url = cluster.await.unwrap();
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let make = format!("CREATE DATABASE {name} TEMPLATE template0");
        connect(&format!("{url}/postgres"))
            .await
            .batch_execute(&make)
            .await
            .unwrap();
        Self {
            url: format!("{url}/{name}"),
        }
    }

    pub(crate) fn config(&self) -> PostgresConfig {
        PostgresConfig::parse(&self.url).unwrap()
    }

    /// What is notified on a channel from now on, as long as the client lives.
    pub(crate) async fn listen(&self, channel: &str) -> (Client, UnboundedReceiver<String>) {
        let (client, mut connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        let (post, inbox) = unbounded_channel();
        tokio::spawn(async move {
            let mut messages = stream::poll_fn(|it| connection.poll_message(it));
            while let Some(message) = messages.next().await {
                if let AsyncMessage::Notification(it) = message.unwrap()
                    && post.send(it.payload().to_owned()).is_err()
                {
                    return;
                }
            }
        });
        let listen = format!("LISTEN {channel}");
        client.batch_execute(&listen).await.unwrap();
        (client, inbox)
    }

    /// A connection of the test's own, for what only an operator does.
    pub(crate) async fn client(&self) -> Client {
        connect(&self.url).await
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
