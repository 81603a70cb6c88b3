//! One set-up: what `tests/consumers/setups.json` says of it, made ready, and served.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use malipo_e2e::process::{Process, free_port, project};
use malipo_e2e::wait::until;
use serde_json::Value;

/// A set-up.
pub(super) struct Setup {
    name: String,
    said: Value,
}

impl Setup {
    /// The set-up of this name.
    pub(super) fn find(name: &str) -> Self {
        let text = std::fs::read_to_string(folder().join("setups.json")).unwrap();
        let all: Vec<Value> = serde_json::from_str(&text).unwrap();
        let said = all.into_iter().find(|it| it["name"] == name).unwrap();
        Self {
            name: name.into(),
            said,
        }
    }

    /// Installs and builds; gives what the tools said if one of them failed.
    pub(super) fn prepare(&self) -> Result<(), String> {
        let output = Command::new("node")
            .arg(folder().join("prepare.mjs"))
            .arg(&self.name)
            .output()
            .unwrap();
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Starts what serves the built app; gives it with its origin, once it answers.
    pub(super) async fn serve(&self) -> (Process, String) {
        let port = free_port();
        let port_text = port.to_string();
        let arguments: Vec<String> = if let Some(serve) = self.said["serve"].as_array() {
            let words = serve.iter().filter_map(Value::as_str);
            words.map(|it| it.replace("{port}", &port_text)).collect()
        } else if self.said["dev"] == true {
            vec![tool("vite-dev.mjs"), port_text]
        } else {
            let served = self.said["folder"].as_str().unwrap();
            vec![tool("serve.mjs"), port_text, served.into()]
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let env = HashMap::from([("NEXT_TELEMETRY_DISABLED".to_owned(), "1".to_owned())]);
        let server = Process::start_in(&self.app(), &self.name, "node", &arguments, &env);
        let origin = format!("http://127.0.0.1:{port}");
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answers = until(Duration::from_secs(30), async || {
            let answer = client.get(&origin).send().await.ok()?;
            answer.status().is_success().then_some(())
        });
        assert!(answers.await.is_some(), "{}", server.log());
        (server, origin)
    }

    /// Runs its program in Node, which has no page; gives what it said, errors included.
    pub(super) fn run(&self) -> String {
        let program = self.said["run"].as_str().unwrap();
        let output = Command::new("node")
            .arg(program)
            .current_dir(self.app())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(output.status.success(), "{said}");
        said
    }

    /// Whether the tag is in the HTML that its server sends.
    pub(super) fn is_rendered(&self) -> bool {
        self.said["rendered"] == true
    }

    /// Waits until no other set-up works in the folder of the same app.
    pub(super) fn turn(&self) -> Turn {
        let app = self.app();
        let mut taken = FOLDERS.lock().unwrap();
        while !taken.get_or_insert_default().insert(app.clone()) {
            taken = FREED.wait(taken).unwrap();
        }
        Turn(app)
    }

    fn app(&self) -> PathBuf {
        let app = self.said["app"].as_str().unwrap_or(&self.name);
        project().join("target/consumers").join(app)
    }
}

/// The folder of an app, for one set-up. Dropping it leaves it to the next.
pub(super) struct Turn(PathBuf);

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(taken) = FOLDERS.lock().unwrap().as_mut() {
            taken.remove(&self.0);
        }
        FREED.notify_all();
    }
}

static FOLDERS: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);
static FREED: Condvar = Condvar::new();

fn folder() -> PathBuf {
    project().join("tests/consumers")
}

fn tool(name: &str) -> String {
    folder().join(name).display().to_string()
}
