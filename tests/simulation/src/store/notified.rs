//! Which attempts the provider has told of by itself.

use async_trait::async_trait;
use malipo_server::clock::UnixMs;
use malipo_server::payment::AttemptId;
use malipo_server::payment::notified::{GRACE_MS, Judgement, LAST, PaidNotice, counted, judge};
use malipo_server::store::{Notified, StoreError};

use super::MemoryStore;
use super::disk::Disk;

#[async_trait]
impl Notified for MemoryStore {
    async fn notified(&self, attempt: &AttemptId, now: UnixMs) -> Result<(), StoreError> {
        self.write(|disk| {
            let Some(index) = disk.index(attempt) else {
                return;
            };
            let row = &mut disk.attempts[index];
            let is_news = |paid_at: UnixMs| {
                let before = row.notified_at.unwrap_or(UnixMs(0));
                before < paid_at.plus_ms(-GRACE_MS)
            };
            if !row.attempt.paid_at.is_none_or(is_news) {
                return;
            }
            row.notified_at = Some(now);
            if row.attempt.status.is_open() {
                row.attempt.next_check_at = Some(now);
            }
        })
        .await
    }

    async fn paid_notices(
        &self,
        provider: &str,
        now: UnixMs,
    ) -> Result<Vec<PaidNotice>, StoreError> {
        self.read(|disk| disk.paid_notices(provider, now))
    }
}

impl Disk {
    fn paid_notices(&self, provider: &str, now: UnixMs) -> Vec<PaidNotice> {
        let (after, until) = counted(now);
        let rows = self.attempts.iter().filter_map(|it| {
            let paid_at = it.attempt.paid_at?;
            let counts = it.attempt.provider == provider && after < paid_at && paid_at <= until;
            counts.then_some(PaidNotice {
                paid_at,
                notified_at: it.notified_at,
            })
        });
        let mut notices: Vec<_> = rows.collect();
        notices.sort_by_key(|it| std::cmp::Reverse(it.paid_at));
        notices.truncate(usize::try_from(LAST).unwrap_or(usize::MAX));
        notices
    }

    /// Whether the last payments prove that a provider's notifications come.
    #[must_use]
    pub fn proves_notices(&self, provider: &str, now: UnixMs) -> bool {
        judge(&self.paid_notices(provider, now)) == Judgement::Proven
    }
}
