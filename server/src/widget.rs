//! The files under `/malipo/`: the widget's build, and the script and style of our own pages.
//!
//! Read into memory once at the start: nothing in a request can name a file on the disk.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use axum::body::Bytes;
use sha2::{Digest, Sha256};

/// The files by their path below `/malipo/`.
#[derive(Default)]
pub struct WidgetFiles {
    files: HashMap<String, File>,
}

/// One file and its compressed forms.
#[derive(Debug)]
pub struct File {
    /// Its media type.
    pub media_type: &'static str,
    /// Whether its name holds a hash, so that it never changes.
    pub immutable: bool,
    /// A hash of the uncompressed bytes, in hexadecimal.
    pub tag: String,
    /// Uncompressed.
    pub plain: Bytes,
    /// `name.br`, where it is there.
    pub brotli: Option<Bytes>,
    /// `name.gz`, where it is there.
    pub gzip: Option<Bytes>,
}

impl fmt::Debug for WidgetFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.files.keys()).finish()
    }
}

impl WidgetFiles {
    /// Reads a folder with everything in it, and adds our own files.
    ///
    /// # Errors
    /// Where a file of it cannot be read.
    pub fn read(folder: Option<&Path>) -> io::Result<Self> {
        let mut found = HashMap::new();
        if let Some(folder) = folder {
            read_folder(folder, "", 0, &mut found)?;
        }
        for (name, bytes) in OWN {
            found.insert((*name).to_owned(), Bytes::from_static(bytes));
        }
        let mut files = HashMap::new();
        for (name, plain) in &found {
            let Some(media_type) = media_type(name) else {
                continue;
            };
            let digest = Sha256::digest(plain);
            let tag = digest
                .iter()
                .take(12)
                .map(|it| format!("{it:02x}"))
                .collect();
            let file = File {
                media_type,
                immutable: is_hashed(name),
                tag,
                plain: plain.clone(),
                brotli: found.get(&format!("{name}.br")).cloned(),
                gzip: found.get(&format!("{name}.gz")).cloned(),
            };
            files.insert(name.clone(), file);
        }
        Ok(Self { files })
    }

    /// A file by its path, for example `malipo.js`.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    depth: u32,
    found: &mut HashMap<String, Bytes>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.starts_with('.') || name == "node_modules" {
            continue;
        }
        let name = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() && depth < DEEPEST {
            read_folder(
                &entry.path(),
                &format!("{name}/"),
                depth.saturating_add(1),
                found,
            )?;
        } else if kind.is_file() {
            found.insert(name, Bytes::from(fs::read(entry.path())?));
        }
    }
    Ok(())
}

/// The media type by the name's ending; `None` for what is not served by itself.
fn media_type(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.')?.1;
    Some(match ending {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ts" | "md" | "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// Whether a part of the name between `-`, `_` and `.` looks like a hash: 8 or more hexadecimal digits, or 8 capitals
/// and digits, at least one of them a digit.
fn is_hashed(name: &str) -> bool {
    let file = name.rsplit_once('/').map_or(name, |(_, it)| it);
    let stem = file.split_once('.').map_or("", |(it, _)| it);
    let rest = file.rsplit_once('.').map_or("", |(it, _)| it);
    let parts = stem
        .split(['-', '_'])
        .skip(1)
        .chain(rest.split('.').skip(1));
    parts.into_iter().any(|part| {
        let hexadecimal = 8 <= part.len()
            && part
                .bytes()
                .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        let base32 = part.len() == 8
            && part
                .bytes()
                .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
        (hexadecimal || base32) && part.bytes().any(|it| it.is_ascii_digit())
    })
}

/// Files of our own pages.
const OWN: &[(&str, &[u8])] = &[
    ("return-page.js", include_bytes!("../assets/return-page.js")),
    ("link-page.js", include_bytes!("../assets/link-page.js")),
    ("page.css", include_bytes!("../assets/page.css")),
];
/// How deep folders are read: `snippets/<crate>/<file>` of wasm-bindgen is two.
const DEEPEST: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_immutable() {
        for name in [
            "malipo_bg-0123abcd.wasm",
            "malipo-7XK2ABCD.js",
            "a/glue.0a1b2c3d4e.js",
        ] {
            assert!(is_hashed(name), "{name}");
        }
        for name in [
            "malipo.js",
            "index.js",
            "return-page.js",
            "pay-button.js",
            "a-deadbeef.js",
            "page.css",
        ] {
            assert!(!is_hashed(name), "{name}");
        }
    }
}
