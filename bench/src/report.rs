//! What was measured, as files that `bench/results.mjs` makes its page of: `target/bench/<name>.json`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use malipo_backend_tests::process::project;
use serde::Serialize;

use crate::machine::raise_descriptors;
use crate::numbers::rounded;
use crate::scale::Scale;

/// One benchmark's results.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The file's name.
    name: &'static str,
    /// The heading.
    title: &'static str,
    /// Where it stands on the page.
    section: &'static str,
    /// Of which version the figures are; `-dirty` behind it: files had been changed since.
    commit: String,
    /// Whether little was measured.
    quick: bool,
    rows: Vec<Row>,
    series: Vec<Series>,
    /// What beside its cores and its memory decides what these figures are.
    machine: BTreeMap<&'static str, u64>,
}

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    figure: String,
    value: Option<f64>,
    unit: &'static str,
    /// What was to be reached, for people; none where it is only told.
    target: Option<String>,
    /// Whether it was; none where there is no target, or this machine cannot tell.
    holds: Option<bool>,
    note: String,
}

/// One line of a plot.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Series {
    /// The plot's heading.
    pub(crate) title: &'static str,
    /// Across.
    pub(crate) x_label: &'static str,
    /// Upwards.
    pub(crate) y_label: &'static str,
    /// Whether equal steps across are equal factors.
    pub(crate) log_x: bool,
    /// What was measured.
    pub(crate) points: Vec<(f64, f64)>,
}

impl Row {
    /// A figure without a target.
    #[must_use]
    pub(crate) fn new(figure: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            figure: figure.into(),
            value: Some(rounded(value)),
            unit,
            target: None,
            holds: None,
            note: String::new(),
        }
    }

    /// A figure that could not be measured here, and why.
    #[must_use]
    pub(crate) fn missing(
        figure: impl Into<String>,
        unit: &'static str,
        why: impl Into<String>,
    ) -> Self {
        Self {
            value: None,
            holds: Some(false),
            note: why.into(),
            ..Self::new(figure, 0.0, unit)
        }
    }

    /// It should be at most so much.
    #[must_use]
    pub(crate) fn at_most(self, most: f64) -> Self {
        let holds = self.value.is_some_and(|it| it <= most);
        self.judged(format!("<= {most}"), holds)
    }

    /// It should be less than so much.
    #[must_use]
    pub(crate) fn below(self, limit: f64) -> Self {
        let holds = self.value.is_some_and(|it| it < limit);
        self.judged(format!("< {limit}"), holds)
    }

    /// It should be at least so much.
    #[must_use]
    pub(crate) fn at_least(self, least: f64) -> Self {
        let holds = self.value.is_some_and(|it| least <= it);
        self.judged(format!(">= {least}"), holds)
    }

    /// This machine cannot tell whether the target is reached.
    #[must_use]
    pub(crate) fn undecided(mut self) -> Self {
        self.holds = None;
        self
    }

    /// What a reader must know beside it.
    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    fn judged(mut self, target: String, holds: bool) -> Self {
        self.target = Some(format!("{target} {}", self.unit).trim_end().to_owned());
        self.holds = Some(holds);
        self
    }
}

impl Report {
    /// Nothing yet.
    #[must_use]
    pub(crate) fn new(name: &'static str, title: &'static str, scale: &Scale) -> Self {
        Self {
            name,
            title,
            section: "server",
            commit: commit(),
            quick: scale.is_quick,
            rows: Vec::new(),
            series: Vec::new(),
            machine: [("file descriptors a process", raise_descriptors())].into(),
        }
    }

    /// Adds a figure, and says it.
    pub(crate) fn row(&mut self, row: Row) {
        let value = row.value.map_or("-".to_owned(), |it| it.to_string());
        let verdict = match (&row.target, row.holds) {
            (Some(target), Some(true)) => format!(" ({target}: holds)"),
            (Some(target), Some(false)) => format!(" ({target}: MISSED)"),
            (None, Some(false)) => " (MISSED)".to_owned(),
            (Some(target), None) => format!(" ({target}: cannot be told here)"),
            (None, _) => String::new(),
        };
        println!("  {:<62} {value:>9} {}{verdict}", row.figure, row.unit);
        self.rows.push(row);
    }

    /// Adds a plot's line, where there is a line.
    pub(crate) fn series(&mut self, series: Series) {
        if 1 < series.points.len() {
            self.series.push(series);
        }
    }

    /// Writes the file.
    pub(crate) fn write(&self) {
        let folder = folder();
        let path = folder.join(format!("{}.json", self.name));
        std::fs::write(path, serde_json::to_string_pretty(self).unwrap()).unwrap();
    }
}

/// The whole name and no tag's, and whether files are changed.
const DESCRIBE: [&str; 6] = [
    "describe",
    "--always",
    "--abbrev=40",
    "--dirty",
    "--exclude",
    "*",
];

/// Empty outside a checkout.
fn commit() -> String {
    let output = Command::new("git")
        .args(DESCRIBE)
        .current_dir(project())
        .output();
    let output = output.map(|it| it.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

/// `target/bench`, made where it is missing: also where benchmarks keep their stores, so that the project's own disk is measured.
#[must_use]
pub(crate) fn folder() -> PathBuf {
    let folder = project().join("target/bench");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_its_target_and_whether_it_is_reached() {
        let check = |row: Row, target: &str, holds: bool| {
            assert_eq!(row.target.as_deref(), Some(target));
            assert_eq!(row.holds, Some(holds), "{row:?}");
        };
        let row = |value| Row::new("p99", value, "ms");
        check(row(25.0).at_most(25.0), "<= 25 ms", true);
        check(row(25.1).at_most(25.0), "<= 25 ms", false);
        check(row(100.0).below(100.0), "< 100 ms", false);
        check(row(0.7).at_least(0.7), ">= 0.7 ms", true);
        check(Row::new("lost", 1.0, "").at_most(0.0), "<= 0", false);
        assert_eq!(row(0.1).at_least(1.6).undecided().holds, None);
        let missing = Row::missing("15,000 streams", "ms", "too few file descriptors");
        assert_eq!((missing.value, missing.holds), (None, Some(false)));
    }
}
