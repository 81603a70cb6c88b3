//! After every step: what changed in the records was allowed to, and is so in the ledger.

use malipo::checkout::{Event, EventName};
use malipo_server::payment::{Attempt, AttemptStatus};
use malipo_wire::OrderId;

use super::Checks;
use crate::provider::{Ledger, Payment};
use crate::store::{Disk, SharedDisk};

impl Checks {
    /// What has changed since the last step; `server`: the one that ran and has changed it, by a clock that shows `wall`
    /// milliseconds of the world's time.
    pub(crate) fn after_step(
        &mut self,
        disk: &SharedDisk,
        ledger: &Ledger,
        server: Option<usize>,
        (now, wall): (u64, i64),
    ) {
        let mut disk = disk.look();
        if server.is_some() {
            self.scheduled(&disk, now);
        }
        if disk.journal_is_empty() {
            return;
        }
        for change in disk.take_journal() {
            let attempt = disk.attempt_at(change.attempt);
            match change.before {
                None => self.noted(attempt),
                Some(before) => self.moved(attempt, before, change.after, now),
            }
            // What is paid already, and gets its page noted by a server whose answer was overtaken, is not noted as paid.
            let is_new = change.before != Some(change.after);
            match change.after {
                AttemptStatus::Paid => {
                    if is_new {
                        self.was_told(attempt, server);
                    }
                    self.noted_as_paid(&disk, attempt, ledger);
                }
                AttemptStatus::DuplicatePaid => {
                    if is_new {
                        self.was_told(attempt, server);
                    }
                    let payment = ledger.find(&attempt.reference.0);
                    assert!(
                        payment.is_some_and(Payment::is_paid_in_full),
                        "B1: {payment:?}"
                    );
                }
                AttemptStatus::Failed => {
                    self.count("B1");
                    let payment = ledger.find(&attempt.reference.0);
                    assert!(
                        payment.is_some_and(|it| it.may_be_noted_as_failed(wall)),
                        "B1: noted as failed, and the ledger says {payment:?}"
                    );
                    self.failed.insert(attempt.reference.0.clone());
                }
                AttemptStatus::Created
                | AttemptStatus::Pending
                | AttemptStatus::Unknown
                | AttemptStatus::Orphaned
                | AttemptStatus::Refused
                | AttemptStatus::NeedsReview
                | AttemptStatus::Refunded => {}
            }
        }
    }

    /// B2: no way back; and what is paid after it had seemed lost is said to be late.
    fn moved(&mut self, attempt: &Attempt, before: AttemptStatus, after: AttemptStatus, now: u64) {
        self.count("B2");
        let reference = &attempt.reference.0;
        assert!(
            may_become(before, after),
            "B2: at {now} {reference} became {after} after {before}"
        );
        let is_last = attempt.status == after;
        if before == AttemptStatus::NeedsReview && after == AttemptStatus::Failed && is_last {
            assert_eq!(
                attempt.received, None,
                "B2: at {now} {reference} became failed after money was seen"
            );
        }
        let is_paid = matches!(after, AttemptStatus::Paid | AttemptStatus::DuplicatePaid);
        assert!(
            !is_paid || before == after || !seemed_lost(before) || attempt.late,
            "B2: at {now} {reference} became {after} after {before}, and nobody is told that it is late"
        );
    }

    /// B7: what waits is asked about by itself, at any time.
    fn scheduled(&mut self, disk: &Disk, now: u64) {
        self.count("B7");
        for attempt in disk.attempts() {
            let waits = matches!(
                attempt.status,
                AttemptStatus::Created | AttemptStatus::Pending | AttemptStatus::Unknown
            );
            assert!(
                !waits || attempt.next_check_at.is_some(),
                "B7: at {now} {} is {}, and nobody will ask about it",
                attempt.reference.0,
                attempt.status
            );
        }
    }

    /// B1: the provider has told so to the server that notes it, in its life, and how much.
    fn was_told(&mut self, attempt: &Attempt, server: Option<usize>) {
        self.count("B1");
        let reference = &attempt.reference.0;
        let told = server.and_then(|it| self.learned.get(&(it, reference.clone())));
        let noted = attempt.received;
        assert!(
            told.is_some() && told == noted.as_ref(),
            "B1: server {server:?} notes {reference} as paid with {noted:?}, and the provider has told it {told:?}"
        );
    }

    /// B1: only where the provider's ledger says so, with the amount and the currency; and once an order.
    fn noted_as_paid(&mut self, disk: &Disk, attempt: &Attempt, ledger: &Ledger) {
        let payment = ledger.find(&attempt.reference.0);
        assert!(
            payment.is_some_and(Payment::is_paid_in_full),
            "B1: noted as paid, and the ledger says {payment:?}"
        );
        let paid = disk.attempts_of(&attempt.order_id);
        let paid = paid.filter(|it| it.status == AttemptStatus::Paid).count();
        assert!(paid <= 1, "B2: {} is paid twice", attempt.order_id);
        assert!(
            disk.paid_by(&attempt.order_id).is_some(),
            "B2: paid, and the order does not know"
        );
    }

    /// What a page is told is so.
    pub(crate) fn event(&mut self, event: &Event, order: &str, disk: &SharedDisk, ledger: &Ledger) {
        if let Some(named) = event.detail.text("orderId") {
            assert_eq!(named, order, "W2: an event about another order");
        }
        if !matches!(event.name, EventName::Success | EventName::Failed) {
            return;
        }
        self.count("W2");
        let Ok(id) = order.parse::<OrderId>() else {
            panic!("no order id: {order}");
        };
        let disk = disk.look();
        let mut payments = disk
            .attempts_of(&id)
            .filter_map(|it| ledger.find(&it.reference.0));
        let is_so = if event.name == EventName::Success {
            payments.any(Payment::is_paid_in_full)
        } else {
            payments.any(|it| it.has_failed() || self.failed.contains(&it.reference))
        };
        assert!(
            is_so,
            "W2: a page is told {} for {order}, and the ledger knows of no such thing",
            event.name.as_str()
        );
    }
}

/// The lattice: no way back, and from paid nowhere but to the money given back.
///
/// `needs_review` may become `failed` where it never ended (never where money was seen: [`Checks::moved`] and the search).
pub(crate) fn may_become(before: AttemptStatus, after: AttemptStatus) -> bool {
    use AttemptStatus as S;
    if before == after {
        return true;
    }
    let by_success = matches!(after, S::Paid | S::DuplicatePaid | S::NeedsReview);
    match before {
        S::Created => {
            by_success
                || matches!(
                    after,
                    S::Pending | S::Unknown | S::Orphaned | S::Refused | S::Failed
                )
        }
        S::Unknown => {
            by_success || matches!(after, S::Pending | S::Orphaned | S::Refused | S::Failed)
        }
        S::Pending => by_success || after == S::Failed,
        S::Orphaned => by_success || matches!(after, S::Pending | S::Failed),
        // The provider said that it began nothing, or no: only money says otherwise.
        S::Refused | S::Failed => by_success,
        S::NeedsReview => by_success || matches!(after, S::Failed | S::Refunded),
        S::Paid | S::DuplicatePaid => after == S::Refunded,
        S::Refunded => false,
    }
}

/// What was told to be over, or in a person's hands, when it is paid.
pub(crate) fn seemed_lost(before: AttemptStatus) -> bool {
    use AttemptStatus as S;
    matches!(
        before,
        S::Failed | S::Orphaned | S::Refused | S::NeedsReview
    )
}
