//! Rules about the source itself, so that nobody has to remember them.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a directory of the workspace.
fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(directory) = open.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        for path in entries.map(|it| it.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

const ALL: [&str; 7] = ["src", "wire", "server", "sandbox", "www", "tests", "bench"];

#[test]
fn the_pure_rooms_know_no_browser_no_clock_and_no_network() {
    let banned = [
        "web_sys",
        "js_sys",
        "gloo_",
        "wasm_bindgen",
        "tokio",
        "std::net",
        "std::time",
        "crate::browser",
        "crate::api",
    ];
    let files = [sources("src/checkout"), sources("wire")].concat();
    assert!(20 < files.len());
    for (path, text) in files {
        for word in banned {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn the_sandbox_shares_no_code_with_the_server() {
    let manifest = fs::read_to_string(root().join("sandbox/Cargo.toml")).unwrap();
    for name in ["malipo-wire", "malipo-server", "malipo ="] {
        assert!(!manifest.contains(name), "sandbox depends on {name}");
    }
}

#[test]
fn no_file_is_longer_than_one_can_read() {
    for (path, text) in ALL.into_iter().flat_map(sources) {
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

#[test]
fn nothing_is_left_for_later() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("todo", "!("),
    ];
    for (path, text) in ALL.into_iter().flat_map(sources) {
        for word in words {
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
}

#[test]
fn the_types_for_typescript_list_every_error_code() {
    let types = fs::read_to_string(root().join("pkg-template/events.d.ts")).expect("the types");
    let (_, codes) = types
        .split_once("type PayErrorCode =")
        .expect("the codes' type");
    let (codes, _) = codes.split_once("\n\n").expect("the end of the codes");
    let mut listed: Vec<&str> = codes
        .lines()
        .filter_map(|it| {
            it.trim()
                .trim_end_matches(';')
                .strip_prefix("| \"")?
                .strip_suffix('"')
        })
        .collect();
    let mut known: Vec<&str> = malipo_wire::ErrorCode::ALL
        .iter()
        .map(|it| it.as_str())
        .collect();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known);
}
