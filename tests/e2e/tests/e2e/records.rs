//! What runs wrote down, as the table of `docs/browsers.md`.

use std::fs;

use malipo_e2e::table::Table;
use serde_json::json;
use tempfile::TempDir;

#[test]
fn what_was_not_run_is_counted_and_a_run_that_was_stopped_is_told_as_one() {
    let folder = TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let closing = "closing::a_tab_closed_after_paying_is_asked_about_at_once";
    let passed = json!({"test": closing, "ending": "passed", "why": "", "saw": [], "took_ms": 1});
    write("chromium/closing.json", &passed.to_string());
    write("chromium.run", "of 2026-01-02, on commit abc1234\n");
    write("firefox/closing.json", &passed.to_string());
    write("firefox.run", "of 2026-01-02, on commit abc1234\nended\n");
    let page = Table::read(folder.path()).page();
    let row = page.lines().find(|it| it.starts_with("| S5 |")).unwrap();
    assert!(
        row.ends_with("| holds (1), not run (1) | holds (1), not run (1) | not run |"),
        "{row}"
    );
    let told = |start: &str, end: &str| {
        let mut lines = page.lines();
        lines.any(|it| it.starts_with(start) && it.ends_with(end))
    };
    let stopped = "1 tests passed, in the run of 2026-01-02, on commit abc1234, which did not come to its end";
    assert!(told("- Chromium", stopped), "{page}");
    let ended =
        "1 tests passed, in the run of 2026-01-02, on commit abc1234, which came to its end";
    assert!(told("- Firefox", ended), "{page}");
    let by_hand = "0 tests passed, one by one: there was no run of all";
    assert!(told("- WebKitGTK", by_hand), "{page}");
}
