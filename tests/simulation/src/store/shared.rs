//! What servers share beside payments: the outbox, the quota, recipients, news.

use async_trait::async_trait;
use malipo_server::clock::UnixMs;
use malipo_server::payment::AttemptId;
use malipo_server::payment::transaction::Payment;
use malipo_server::store::outbox::{Backlog, Channel, Delivery, Outbox};
use malipo_server::store::quota::{
    CallLease, InUse, NoRoom, Quotas, Refusals, kept_ends, latest_end,
};
use malipo_server::store::recipients::{Recipients, SentEnough, WINDOW_MS};
use malipo_server::store::transactions::{ToldTransaction, TransactionRecord, Transactions};
use malipo_server::store::{Hash, News, StoreError};
use malipo_wire::OrderId;

use super::MemoryStore;
use super::disk::{Disk, LeaseRow, OutboxRow};

#[async_trait]
impl News for MemoryStore {
    fn is_shared(&self) -> bool {
        self.line.is_shared()
    }

    fn hears(&self) -> bool {
        true
    }

    async fn changed_orders(&self) -> Vec<OrderId> {
        if !self.line.is_shared() {
            return std::future::pending().await;
        }
        // As PostgreSQL's sweep: what was missed is read within seconds.
        loop {
            let read = self.line.news_read();
            let (news, all) = {
                let disk = self.lock();
                (
                    disk.news[read.min(disk.news.len())..].to_vec(),
                    disk.news.len(),
                )
            };
            if !news.is_empty() {
                self.line.set_news_read(all);
                return news;
            }
            tokio::time::sleep(SWEEP).await;
        }
    }
}

const SWEEP: std::time::Duration = std::time::Duration::from_secs(4);

impl Disk {
    fn delivery(&mut self, delivery: &Delivery) -> Option<&mut OutboxRow> {
        let is_it = |it: &&mut OutboxRow| {
            it.event_id == delivery.event_id && it.channel == delivery.channel
        };
        self.outbox.iter_mut().find(is_it)
    }

    fn in_use(&self, budget: &str, now: UnixMs) -> InUse {
        let counted = self
            .leases
            .iter()
            .filter(|it| it.budget == budget && counts(it.counts_until, now));
        let mut in_use = InUse::default();
        for lease in counted {
            in_use.calls[lease.urgency] += lease.calls;
            let ends = in_use.first_ends.unwrap_or(lease.counts_until);
            in_use.first_ends = Some(ends.min(lease.counts_until));
        }
        if let Some(left) = self.refusals.get(budget).and_then(|it| it.left(now)) {
            in_use.silent_until = Some(left.silent_until);
            in_use.level = left.level;
        }
        in_use
    }
}

fn counts(until: UnixMs, now: UnixMs) -> bool {
    now < until && until <= latest_end(now)
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn take_deliveries(
        &self,
        channel: Channel,
        now: UnixMs,
        until: UnixMs,
        most: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let is_due =
            |it: &OutboxRow| it.channel == channel && it.next_at.is_some_and(|at| at <= now);
        if !self.read(|it| it.outbox.iter().any(is_due))? {
            return Ok(Vec::new());
        }
        self.write(|disk| {
            let mut due: Vec<&mut OutboxRow> =
                disk.outbox.iter_mut().filter(|it| is_due(it)).collect();
            due.sort_by_key(|it| (it.next_at, it.created_at));
            due.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            due.into_iter()
                .map(|it| {
                    it.next_at = Some(until);
                    Delivery {
                        event_id: it.event_id.clone(),
                        channel,
                        body: it.body.clone(),
                        tries: it.tries,
                        created_at: it.created_at,
                    }
                })
                .collect()
        })
        .await
    }

    async fn delivered(&self, delivery: &Delivery, _: UnixMs) -> Result<(), StoreError> {
        self.write(|disk| {
            if let Some(row) = disk.delivery(delivery) {
                row.delivered = true;
                row.next_at = None;
                row.tries += 1;
            }
        })
        .await
    }

    async fn not_delivered(
        &self,
        delivery: &Delivery,
        next_at: Option<UnixMs>,
        _: &str,
    ) -> Result<(), StoreError> {
        self.write(|disk| {
            if let Some(row) = disk.delivery(delivery).filter(|it| !it.delivered) {
                row.next_at = next_at;
                row.tries += 1;
            }
        })
        .await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.read(|disk| {
            let mut backlog = Backlog::default();
            for row in disk.outbox.iter().filter(|it| !it.delivered) {
                if row.next_at.is_none() {
                    backlog.given_up += 1;
                    continue;
                }
                backlog.waiting += 1;
                let oldest = backlog.oldest.unwrap_or(row.created_at);
                backlog.oldest = Some(oldest.min(row.created_at));
            }
            backlog
        })
    }

    async fn retry_given_up(&self, now: UnixMs) -> Result<u64, StoreError> {
        self.write(|disk| {
            let given_up = |it: &&mut OutboxRow| it.next_at.is_none() && !it.delivered;
            let mut count = 0;
            for row in disk.outbox.iter_mut().filter(given_up) {
                row.next_at = Some(now);
                row.tries = 0;
                count += 1;
            }
            count
        })
        .await
    }
}

