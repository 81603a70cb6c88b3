//! Power that fails: a SQLite file as the disk has it when only what was synced is sure to be there.
//!
//! A small library beside the server (`disk.c`, by `LD_PRELOAD`) notes what is written and what was waited for. When the power
//! fails, the files are made anew from what they were at the start: with everything that was synced, and of the rest nothing, the
//! first part, or any of it, torn at the disk's sectors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use fastrand::Rng;

use crate::process::project;

/// A disk under one SQLite file.
#[derive(Debug)]
pub(crate) struct Power {
    file: PathBuf,
    library: PathBuf,
    log: PathBuf,
    /// What was sure to be there at the last start.
    kept: Files,
    /// Writes and cuts that were not synced when the power failed; and those of them that were lost.
    pub(crate) counted: [u64; 2],
}

/// A file's letter in the log, and its bytes.
type Files = BTreeMap<u8, Vec<u8>>;

/// What has been done to a file since it was last synced.
#[derive(Debug)]
enum Change<'a> {
    Written(usize, &'a [u8]),
    CutTo(usize),
}

impl Power {
    /// For this SQLite file; what it needs lies in `folder`.
    ///
    /// # Panics
    /// If there is no C compiler, without which the server is not built either.
    #[must_use]
    pub(crate) fn under(file: &Path, folder: &Path) -> Self {
        let library = folder.join("libdisk.so");
        let source = project().join("tests/backend/src/power/disk.c");
        let made = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"])
            .args([&library, &source])
            .status();
        assert!(made.is_ok_and(|it| it.success()), "cc {}", source.display());
        Self {
            file: file.to_owned(),
            library,
            log: folder.join("disk.log"),
            kept: Files::new(),
            counted: [0; 2],
        }
    }

    /// The environment of a server that starts on what is there now.
    ///
    /// # Panics
    /// If the disk of the test itself fails.
    pub(crate) fn starts(&mut self) -> Vec<(&'static str, PathBuf)> {
        let files = FILES.iter().map(|(letter, _)| *letter);
        let read = files.filter_map(|it| Some((it, std::fs::read(self.path(it)).ok()?)));
        self.kept = read.collect();
        std::fs::write(&self.log, "").unwrap();
        vec![
            ("LD_PRELOAD", self.library.clone()),
            ("POWER_FILE", self.file.clone()),
            ("POWER_LOG", self.log.clone()),
        ]
    }

    /// The power fails under a server that has been killed.
    ///
    /// # Panics
    /// If the disk of the test itself fails.
    pub(crate) fn fails(&mut self, random: &mut Rng) {
        let log = std::fs::read(&self.log).unwrap();
        let (mut files, unsynced) = synced(&log, std::mem::take(&mut self.kept));
        let many: usize = unsynced.values().map(Vec::len).sum();
        let mut left = 0;
        let way = random.u8(0..3);
        for (file, changes) in unsynced {
            let first = random.usize(0..=changes.len());
            for (number, change) in changes.iter().enumerate() {
                let is_there = match way {
                    0 => false,
                    1 => number < first,
                    _ => random.bool(),
                };
                if is_there {
                    left += 1;
                    apply(files.entry(file).or_default(), &torn(change, random));
                }
            }
        }
        for (letter, _) in FILES {
            match files.get(letter) {
                Some(bytes) => std::fs::write(self.path(*letter), bytes).unwrap(),
                None => drop(std::fs::remove_file(self.path(*letter))),
            }
        }
        // It is memory that servers share.
        drop(std::fs::remove_file(self.with("-shm")));
        self.counted[0] += u64::try_from(many).unwrap();
        self.counted[1] += u64::try_from(many - left).unwrap();
    }

    fn path(&self, letter: u8) -> PathBuf {
        let ends = FILES.iter().find(|it| it.0 == letter);
        self.with(ends.map_or("", |it| it.1))
    }

    fn with(&self, end: &str) -> PathBuf {
        let mut path = self.file.clone().into_os_string();
        path.push(end);
        path.into()
    }
}

/// The files with all that was synced, and what was done to each of them since.
fn synced(log: &[u8], mut files: Files) -> (Files, BTreeMap<u8, Vec<Change<'_>>>) {
    let mut unsynced: BTreeMap<u8, Vec<Change<'_>>> = BTreeMap::new();
    let mut rest = log;
    // The last record may have been cut off.
    while let Some(([call, file, numbers @ ..], more)) = rest.split_first_chunk::<HEAD>() {
        let (at, many) = numbers.split_at(8);
        let (at, many) = (number(at), number(many));
        let Some((bytes, more)) = more.split_at_checked(many) else {
            break;
        };
        rest = more;
        let changes = unsynced.entry(*file).or_default();
        match call {
            b'w' => changes.push(Change::Written(at, bytes)),
            b't' => changes.push(Change::CutTo(at)),
            b's' => {
                for change in std::mem::take(changes) {
                    apply(files.entry(*file).or_default(), &change);
                }
            }
            _ => {
                files.remove(file);
                changes.clear();
            }
        }
    }
    (files, unsynced)
}

fn number(bytes: &[u8]) -> usize {
    let bytes = bytes.try_into().unwrap();
    usize::try_from(u64::from_ne_bytes(bytes)).unwrap()
}

fn apply(file: &mut Vec<u8>, change: &Change<'_>) {
    match change {
        Change::Written(at, bytes) => {
            let end = at + bytes.len();
            file.resize(file.len().max(end), 0);
            file[*at..end].copy_from_slice(bytes);
        }
        Change::CutTo(length) => file.resize(*length, 0),
    }
}

/// A write may come to its end, or end at a sector.
fn torn<'a>(change: &Change<'a>, random: &mut Rng) -> Change<'a> {
    match change {
        Change::Written(at, bytes) => {
            let whole = bytes.len();
            let sectors = random.usize(0..=2 * whole.div_ceil(SECTOR));
            Change::Written(*at, &bytes[..whole.min(sectors * SECTOR)])
        }
        Change::CutTo(length) => Change::CutTo(*length),
    }
}

/// The letters of `disk.c`, and how the names end.
const FILES: &[(u8, &str)] = &[(b'd', ""), (b'l', "-wal"), (b'j', "-journal")];
const HEAD: usize = 18;
const SECTOR: usize = 512;
