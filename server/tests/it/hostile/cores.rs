//! No crash leaves a copy of the memory, which holds every key: not of the server, and not of a command beside it.
#![cfg(target_os = "linux")]

use std::process::Stdio;

use tokio::process::Command;

use crate::world::eventually;

/// What the system lets a process leave behind: the soft limit and the hard one.
fn limits(process: u32) -> Vec<String> {
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let mut lines = limits.lines();
    let line = lines.find(|it| it.starts_with("Max core file size"));
    let words = line.unwrap().split_whitespace();
    words.skip(4).take(2).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_crash_leaves_no_copy_of_the_memory() {
    let fake = crate::fake::Fake::start().await;
    let folder = tempfile::tempdir().unwrap();
    crate::process::prepare(&fake, folder.path());
    let server = crate::process::Server::start(folder.path()).await;
    assert_eq!(limits(server.child.id().unwrap()), ["0", "0"]);
    // In a process of its own: what it forbids itself, those that it starts would inherit.
    let this = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "hostile::cores::as_seen_from_within",
            "--ignored",
        ])
        .output();
    let said = String::from_utf8(this.await.unwrap().stdout).unwrap();
    assert!(said.contains("1 passed"), "{said}");
}

/// What the server does to itself: from without only another user could tell.
#[test]
#[ignore = "run by the test above, alone in a process"]
fn as_seen_from_within() {
    malipo_server::machine::forbid_core_dumps().unwrap();
    let behavior = rustix::process::dumpable_behavior().unwrap();
    assert_eq!(behavior, rustix::process::DumpableBehavior::NotDumpable);
    assert!(
        malipo_server::machine::descriptors()
            .unwrap()
            .open
            .is_some()
    );
}

/// A configuration that does not come: whatever is done, it has forbidden cores before it reads one.
#[tokio::test]
async fn no_command_reads_a_key_before_it_has_forbidden_core_dumps() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("malipo.toml");
    let made = Command::new("mkfifo").arg(&pipe).status().await.unwrap();
    assert!(made.success());
    for arguments in [
        &[][..],
        &["--check-config"],
        &["orders", "list"],
        &["orders", "recheck", "ORDER-0000001"],
        &["parked", "list"],
        &["webhooks", "list"],
        &["jenga", "link", "list"],
        &["jopay", "merchants", "list"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_malipo-server"))
            .args(arguments)
            .arg("--config")
            .arg(&pipe)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let process = command.id().unwrap();
        eventually(async || (limits(process) == ["0", "0"]).then_some(())).await;
        // It still waits for its configuration.
        assert_eq!(command.try_wait().unwrap(), None, "{arguments:?}");
        command.kill().await.unwrap();
    }
}
