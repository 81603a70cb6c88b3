//! The fields of a JSON body that matter, by a closed list of paths.

use malipo_wire::{ErrorCode, SentTo};

use crate::checkout::texts::join;

/// Every path that the shell copies out of a JSON body into [`Fields`]; `sent_to` and a list in `error` apart.
pub const PATHS: &[&str] = &[
    "order_id",
    "redirect_url",
    "token",
    "amount",
    "currency",
    "fees_added",
    "events_url",
    "expires_in",
    "returns",
    "test",
    "status",
    "reason",
    "code",
    "message",
    "error",
    "data",
    "data.id",
    "data.order_id",
    "data.redirect_url",
    "data.amount",
    "data.currency",
    "data.status",
    "data.paymentLinkRef",
    "data.externalRef",
    "ok",
    "request_id",
    "pay_page_url",
    "amount.fiat_int",
    "amount.fiat_code",
    "expires_at",
    "created_at",
    "metadata.order_id",
    "proof_status",
];

/// The fields of a JSON object that matter, as a closed list of paths. `null` is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    values: Vec<(&'static str, Value)>,
    /// `sent_to`, where it is a list of objects with a `channel`.
    pub sent_to: Vec<SentTo>,
    /// The texts of `error`, where it is a list.
    pub errors: Vec<String>,
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A number, as JavaScript writes it: `10000`, `1250.5`, `1e+21`.
    Number(String),
    /// A boolean.
    Flag(bool),
    /// An object or a list.
    Other,
}

/// The shapes of answers. A body with `data` or `ok` is an envelope: what stands beside those is not an answer of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Ours.
    Flat,
    /// JoyndPay's and Jenga's: everything in `data`.
    Data,
    /// JoPay's: `ok` beside the rest.
    Ok,
}

impl Fields {
    /// Puts a value in; `path` is one of [`PATHS`].
    pub fn set(&mut self, path: &'static str, value: Value) {
        self.values.push((path, value));
    }

    /// What was put in at `path`.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.values.iter().find(|it| it.0 == path).map(|it| &it.1)
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.value(path).is_some()
    }

    /// A non-empty string.
    pub(super) fn word(&self, path: &str) -> Option<&str> {
        match self.value(path)? {
            Value::Text(text) if !text.is_empty() => Some(text),
            Value::Text(_) | Value::Number(_) | Value::Flag(_) | Value::Other => None,
        }
    }

    /// A non-empty string, or a number as text: PHP and Python backends write ids and amounts either way.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        match self.value(path)? {
            Value::Number(text) => Some(text),
            Value::Text(_) | Value::Flag(_) | Value::Other => self.word(path),
        }
    }

    pub(super) fn flag(&self, path: &str) -> Option<bool> {
        match self.value(path)? {
            Value::Flag(flag) => Some(*flag),
            Value::Text(_) | Value::Number(_) | Value::Other => None,
        }
    }

    pub(super) fn first(&self, paths: &[&str]) -> Option<&str> {
        paths.iter().find_map(|it| self.text(it))
    }

    /// Which of the known shapes this is; `None` for a mixture of them.
    pub(super) fn shape(&self) -> Option<Shape> {
        match (self.has("data"), self.has("ok")) {
            (false, false) => Some(Shape::Flat),
            (true, false) => Some(Shape::Data),
            (false, true) => Some(Shape::Ok),
            (true, true) => None,
        }
    }

    /// The checkout page in initiate's answer, as it came.
    pub(super) fn redirect_url(&self) -> Option<&str> {
        self.text(match self.shape()? {
            Shape::Flat => "redirect_url",
            Shape::Data => "data.redirect_url",
            Shape::Ok => "pay_page_url",
        })
    }

    /// Initiate's answer says that the link went to the shopper.
    pub(super) fn says_sent(&self) -> bool {
        match self.shape() {
            Some(Shape::Flat) => !self.sent_to.is_empty(),
            Some(Shape::Data) => self.text("data.paymentLinkRef").is_some(),
            Some(Shape::Ok) | None => false,
        }
    }

    /// Initiate's answer says that the order is paid already.
    pub(super) fn says_paid(&self) -> bool {
        self.shape() == Some(Shape::Flat)
            && self.word("status") == Some("success")
            && self.text("order_id").is_some()
    }

    /// The texts in which an answer says no, or `None` if it does not say so.
    pub(super) fn refusal(&self) -> Option<String> {
        let says_no = match self.flag("ok") {
            // JoPay's: its `status` is the request's, not the call's.
            Some(ok) => !ok,
            None => self.word("status") == Some("error") || self.flag("status") == Some(false),
        };
        says_no.then(|| {
            self.error_text()
                .unwrap_or_else(|| "the backend said no without a reason".into())
        })
    }

    pub(super) fn error_text(&self) -> Option<String> {
        if !self.errors.is_empty() {
            let errors: Vec<&str> = self.errors.iter().map(String::as_str).collect();
            return Some(join(&errors, "; "));
        }
        self.word("error")
            .or_else(|| self.word("message"))
            .map(Into::into)
    }

    pub(super) fn code(&self) -> Option<ErrorCode> {
        self.word("code")?.parse().ok()
    }
}
