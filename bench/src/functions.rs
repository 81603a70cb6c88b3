//! What Criterion measured of single functions (`benches/functions.rs`), as a report.

use std::path::Path;

use serde_json::Value;

use crate::report::{self, Report, Row};
use crate::scale::Scale;

/// Reads what `cargo bench -p malipo-bench` has written into `target/bench/criterion`.
pub(crate) fn run(scale: &Scale) {
    let mut report = Report::new(
        "functions",
        "Functions that every request goes through",
        scale,
    );
    let folder = report::folder().join("criterion");
    let entries = std::fs::read_dir(&folder);
    let entries = entries.unwrap_or_else(|error| {
        panic!(
            "{}: {error}; `cargo bench -p malipo-bench` writes it",
            folder.display()
        )
    });
    let mut found: Vec<_> = entries.filter_map(|it| read(&it.unwrap().path())).collect();
    assert!(
        !found.is_empty(),
        "{} holds no measurement",
        folder.display()
    );
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    for (name, nanoseconds) in found {
        report.row(Row::new(name, nanoseconds, "ns"));
    }
    report.write();
}

/// One function's name and its median, in nanoseconds.
fn read(folder: &Path) -> Option<(String, f64)> {
    let json = |name: &str| -> Option<Value> {
        let text = std::fs::read_to_string(folder.join("new").join(name)).ok()?;
        serde_json::from_str(&text).ok()
    };
    let name = json("benchmark.json")?["title"].as_str()?.to_owned();
    let median = json("estimates.json")?["median"]["point_estimate"].as_f64()?;
    Some((name, median))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_has_a_name_and_a_median_and_anything_else_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()), None);
        let new = folder.path().join("new");
        std::fs::create_dir(&new).unwrap();
        let write = |name, text| std::fs::write(new.join(name), text).unwrap();
        write("benchmark.json", r#"{"title":"check a quote"}"#);
        write("estimates.json", r#"{"median":{"point_estimate":1234.5}}"#);
        assert_eq!(
            read(folder.path()),
            Some(("check a quote".to_owned(), 1234.5))
        );
    }
}
