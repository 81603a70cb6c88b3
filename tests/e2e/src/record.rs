//! What each test saw in which browser, written down for the table of `docs/browsers.md`.
//!
//! A run that is to be written down names a folder in `RECORD_INTO`; each test leaves one file there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::Kind;

/// How a test ended in a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    Passed,
    /// Otherwise.
    Failed,
    /// It cannot be shown in this browser, for this reason.
    NotShown(String),
}

/// What is kept of one test in one browser.
#[derive(Clone, Debug)]
pub struct Record {
    /// The test, as the test runner names it.
    pub test: String,
    /// How it ended.
    pub ending: Ending,
    /// What there was to be seen besides, a phrase each.
    pub saw: Vec<String>,
    /// How long it took, browser and programs included.
    pub took: Duration,
}

impl Record {
    /// Writes it down, where this run is to be.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn keep(&self, kind: Kind) {
        let Some(folder) = std::env::var_os("RECORD_INTO") else {
            return;
        };
        let folder = PathBuf::from(folder).join(kind.name());
        std::fs::create_dir_all(&folder).unwrap();
        let (ending, why) = match &self.ending {
            Ending::Passed => ("passed", ""),
            Ending::Failed => ("failed", ""),
            Ending::NotShown(why) => ("not shown", why.as_str()),
        };
        let took = u64::try_from(self.took.as_millis()).unwrap();
        let all = json!({ "test": self.test, "ending": ending, "why": why, "saw": self.saw, "took_ms": took });
        let name = format!("{}.json", self.test.replace("::", "-"));
        std::fs::write(folder.join(name), all.to_string()).unwrap();
    }

    /// Everything that was written down of a browser.
    ///
    /// # Panics
    /// If a file is not what [`Record::keep`] writes.
    #[must_use]
    pub fn all(folder: &Path, kind: Kind) -> Vec<Self> {
        let Ok(files) = std::fs::read_dir(folder.join(kind.name())) else {
            return Vec::new();
        };
        let texts = files.map(|it| std::fs::read_to_string(it.unwrap().path()).unwrap());
        texts
            .map(|it| Self::read(&serde_json::from_str(&it).unwrap()))
            .collect()
    }

    fn read(all: &Value) -> Self {
        let text = |name: &str| all[name].as_str().unwrap().to_owned();
        let ending = match text("ending").as_str() {
            "passed" => Ending::Passed,
            "not shown" => Ending::NotShown(text("why")),
            _ => Ending::Failed,
        };
        let saw = all["saw"].as_array().unwrap().iter();
        Self {
            test: text("test"),
            ending,
            saw: saw.map(|it| it.as_str().unwrap().to_owned()).collect(),
            took: Duration::from_millis(all["took_ms"].as_u64().unwrap()),
        }
    }
}

/// The test that runs here, as the test runner names it.
#[must_use]
pub fn test_name() -> String {
    std::thread::current().name().unwrap_or("test").to_owned()
}
