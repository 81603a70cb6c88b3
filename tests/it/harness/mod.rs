//! The one door for scripts: run in fake time, twice, and compared with what they must do.

mod act;
mod world;

pub(crate) use act::*;
pub(crate) use world::World;

/// Runs a script twice: the same inputs must have the same effects (W15).
#[track_caller]
pub(crate) fn run(script: &[(u64, Act)]) -> World {
    let once = || {
        let mut world = World::new();
        for (ms, act) in script {
            world.advance_to(START + ms);
            world.act(act.clone());
        }
        world
    };
    let (first, second) = (once(), once());
    assert_eq!(first.effects, second.effects, "W15");
    first
}

/// Runs a script and compares what it does, without the noise of storage and `pay-change`.
#[track_caller]
pub(crate) fn check(script: &[(u64, Act)], expected: &[&str]) -> World {
    let world = run(script);
    let seen: Vec<&str> = world.since(0).filter(is_loud).collect();
    assert_eq!(seen, expected, "\nwith times: {:#?}", world.log);
    world
}

/// Runs a script and compares all that it does.
#[track_caller]
pub(crate) fn check_all(script: &[(u64, Act)], expected: &[&str]) -> World {
    let world = run(script);
    let seen: Vec<&str> = world.since(0).collect();
    assert_eq!(seen, expected, "\nwith times: {:#?}", world.log);
    world
}

/// A press at 0 that is answered with this body at 1 ms, and then the script.
pub(crate) fn after(body: &str, script: &[(u64, Act)]) -> Vec<(u64, Act)> {
    let mut all = vec![(0, press()), (1, initiated(body))];
    all.extend_from_slice(script);
    all
}

/// Runs a script from the open checkout page on, and compares what it does after `pay-opened`, as [`check`] does.
#[track_caller]
pub(crate) fn check_open(script: &[(u64, Act)], expected: &[&str]) -> World {
    let opened = [
        "open-tab",
        "initiate k1",
        "pay-initiated ORD-1 https://pay.example/p/1",
        "navigate https://pay.example/p/1",
        "pay-opened ORD-1 tab",
    ];
    check(&after(GOOD, script), &[&opened, expected].concat())
}

/// The rows of a table written as lines: `what => what comes of it`.
#[track_caller]
pub(crate) fn rows(table: &str) -> Vec<(&str, &str)> {
    let lines = table.lines().map(str::trim).filter(|it| !it.is_empty());
    lines
        .map(|it| {
            let (what, expected) = it
                .split_once(" =>")
                .unwrap_or_else(|| panic!("no row: {it}"));
            (what.trim(), expected.trim())
        })
        .collect()
}

fn is_loud(line: &&str) -> bool {
    !line.starts_with("save") && *line != "forget" && !line.contains(" -> ")
}
