//! Reads verify's answer.

use malipo_wire::{Currency, ErrorCode, Reason, Status};

use super::fields::{Fields, Shape};
use super::{Answer, Charged};
use crate::checkout::error::PayError;

/// For which payment a verify's answer must be.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The order.
    pub order_id: &'a str,
    /// The provider's name of the attempt.
    pub reference: Option<&'a str>,
    /// The currency of initiate's answer, for answers that name none.
    pub currency: Option<Currency>,
}

/// What a verify's answer says about this payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where it stands.
    pub status: Status,
    /// Why.
    pub reason: Option<Reason>,
    /// What was or will be charged.
    pub charged: Charged,
    /// A status word that we do not know: counted as pending, reported once.
    pub unknown_word: bool,
}

#[cfg(feature = "planted")]
impl Verdict {
    /// A success that nobody vouches for: what planted bugs make of a hint.
    pub(in crate::checkout) fn success() -> Self {
        Self {
            status: Status::Success,
            reason: None,
            charged: Charged::default(),
            unknown_word: false,
        }
    }
}

/// Reads a verify's answer.
///
/// # Errors
/// Why it says nothing about this payment: `protocol`, `order-mismatch`, `rate-limited`, `backend`. Never an outcome.
pub fn read_verify(answer: &Answer, payment: Identity<'_>) -> Result<Verdict, PayError> {
    if !answer.is_success() {
        return Err(answer.refusal());
    }
    let protocol = |message: &str| PayError::new(ErrorCode::Protocol, message);
    let Some(fields) = &answer.body else {
        return Err(protocol(
            "the backend's answer to verify is not a JSON object",
        ));
    };
    if let Some(text) = fields.refusal() {
        return Err(PayError::new(
            fields.code().unwrap_or(ErrorCode::Backend),
            text,
        ));
    }
    #[cfg(feature = "planted")]
    if planted!(FlatSuccessAtTheTop) && fields.word("status") == Some("success") {
        return Ok(Verdict::success());
    }
    let no_outcome = || {
        protocol("the backend's answer to verify holds no order_id and status that we understand")
    };
    let (id, (status, reason, unknown_word)) = match fields.shape() {
        Some(Shape::Flat) => (
            fields.text("order_id"),
            read_word(fields.word("status").ok_or_else(no_outcome)?),
        ),
        // In JoyndPay's envelope the outcome is data.status alone; the word at the top only says that the call worked.
        Some(Shape::Data) if fields.word("status") == Some("success") => (
            fields.text("data.order_id"),
            read_word(fields.word("data.status").ok_or_else(no_outcome)?),
        ),
        Some(Shape::Ok) if fields.flag("ok") == Some(true) => (
            fields.text("metadata.order_id"),
            read_jopay(fields).ok_or_else(no_outcome)?,
        ),
        _ => return Err(no_outcome()),
    };
    let is_ours = match (id, fields.text("request_id")) {
        (Some(id), _) => id == payment.order_id,
        (None, Some(id)) if fields.shape() == Some(Shape::Ok) => {
            Some(id) == payment.reference || id == payment.order_id
        }
        _ => return Err(no_outcome()),
    };
    if !is_ours && !planted!(OtherOrderTaken) {
        return Err(PayError::new(
            ErrorCode::OrderMismatch,
            "the backend's answer to verify is about another order",
        ));
    }
    let said = fields
        .word("reason")
        .filter(|_| fields.shape() == Some(Shape::Flat))
        .map(read_reason);
    let charged = Charged::read(fields, payment.currency);
    Ok(Verdict {
        status,
        reason: said.or(reason),
        charged,
        unknown_word,
    })
}

type Outcome = (Status, Option<Reason>, bool);

fn read_word(word: &str) -> Outcome {
    match word {
        "pending" if planted!(PendingMeansPaid) => (Status::Success, None, false),
        "pending" => (Status::Pending, None, false),
        "success" => (Status::Success, None, false),
        "failed" => (Status::Failed, None, false),
        _ => (Status::Pending, None, true),
    }
}

/// JoPay: a verified proof is money, whatever `status` says; an attached one may become money.
fn read_jopay(fields: &Fields) -> Option<Outcome> {
    let (proof, status) = (fields.word("proof_status"), fields.word("status"));
    Some(match (proof, status) {
        (None, None) => return None,
        (Some("verified"), _) => (Status::Success, None, false),
        (Some("attached"), _) => (Status::Pending, None, false),
        (_, Some("expired")) => (Status::Failed, Some(Reason::Expired), false),
        (_, Some("cancelled" | "canceled")) => (Status::Failed, Some(Reason::Cancelled), false),
        _ => (Status::Pending, None, false),
    })
}

fn read_reason(word: &str) -> Reason {
    match word {
        "declined" => Reason::Declined,
        "expired" => Reason::Expired,
        "cancelled" => Reason::Cancelled,
        "review" => Reason::Review,
        _ => Reason::Other,
    }
}
