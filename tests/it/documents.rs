//! What documents say is proven, is: every test that they name exists, and is one that is run.

use std::fs;
use std::path::Path;

/// Every `path::name` between backticks in a document.
fn named(document: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(document)).unwrap();
    let odd = text.split('`').skip(1).step_by(2);
    odd.filter_map(|it| it.split_once("::"))
        .filter(|(path, _)| path.contains('/'))
        .map(|(path, name)| (path.to_owned(), name.to_owned()))
        .collect()
}

/// Whether a file holds a test of this name that is run: by Node, by one of Rust's attributes, or as a case of every store.
fn is_run(path: &Path, name: &str) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    if path.extension().is_some_and(|it| it == "mjs") {
        return text.contains(&format!("\ntest(\"{name}\""));
    }
    let Some((before, _)) = text.split_once(&format!("fn {name}(")) else {
        return false;
    };
    if before
        .lines()
        .next_back()
        .unwrap_or_default()
        .contains("//")
    {
        return false;
    }
    // Its attributes: up to the line on which what stands before it ends.
    let is_above = |it: &&str| !matches!(it.trim(), "" | "}" | "{");
    let above: Vec<_> = before
        .trim_end()
        .lines()
        .rev()
        .take_while(is_above)
        .collect();
    let has = |start: &str| above.iter().any(|it| it.trim().starts_with(start));
    if has("#[ignore") {
        return false;
    }
    let in_list = || {
        let list = fs::read_to_string(path.with_file_name("cases.rs")).unwrap_or_default();
        list.lines()
            .any(|it| it.trim().strip_suffix(',') == Some(name))
    };
    ["#[test]", "#[tokio::test", "#[wasm_bindgen_test]"]
        .iter()
        .any(|it| has(it))
        || in_list()
}

#[track_caller]
fn check(document: &str, least: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = named(document);
    let missing: Vec<_> = all
        .iter()
        .filter(|(path, name)| !is_run(&root.join(path), name))
        .collect();
    assert!(missing.is_empty(), "{document} names {missing:#?}");
    assert!(least <= all.len(), "{document} names {}", all.len());
}

#[test]
fn every_test_that_the_hostile_cases_name_is_run() {
    check("docs/hostile.md", 100);
}

#[test]
fn every_test_that_the_asvs_table_names_is_run() {
    check("docs/asvs.md", 20);
}

#[test]
fn every_test_that_the_fuzz_targets_page_names_is_run() {
    check("docs/fuzz.md", 8);
}

#[test]
fn every_test_that_the_page_on_mutants_names_is_run() {
    check("docs/mutants.md", 10);
}

#[test]
fn what_is_no_test_is_told_from_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_run = |path: &str, name: &str| is_run(&root.join(path), name);
    assert!(is_run(
        "tests/it/documents.rs",
        "what_is_no_test_is_told_from_one"
    ));
    assert!(!is_run("tests/it/documents.rs", "check"));
    assert!(!is_run("tests/it/documents.rs", "nothing_of_this_name"));
    assert!(!is_run("tests/it/no_such_file.rs", "check"));
    // A case of a list, and what is none.
    let store = "server/tests/it/store/begin.rs";
    assert!(is_run(store, "a_price_never_changes"));
    assert!(!is_run("server/tests/it/store/bench.rs", "ugx"));
}

#[test]
fn the_bytes_that_the_document_tells_are_those_of_the_record() {
    let read =
        |it: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(it)).unwrap();
    let record: serde_json::Value = serde_json::from_str(&read("tools/size.json")).unwrap();
    let document = read("docs/size.md");
    for part in ["malipo.js", "rest", "wasm", "total"] {
        let bytes = record[part]["br"].as_u64().unwrap();
        let told = format!("| {},{:03} |", bytes / 1_000, bytes % 1_000);
        assert!(document.contains(&told), "{part} has {bytes} bytes");
    }
}
