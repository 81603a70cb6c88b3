//! Reads every answer of docs/contract.md section 3: ours, and those of the three providers when a backend passes them through.
//!
//! The browser parses the JSON; the shell copies a closed list of paths into [`Fields`]; this module judges them. Rules
//! that money depends on: only 2xx opens or settles; a body with `data` or `ok` is an envelope and never flat; an outcome
//! counts only for the order that was initiated; anything else is trouble, never an outcome.

mod charged;
mod fields;
mod initiate;
mod verify;

use malipo_wire::{ErrorCode, digits};

use super::error::PayError;
use super::texts::join;

pub use charged::Charged;
pub use fields::{Fields, PATHS, Value};
pub use initiate::{Initiated, judge_redirect, read_initiate};
pub use verify::{Identity, Verdict, read_verify};

/// The longest body that is read, in bytes (docs/contract.md 3).
pub const BODY_MOST: usize = 64 * 1024;

/// What came back from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An HTTP answer, its body read to the end.
    Answer(Answer),
    /// No answer: refused, cut, offline, blocked by CORS.
    Unreachable,
}

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub http_status: u16,
    /// `Retry-After` in milliseconds, where the answer holds one.
    pub retry_after_ms: Option<u64>,
    /// The body, where it is a JSON object of at most [`BODY_MOST`] bytes.
    pub body: Option<Fields>,
}

impl Answer {
    /// 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.http_status)
    }

    /// The error in an answer that is not 2xx: the backend's own code and text where it has them.
    #[must_use]
    pub fn refusal(&self) -> PayError {
        let fields = self.body.as_ref();
        let by_status = match self.http_status {
            408 | 504 => ErrorCode::Timeout,
            429 => ErrorCode::RateLimited,
            _ => ErrorCode::Backend,
        };
        let code = fields.and_then(Fields::code).unwrap_or(by_status);
        let text = fields.and_then(Fields::error_text);
        let message = text.unwrap_or_else(|| {
            let status = digits(self.http_status.into());
            join(&["the backend answered with HTTP status ", &status], "")
        });
        let may_pass = matches!(
            code,
            ErrorCode::Busy | ErrorCode::RateLimited | ErrorCode::Timeout
        );
        let retryable = may_pass || (code == ErrorCode::Backend && !self.is_final());
        PayError {
            code,
            message,
            retryable,
            errors: Vec::new(),
        }
    }

    /// An answer to initiate that sent a link to the shopper, whatever else is wrong with it.
    #[must_use]
    pub fn sent_a_link(&self) -> bool {
        let says_sent = |it: &Fields| it.redirect_url().is_none() && it.says_sent();
        self.is_success() && self.body.as_ref().is_some_and(says_sent)
    }

    /// An answer to initiate after which the idempotency key is used up: a final 4xx, or a 2xx that was understood.
    #[must_use]
    pub fn is_final(&self) -> bool {
        let is_still_running = self.http_status == 409 && self.retry_after_ms.is_some();
        let says_something = |it: &Fields| {
            it.refusal().is_some()
                || it.redirect_url().is_some()
                || it.says_sent()
                || it.says_paid()
        };
        match self.http_status {
            200..300 => self.body.as_ref().is_some_and(says_something),
            408 | 425 | 429 => false,
            400..500 => !is_still_running,
            _ => false,
        }
    }
}
