//! The provider's transactions, as its notifications name them: which of an attempt's payments one is.
//!
//! A second payment that is taken for the first one told again is money that nobody gives back; the first one told again
//! that is taken for a second payment is money given back that was owed. So what is not sure goes to a person.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::{Attempt, AttemptStatus};

/// A provider's name of a transaction: no placeholder, and no longer than an index takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRef(String);

impl TransactionRef {
    /// `None` where the text names nothing: it is empty, or stands for "none" (`0`, `-`, `N/A`).
    ///
    /// What is longer than [`MOST_BYTES`], or holds what no text of a database may, is cut, with a hash of the whole.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        if is_placeholder(text) && !planted!(PlaceholderIsAName) {
            return None;
        }
        if text.len() <= MOST_BYTES && !text.contains(char::is_control) {
            return Some(Self(text.to_owned()));
        }
        let seen = text.chars().filter(|it| !it.is_control());
        let head: String = seen.take(SHOWN_CHARACTERS).collect();
        let hash = hex::encode(Sha256::digest(text.as_bytes()));
        Some(Self(format!("{head}~{hash}")))
    }

    /// As it is kept and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TransactionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_placeholder(text: &str) -> bool {
    let names = |it: char| it != '0' && it.is_alphanumeric();
    !text.contains(names) || PLACEHOLDERS.iter().any(|it| it.eq_ignore_ascii_case(text))
}

/// By what a notification names one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// What the provider calls it.
    pub own: Option<TransactionRef>,
    /// What else it is called: by the bank, say. Another payment may bear the same.
    pub others: Vec<TransactionRef>,
}

impl References {
    /// All of them, the transaction's own first, each once.
    pub fn all(&self) -> impl Iterator<Item = &TransactionRef> {
        let is_own = |it: &TransactionRef| self.own.as_ref() == Some(it);
        let others = self.others.iter().filter(move |it| !is_own(it));
        self.own.iter().chain(others)
    }

    /// Whether it is named by nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    /// Without those that name something else: an order, a link.
    #[must_use]
    pub fn without(&self, names: impl Fn(&str) -> bool) -> Self {
        let is_good = |it: &&TransactionRef| !names(it.as_str());
        Self {
            own: self.own.as_ref().filter(is_good).cloned(),
            others: self.others.iter().filter(is_good).cloned().collect(),
        }
    }

    /// What is to be noted now that they are told: those that are new, and those of which it is now known with what they
    /// belong together.
    #[must_use]
    pub fn to_note(&self, known: &[KnownReference]) -> Vec<KnownReference> {
        let own = self.own.as_ref().map_or("", TransactionRef::as_str);
        let is_noted = |it: &&TransactionRef| {
            let known = known.iter().find(|known| known.reference == it.as_str());
            known.is_some_and(|known| {
                own.is_empty() || known.told_with.as_ref().is_some_and(|it| !it.is_empty())
            })
        };
        let new = self.all().filter(|it| !is_noted(it));
        let noted = |it: &TransactionRef| KnownReference {
            reference: it.as_str().to_owned(),
            told_with: Some(own.to_owned()),
        };
        new.map(noted).collect()
    }

    /// Whether this is the transaction whose references were written down as one text, with slashes between them.
    #[must_use]
    pub fn are_joined_in(&self, text: &str) -> bool {
        let ends = |it: &TransactionRef| {
            let rest = text.strip_suffix(it.as_str());
            rest.is_some_and(|rest| rest.ends_with('/'))
        };
        let is_whole = |it: &TransactionRef| it.as_str() == text;
        match &self.own {
            Some(_) => self.own_begins(text) || self.others.iter().any(is_whole),
            None => self.others.iter().any(|it| is_whole(it) || ends(it)),
        }
    }

    /// Whether it is one of those that are known; `None` where none of its references is.
    fn are_known(&self, known: &[KnownReference]) -> Option<Sureness> {
        let joined =
            |it: &KnownReference| it.told_with.is_none() && self.are_joined_in(&it.reference);
        let same: Vec<&KnownReference> = known
            .iter()
            .filter(|it| self.names(&it.reference) || joined(it))
            .collect();
        if same.is_empty() {
            return None;
        }
        let Some(own) = &self.own else {
            return Some(Sureness::Sure);
        };
        let is_sure = |it: &&KnownReference| match it.told_with.as_deref() {
            Some(with) => with.is_empty() || with == own.as_str(),
            None => self.own_begins(&it.reference) || !self.may_be_another(known),
        };
        Some(match same.iter().any(is_sure) {
            true => Sureness::Sure,
            false => Sureness::Doubtful,
        })
    }

    fn own_begins(&self, text: &str) -> bool {
        let own = self.own.as_ref();
        let rest = own.and_then(|it| text.strip_prefix(it.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether what an older version wrote down holds what may be another transaction's own reference.
    fn may_be_another(&self, known: &[KnownReference]) -> bool {
        let unsaid = |it: &&KnownReference| it.told_with.is_none();
        known
            .iter()
            .filter(unsaid)
            .any(|it| !self.names(&it.reference))
    }

    fn names(&self, reference: &str) -> bool {
        self.all().any(|it| it.as_str() == reference)
    }
}

/// A reference that is known of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownReference {
    /// The reference.
    pub reference: String,
    /// The transaction's own reference, with which it was told: empty where there was none, `None` where a version that did
    /// not note it wrote it down.
    pub told_with: Option<String>,
}

enum Sureness {
    Sure,
    /// Told with the reference of something else, under another one of its own.
    Doubtful,
}

/// Which payment of its attempt a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// The first.
    First,
    /// One that was told before.
    Known,
    /// Another one, of which nobody had told before: money to give back.
    Second,
    /// Another one, or the rest of too little: the attempt waits for a person as it is.
    Rest,
    /// Another one, or the first one told again: the attempt was closed before its transactions were noted, or this one
    /// has a reference of its own and shares another one with a payment that has another of its own, or it has none.
    Unclear,
}

impl Payment {
    /// What a transaction is that is told of an attempt with these known references.
    #[must_use]
    pub fn judge(attempt: &Attempt, known: &[KnownReference], told: &References) -> Self {
        match told.are_known(known) {
            Some(Sureness::Sure) => Self::Known,
            Some(Sureness::Doubtful) => Self::Unclear,
            None if known.is_empty() && attempt.status.is_open() => Self::First,
            None if known.is_empty() || told.is_empty() => Self::Unclear,
            None if attempt.status == AttemptStatus::NeedsReview => Self::Rest,
            None => Self::Second,
        }
    }

    /// What the person reads who has to look at it; `None` where nobody has to.
    #[must_use]
    pub fn note(self, attempt: &Attempt, summary: &str) -> Option<String> {
        let what = match self {
            Self::First | Self::Known => return None,
            Self::Second | Self::Rest => "a second payment",
            Self::Unclear => "a second payment, or the first one told again,",
        };
        Some(format!("{what} of order {}: {summary}", attempt.order_id))
    }
}

/// A reference of the providers has some twenty; an index of PostgreSQL takes 2,700.
pub const MOST_BYTES: usize = 200;
/// What is left of a longer one, before its hash.
const SHOWN_CHARACTERS: usize = 32;
/// Beside those without a letter and without a digit but zero.
const PLACEHOLDERS: [&str; 7] = ["n/a", "na", "none", "null", "nil", "undefined", "unknown"];
