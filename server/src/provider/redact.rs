//! What a provider says about a request of ours may repeat parts of it: keys, secret addresses, who pays.

use super::{Opening, ProviderError};

impl ProviderError {
    /// The error with the provider's own words cleared of these texts, and cut to what fits into a log line.
    pub(super) fn without(self, secrets: &[&str]) -> Self {
        match self {
            Self::Rejected { detail } => {
                let detail = secrets.iter().fold(detail, |text, it| clear(&text, it));
                Self::Rejected {
                    detail: detail.chars().take(MOST_CHARACTERS).collect(),
                }
            }
            Self::Unreachable
            | Self::Throttled(_)
            | Self::OutcomeUnknown { .. }
            | Self::Unsafe { .. } => self,
        }
    }
}

impl<'a> Opening<'a> {
    /// What of it must reach no log and no page: the two secret values in its addresses, and who pays.
    pub(super) fn secrets(&self) -> Vec<&'a str> {
        let last = |url: &'a str| url.rsplit(['/', '=']).next();
        [
            last(self.notify_url),
            last(self.callback_url),
            self.customer.name.as_deref(),
            self.customer.email.as_deref(),
            self.customer.phone.as_deref(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// `text` with every `secret` in it replaced, however its letters are cased.
fn clear(text: &str, secret: &str) -> String {
    if secret.chars().count() < LEAST_CHARACTERS {
        return text.to_owned();
    }
    // Lower case in ASCII alone: positions stay what they are.
    let (low, wanted) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let mut cleared = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in low.match_indices(&wanted) {
        cleared.push_str(text.get(from..at).unwrap_or_default());
        cleared.push_str(REDACTED);
        from = at.saturating_add(wanted.len());
    }
    cleared.push_str(text.get(from..).unwrap_or_default());
    cleared
}

const REDACTED: &str = "[redacted]";
/// Shorter texts are no secrets, and are parts of common words.
const LEAST_CHARACTERS: usize = 3;
/// How much of a provider's words is kept.
const MOST_CHARACTERS: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(detail: &str, secrets: &[&str], expected: &str) {
        let detail = detail.to_owned();
        let seen = ProviderError::Rejected { detail }.without(secrets);
        let detail = expected.to_owned();
        assert_eq!(seen, ProviderError::Rejected { detail });
    }

    #[test]
    fn secrets_leave_a_providers_words() {
        check(
            "key K-1 is bad, K-1!",
            &["K-1"],
            "key [redacted] is bad, [redacted]!",
        );
        check("mail A@B.example", &["a@b.EXAMPLE"], "mail [redacted]");
        check("é Ünder é", &["Ünder", "é"], "é [redacted] é");
        check("no", &["", "no"], "no");
        // Cleared before it is cut: no half of a secret is left at the end.
        let long = format!("{}SECRET-TEXT", "x".repeat(297));
        check(&long, &["SECRET-TEXT"], &format!("{}[re", "x".repeat(297)));
    }
}
