//! Which attempts the provider has told of by itself.

use async_trait::async_trait;
use rusqlite::params;

use super::SqliteStore;
use crate::clock::UnixMs;
use crate::payment::AttemptId;
use crate::payment::notified::{GRACE_MS, LAST, PaidNotice, counted};
use crate::store::{Notified, StoreError};

#[async_trait]
impl Notified for SqliteStore {
    async fn notified(&self, attempt: &AttemptId, now: UnixMs) -> Result<(), StoreError> {
        let id = attempt.0.clone();
        self.write(move |it| {
            it.prepare_cached(
                "UPDATE attempts SET notified_at = ?2, next_check_at = \
                 CASE WHEN status IN ('paid', 'duplicate_paid', 'refunded') THEN next_check_at ELSE ?2 END \
                 WHERE attempt_id = ?1 AND (paid_at IS NULL OR coalesce(notified_at, 0) < paid_at - ?3)",
            )?
            .execute(params![id, now.0, GRACE_MS])
            .map(|_| ())
        })
        .await
    }

    async fn paid_notices(
        &self,
        provider: &str,
        now: UnixMs,
    ) -> Result<Vec<PaidNotice>, StoreError> {
        let (after, until) = counted(now);
        self.read(|it| {
            it.prepare_cached(PAID_NOTICES)?
                .query_map(params![provider, after.0, until.0, LAST], |row| {
                    Ok(PaidNotice {
                        paid_at: UnixMs(row.get(0)?),
                        notified_at: row.get::<_, Option<i64>>(1)?.map(UnixMs),
                    })
                })?
                .collect()
        })
    }
}

pub(super) const PAID_NOTICES: &str = "SELECT paid_at, notified_at FROM attempts WHERE provider = ?1 AND paid_at IS NOT NULL \
     AND ?2 < paid_at AND paid_at <= ?3 ORDER BY paid_at DESC LIMIT ?4";
