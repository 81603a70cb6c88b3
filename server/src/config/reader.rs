//! Reads keys out of the file and the environment, and collects everything that is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use toml::Value;

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key's path, for example `joyndpay.secret_key`; empty where the file as a whole is meant.
    pub path: String,
    /// What is wrong and what is accepted. Never holds the value of a secret.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.text)
        } else {
            write!(f, "{}: {}", self.path, self.text)
        }
    }
}

/// Keys of the file and of the environment by path; the environment wins.
pub(super) struct Reader {
    file: BTreeMap<String, Value>,
    env: BTreeMap<String, String>,
    known: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Reader {
    /// # Errors
    /// Where the file is not TOML: nothing else can be said about it then.
    pub(super) fn new(
        text: &str,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problem> {
        let mut reader = Self {
            file: BTreeMap::new(),
            env: BTreeMap::new(),
            known: BTreeSet::new(),
            problems: Vec::new(),
        };
        match text.parse::<toml::Table>() {
            Ok(table) => flatten("", table, &mut reader.file),
            Err(error) => {
                // The parser's own Display quotes the line, which may hold a secret.
                let at = error.span().map_or(0, |it| it.start);
                let line = text.get(..at).map_or(1, |it| it.matches('\n').count() + 1);
                return Err(Problem {
                    path: String::new(),
                    text: format!("line {line} of the file is not TOML: {}", error.message()),
                });
            }
        }
        for (name, value) in env {
            if let Some(path) = name.strip_prefix(ENV_PREFIX)
                && path != "CONFIG"
            {
                reader
                    .env
                    .insert(path.to_ascii_lowercase().replace("__", "."), value);
            }
        }
        Ok(reader)
    }

    /// Notes something wrong with `path`.
    pub(super) fn wrong(&mut self, path: &str, text: impl Into<String>) {
        self.problems.push(Problem {
            path: path.to_owned(),
            text: text.into(),
        });
    }

    /// Notes that a required key is missing.
    fn missing(&mut self, path: &str, accepted: &str) {
        let name = env_name(path);
        self.wrong(
            path,
            format!("missing; accepted: {accepted} (in the file, or as {name})"),
        );
    }

    /// A text; `None` where the key is absent or, which is then noted, something else than a text.
    pub(super) fn text(&mut self, path: &str, accepted: &str) -> Option<String> {
        match self.take(path)? {
            Raw::Env(text) | Raw::File(Value::String(text)) => Some(text),
            Raw::File(other) => {
                let kind = other.type_str();
                self.wrong(path, format!("is {kind}, not a text; accepted: {accepted}"));
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, path: &str, accepted: &str) -> Option<String> {
        let before = self.problems.len();
        let text = self.text(path, accepted);
        if text.is_none() && self.problems.len() == before {
            self.missing(path, accepted);
        }
        text
    }

    /// `true` or `false`, with a default.
    pub(super) fn switch(&mut self, path: &str, default: bool) -> bool {
        match self.take(path) {
            None => default,
            Some(Raw::File(Value::Boolean(it))) => it,
            Some(Raw::Env(text)) if text == "true" => true,
            Some(Raw::Env(text)) if text == "false" => false,
            Some(_) => {
                self.wrong(path, "accepted: true or false");
                default
            }
        }
    }

    /// A whole number within `range`, with a default.
    pub(super) fn number(
        &mut self,
        path: &str,
        default: u32,
        range: std::ops::RangeInclusive<u32>,
    ) -> u32 {
        let number = match self.take(path) {
            None => return default,
            Some(Raw::File(Value::Integer(it))) => u32::try_from(it).ok(),
            Some(Raw::Env(text)) => text.parse().ok(),
            Some(Raw::File(_)) => None,
        };
        match number.filter(|it| range.contains(it)) {
            Some(number) => number,
            None => {
                let (least, most) = (range.start(), range.end());
                self.wrong(
                    path,
                    format!("accepted: a whole number from {least} to {most}"),
                );
                default
            }
        }
    }

    /// A list of texts (in the environment: separated by commas); `None` where the key is absent.
    pub(super) fn list(&mut self, path: &str, accepted: &str) -> Option<Vec<String>> {
        match self.take(path)? {
            Raw::Env(text) => Some(
                text.split(',')
                    .map(|it| it.trim().to_owned())
                    .filter(|it| !it.is_empty())
                    .collect(),
            ),
            Raw::File(Value::Array(items)) => {
                let mut texts = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    if let Value::String(text) = item {
                        texts.push(text);
                    } else {
                        let kind = item.type_str();
                        self.wrong(
                            &format!("{path}[{index}]"),
                            format!("is {kind}, not a text; accepted: {accepted}"),
                        );
                    }
                }
                Some(texts)
            }
            Raw::File(other) => {
                let kind = other.type_str();
                self.wrong(
                    path,
                    format!("is {kind}, not a list of texts; accepted: a list, each {accepted}"),
                );
                None
            }
        }
    }

    /// A list that must be there.
    pub(super) fn required_list(&mut self, path: &str, accepted: &str) -> Option<Vec<String>> {
        let before = self.problems.len();
        let texts = self.list(path, accepted);
        if texts.is_none() && self.problems.len() == before {
            self.missing(path, &format!("a list, each {accepted}"));
        }
        texts
    }

    /// The names right below a table whose names are free, such as `catalogue`.
    pub(super) fn names(&self, table: &str) -> BTreeSet<String> {
        let prefix = format!("{table}.");
        self.file
            .keys()
            .chain(self.env.keys())
            .filter_map(|path| path.strip_prefix(&prefix))
            .filter_map(|rest| rest.split('.').next())
            .map(ToOwned::to_owned)
            .collect()
    }

    /// Every problem, those of keys that nobody asked for included.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        let left: Vec<(String, bool)> = self
            .file
            .iter()
            .filter(|(path, value)| !(value.is_table() && self.is_table(path)))
            .map(|(path, _)| (path.clone(), false))
            .chain(self.env.keys().map(|path| (path.clone(), true)))
            .collect();
        for (path, from_env) in left {
            let table = path.rsplit_once('.').map_or("", |(table, _)| table);
            let near = self.keys_of(table);
            let at = if table.is_empty() {
                "at the top".to_owned()
            } else {
                format!("in [{table}]")
            };
            let name = if from_env {
                format!(" (from the environment: {})", env_name(&path))
            } else {
                String::new()
            };
            let text = if near.is_empty() {
                format!("unknown key{name}: there is no table [{table}]")
            } else {
                format!(
                    "unknown key{name}; accepted {at}: {}",
                    near.into_iter().collect::<Vec<_>>().join(", ")
                )
            };
            self.wrong(&path, text);
        }
        self.problems
    }

    fn take(&mut self, path: &str) -> Option<Raw> {
        self.known.insert(path.to_owned());
        let from_file = self.file.remove(path).map(Raw::File);
        self.env.remove(path).map(Raw::Env).or(from_file)
    }

    fn is_table(&self, path: &str) -> bool {
        path == "catalogue" || !self.keys_of(path).is_empty()
    }

    fn keys_of(&self, table: &str) -> BTreeSet<String> {
        self.known
            .iter()
            .filter_map(|it| match table {
                "" => it.split('.').next(),
                _ => it.strip_prefix(table)?.strip_prefix('.'),
            })
            .filter(|it| !it.contains('.'))
            .map(ToOwned::to_owned)
            .collect()
    }
}

enum Raw {
    File(Value),
    Env(String),
}

/// The environment's name of a key: `MALIPO_JOYNDPAY__SECRET_KEY` for `joyndpay.secret_key`.
pub(super) fn env_name(path: &str) -> String {
    format!(
        "{ENV_PREFIX}{}",
        path.to_ascii_uppercase().replace('.', "__")
    )
}

/// A value for a message: quoted, escaped and cut.
pub(super) fn shown(value: &str) -> String {
    let mut cut: String = value.chars().take(60).collect();
    if cut.len() < value.len() {
        cut.push('…');
    }
    format!("{cut:?}")
}

fn flatten(prefix: &str, table: toml::Table, into: &mut BTreeMap<String, Value>) {
    for (name, value) in table {
        let path = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}.{name}")
        };
        if let Value::Table(inner) = &value
            && !inner.is_empty()
        {
            flatten(&path, inner.clone(), into);
        } else {
            into.insert(path, value);
        }
    }
}

const ENV_PREFIX: &str = "MALIPO_";
