//! What random bytes are thrown at: every parser of what strangers write, each with what must be true of its result whatever
//! comes in. A target panics where it is not.
//!
//! `fuzz/` feeds them by libFuzzer (`make fuzz`); `tests/replay.rs` feeds them the corpora that it found.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a target that meets what must not be should stop"
)]

mod contract;
mod documents;
mod money;
mod page;
mod providers;
mod server;

/// One target: takes any bytes.
pub type Target = fn(&[u8]);

/// Every target, by its name, which is its corpus's folder.
pub const TARGETS: [(&str, Target); 12] = [
    ("answers", page::answers),
    ("config", server::config),
    ("events", page::events),
    ("money", money::money),
    ("notices", providers::notices),
    ("openings", providers::openings),
    ("options", page::options),
    ("payers", server::payers),
    ("quotes", server::quotes),
    ("requests", server::requests),
    ("secrets", page::secrets),
    ("urls", page::urls),
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Target {
    let found = TARGETS.iter().find(|it| it.0 == name);
    found
        .unwrap_or_else(|| panic!("no target is called {name}"))
        .1
}

/// The text before the first line end, and the bytes after it.
fn head(bytes: &[u8]) -> (&str, &[u8]) {
    let end = bytes.iter().position(|it| *it == b'\n');
    let (head, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    let rest = rest.get(1..).unwrap_or_default();
    (std::str::from_utf8(head).unwrap_or_default(), rest)
}

/// The HTTP status that the first byte chooses, and the bytes after it.
fn status(bytes: &[u8]) -> (u16, &[u8]) {
    const ALL: [u16; 8] = [200, 201, 400, 404, 409, 429, 500, 302];
    match bytes.split_first() {
        Some((first, rest)) => (ALL[usize::from(*first) % ALL.len()], rest),
        None => (200, bytes),
    }
}
