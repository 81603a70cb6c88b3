//! The store that a server keeps its records in: a file, or a database of a PostgreSQL that is thrown away.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::process::project;

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// One file.
    Sqlite,
    /// A PostgreSQL of this process's own, that forces to the disk what it writes.
    Postgres,
}

impl Kind {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A store, gone with this value.
#[derive(Debug)]
pub struct Database {
    /// The lines of `[store]`.
    pub table: String,
    /// SQLite's file.
    pub file: Option<PathBuf>,
    /// Ends when its stdin is closed.
    _cluster: Option<Child>,
}

impl Database {
    /// A new one; a file lies in `folder`.
    ///
    /// # Panics
    /// If PostgreSQL does not start.
    #[must_use]
    pub fn start(kind: Kind, folder: &Path) -> Self {
        match kind {
            Kind::Sqlite => {
                let file = folder.join("malipo.sqlite");
                Self {
                    table: format!("sqlite = \"{}\"", file.display()),
                    file: Some(file),
                    _cluster: None,
                }
            }
            Kind::Postgres => {
                let mut cluster = Command::new(project().join("tools/postgres.sh"))
                    .arg("--durable")
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap();
                let mut url = String::new();
                let mut out = BufReader::new(cluster.stdout.take().unwrap());
                out.read_line(&mut url).unwrap();
                assert!(url.starts_with("postgres://"), "tools/postgres.sh says why");
                Self {
                    // initdb makes this database; nobody else is in this cluster.
                    table: format!("postgres = \"{}/postgres\"", url.trim()),
                    file: None,
                    _cluster: Some(cluster),
                }
            }
        }
    }
}
