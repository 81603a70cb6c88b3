//! The real `malipo-sandbox`, which plays Jenga: it shares no code with the server.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::PUBLIC_KEY;
use crate::world::{client, send};

pub(crate) struct Sandbox {
    pub(crate) base: String,
    _child: Child,
    /// Kept open: a program whose output nobody reads any more may stop.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Sandbox {
    pub(crate) async fn start() -> Self {
        let program =
            Path::new(env!("CARGO_BIN_EXE_malipo-server")).with_file_name("malipo-sandbox");
        assert!(
            program.is_file(),
            "{} is missing: cargo build -p malipo-sandbox",
            program.display()
        );
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0"])
            .args(["--jenga-api-key", "JENGA-API-CANARY-1"])
            .args(["--jenga-consumer-secret", "JENGA-CONSUMER-CANARY-2"])
            .args(["--jenga-public-key", PUBLIC_KEY])
            .args(["--jenga-ipn-password", "JENGA-IPN-CANARY-3"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let base = line.rsplit(' ').next().unwrap().to_owned();
        Self {
            base,
            _child: child,
            _stdout: lines,
        }
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.base);
        let headers = [("content-type", "application/json")];
        let reply = send(&client(), method, &url, &headers, body.to_string()).await;
        assert!(reply.status < 300, "{path}: {reply:?}");
        reply.json()
    }

    /// Whom it notifies.
    pub(crate) async fn notifies(&self, server: &str) {
        let url = format!("{server}/pay/notify/jenga");
        self.ask("POST", "/sandbox/jenga/ipn", &json!({ "url": url }))
            .await;
    }

    pub(crate) async fn script(&self, jenga: Value) {
        self.ask("POST", "/sandbox/script", &json!({ "jenga": jenga }))
            .await;
    }

    /// What was really paid.
    pub(crate) async fn links(&self) -> Vec<Value> {
        let ledger = self.ask("GET", "/sandbox/ledger", &Value::Null).await;
        ledger["payments"].as_array().unwrap().clone()
    }

    /// The SMS and e-mails, newest first.
    pub(crate) async fn messages(&self) -> Vec<Value> {
        let outbox = self.ask("GET", "/sandbox/outbox", &Value::Null).await;
        outbox["messages"].as_array().unwrap().clone()
    }

    /// Calls to its API with this in their path.
    pub(crate) async fn calls(&self, path: &str) -> usize {
        let calls = self.ask("GET", "/sandbox/calls", &Value::Null).await;
        let calls = calls["calls"]
            .as_array()
            .unwrap_or_else(|| panic!("{calls}"))
            .clone();
        calls
            .iter()
            .filter(|it| it.to_string().contains(path))
            .count()
    }

    /// `succeed`, `fail` or `expire`, with a query.
    pub(crate) async fn settle(&self, reference: &str, how: &str) {
        let path = format!("/sandbox/jenga/payments/{reference}/{how}");
        self.ask("POST", &path, &Value::Null).await;
    }
}
