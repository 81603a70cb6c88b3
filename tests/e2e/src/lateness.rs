//! How late the machine is with everything, measured beside the browsers and outside of them.

use std::collections::HashMap;
use std::time::Duration;

use crate::process::Process;

/// A process that does nothing but wait for half a second, again and again. Dropping it ends it.
#[derive(Debug)]
pub struct Lateness(Process);

impl Lateness {
    /// Begins to measure, with the priority that Chromium gives a page that nobody looks at.
    ///
    /// # Panics
    /// If there is no bash.
    #[must_use]
    pub fn watch() -> Self {
        let arguments = ["-n", "5", "bash", "-c", WAITS];
        Self(Process::start(
            "lateness",
            "nice",
            &arguments,
            &HashMap::new(),
        ))
    }

    /// How much longer than half a second it has once waited; `None` where it has not said so: it measured nothing.
    #[must_use]
    pub fn most(&self) -> Option<Duration> {
        let log = self.0.log();
        let last = log.lines().last()?.trim().parse().ok()?;
        Some(Duration::from_micros(last))
    }
}

/// Each lateness that is greater than all before it, in microseconds. Nothing is started for a wait: it is a read that times out.
const WAITS: &str = r#"exec {never}<> <(:); most=-1; before=${EPOCHREALTIME/[.,]/}
while :; do
    read -rt 0.5 -u "$never"; now=${EPOCHREALTIME/[.,]/}; late=$((now - before - 500000)); before=$now
    if ((most < late)); then most=$late; echo "$most"; fi
done"#;
