//! The programs beside the shop: started in order, watched, and stopped in every case.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{sleep, timeout};

/// Programs that run together: when one ends, the others have no business any more.
#[derive(Default)]
pub(crate) struct Stage {
    programs: Vec<Program>,
}

struct Program {
    name: &'static str,
    log: PathBuf,
    /// Killed when it is dropped, so not even a panic leaves it behind.
    child: Child,
    /// Its standard input, to which nothing is ever written. It ends with this process however that ends, SIGKILL included,
    /// and a program that was started with `--exit-with-stdin` stops by itself then.
    _lifeline: Option<ChildStdin>,
}

impl Stage {
    /// Starts a program, its output going to `log`, and waits until it accepts connections at `address`.
    ///
    /// # Errors
    /// It cannot be started, ends at once, or does not listen in time; with the last lines of its log.
    pub(crate) async fn start(
        &mut self,
        name: &'static str,
        mut command: Command,
        log: &Path,
        address: SocketAddr,
    ) -> anyhow::Result<()> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .kill_on_drop(true)
            // A group of its own: a Ctrl-C in the terminal reaches us alone, and we stop them in order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let log = log.to_owned();
        // Taken out, because waiting for a child closes the input that it still holds.
        let _lifeline = child.stdin.take();
        let mut program = Program {
            name,
            log,
            child,
            _lifeline,
        };
        let listening = async {
            while TcpStream::connect(address).await.is_err() {
                sleep(POLL).await;
            }
        };
        tokio::select! {
            ended = program.child.wait() => return Err(program.ended(ended)),
            listening = timeout(START_LIMIT, listening) => listening.map_err(|_| {
                let (limit, tail) = (START_LIMIT.as_secs(), program.tail());
                anyhow::anyhow!("{name} did not listen on {address} within {limit} s\n{tail}")
            })?,
        }
        self.programs.push(program);
        Ok(())
    }

    /// Waits until any of the programs ends, which none should, and says which.
    pub(crate) async fn first_end(&mut self) -> anyhow::Error {
        loop {
            for program in &mut self.programs {
                match program.child.try_wait() {
                    Ok(None) => {}
                    Ok(Some(status)) => return program.ended(Ok(status)),
                    Err(error) => return program.ended(Err(error)),
                }
            }
            sleep(WATCH).await;
        }
    }

    /// Asks every program to stop, the last started first, and kills what does not.
    pub(crate) async fn stop(mut self) {
        while let Some(mut program) = self.programs.pop() {
            program.signal(Signal::TERM);
            if timeout(STOP_LIMIT, program.child.wait()).await.is_err() {
                program.signal(Signal::KILL);
                // Bounded as well; what is left is dropped, and killed once more.
                let _ = timeout(STOP_LIMIT, program.child.wait()).await;
            }
        }
    }
}

impl Program {
    fn signal(&self, signal: Signal) {
        let group = self
            .child
            .id()
            .and_then(|it| i32::try_from(it).ok())
            .and_then(Pid::from_raw);
        if let Some(group) = group {
            // It may have ended by itself a moment ago, which is what was wanted.
            let _ = kill_process_group(group, signal);
        }
    }

    fn ended(&self, status: std::io::Result<ExitStatus>) -> anyhow::Error {
        let status = status.map_or_else(|error| error.to_string(), |it| it.to_string());
        let (name, tail) = (self.name, self.tail());
        anyhow::anyhow!("{name} ended ({status}); the last lines of its log:\n{tail}")
    }

    fn tail(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<_> = text.lines().collect();
        let last = lines.len().saturating_sub(TAIL_LINES);
        let tail: Vec<_> = lines
            .iter()
            .skip(last)
            .map(|it| format!("    {it}"))
            .collect();
        format!(
            "{}\n    (all of it: {})",
            tail.join("\n"),
            self.log.display()
        )
    }
}

/// A debug build on a busy machine starts in well under a second.
const START_LIMIT: Duration = Duration::from_secs(30);
/// Open requests may finish. The backend would wait longer for them, but here nobody's money hangs on it.
const STOP_LIMIT: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);
const WATCH: Duration = Duration::from_millis(200);
const TAIL_LINES: usize = 15;

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may fail by a panic")]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    /// An address at which something listens, so that a program that listens nowhere counts as started.
    async fn listening() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    fn is_running(pid: u32) -> bool {
        let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        rustix::process::test_kill_process(pid).is_ok()
    }

    #[tokio::test]
    async fn a_program_that_ends_at_once_is_named_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
        let mut stage = Stage::default();
        let start = stage.start("the-server", shell("echo no key >&2; exit 3"), &log, nobody);
        let text = start.await.unwrap_err().to_string();
        assert!(text.contains("the-server ended"), "{text}");
        assert!(text.contains("no key"), "{text}");
    }

    #[tokio::test]
    async fn when_one_ends_it_is_named_and_the_others_are_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let (_listener, address) = listening().await;
        let mut stage = Stage::default();
        let log = |name: &str| folder.path().join(name);
        stage
            .start("steady", shell("sleep 600"), &log("a"), address)
            .await
            .unwrap();
        stage
            .start("brief", shell("sleep 0.1; echo dying"), &log("b"), address)
            .await
            .unwrap();
        let steady = stage.programs[0].child.id().unwrap();

        let text = stage.first_end().await.to_string();
        assert!(
            text.contains("brief ended") && text.contains("dying"),
            "{text}"
        );
        assert!(is_running(steady));
        stage.stop().await;
        assert!(!is_running(steady));
    }

    #[tokio::test]
    async fn dropping_the_stage_leaves_no_program_behind() {
        let folder = tempfile::tempdir().unwrap();
        let (_listener, address) = listening().await;
        let mut stage = Stage::default();
        stage
            .start(
                "steady",
                shell("exec sleep 600"),
                &folder.path().join("a"),
                address,
            )
            .await
            .unwrap();
        let pid = stage.programs[0].child.id().unwrap();
        drop(stage);
        let gone = async {
            while is_running(pid) {
                sleep(POLL).await;
            }
        };
        timeout(Duration::from_secs(20), gone).await.unwrap();
    }
}
