//! The random parts of a payment.

use malipo_wire::OrderId;

use crate::payment::AttemptId;
use crate::random;
use crate::routes::ApiError;

/// What a new attempt needs of randomness.
pub(super) struct Secrets {
    pub(super) attempt: AttemptId,
    pub(super) token: String,
    pub(super) back: String,
    pub(super) notify: String,
}

impl Secrets {
    pub(super) fn new() -> Result<Self, ApiError> {
        Ok(Self {
            attempt: random::attempt_id()?,
            token: random::secret()?,
            back: random::secret()?,
            notify: random::secret()?,
        })
    }
}

/// A name for the order of an article; it fits as a reference, see `Provider::fits_as_reference`.
pub(super) fn order_id() -> Result<OrderId, ApiError> {
    let text = format!("M-{}", random::reference()?.0);
    text.parse()
        .map_err(|_| ApiError::busy("the order could not be named; try again", 1))
}
