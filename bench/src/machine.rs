//! What the machine gives: cores, the limits of this process, and what another process uses. Linux: what it tells stands in `/proc`.

use std::fs::read_to_string;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many cores this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What a process uses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Its part of the memory, in bytes (RSS).
    pub(crate) memory: u64,
    /// The time that it has had on a core, in milliseconds.
    pub(crate) cpu_ms: u64,
}

impl Usage {
    /// The time on a core that each of `count` took, between an earlier moment and this one, in microseconds.
    #[must_use]
    pub(crate) fn each_since(&self, earlier: &Self, count: u64) -> f64 {
        let spent = self.cpu_ms.saturating_sub(earlier.cpu_ms) * 1000;
        spent as f64 / count.max(1) as f64
    }

    /// Of the process with this id.
    ///
    /// # Panics
    /// If there is none, or no `/proc`.
    #[must_use]
    pub(crate) fn of(id: u32) -> Self {
        let status = read_to_string(format!("/proc/{id}/status")).expect("the process runs");
        let stat = read_to_string(format!("/proc/{id}/stat")).expect("the process runs");
        Self {
            memory: kilobytes(&status, "VmRSS").expect("its memory") * 1024,
            cpu_ms: ticks(&stat).expect("its times") * MS_A_TICK,
        }
    }
}

/// Lets this process, and those that it starts, open as many files as the system allows. Gives that number.
pub(crate) fn raise_descriptors() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // It goes on with what it has: whoever needs more says so.
    let _ = setrlimit(Resource::Nofile, raised);
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Whether so many connections fit into this process.
///
/// # Errors
/// A sentence for a person, where they do not.
pub(crate) fn have_room(connections: usize) -> Result<(), String> {
    let most = raise_descriptors();
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX) + KEPT;
    if wanted <= most {
        return Ok(());
    }
    Err(format!(
        "{connections} connections need {wanted} file descriptors and this process may have {most}: raise the hard limit (`ulimit -Hn`, LimitNOFILE)"
    ))
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|it| it.starts_with(name))?;
    Some(line.split_once(':')?.1.trim())
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    field(text, name)?.strip_suffix(" kB")?.trim().parse().ok()
}

/// User and system time of `/proc/PID/stat`: fields 14 and 15, counted after the name, which may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// For files, the log and the connections that settle.
const KEPT: u64 = 1_200;
/// `USER_HZ` is 100 on every architecture that Linux runs Rust on.
const MS_A_TICK: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_time_are_read_from_proc_also_of_a_process_with_an_odd_name() {
        let status = "Name:\tmalipo-server\nVmHWM:\t   20000 kB\nVmRSS:\t   12345 kB\n";
        assert_eq!(kilobytes(status, "VmRSS"), Some(12_345));
        let stat = "42 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 3";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("nonsense"), None);
        assert!(0 < Usage::of(std::process::id()).memory);
    }

    #[test]
    fn too_many_connections_are_refused_in_a_sentence_that_says_what_to_raise() {
        assert_eq!(have_room(1), Ok(()));
        let said = have_room(usize::MAX >> 2).unwrap_err();
        assert!(said.contains("ulimit -Hn"), "{said}");
    }
}
