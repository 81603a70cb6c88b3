//! A program of this project as a child process: awaited until it listens, killed without warning, gone with its parent.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Where it listens: `http://127.0.0.1:20001`.
    pub origin: String,
}

impl Process {
    /// Starts a program and waits until it says that it listens. What it writes to stderr is added to the file `log`.
    ///
    /// # Panics
    /// If it cannot be started or says nothing of the kind within 60 s: the end of its log is the message.
    pub async fn start(name: &str, arguments: &[String], log: &Path) -> Self {
        Self::start_in(name, arguments, Vec::new(), log).await
    }

    /// The same, with more in its environment.
    ///
    /// # Panics
    /// As [`Process::start`].
    pub async fn start_in(
        name: &str,
        arguments: &[String],
        environment: Vec<(&'static str, PathBuf)>,
        log: &Path,
    ) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(log);
        let mut command = Command::new(program(name));
        for (name, _) in std::env::vars_os() {
            // To the server they are keys of its configuration.
            if name.to_string_lossy().starts_with("MALIPO_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(arguments)
            .envs(environment)
            // Its end is the parent's end, however that comes.
            .arg("--exit-with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(file.unwrap()))
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let says = format!("{name} listening on ");
        let listens = timeout(PATIENCE, async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(origin) = line.strip_prefix(&says) {
                    return Some(origin.trim().to_owned());
                }
            }
            None
        });
        let Ok(Some(origin)) = listens.await else {
            panic!("{name} does not listen; its log ends so:\n{}", tail(log));
        };
        // Whatever else it says: without a reader, its next line would be its end.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, origin }
    }

    /// `kill -9`, and waits until it is gone.
    pub async fn kill(&mut self) {
        // An error would mean that it has ended already, which is what is wanted.
        let _ = self.child.kill().await;
    }

    /// `SIGTERM`, as an update of the program sends it, and waits until it has ended.
    ///
    /// # Panics
    /// If it has ended already.
    pub async fn end(&mut self) -> ExitStatus {
        let id = self.id().and_then(|it| i32::try_from(it).ok());
        let id = id.and_then(Pid::from_raw).expect("it runs");
        kill_process(id, Signal::TERM).unwrap();
        self.child.wait().await.unwrap()
    }

    /// The system's number of it, while it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|it| it.is_some())
    }
}

/// A program: in `MALIPO_BIN_DIR`, else beside the running test.
///
/// # Panics
/// If it is not there.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let folder = std::env::var_os("MALIPO_BIN_DIR").map_or_else(
        || {
            let this = std::env::current_exe().unwrap();
            let folder = this.parent().unwrap();
            // Tests lie in `debug/deps`, programs in `debug`.
            if folder.ends_with("deps") {
                folder.parent().unwrap().to_owned()
            } else {
                folder.to_owned()
            }
        },
        PathBuf::from,
    );
    let path = folder.join(name);
    let there = path.is_file();
    assert!(there, "{} is missing: `make backend`", path.display());
    path
}

/// The project's folder.
#[must_use]
pub fn project() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.join("../..").canonicalize().unwrap()
}

/// The last lines of a log.
#[must_use]
pub fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    let from = lines.len().saturating_sub(TAIL_LINES);
    lines[from..].join("\n")
}

const PATIENCE: Duration = Duration::from_secs(60);
const TAIL_LINES: usize = 40;
