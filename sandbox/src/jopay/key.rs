//! API keys: `jo_test_...` and `jo_live_...`, with scopes.

use std::{fmt, str::FromStr};

use crate::payment::Mode;

/// An API key as it is sent. It opens nothing but this program; all the same it is not printed.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Key(String);

/// What a key may be used for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scope {
    RequestsRead,
    RequestsWrite,
    MerchantsRead,
    MerchantsWrite,
}

/// A key that has some scopes only, as given on the command line: `KEY=SCOPE,SCOPE`.
#[derive(Clone, Debug)]
pub(super) struct Restricted {
    pub(super) key: Key,
    pub(super) scopes: Vec<Scope>,
}

/// A key that the program knows.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// What it is called where the key itself must not stand.
    pub(super) id: String,
    key: Key,
    /// None: every scope.
    scopes: Option<Vec<Scope>>,
    pub(super) revoked: bool,
}

/// All keys of the partner.
#[derive(Debug)]
pub(super) struct Keys(Vec<Known>);

impl Key {
    /// Which data it sees.
    pub(super) fn mode(&self) -> Mode {
        if self.0.starts_with(LIVE) {
            Mode::Live
        } else {
            Mode::Test
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = [TEST, LIVE].iter().find_map(|it| text.strip_prefix(it));
        let good = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
        match rest {
            Some(rest) if !rest.is_empty() && rest.bytes().all(good) => Ok(Self(text.to_owned())),
            Some(_) | None => Err(format!(
                "it must be {TEST} or {LIVE} and then letters, digits, _ and -"
            )),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Scope {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::RequestsRead => "requests:read",
            Self::RequestsWrite => "requests:write",
            Self::MerchantsRead => "merchants:read",
            Self::MerchantsWrite => "merchants:write",
        }
    }

    const ALL: [Self; 4] = [
        Self::RequestsRead,
        Self::RequestsWrite,
        Self::MerchantsRead,
        Self::MerchantsWrite,
    ];
}

impl FromStr for Restricted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, scopes) = text
            .split_once('=')
            .ok_or("it must be KEY=SCOPE,SCOPE such as jo_test_reader=requests:read")?;
        let scopes = scopes
            .split(',')
            .filter(|it| !it.is_empty())
            .map(|name| {
                let found = Scope::ALL.into_iter().find(|it| it.as_str() == name);
                let known = Scope::ALL.map(Scope::as_str).join(", ");
                found.ok_or(format!("there is no scope {name:?}; there are {known}"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            key: key.parse()?,
            scopes,
        })
    }
}

impl Known {
    pub(super) fn mode(&self) -> Mode {
        self.key.mode()
    }

    pub(super) fn may(&self, scope: Scope) -> bool {
        self.scopes.as_ref().is_none_or(|it| it.contains(&scope))
    }

    /// The names of its scopes.
    pub(super) fn scopes(&self) -> Vec<&'static str> {
        let every = || Scope::ALL.to_vec();
        let scopes = self.scopes.clone().unwrap_or_else(every);
        scopes.into_iter().map(Scope::as_str).collect()
    }
}

impl Keys {
    /// The two default keys, which have every scope, and the restricted ones.
    pub(super) fn new(test: &Key, live: &Key, restricted: &[Restricted]) -> Self {
        let whole = [("test", test), ("live", live)].map(|(id, key)| Known {
            id: id.to_owned(),
            key: key.clone(),
            scopes: None,
            revoked: false,
        });
        let restricted = restricted.iter().enumerate().map(|(at, it)| Known {
            id: format!("restricted-{}", at + 1),
            key: it.key.clone(),
            scopes: Some(it.scopes.clone()),
            revoked: false,
        });
        Self(whole.into_iter().chain(restricted).collect())
    }

    /// The key that was sent, unless it is unknown or revoked.
    pub(super) fn find(&self, sent: &str) -> Option<&Known> {
        self.0.iter().find(|it| it.key.0 == sent && !it.revoked)
    }

    /// Revokes a key or takes that back. False where there is no such key.
    pub(super) fn revoke(&mut self, id: &str, revoked: bool) -> bool {
        let found = self.0.iter_mut().find(|it| it.id == id);
        found.map(|it| it.revoked = revoked).is_some()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Known> {
        self.0.iter()
    }
}

const TEST: &str = "jo_test_";
const LIVE: &str = "jo_live_";
