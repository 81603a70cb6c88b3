//! How the widget gets into a page.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::fault::Answer;
use crate::front::Front;
use crate::process::project;

/// A way to embed the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `<script type="module" src="/malipo/malipo.js">`, which fetches the WebAssembly.
    Embed,
    /// `import "malipo"`, bundled: the WebAssembly is text in a module.
    Bytes,
    /// `import "malipo/web"`, bundled: it fetches the WebAssembly, which a bundler copies beside it.
    Web,
    /// The script embed in a browser without WebAssembly.
    Compat,
    /// No script at all: the form in the tag.
    Form,
}

impl Shape {
    /// All of them, in the table's order.
    pub const ALL: [Self; 5] = [
        Self::Embed,
        Self::Bytes,
        Self::Web,
        Self::Compat,
        Self::Form,
    ];

    /// As the table's head names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Embed => "script embed",
            Self::Bytes => "npm `malipo`",
            Self::Web => "npm `malipo/web`",
            Self::Compat => "no WebAssembly",
            Self::Form => "form alone",
        }
    }

    /// The widget's script in the page, if it has one.
    #[must_use]
    pub const fn script(self) -> Option<&'static str> {
        match self {
            Self::Embed | Self::Compat => Some("/malipo/malipo.js"),
            Self::Bytes => Some("/app/bytes.js"),
            // esbuild copies no file: here the WebAssembly lies as the backend has it, and all else is the bundle's own.
            Self::Web => Some("/malipo/web.js"),
            Self::Form => None,
        }
    }

    /// Puts what a bundler makes of the package at the shop's origin.
    pub fn furnish(self, shop: &Front) {
        let (entry, folder) = match self {
            Self::Bytes => ("bytes", "/app"),
            Self::Web => ("web", "/malipo"),
            Self::Embed | Self::Compat | Self::Form => return,
        };
        for (name, text) in bundle(entry) {
            shop.page(
                &format!("{folder}/{name}"),
                Answer::new(200, "text/javascript", text),
            );
        }
    }
}

/// What esbuild makes of a project whose one line imports the package: files by their names.
fn bundle(entry: &'static str) -> &'static HashMap<String, String> {
    static BUNDLES: OnceLock<HashMap<&'static str, HashMap<String, String>>> = OnceLock::new();
    let all = BUNDLES.get_or_init(|| {
        [("bytes", "malipo"), ("web", "malipo/web")]
            .map(|(name, import)| (name, built(name, import)))
            .into()
    });
    &all[entry]
}

fn built(name: &str, import: &str) -> HashMap<String, String> {
    let folder = TempDir::with_prefix("malipo-bundle-").unwrap();
    let modules = folder.path().join("node_modules");
    std::fs::create_dir(&modules).unwrap();
    std::os::unix::fs::symlink(widget(), modules.join("malipo")).unwrap();
    let entry = folder.path().join(format!("{name}.js"));
    std::fs::write(&entry, format!("import {import:?};\n")).unwrap();
    let made = Command::new(project().join(".tools/npm/node_modules/.bin/esbuild"))
        .args(["--bundle", "--format=esm", "--splitting", "--minify"])
        .args(["--log-level=error", "--outdir=out"])
        .arg(&entry)
        .current_dir(folder.path())
        .status();
    assert!(made.expect("esbuild, which `make e2e` installs").success());
    let files = std::fs::read_dir(folder.path().join("out")).unwrap();
    files
        .map(|it| {
            let path = it.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn widget() -> std::path::PathBuf {
    let built = std::env::var_os("MALIPO_PKG_DIR")
        .map_or_else(|| project().join("pkg"), |it| Path::new(&it).to_owned());
    built.canonicalize().expect("pkg/, which `make pkg` builds")
}