#[async_trait]
impl Quotas for MemoryStore {
    async fn calls_in_use(&self, budget: &str, now: UnixMs) -> Result<InUse, StoreError> {
        self.read(|it| it.in_use(budget, now))
    }

    async fn lease_calls(
        &self,
        budget: &str,
        lease: CallLease,
        now: UnixMs,
    ) -> Result<Result<(), NoRoom>, StoreError> {
        if let Err(none) = self
            .read(|it| it.in_use(budget, now))?
            .room_for(&lease, now)
        {
            return Ok(Err(none));
        }
        self.write(|disk| {
            disk.in_use(budget, now).room_for(&lease, now)?;
            let (first, last) = kept_ends(now);
            let kept = first..=last;
            disk.leases
                .retain(|it| it.budget != budget || kept.contains(&it.counts_until));
            disk.leases.push(LeaseRow {
                budget: budget.to_owned(),
                calls: lease.calls,
                urgency: lease.urgency.index(),
                counts_until: lease.counts_until,
            });
            Ok(())
        })
        .await
    }

    async fn calls_refused(
        &self,
        budget: &str,
        silent_until: UnixMs,
        now: UnixMs,
    ) -> Result<(), StoreError> {
        self.write(|disk| {
            let before = disk.refusals.get(budget).copied();
            let after = Refusals::one_more(before, silent_until, now);
            disk.refusals.insert(budget.to_owned(), after);
        })
        .await
    }
}

#[async_trait]
impl Recipients for MemoryStore {
    async fn reserve_sends(
        &self,
        attempt: &AttemptId,
        to: &[Hash],
        now: UnixMs,
    ) -> Result<Result<(), SentEnough>, StoreError> {
        self.write(|disk| {
            let since = now.plus_ms(-WINDOW_MS);
            for recipient in to {
                let sends = disk
                    .sends
                    .iter()
                    .filter(|it| it.0 == *recipient && since < it.2 && it.1 != *attempt);
                let times: Vec<UnixMs> = sends.map(|it| it.2).collect();
                let count = u32::try_from(times.len()).unwrap_or(u32::MAX);
                SentEnough::check(count, times.into_iter().min(), now)?;
            }
            for recipient in to {
                disk.sends
                    .retain(|it| it.0 != *recipient || it.1 != *attempt);
                disk.sends.push((*recipient, attempt.clone(), now));
            }
            Ok(())
        })
        .await
    }

    async fn release_sends(&self, attempt: &AttemptId) -> Result<(), StoreError> {
        self.write(|disk| disk.sends.retain(|it| it.1 != *attempt))
            .await
    }
}

#[async_trait]
impl Transactions for MemoryStore {
    async fn tell_transaction(&self, told: ToldTransaction) -> Result<Payment, StoreError> {
        let payment = self.write(|disk| disk.tell_transaction(&told)).await?;
        payment.ok_or_else(|| StoreError("an attempt that was told of is not there".to_owned()))
    }

    async fn transactions(&self, order: &OrderId) -> Result<Vec<TransactionRecord>, StoreError> {
        self.read(|it| it.told_transactions(order))
    }
}
