//! A screen for browsers with real windows, where there is none.

use std::collections::HashMap;
use std::time::Duration;

use crate::process::Process;
use crate::wait::until;

/// A virtual screen. Dropping it closes it and ends what is shown on it.
#[derive(Debug)]
pub struct Display {
    name: String,
    _server: Process,
}

impl Display {
    /// Opens one under a free number.
    ///
    /// # Panics
    /// If Xvfb is missing or does not start.
    pub async fn open() -> Self {
        let arguments = [
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x900x24",
            "-nolisten",
            "tcp",
        ];
        let server = Process::start("Xvfb", "Xvfb", &arguments, &HashMap::new());
        let number = until(Duration::from_secs(15), async || {
            // It writes its number on a line of its own when it is ready.
            server
                .log()
                .lines()
                .find_map(|it| it.trim().parse::<u32>().ok())
        });
        let Some(number) = number.await else {
            panic!("no screen: {}", server.log());
        };
        Self {
            name: format!(":{number}"),
            _server: server,
        }
    }

    /// As in `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
