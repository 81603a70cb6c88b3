//! After every step: what changed in the records was allowed to, and is so in the ledger.

use malipo::checkout::{Event, EventName};
use malipo_server::payment::{Attempt, AttemptStatus};
use malipo_wire::OrderId;

use super::Checks;
use crate::provider::{Ledger, Payment};
use crate::store::{Disk, SharedDisk};

impl Checks {
    pub(crate) fn after_step(&mut self, disk: &SharedDisk, ledger: &Ledger, now: u64) {
        let mut disk = disk.look();
        if disk.journal_is_empty() {
            return;
        }
        for change in disk.take_journal() {
            let attempt = disk.attempt_at(change.attempt);
            if let Some(before) = change.before {
                self.count("B2");
                assert!(
                    may_become(before, change.after),
                    "B2: at {now} {} became {} after {}",
                    attempt.reference.0,
                    change.after,
                    before
                );
            }
            self.scheduled(attempt, change.after);
            match change.after {
                AttemptStatus::Paid => self.noted_as_paid(&disk, attempt, ledger),
                AttemptStatus::DuplicatePaid => {
                    self.count("B1");
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
                        payment.is_some_and(Payment::has_failed),
                        "B1: noted as failed, and the ledger says {payment:?}"
                    );
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

    /// B7: what waits is asked about by itself.
    fn scheduled(&mut self, attempt: &Attempt, after: AttemptStatus) {
        self.count("B7");
        let waits = matches!(
            after,
            AttemptStatus::Created | AttemptStatus::Pending | AttemptStatus::Unknown
        );
        assert!(
            !waits || attempt.next_check_at.is_some() || attempt.status != after,
            "B7: {} is {after}, and nobody will ask about it",
            attempt.reference.0
        );
    }

    /// B1: only where the provider's ledger says so, with the amount and the currency; and once an order.
    fn noted_as_paid(&mut self, disk: &Disk, attempt: &Attempt, ledger: &Ledger) {
        self.count("B1");
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
        if let Some(named) = &event.detail.order_id {
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
            payments.any(Payment::has_failed)
        };
        assert!(
            is_so,
            "W2: a page is told {} for {order}, and the ledger knows of no such thing",
            event.name.as_str()
        );
    }
}

/// The lattice: no way back, and from paid nowhere.
pub(crate) fn may_become(before: AttemptStatus, after: AttemptStatus) -> bool {
    use AttemptStatus as S;
    if before == after {
        return true;
    }
    match before {
        S::Created => true,
        S::Unknown => after != S::Created,
        S::Pending => matches!(
            after,
            S::Failed | S::NeedsReview | S::Paid | S::DuplicatePaid
        ),
        S::Orphaned => !matches!(after, S::Created | S::Unknown | S::Refused),
        S::Refused | S::Failed | S::NeedsReview => matches!(
            after,
            S::Paid | S::DuplicatePaid | S::NeedsReview | S::Refunded | S::Failed
        ),
        S::Paid | S::DuplicatePaid => after == S::Refunded,
        S::Refunded => false,
    }
}
