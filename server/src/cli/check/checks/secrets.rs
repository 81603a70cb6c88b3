//! No answer holds a provider's keys.

use malipo::checkout::policy::{Secret, find_secret, is_secret_name};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::super::ask::Heard;
use super::super::subject::Subject;
use super::super::visit::Visit;
use super::{Judgement, good, not_applicable, wrong};

/// Every header and body of every answer.
pub(super) fn secrets(subject: &Subject, visit: &Visit) -> Judgement {
    let mut seen = false;
    for it in &visit.exchanges {
        let Some(heard) = it.heard() else { continue };
        seen = true;
        if let Some(place) = held_by(heard, subject) {
            return wrong(format!(
                "the answer to {} holds a secret ({place}): whoever reads it can use your account. Answer named fields alone, keep errors of the program out of answers, and replace the key at the provider now.",
                it.ask.title()
            ));
        }
    }
    if seen {
        good("no answer holds a key")
    } else {
        not_applicable(visit.why_not())
    }
}

/// Where an answer holds a secret.
pub(super) fn held_by(heard: &Heard, subject: &Subject) -> Option<String> {
    in_headers(heard, subject).or_else(|| in_body(heard, subject))
}

/// A sentence as it may be printed: answers are quoted in some, and an answer may hold anything.
pub(super) fn without_secrets(sentence: String, subject: &Subject) -> String {
    if in_text(&sentence, subject) {
        WITHHELD.to_owned()
    } else {
        sentence
    }
}

fn in_headers(heard: &Heard, subject: &Subject) -> Option<String> {
    heard.headers.iter().find_map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let found =
            (names_a_secret(name.as_str()) && !value.is_empty()) || in_text(&value, subject);
        found.then(|| format!("header {name}"))
    })
}

fn in_body(heard: &Heard, subject: &Subject) -> Option<String> {
    let found = match &heard.json {
        Some(json) => json
            .iter()
            .find_map(|(name, value)| in_value(name, name, value, subject)),
        None => None,
    };
    // Over the whole text as well: a secret may be a key of an object, or stand in HTML.
    found.or_else(|| in_text(&heard.text, subject).then(|| "body".to_owned()))
}

fn in_value(path: &str, name: &str, value: &Value, subject: &Subject) -> Option<String> {
    match value {
        Value::String(text) => {
            let named = names_a_secret(name) && !text.is_empty();
            (named || in_text(text, subject)).then(|| format!("field {path}"))
        }
        Value::Object(object) => object
            .iter()
            .find_map(|(key, it)| in_value(&format!("{path}.{key}"), key, it, subject)),
        Value::Array(list) => list.iter().find_map(|it| in_value(path, name, it, subject)),
        Value::Number(_) => names_a_secret(name).then(|| format!("field {path}")),
        Value::Null | Value::Bool(_) => None,
    }
}

fn in_text(text: &str, subject: &Subject) -> bool {
    let own = subject
        .secrets
        .iter()
        .any(|it| text.contains(it.expose_secret()));
    own || matches!(find_secret(text), Some(Secret::Key | Secret::MerchantToken))
        || names_a_value(text)
}

/// `SecretKey: 0a1b2c3d...`, `JOYNDPAY_SECRET_KEY="..."`, `?apikey=...` within a text, as on a page with a program's error.
fn names_a_value(text: &str) -> bool {
    let is_word = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
    // As HTML writes quotation marks.
    let text = ["&quot;", "&#039;", "&#39;", "&#34;"]
        .iter()
        .fold(text.to_owned(), |text, it| text.replace(it, "\""));
    let mut rest = text.as_str();
    while let Some(start) = rest.find(is_word) {
        let word = rest.get(start..).unwrap_or_default();
        let end = word.find(|it| !is_word(it)).unwrap_or(word.len());
        let (name, after) = word.split_at(end);
        rest = after;
        if !names_a_secret(name) {
            continue;
        }
        let between = after.split(is_word).next().unwrap_or_default();
        let value = after.get(between.len()..).unwrap_or_default();
        let value = value.split(|it| !is_word(it)).next().unwrap_or_default();
        let long = LONG <= value.len()
            || (SHORT <= value.len() && value.bytes().any(|it| it.is_ascii_digit()));
        if between.len() <= 8 && between.contains([':', '=']) && long {
            return true;
        }
    }
    false
}

/// The widget's names, also behind a prefix: `JOYNDPAY_SECRET_KEY`.
fn names_a_secret(name: &str) -> bool {
    if NAME_MOST < name.len() {
        return false;
    }
    let plain: String = name.chars().filter(|it| !matches!(it, '-' | '_')).collect();
    let plain = plain.to_ascii_lowercase();
    let lengths = plain.char_indices().map(|it| it.0);
    plain.is_ascii()
        && lengths
            .into_iter()
            .any(|it| plain.get(it..).is_some_and(is_secret_name))
}

const WITHHELD: &str =
    "what is wrong here is not printed, for the answer holds a secret: see `secrets`";
/// A value with a digit in it is a key from this length on; any other, such as a word of a sentence, from the next.
const SHORT: usize = 8;
const LONG: usize = 16;
/// Longer words are no names; each end of a name is looked at.
const NAME_MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(names_a_value(text), expected, "{text}");
    }

    #[test]
    fn a_named_value_is_a_secret_and_a_sentence_about_one_is_not() {
        check("SecretKey: 0a1b2c3d4e", true);
        check("'JOYNDPAY_SECRET_KEY' => 'sandbox-test-secret-key'", true);
        check("https://x.example/?apikey=12345678", true);
        check("client_secret&quot;: &quot;abcdefgh1", true);
        check("the SecretKey header is missing", false);
        check("SecretKey: required", false);
        check("secret_key", false);
        check("apikey: é", false);
    }
}
