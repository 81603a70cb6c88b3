//! What the numbers and texts of a script may be, with a sentence for each that may not.

use axum::http::HeaderValue;

use super::CallScript;

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(pub(super) Vec<String>);

impl Problems {
    pub(super) fn note(&mut self, problem: String) {
        self.0.push(problem);
    }

    pub(super) fn at_most(&mut self, key: &str, value: u64, most: u64) {
        if value > most {
            self.note(format!("{key} must be at most {most}, not {value}."));
        }
    }

    pub(super) fn status(&mut self, key: &str, status: Option<u16>) {
        if status.is_some_and(|it| !(200..=599).contains(&it)) {
            self.note(format!("{key} must be a status from 200 to 599."));
        }
    }

    /// The trouble with one endpoint, whose answer has the fields `known`.
    pub(super) fn call(&mut self, key: &str, call: &CallScript, known: &[&str]) {
        self.at_most(&format!("{key}.delay_ms"), call.delay_ms, MAX_DELAY_MS);
        self.status(&format!("{key}.http_status"), call.http_status);
        self.fields(&format!("{key}.answer"), call.answer.keys(), known);
    }

    /// The fields that are replaced, of which only the `known` ones exist.
    pub(super) fn fields<'a>(
        &mut self,
        key: &str,
        names: impl Iterator<Item = &'a String>,
        known: &[&str],
    ) {
        for name in names.filter(|it| !known.contains(&it.as_str())) {
            self.note(format!(
                "{key} has no field {name:?}; it has {}.",
                known.join(", ")
            ));
        }
    }

    /// How many notifications, and how often each is tried.
    pub(super) fn counts(&mut self, key: &str, copies: u32, attempts: u32) {
        self.at_most(&format!("{key}.copies"), copies.into(), 100);
        self.at_most(&format!("{key}.attempts"), attempts.into(), 10);
        if copies == 0 || attempts == 0 {
            self.note(format!(
                "{key}.copies and attempts must be at least 1; for none, set mode to \"never\"."
            ));
        }
    }

    pub(super) fn header(&mut self, key: &str, value: Option<&str>) {
        if value.is_some_and(|it| HeaderValue::from_str(it).is_err()) {
            self.note(format!("{key} must be the value of a header."));
        }
    }
}

pub(super) const MAX_DELAY_MS: u64 = 600_000;
/// Notifications come hours late at times.
pub(super) const MAX_IPN_DELAY_MS: u64 = 24 * 3_600_000;
