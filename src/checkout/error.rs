//! What the page is told when something goes wrong.

use malipo_wire::ErrorCode;

use super::effect::Detail;
use super::object::Object;

/// An error of the widget, as the detail of `pay-error` and as the rejection of a promise.
///
/// Invariant: no text in it holds a secret; a value that looks like one is never repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayError {
    /// The stable code.
    pub code: ErrorCode,
    /// One sentence for a developer; for [`ErrorCode::Backend`] the backend's own text.
    pub message: String,
    /// Whether pressing again may help.
    pub retryable: bool,
    /// Every option that is not accepted, where that is the matter.
    pub errors: Vec<BadOption>,
}

/// An option, attribute or header that is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadOption {
    /// The name as the page wrote it: `poll-interval` on an element, `pollInterval` in options.
    pub name: String,
    /// The value as the page wrote it, cut at 80 characters; empty where it may be a secret.
    pub value: String,
    /// What is accepted instead.
    pub expected: String,
}

impl PayError {
    /// An error that pressing again does not mend.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: false,
            errors: Vec::new(),
        }
    }

    /// The error as the page is given it.
    pub(crate) fn detail(&self) -> Detail {
        let mut errors = Vec::new();
        for it in &self.errors {
            let object = Object::default()
                .with("name", it.name.clone())
                .with("value", it.value.clone());
            errors.push(object.with("expected", it.expected.clone()));
        }
        let mut detail = Detail::default()
            .with("code", self.code.as_str())
            .with("message", self.message.clone())
            .with("retryable", self.retryable);
        if !errors.is_empty() {
            detail.set("errors", errors);
        }
        detail
    }

    /// An error that may be gone at the next press.
    pub fn retryable(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            retryable: true,
            ..Self::new(code, message)
        }
    }
}
