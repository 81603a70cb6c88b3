//! At the end: the records and the ledger agree, to the last shilling, and the shop knows.

use malipo_server::payment::{Attempt, AttemptStatus};
use malipo_wire::Money;

use super::Checks;
use crate::provider::{Ledger, Payment, Standing};
use crate::store::{Disk, SharedDisk};

impl Checks {
    pub(crate) fn at_end(&mut self, disk: &SharedDisk, ledger: &Ledger) {
        let disk = disk.look();
        let (mut in_ledger, mut in_records) = (0, 0);
        for payment in ledger.payments() {
            self.count("B5");
            let attempt = disk.named(&payment.reference);
            let Some(attempt) = attempt else {
                panic!(
                    "B6: {} is at the provider and in no record",
                    payment.reference
                );
            };
            self.agrees(&disk, payment, attempt);
            self.paid_again(&disk, payment);
            let is_noted = self.is_known(payment) || attempt.received.is_some();
            if payment.is_paid_in_full() && is_noted {
                in_ledger += payment.paid.map_or(0, Money::minor);
                in_records += attempt.received.map_or(0, |it| it.minor());
            }
        }
        self.count("B8");
        assert_eq!(in_ledger, in_records, "B8: the sums differ");
        for attempt in disk.attempts() {
            self.count("B7");
            let waits = matches!(
                attempt.status,
                AttemptStatus::Created | AttemptStatus::Pending | AttemptStatus::Unknown
            );
            assert!(
                !waits,
                "B7: after days {} is still {}",
                attempt.reference.0, attempt.status
            );
        }
        assert_eq!(disk.untold(), 0, "B5: the shop was not told everything");
    }

    fn agrees(&self, disk: &Disk, payment: &Payment, attempt: &Attempt) {
        let status = attempt.status;
        let reference = &payment.reference;
        match payment.standing() {
            // Nobody can be asked, and no word of it was answered: what the records say was told to them (B1, at each step).
            Standing::Paid if !self.is_known(payment) => {}
            Standing::Paid if payment.is_paid_in_full() => {
                assert!(
                    matches!(status, AttemptStatus::Paid | AttemptStatus::DuplicatePaid),
                    "B5: {reference} was paid, and the records say {status}"
                );
                assert!(disk.paid_by(&attempt.order_id).is_some());
                let told = self.told.get(&attempt.id.0);
                let word = if status == AttemptStatus::Paid {
                    "payment.paid"
                } else {
                    "payment.duplicate"
                };
                assert!(
                    told.is_some_and(|it| it.iter().any(|it| it == word)),
                    "B5: {reference} is {status}, and the shop was told {told:?}"
                );
            }
            Standing::Paid => assert_eq!(
                status,
                AttemptStatus::NeedsReview,
                "B1: {reference} was paid with a wrong amount"
            ),
            Standing::Failed | Standing::Pending => assert!(
                !matches!(status, AttemptStatus::Paid | AttemptStatus::DuplicatePaid),
                "B1: {reference} was never paid, and the records say {status}"
            ),
        }
    }
}
