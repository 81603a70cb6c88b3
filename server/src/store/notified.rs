//! Which attempts the provider has told of by itself.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::UnixMs;
use crate::payment::AttemptId;
use crate::payment::notified::PaidNotice;

/// What is kept of notifications, so that servers which share a store agree on whether they come.
#[async_trait]
pub trait Notified {
    /// Notes that the provider told of an attempt, which is due from now on if its word can still change it.
    ///
    /// Of an attempt that is paid, the first after the payment counts: what is told again later is no news.
    async fn notified(&self, attempt: &AttemptId, now: UnixMs) -> Result<(), StoreError>;

    /// The last payments through a provider that count now ([`crate::payment::notified::counted`]), the newest first; at most
    /// [`crate::payment::notified::LAST`].
    async fn paid_notices(
        &self,
        provider: &str,
        now: UnixMs,
    ) -> Result<Vec<PaidNotice>, StoreError>;
}
