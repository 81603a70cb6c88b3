//! What the project is made of: where it comes from, by which hash, and the heavy parts once each. Licences, and the sources of the
//! workspace's crates, are `make deny`'s (deny.toml), which `make test` runs; here is what that does not look at: the fuzz targets,
//! which are a workspace of their own, hashes, npm's packages, and what may be there once or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

const LOCKS: [&str; 2] = ["Cargo.lock", "fuzz/Cargo.lock"];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The crates of a lock file: the fields of each.
fn locked(path: &str) -> Vec<BTreeMap<String, String>> {
    let text = read(path);
    let crates = text.split("[[package]]").skip(1).map(|it| {
        let fields = it.lines().filter_map(|it| it.split_once(" = "));
        let bare = |it: &str| it.trim_matches('"').to_owned();
        fields
            .map(|(name, value)| (bare(name), bare(value)))
            .collect()
    });
    crates.collect()
}

#[test]
fn every_crate_comes_from_the_one_registry_and_is_locked() {
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    for lock in LOCKS {
        let crates = locked(lock);
        assert!(100 < crates.len(), "{lock}");
        for it in crates {
            let name = &it["name"];
            match it.get("source") {
                None => assert!(
                    name.starts_with("malipo"),
                    "{lock}: {name} comes from nowhere"
                ),
                Some(source) => {
                    assert_eq!(source, registry, "{lock}: {name}");
                    assert!(it.contains_key("checksum"), "{lock}: {name}");
                }
            }
        }
    }
}

#[test]
fn every_npm_package_is_locked_by_its_hash_and_comes_from_no_address_of_its_own() {
    let locks = npm_locks();
    assert!(10 < locks.len(), "{locks:?}");
    for lock in locks {
        let json: Value = serde_json::from_str(&read(&lock)).unwrap();
        let packages = json["packages"].as_object().unwrap();
        let installed: Vec<_> = packages
            .iter()
            .filter(|(name, it)| name.contains("node_modules/") && it["link"] != true)
            .collect();
        assert!(!installed.is_empty(), "{lock}");
        for (name, it) in installed {
            // Without an address it comes from the registry that npm is set up with, and is what the hash says.
            assert!(it["resolved"].is_null(), "{lock}: {name}: {it}");
            let digest = it["integrity"].as_str().unwrap_or_default();
            assert!(digest.starts_with("sha512-"), "{lock}: {name}: {digest}");
        }
    }
    // What is published needs none of them.
    let package: Value = serde_json::from_str(&read("pkg-template/package.json")).unwrap();
    assert!(package.get("dependencies").is_none());
}

/// Every package-lock.json of the project.
fn npm_locks() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let inside = |parent: &'static str| {
        let entries = fs::read_dir(root.join(parent)).unwrap();
        entries.map(move |it| format!("{parent}/{}", it.unwrap().file_name().to_string_lossy()))
    };
    let folders = ["tools", "tools/bench", "tools/docs"].map(str::to_owned);
    folders
        .into_iter()
        .chain(inside("examples"))
        .chain(inside("tests/consumers/apps"))
        .map(|it| format!("{it}/package-lock.json"))
        .filter(|it| root.join(it).is_file())
        .collect()
}

/// What costs most to build and to keep right; two versions of one are two sets of bugs. One that is no longer there goes from
/// this list.
const HEAVY: [&str; 16] = [
    "axum",
    "hyper",
    "hyper-util",
    "reqwest",
    "ring",
    "rusqlite",
    "libsqlite3-sys",
    "rustls",
    "serde",
    "serde_json",
    "tokio",
    "tokio-postgres",
    "tracing",
    "url",
    "wasm-bindgen",
    "web-sys",
];

#[test]
fn every_heavy_crate_is_there_once_and_none_that_is_banned_at_all() {
    for lock in LOCKS {
        let crates = locked(lock);
        let versions = |name: &str| crates.iter().filter(|it| it["name"] == name).count();
        for name in HEAVY {
            assert_eq!(versions(name), 1, "{name} in {lock}");
        }
        for name in BANNED {
            assert_eq!(versions(name), 0, "{name} in {lock}");
        }
    }
}

/// One TLS and one regular-expression engine; OpenSSL is a second TLS, with a C library of the system's.
const BANNED: [&str; 6] = [
    "openssl",
    "openssl-sys",
    "native-tls",
    "aws-lc-rs",
    "chrono-tz",
    "async-std",
];
