//! Writes `docs/browsers.md` from what a run wrote down.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::browser::Kind;
use crate::catalogue::{IN_WEBKIT, Row, SCENARIOS, SITUATIONS};
use crate::process::project;
use crate::record::{Ending, Record};

const KINDS: [(Kind, &str, &[&str]); 3] = [
    (Kind::Chromium, "Chromium", &["chromium", "--version"]),
    (Kind::Firefox, "Firefox", &["firefox-esr", "--version"]),
    (
        Kind::WebKit,
        "WebKitGTK",
        &["dpkg-query", "-Wf${Version}", "libwebkit2gtk-4.1-0"],
    ),
];

/// Everything that a run saw.
#[derive(Debug)]
pub struct Table {
    seen: Vec<(Kind, Vec<Record>)>,
    /// Of each browser, what `tools/e2e-all.sh` wrote of its run: which it was, and `ended` if it came to its end.
    runs: Vec<(Kind, String)>,
}

impl Table {
    /// Reads what the tests left in a folder.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let of = |it: &(Kind, &str, &[&str])| (it.0, Record::all(folder, it.0));
        let run_of = |it: &(Kind, &str, &[&str])| {
            let run = folder.join(format!("{}.run", it.0.name()));
            (it.0, std::fs::read_to_string(run).unwrap_or_default())
        };
        Self {
            seen: KINDS.iter().map(of).collect(),
            runs: KINDS.iter().map(run_of).collect(),
        }
    }

    /// What is missing of the catalogue: a test that nobody ran, or that failed.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let mut all = Vec::new();
        for row in SCENARIOS.iter().chain(&SITUATIONS) {
            for test in row.tests {
                for (kind, _) in &self.seen {
                    match self.find(*kind, test).map(|it| &it.ending) {
                        Some(Ending::Passed | Ending::NotShown(_)) => {}
                        Some(Ending::Failed) => {
                            all.push(format!("{test} failed in {}", kind.name()))
                        }
                        None if *kind == Kind::WebKit && !IN_WEBKIT.contains(test) => {}
                        None => all.push(format!("{test} was not run in {}", kind.name())),
                    }
                }
            }
        }
        all
    }

    /// Writes the page.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self) {
        std::fs::write(project().join("docs/browsers.md"), self.page()).unwrap();
    }

    /// The page, as it is written.
    #[must_use]
    pub fn page(&self) -> String {
        let mut page = HEAD.to_owned();
        for (kind, name, version) in KINDS {
            let records = self.of(kind);
            let passed = records
                .iter()
                .filter(|it| it.ending == Ending::Passed)
                .count();
            let (version, run) = (version_of(version), self.run(kind));
            let _ = writeln!(page, "- {name} {version}: {passed} tests passed, {run}");
        }
        page.push_str("\n## Scenarios\n\n| | scenario | Chromium | Firefox | WebKitGTK |\n| --- | --- | --- | --- | --- |\n");
        self.rows(&mut page, &SCENARIOS);
        self.rows(&mut page, &SITUATIONS);
        page.push_str("\n## Gaps\n\n");
        page.push_str(GAPS);
        for row in SCENARIOS.iter().filter(|it| !it.note.is_empty()) {
            let _ = writeln!(page, "- {}: {}.", row.id, row.note);
        }
        page.push_str("\n## What was seen\n");
        for row in SCENARIOS.iter().chain(&SITUATIONS) {
            self.details(&mut page, row);
        }
        page
    }

    /// Whether what is told of a browser is one run that came to its end.
    fn run(&self, kind: Kind) -> String {
        let run = self.runs.iter().find(|it| it.0 == kind);
        let mut lines = run.map_or("", |it| it.1.as_str()).lines();
        match (lines.next(), lines.next()) {
            (None, _) => "one by one: there was no run of all".to_owned(),
            (Some(which), None) => format!("in the run {which}, which did not come to its end"),
            (Some(which), Some(_)) => format!("in the run {which}, which came to its end"),
        }
    }

    fn rows(&self, page: &mut String, rows: &[Row]) {
        for row in rows {
            let _ = write!(page, "| {} | {} |", row.id, row.what);
            for (kind, _) in &self.seen {
                let _ = write!(page, " {} |", self.cell(*kind, row));
            }
            page.push('\n');
        }
    }

    /// How many tests passed, what could not be shown, and what was not run.
    fn cell(&self, kind: Kind, row: &Row) -> String {
        let ran: Vec<_> = row
            .tests
            .iter()
            .filter_map(|it| self.find(kind, it))
            .collect();
        let count =
            |wanted: fn(&Ending) -> bool| ran.iter().filter(|it| wanted(&it.ending)).count();
        let passed = count(|it| *it == Ending::Passed);
        let failed = count(|it| *it == Ending::Failed);
        let not_shown = count(|it| matches!(it, Ending::NotShown(_)));
        let not_run = row.tests.len() - ran.len();
        let mut said = Vec::new();
        if passed > 0 {
            said.push(format!("holds ({passed})"));
        }
        if failed > 0 {
            said.push(format!("**fails ({failed})**"));
        }
        if not_shown > 0 {
            said.push(format!("not shown ({not_shown})"));
        }
        if said.is_empty() {
            return "not run".into();
        }
        if not_run > 0 {
            said.push(format!("not run ({not_run})"));
        }
        said.join(", ")
    }

    fn details(&self, page: &mut String, row: &Row) {
        let title = if row.id.is_empty() {
            row.what.to_owned()
        } else {
            format!("{}: {}", row.id, row.what)
        };
        let _ = writeln!(page, "\n### {title}\n");
        for test in row.tests {
            let sentence = test.rsplit("::").next().unwrap_or(test).replace('_', " ");
            let _ = writeln!(page, "- {sentence}");
            for (kind, name, _) in KINDS {
                let seen = match self.find(kind, test) {
                    // WebKitGTK is held to a few of them only.
                    None if kind == Kind::WebKit && !IN_WEBKIT.contains(test) => continue,
                    None => "not run".into(),
                    Some(it) => match &it.ending {
                        Ending::Passed if it.saw.is_empty() => continue,
                        Ending::Passed => it.saw.join("; "),
                        Ending::Failed => "**fails**".into(),
                        Ending::NotShown(why) => format!("not shown: {why}"),
                    },
                };
                let _ = writeln!(page, "  - {name}: {seen}");
            }
        }
    }

    fn find(&self, kind: Kind, test: &str) -> Option<&Record> {
        self.of(kind).iter().find(|it| it.test == test)
    }

    fn of(&self, kind: Kind) -> &[Record] {
        let found = self.seen.iter().find(|it| it.0 == kind);
        found.map(|it| it.1.as_slice()).unwrap_or_default()
    }
}

