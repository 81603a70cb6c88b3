//! How far a set-up came, in `target/consumers/results/`, for the table that `tests/consumers/table.mjs` prints.

use std::path::PathBuf;
use std::sync::Mutex;

use malipo_e2e::process::project;
use serde_json::{Value, json};

/// The record of one set-up: written at once, so that a test that fails leaves what it had come to.
pub(super) struct Record {
    path: PathBuf,
    reached: Mutex<Value>,
}

impl Record {
    /// A record of nothing yet, in place of an older one.
    pub(super) fn begin(name: &str) -> Self {
        let folder = project().join("target/consumers/results");
        std::fs::create_dir_all(&folder).unwrap();
        let it = Self {
            path: folder.join(format!("{name}.json")),
            reached: Mutex::new(json!({ "builds": false, "runs": false, "pays": false })),
        };
        it.write(&it.reached.lock().unwrap());
        it
    }

    /// It came as far as this: `builds`, `runs` or `pays`.
    pub(super) fn reach(&self, step: &str) {
        let mut reached = self.reached.lock().unwrap();
        reached[step] = true.into();
        self.write(&reached);
    }

    fn write(&self, reached: &Value) {
        std::fs::write(&self.path, reached.to_string()).unwrap();
    }
}
