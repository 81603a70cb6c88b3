//! What documents say is proven, is: every test that they name exists.

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

#[track_caller]
fn check(document: &str, least: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = named(document);
    let missing: Vec<_> = all
        .iter()
        .filter(|(path, name)| {
            let text = fs::read_to_string(root.join(path)).unwrap_or_default();
            let in_rust = text.contains(&format!("fn {name}("));
            let in_node = text.contains(&format!("test(\"{name}\""));
            !in_rust && !in_node
        })
        .collect();
    assert!(missing.is_empty(), "{document} names {missing:#?}");
    assert!(least <= all.len(), "{document} names {}", all.len());
}

#[test]
fn every_test_that_the_hostile_cases_name_exists() {
    check("docs/hostile.md", 100);
}

#[test]
fn every_test_that_the_asvs_table_names_exists() {
    check("docs/asvs.md", 20);
}

#[test]
fn every_test_that_the_fuzz_targets_page_names_exists() {
    check("docs/fuzz.md", 8);
}
