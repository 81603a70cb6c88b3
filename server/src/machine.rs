//! What the machine lets this process have: file descriptors, room on the disk, and no core dumps.

use std::path::Path;

/// File descriptors: a connection is one, whichever side made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptors {
    /// How many are open, where the system tells (Linux).
    pub open: Option<u64>,
    /// How many may be open.
    pub most: u64,
}

/// How it stands with file descriptors; `None` where the system has no such limit.
#[must_use]
pub fn descriptors() -> Option<Descriptors> {
    Some(Descriptors {
        open: open_descriptors(),
        most: most_descriptors()?,
    })
}

/// Lets this process open as many files as the system allows it to. An error is logged; it goes on with what it has.
///
/// The soft limit is 1024 as a rule, made for programs that count descriptors in a bit set.
pub fn raise_descriptors() {
    if let Err(error) = raise() {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

/// Leaves no core dump behind, which would hold every key: to be called before any of them is read.
///
/// # Errors
/// Where the system does not allow it.
pub fn forbid_core_dumps() -> std::io::Result<()> {
    no_core()
}

/// Free space for an ordinary user on the disk where a file lies, in bytes; `None` where the system does not say.
#[must_use]
pub fn free_bytes(file: &Path) -> Option<u64> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    free_in(folder)
}

#[cfg(unix)]
fn most_descriptors() -> Option<u64> {
    // No number: without a limit.
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    Some(limit.current.unwrap_or(u64::MAX))
}

#[cfg(unix)]
fn raise() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    Ok(setrlimit(Resource::Nofile, raised)?)
}

#[cfg(unix)]
fn no_core() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    Ok(not_dumpable()?)
}

/// Where cores go to a program (systemd-coredump, apport), Linux heeds no limit; and no debugger of the same user attaches.
#[cfg(target_os = "linux")]
fn not_dumpable() -> rustix::io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn not_dumpable() -> rustix::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn no_core() -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn raise() -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn most_descriptors() -> Option<u64> {
    None
}

fn open_descriptors() -> Option<u64> {
    let entries = std::fs::read_dir("/proc/self/fd").ok()?;
    let count = u64::try_from(entries.count()).ok()?;
    // The one that was just open for counting is closed again.
    Some(count.saturating_sub(1))
}

#[cfg(unix)]
fn free_in(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free_in(_: &Path) -> Option<u64> {
    None
}
