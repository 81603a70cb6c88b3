//! Every file of every corpus through its target: what the fuzzer once found stays mended.
#![expect(clippy::panic, reason = "tests: a panic is a failed test")]

use std::fs;
use std::path::Path;

use malipo_fuzz_targets::TARGETS;

#[test]
fn every_corpus_is_replayed() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, target) in TARGETS {
        let folder = corpora.join(name);
        let entries = fs::read_dir(&folder);
        let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut files = 0;
        for entry in entries {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            if std::panic::catch_unwind(|| target(&bytes)).is_err() {
                panic!("{name} stops at {}", path.display());
            }
            files += 1;
        }
        assert!(0 < files, "{name} has no corpus");
    }
}

#[test]
fn every_target_has_a_program_that_fuzzes_it() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/Cargo.toml");
    let programs = fs::read_to_string(programs).unwrap();
    for (name, _) in TARGETS {
        let line = format!("name = \"{name}\"");
        assert!(programs.contains(&line), "fuzz/Cargo.toml lacks {line}");
    }
}
