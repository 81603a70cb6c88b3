//! Which attempts the provider has told of by itself.

use async_trait::async_trait;

use super::PostgresStore;
use super::session::{Failure, Values};
use crate::clock::UnixMs;
use crate::payment::AttemptId;
use crate::payment::notified::{GRACE_MS, LAST, PaidNotice, counted};
use crate::store::{Notified, StoreError};

#[async_trait]
impl Notified for PostgresStore {
    async fn notified(&self, attempt: &AttemptId, now: UnixMs) -> Result<(), StoreError> {
        let sql = "UPDATE attempts SET notified_at = $2, next_check_at = \
             CASE WHEN status IN ('paid', 'duplicate_paid', 'refunded') THEN next_check_at ELSE $2 END \
             WHERE attempt_id = $1 AND (paid_at IS NULL OR coalesce(notified_at, 0) < paid_at - $3)";
        let values: &Values<'_> = &[&attempt.0, &now.0, &GRACE_MS];
        self.session.query(sql, values).await?;
        Ok(())
    }

    async fn paid_notices(
        &self,
        provider: &str,
        now: UnixMs,
    ) -> Result<Vec<PaidNotice>, StoreError> {
        let (after, until) = counted(now);
        let sql = "SELECT paid_at, notified_at FROM attempts WHERE provider = $1 AND paid_at IS NOT NULL \
             AND $2 < paid_at AND paid_at <= $3 ORDER BY paid_at DESC LIMIT $4";
        let values: &Values<'_> = &[&provider, &after.0, &until.0, &i64::from(LAST)];
        let rows = self.session.query(sql, values).await?;
        let notices: Result<_, Failure> = rows
            .iter()
            .map(|row| {
                Ok(PaidNotice {
                    paid_at: UnixMs(row.try_get(0)?),
                    notified_at: row.try_get::<_, Option<i64>>(1)?.map(UnixMs),
                })
            })
            .collect();
        Ok(notices?)
    }
}
