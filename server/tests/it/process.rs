//! The real binary: killed in the middle of a call and started again; watched for secrets at the loudest log level.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::fake::{Fake, Opening};
use crate::world::{self, QUOTE_KEY, SHOP, SHOP_KEY, eventually, key, quoted};

pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) base: String,
}

impl Server {
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[]).await
    }

    async fn start_with(folder: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_malipo-server"));
        command.args(options);
        Self::start_as(command, folder).await
    }

    /// A server that may have 100 files open, and no more than `hard` if it asks for more.
    pub(crate) async fn start_with_descriptors(folder: &Path, hard: u32) -> Self {
        let mut command = Command::new("sh");
        let script = format!("ulimit -S -n 100 && ulimit -H -n {hard} && exec \"$0\" \"$@\"");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_malipo-server")]);
        Self::start_as(command, folder).await
    }

    async fn start_as(mut command: Command, folder: &Path) -> Self {
        let mut child = command
            .args(["--config", folder.join("malipo.toml").to_str().unwrap()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .await
            .unwrap();
        let base = line
            .trim()
            .strip_prefix("malipo-server listening on ")
            .unwrap()
            .to_owned();
        Self { child, base }
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.base.strip_prefix("http://").unwrap()
    }

    pub(crate) async fn record(&self, order: &str) -> Value {
        let bearer = format!("Bearer {SHOP_KEY}");
        let url = format!("{}/api/orders/{order}", self.base);
        world::send(
            &world::client(),
            "GET",
            &url,
            &[("authorization", &bearer)],
            "",
        )
        .await
        .json()
    }

    pub(crate) async fn initiate(&self, body: &Value) -> world::Reply {
        let headers = [
            ("content-type", "application/json"),
            ("origin", SHOP),
            ("idempotency-key", &*key()),
        ];
        world::send(
            &world::client(),
            "POST",
            &format!("{}/pay/initiate", self.base),
            &headers,
            body.to_string(),
        )
        .await
    }

    /// Asks it to stop, waits, and returns what it logged.
    pub(crate) async fn stop(mut self) -> (Option<i32>, String) {
        let mut stderr = self.child.stderr.take().unwrap();
        let reader = tokio::spawn(async move {
            let mut text = String::new();
            stderr.read_to_string(&mut text).await.unwrap();
            text
        });
        let pid = self.child.id().unwrap().to_string();
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .await
            .unwrap();
        let status = tokio::time::timeout(Duration::from_secs(15), self.child.wait())
            .await
            .unwrap()
            .unwrap();
        (status.code(), reader.await.unwrap())
    }
}

/// Runs a command beside the server: its exit code, stdout and stderr, none of which tells a secret.
pub(crate) async fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_malipo-server"))
        .args(arguments)
        .args(["--config", folder.join("malipo.toml").to_str().unwrap()])
        .env("USER", "amina")
        .output()
        .await
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let seen = (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    );
    assert!(
        !seen.1.contains("CANARY") && !seen.2.contains("CANARY"),
        "{seen:?}"
    );
    seen
}

pub(crate) fn prepare(fake: &Fake, folder: &Path) {
    let text = world::config_text(fake, folder, "log.level = \"trace\"\nlog.format = \"json\"")
        .replace("timeout_ms = 600", "timeout_ms = 8000");
    std::fs::write(folder.join("malipo.toml"), text).unwrap();
}

#[tokio::test]
async fn a_call_cut_off_by_a_crash_is_looked_up_and_not_begun_anew() {
    let fake = Fake::start().await;
    let folder = tempfile::tempdir().unwrap();
    prepare(&fake, folder.path());
    let mut server = Server::start(folder.path()).await;
    fake.mind(|it| it.opening = Opening::Slow(Duration::from_secs(30)));
    let url = format!("{}/pay/initiate", server.base);
    let body = quoted("ORDER-0000001").to_string();
    let call = tokio::spawn(async move {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ];
        let mut request = world::client().post(url).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send().await.is_err()
    });
    eventually(async || (fake.mind(|it| it.opens) == 1).then_some(())).await;
    server.child.kill().await.unwrap();
    assert!(call.await.unwrap(), "the shopper's request broke off");

    fake.mind(|it| it.opening = Opening::Good);
    fake.set("ORDER-0000001", "success");
    let server = Server::start(folder.path()).await;
    let record = eventually(async || {
        let record = server.record("ORDER-0000001").await;
        (record["state"] == "paid").then_some(record)
    })
    .await;
    assert_eq!(record["reference"], "ORDER-0000001");
    assert_eq!(fake.mind(|it| it.opens), 1);
    let again = server.initiate(&quoted("ORDER-0000001")).await.json();
    assert_eq!(again["status"], "success");
}

