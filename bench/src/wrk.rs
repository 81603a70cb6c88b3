//! Requests by wrk, which asks quicker than anything of ours would.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use malipo_backend_tests::process::project;
use serde::Deserialize;
use tokio::process::Command;

use crate::numbers::rate;

/// What came of it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Load {
    requests: u64,
    microseconds: u64,
    failed: u64,
    median: u64,
    p99: u64,
}

impl Load {
    /// How many were answered.
    #[must_use]
    pub(crate) fn answers(&self) -> u64 {
        self.requests
    }

    /// Answers a second.
    #[must_use]
    pub(crate) fn a_second(&self) -> f64 {
        rate(self.requests, Duration::from_micros(self.microseconds))
    }

    /// How long 99 of 100 took at most.
    #[must_use]
    pub(crate) fn p99(&self) -> Duration {
        Duration::from_micros(self.p99)
    }
}

/// Posts the lines of a file to `/pay/verify`, over so many connections at a time.
///
/// # Panics
/// If wrk is missing, or an answer is not 2xx.
pub(crate) async fn verify(server: SocketAddr, bodies: &Path, time: Duration) -> Load {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", CONNECTIONS])
        .args(["--timeout", "10s", "--duration"])
        .arg(format!("{}s", time.as_secs().max(1)))
        .arg("--script")
        .arg(project().join("bench/wrk.lua"))
        .arg(format!("http://{server}/pay/verify"))
        .arg("--")
        .arg(bodies)
        .output()
        .await
        .unwrap_or_else(|error| {
            panic!("wrk does not start (tools/setup.sh bench installs it): {error}")
        });
    let said = String::from_utf8_lossy(&output.stdout);
    let load = read(&said).unwrap_or_else(|| panic!("wrk says {said}"));
    assert!(load.failed == 0 && 0 < load.requests, "{load:?}");
    load
}

/// The line that `wrk.lua` writes.
fn read(said: &str) -> Option<Load> {
    let line = said.lines().find(|it| it.starts_with('{'))?;
    serde_json::from_str(line).ok()
}

const CONNECTIONS: &str = "32";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_says_is_read_beside_its_own_words() {
        let said = "Running 1s test @ http://127.0.0.1:1/\n  Latency   1.2ms\n\
                    {\"requests\":500,\"microseconds\":250000,\"failed\":0,\"median\":900,\"p99\":4000}\n";
        let load = read(said).unwrap();
        assert!((load.a_second() - 2000.0).abs() < 1e-9);
        assert_eq!(load.p99(), Duration::from_millis(4));
        assert_eq!(read("unable to connect to 127.0.0.1:1"), None);
    }
}