/// The number in what a program says of its version.
fn version_of(command: &[&str]) -> String {
    let output = Command::new(command[0]).args(&command[1..]).output();
    let said = output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    let said = said.unwrap_or_default();
    let number = said
        .split_whitespace()
        .find(|it| it.starts_with(|it: char| it.is_ascii_digit()));
    number.unwrap_or("(not installed)").to_owned()
}

const HEAD: &str = "# Browsers

What browsers do to a page, and what was seen of it. `make e2e-all` runs all of it and writes this page; it takes the better part of an hour.

Real programs, real windows on a virtual screen, trusted clicks. What drivers switch off stays on: the popup blocker, the throttling of
hidden tabs, the cache of pages for going back (`excludeSwitches` for chromedriver, `dom.disable_open_during_load` for geckodriver); with their defaults many of
these tests pass on broken code. A number is how many tests there are of the kind; \"not shown\" is what no driver can bring about in that browser, with its reason below,
and \"not run\" what no run has come to, or what WebKitGTK is not held to.

";

const GAPS: &str = "- Safari on iOS and macOS, Chrome on Android and its WebView, and the browsers inside apps are not driven: no such machine is at hand. WebKitGTK shares Safari's engine, not its popup blocker, its
  tab management or its storage rules; in it the happy path, the refused tab, the redirect and the resume are run, and MiniBrowser has no popup blocker of its own.
- A tab that Chromium discards is shown as a reload: nothing of the page survives either.
";