#[tokio::test]
async fn it_stops_with_standard_input_where_that_is_asked_for() {
    let fake = Fake::start().await;
    let folder = tempfile::tempdir().unwrap();
    prepare(&fake, folder.path());
    let mut server = Server::start_with(folder.path(), &["--exit-with-stdin"]).await;
    drop(server.child.stdin.take());
    let ended = tokio::time::timeout(Duration::from_secs(30), server.child.wait()).await;
    assert_eq!(ended.unwrap().unwrap().code(), Some(0));

    let mut server = Server::start(folder.path()).await;
    drop(server.child.stdin.take());
    let answer = server.initiate(&quoted("ORDER-0000001")).await;
    assert_eq!(answer.json()["order_id"], "ORDER-0000001");
    assert_eq!(server.stop().await.0, Some(0));
}

#[tokio::test]
async fn a_restart_forgets_nothing_and_no_secret_is_logged() {
    let fake = Fake::start().await;
    let folder = tempfile::tempdir().unwrap();
    prepare(&fake, folder.path());
    let server = Server::start(folder.path()).await;
    let mut body = quoted("ORDER-0000001");
    body["customer"] =
        json!({"name": "NAME-CANARY-5", "email": "mail-canary-6@x.example", "phone": "0700000777"});
    let answer = server.initiate(&body).await.json();
    let (code, mut logs) = server.stop().await;
    assert_eq!(code, Some(0), "{logs}");

    let server = Server::start(folder.path()).await;
    let verify = json!({"order_id": "ORDER-0000001", "token": answer["token"]}).to_string();
    let url = format!("{}/pay/verify", server.base);
    let headers = [("content-type", "application/json")];
    let reply = world::send(&world::client(), "POST", &url, &headers, verify).await;
    assert_eq!(
        reply.json()["status"],
        "pending",
        "the token outlives the process"
    );
    let again = server.initiate(&body).await;
    assert_eq!(again.json()["redirect_url"], answer["redirect_url"]);
    let request = fake.payment("ORDER-0000001").request;
    let secret_paths: Vec<String> = ["ipn_url", "callback_url"]
        .iter()
        .map(|it| {
            request[*it]
                .as_str()
                .unwrap()
                .strip_prefix("http://127.0.0.1:9")
                .unwrap()
                .to_owned()
        })
        .collect();
    fake.set("ORDER-0000001", "success");
    let notice = world::send(
        &world::client(),
        "POST",
        &format!("{}{}", server.base, secret_paths[0]),
        &[],
        "",
    )
    .await;
    assert_eq!(notice.status, 200);
    let page = world::send(
        &world::client(),
        "GET",
        &format!("{}{}", server.base, secret_paths[1]),
        &[],
        "",
    )
    .await;
    assert_eq!(page.status, 200);
    // Errors of all kinds, with secrets where they do not belong.
    let mut bad = body.clone();
    bad["secretKey"] = json!("SECRET-CANARY-2");
    let mut shown = vec![server.initiate(&bad).await.text];
    let metrics = world::send(
        &world::client(),
        "GET",
        &format!("{}/metrics", server.base),
        &[],
        "",
    )
    .await;
    shown.push(metrics.text);
    let (code, more) = server.stop().await;
    assert_eq!(code, Some(0), "{more}");
    logs.push_str(&more);
    shown.push(logs.clone());

    assert!(
        logs.contains("\"level\":\"INFO\"") && logs.contains("ORDER-0000001"),
        "{logs}"
    );
    let token = answer["token"].as_str().unwrap();
    let quote = body["quote"].as_str().unwrap();
    let signature = quote.rsplit('.').next().unwrap();
    let ipn = secret_paths[0].rsplit('/').next().unwrap();
    let back = secret_paths[1].rsplit('=').next().unwrap();
    let fragment = page.text.split("malipo_token=").nth(1).unwrap();
    let canaries = [
        "PUBLIC-CANARY-1",
        "SECRET-CANARY-2",
        QUOTE_KEY,
        SHOP_KEY,
        "NAME-CANARY-5",
        "mail-canary-6",
        "0700000777",
        token,
        signature,
        ipn,
        back,
        &fragment[..40],
    ];
    for text in &shown {
        for canary in canaries {
            assert!(!text.contains(canary), "{canary} in {text}");
        }
    }
}

#[tokio::test]
async fn a_bad_configuration_stops_the_start_with_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("malipo.toml");
    std::fs::write(&file, "shop = 5\njoyndpay.secret_key = \"SECRET CANARY\"").unwrap();
    for check in [true, false] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_malipo-server"));
        command
            .arg("--config")
            .arg(&file)
            .args(check.then_some("--check-config"));
        let output = command.output().await.unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        for path in ["shop:", "mode:", "public_url:", "joyndpay.secret_key:"] {
            assert!(text.contains(path), "{text}");
        }
        assert!(!text.contains("CANARY"), "{text}");
    }
    let help = Command::new(env!("CARGO_BIN_EXE_malipo-server"))
        .arg("--help")
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(
        text.contains("/pay/initiate") && text.contains("MALIPO_JOYNDPAY__SECRET_KEY"),
        "{text}"
    );
}
