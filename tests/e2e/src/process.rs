//! Child processes: started with their log captured, awaited until they say that they listen, killed when dropped.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::wait::until;

/// A port that nobody has, for a program that takes no 0. Somebody may take it before the program does: start it again then.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts a program.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(
        name: &str,
        program: impl Into<OsString>,
        args: &[&str],
        env: &HashMap<String, String>,
    ) -> Self {
        Self::start_in(Path::new("."), name, program, args, env)
    }

    /// Starts a program in a folder.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start_in(
        folder: &Path,
        name: &str,
        program: impl Into<OsString>,
        args: &[&str],
        env: &HashMap<String, String>,
    ) -> Self {
        let program = program.into();
        let mut command = Command::new(&program);
        // Ours, such as MALIPO_BIN_DIR, are keys of a configuration to the backend.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MALIPO_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(args)
            .current_dir(folder)
            .envs(env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{name} ({}) does not start: {error}", program.display())
            });
        let lines = Arc::default();
        collect(child.stdout.take().unwrap(), &lines);
        collect(child.stderr.take().unwrap(), &lines);
        Self {
            name: name.into(),
            child,
            lines,
        }
    }

    /// Waits for a line that contains `text`, at most 15 s, and gives the rest of the line behind it.
    ///
    /// # Panics
    /// If the program ends or says nothing of the kind.
    pub async fn says(&mut self, text: &str) -> String {
        let said = self.may_say(text).await;
        said.unwrap_or_else(|| panic!("{} did not say {text:?}:\n{}", self.name, self.log()))
    }

    /// As [`Process::says`]; `None` if the program ends or says nothing of the kind.
    pub async fn may_say(&mut self, text: &str) -> Option<String> {
        let found = until(Duration::from_secs(15), async || {
            let found = self
                .log()
                .lines()
                .find_map(|it| Some(it.split_once(text)?.1.to_owned()));
            if found.is_none() && self.child.try_wait().is_ok_and(|it| it.is_some()) {
                // Its last words are on their way.
                sleep(Duration::from_millis(200)).await;
                return Some(None);
            }
            found.map(Some)
        });
        found.await.flatten()
    }

    /// Everything that it has written so far, standard output and standard error.
    #[must_use]
    pub fn log(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// Its log under its name, with how it ended if it has.
    #[must_use]
    pub fn account(&mut self) -> String {
        let ended = self.child.try_wait().ok().flatten();
        let ended = ended
            .map(|it| format!(" (ended: {it})"))
            .unwrap_or_default();
        format!("--- {}{ended}\n{}", self.name, self.log())
    }

    /// Sends a signal (`STOP`, `CONT`, `KILL`) to everything that it has started, and what that has started.
    ///
    /// # Panics
    /// If it is gone, or nothing was started.
    pub fn signal_children(&self, signal: &str) {
        let all = descendants(self.child.id().unwrap());
        assert!(!all.is_empty(), "{} has started nothing", self.name);
        let line = format!("kill -{signal} {} 2>/dev/null", all.join(" "));
        // One of them may end meanwhile, which is no failure.
        let _ = std::process::Command::new("sh")
            .args(["-c", &line])
            .status();
    }

    /// Kills it and waits until it is gone.
    pub async fn stop(&mut self) {
        let _ = self.child.kill().await;
    }
}

impl Drop for Process {
    /// The child itself is killed by its own drop; this kills what it has started, such as the workers of a web server.
    fn drop(&mut self) {
        let Some(id) = self.child.id() else { return };
        let started = descendants(id);
        if !started.is_empty() {
            // One of them may end meanwhile, which is no failure.
            let _ = std::process::Command::new("kill")
                .arg("-KILL")
                .args(started)
                .stderr(Stdio::null())
                .status();
        }
    }
}

/// A program of this project: in `MALIPO_BIN_DIR`, else beside the running test.
///
/// # Panics
/// If it is not there; `make e2e` builds it.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let folder = std::env::var_os("MALIPO_BIN_DIR").map_or_else(
        || {
            let this = std::env::current_exe().unwrap();
            let folder = this.parent().unwrap();
            // Tests lie in `debug/deps`, programs in `debug`.
            if folder.ends_with("deps") {
                folder.parent().unwrap().into()
            } else {
                folder.to_owned()
            }
        },
        PathBuf::from,
    );
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "{} is missing: `make e2e` builds it",
        path.display()
    );
    path
}

/// The project's folder.
#[must_use]
pub fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The processes below one, by Linux's account of who started whom.
fn descendants(root: u32) -> Vec<String> {
    let parent_of = |pid: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in brackets may hold spaces: the state and the parent come after it.
        let (_, rest) = stat.rsplit_once(") ")?;
        Some(rest.split(' ').nth(1)?.to_owned())
    };
    let all: Vec<_> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|it| it.ok()?.file_name().into_string().ok())
        .filter(|it| it.bytes().all(|it| it.is_ascii_digit()))
        .filter_map(|pid| Some((parent_of(&pid)?, pid)))
        .collect();
    let mut found: Vec<String> = Vec::new();
    let mut next = vec![root.to_string()];
    while let Some(parent) = next.pop() {
        let children = all.iter().filter(|it| it.0 == parent);
        next.extend(children.map(|it| it.1.clone()));
        found.push(parent);
    }
    found.split_off(1)
}

fn collect(stream: impl AsyncRead + Unpin + Send + 'static, lines: &Arc<Mutex<Vec<String>>>) {
    let lines = Arc::clone(lines);
    tokio::spawn(async move {
        let mut reader = BufReader::new(stream).lines();
        while let Ok(Some(line)) = reader.next_line().await {
            lines.lock().unwrap().push(line);
        }
    });
}
