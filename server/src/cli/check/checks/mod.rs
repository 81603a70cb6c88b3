//! The checks: each looks at the visit from one side, and only from that one.

mod cors;
mod errors;
mod headers;
mod method;
mod money;
mod opening;
mod page;
mod repeats;
mod secrets;
mod verify;

use super::asks::Ask;
use super::subject::Subject;
use super::visit::Visit;

/// What a check says, in a sentence.
pub(super) enum Judgement {
    Good(String),
    /// What is wrong, and what to do.
    Wrong(String),
    /// Why there was nothing to look at.
    NotApplicable(String),
}

impl Judgement {
    fn printable(self, subject: &Subject) -> Self {
        let clean = |sentence| secrets::without_secrets(sentence, subject);
        match self {
            Self::Good(it) => Self::Good(clean(it)),
            Self::Wrong(it) => Self::Wrong(clean(it)),
            Self::NotApplicable(it) => Self::NotApplicable(clean(it)),
        }
    }
}

/// A check and what it says.
pub(super) struct Finding {
    pub(super) id: &'static str,
    pub(super) judgement: Judgement,
}

impl Finding {
    pub(super) fn is_wrong(&self) -> bool {
        matches!(self.judgement, Judgement::Wrong(_))
    }
}

type Check = fn(&Subject, &Visit) -> Judgement;

/// Looks at a visit from every side.
pub(super) fn all(subject: &Subject, visit: &Visit) -> Vec<Finding> {
    CHECKS
        .iter()
        .map(|(id, check)| Finding {
            id,
            judgement: check(subject, visit).printable(subject),
        })
        .collect()
}

/// Every check under its stable name, in the order in which they are printed.
const CHECKS: &[(&str, Check)] = &[
    ("initiate", opening::initiate),
    ("mode", opening::mode),
    ("order-id", opening::order_id),
    ("redirect-url", opening::redirect_url),
    ("amount", money::amount),
    ("amount-form", money::amount_form),
    ("price", page::price),
    ("return-url", page::return_url),
    ("verify", verify::verify),
    ("verify-order", verify::verify_order),
    ("verify-unknown", verify::verify_unknown),
    ("verify-claim", verify::verify_claim),
    ("verify-token", verify::verify_token),
    ("repeat", repeats::repeat),
    ("repeat-other-body", repeats::other_body),
    ("repeat-at-once", repeats::at_once),
    ("bad-input", errors::bad_input),
    ("error-status", errors::error_status),
    ("error-body", errors::error_body),
    ("secrets", secrets::secrets),
    ("cors-preflight", cors::preflight),
    ("cors-answer", cors::answer),
    ("cors-credentials", cors::credentials),
    ("method", method::method),
    ("redirect", headers::redirect),
    ("content-type", headers::content_type),
    ("cache", headers::cache),
    ("cookies", headers::cookies),
    ("speed", headers::speed),
    ("answer-size", headers::answer_size),
    ("request-size", headers::request_size),
];

fn good(sentence: impl Into<String>) -> Judgement {
    Judgement::Good(sentence.into())
}

fn wrong(sentence: impl Into<String>) -> Judgement {
    Judgement::Wrong(sentence.into())
}

fn not_applicable(sentence: impl Into<String>) -> Judgement {
    Judgement::NotApplicable(sentence.into())
}

/// Neither an outcome nor a no: nothing is known, and nothing is well.
fn unanswered(ask: Ask) -> Judgement {
    not_applicable(format!(
        "{} was not answered with an outcome nor with a no",
        ask.title()
    ))
}
