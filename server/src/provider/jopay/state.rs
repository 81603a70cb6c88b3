//! How a payment request stands: three fields of JoPay's, one word of ours.

use malipo_wire::Reason;

use super::answer::{Request, unknown};
use crate::clock::UnixMs;
use crate::payment::settle::Observation;
use crate::provider::ProviderError;

/// What a request's fields say.
///
/// There is no "paid" among the values of `status`: the outcome is `proof_status`.
/// - `verified` is a success, whatever `status` says, also after the expiry.
/// - `attached` (a transfer was named, and not yet checked) is pending, whatever `status` says, until `grace_ms` after the
///   expiry: money may be on its way. Then it has failed, until it should be verified after all.
/// - Otherwise `expired`, `cancelled` and `canceled` are the end, and every other word is pending.
///
/// # Errors
/// [`ProviderError::OutcomeUnknown`] where the answer has no `proof_status` at all.
pub(super) fn observe(
    request: &Request,
    expires_at: Option<UnixMs>,
    now: UnixMs,
    grace_ms: i64,
) -> Result<Observation, ProviderError> {
    let proof = request
        .proof
        .as_deref()
        .ok_or(unknown("the answer has no proof_status"))?;
    let expires_at = request.expires_at.or(expires_at);
    Ok(match (proof, request.status.as_deref()) {
        // Without a readable amount it goes to a person.
        ("verified", _) => Observation::Success(request.amount),
        ("attached", _) if planted!(AttachedMeansPaid) => Observation::Success(request.amount),
        ("attached", _) => match expires_at {
            Some(end) if end.plus_ms(grace_ms) <= now => Observation::Failed(Reason::Expired),
            Some(_) | None => Observation::Pending,
        },
        (_, Some("expired")) => Observation::Failed(Reason::Expired),
        (_, Some("cancelled" | "canceled")) => Observation::Failed(Reason::Cancelled),
        (_, _) => Observation::Pending,
    })
}

/// Whether it may be called off: nobody has named a transfer yet, and it is not over.
pub(super) fn may_be_called_off(request: &Request) -> bool {
    request.proof.as_deref() == Some("none")
        && matches!(request.status.as_deref(), Some("requested" | "opened"))
}
