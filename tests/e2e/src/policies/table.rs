//! All of them, as the table in `docs/csp.md`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use super::{Found, POLICIES, Shape, Way, check};
use crate::browser::{Kind, Options};
use crate::process::project;
use crate::world::{Setup, run};

/// Tries every policy with every shape in both browsers, and writes the table; `false` where a trial found something else
/// than is promised, and the table stays as it was.
#[must_use]
pub fn measure() -> bool {
    let wrong = Mutex::new(Vec::new());
    for kind in BROWSERS {
        for shape in Shape::ALL {
            try_all(kind, shape, &wrong);
        }
    }
    let wrong = wrong.into_inner().unwrap();
    for it in &wrong {
        eprintln!("{it}");
    }
    if wrong.is_empty() {
        let text = std::fs::read_to_string(path()).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let text = [before, BEGIN, &rendered(), END, after].concat();
        std::fs::write(path(), text).unwrap();
    }
    wrong.is_empty()
}

/// Every policy with one shape in one browser.
fn try_all(kind: Kind, shape: Shape, wrong: &Mutex<Vec<String>>) {
    let browser = Options {
        without_wasm: shape == Shape::Compat,
        ..Options::of(kind)
    };
    let setup = Setup::browser(browser).within(LIMIT);
    run(setup, async |world| {
        // What a policy stops is counted here.
        world.expect_on_console("");
        for (number, policy) in POLICIES.iter().enumerate() {
            let found = check(world, policy, shape, &format!("ORDER-CSP-{number}")).await;
            let promised = policy.outcome.with(shape, kind);
            let name = policy.name();
            if found == promised {
                eprintln!("{kind:?}, {}, {name}: {}", shape.name(), told(&found));
            } else {
                let line = format!(
                    "{kind:?}, {}, {name}: {found:?}, not {promised:?}",
                    shape.name()
                );
                eprintln!("{line}");
                wrong.lock().unwrap().push(line);
            }
        }
    });
}

/// The table, as the promises have it.
#[must_use]
pub fn rendered() -> String {
    let mut text = String::from("\n\n| policy |");
    for shape in Shape::ALL {
        let _ = write!(text, " {} |", shape.name());
    }
    text.push_str("\n| --- |");
    text.push_str(&" --- |".repeat(Shape::ALL.len()));
    for policy in POLICIES {
        let _ = write!(text, "\n| {} |", policy.name());
        for shape in Shape::ALL {
            let [chromium, firefox] = BROWSERS.map(|it| told(&policy.outcome.with(shape, it)));
            let cell = if chromium == firefox {
                chromium
            } else {
                format!("{chromium} (Firefox: {firefox})")
            };
            let _ = write!(text, " {cell} |");
        }
    }
    text.push_str("\n\n");
    text
}

/// The table that stands in the docs.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn in_docs() -> String {
    let text = std::fs::read_to_string(path()).unwrap();
    let (_, rest) = text.split_once(BEGIN).unwrap();
    rest.split_once(END).unwrap().0.to_owned()
}

fn told(found: &Found) -> String {
    let way = match found.way {
        Way::Wasm => "pays",
        Way::JavaScript => "pays, in JavaScript",
        Way::Form => "the form pays",
        Way::FormAfterPress => "after a press the form pays",
        Way::None => "**no**",
    };
    format!("{way}: {}", found.stopped.len())
}

fn path() -> PathBuf {
    project().join("docs/csp.md")
}

const BROWSERS: [Kind; 2] = [Kind::Chromium, Kind::Firefox];
const BEGIN: &str = "<!-- measured by make csp -->";
const END: &str = "<!-- end of what was measured -->";
/// For all policies in one browser; a trial takes two seconds, on a machine that is busy building twenty.
const LIMIT: Duration = Duration::from_secs(900);
