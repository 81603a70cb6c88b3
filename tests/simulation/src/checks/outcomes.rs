//! B5 where a notification is the outcome by itself: it is noted before it is answered, or a person has it.

use std::collections::{BTreeMap, BTreeSet};

use malipo_server::payment::AttemptStatus;

use super::Checks;
use crate::provider::Payment;
use crate::store::{Disk, SharedDisk};

/// The payments of links that servers were told of.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    /// Which tries to pay were told to have succeeded, and are noted, by the payment's reference.
    told: BTreeMap<String, BTreeSet<usize>>,
}

impl Checks {
    /// A provider's word of a try was answered with 200.
    pub(crate) fn outcome_taken(&mut self, payment: &Payment, number: usize, disk: &SharedDisk) {
        if payment.tries.get(number).is_none_or(|it| it.paid.is_none()) {
            return;
        }
        self.count("B5");
        let (disk, reference) = (disk.look(), &payment.reference);
        let is_noted = disk.named(reference).is_some_and(|it| {
            matches!(
                it.status,
                AttemptStatus::Paid | AttemptStatus::DuplicatePaid | AttemptStatus::NeedsReview
            )
        });
        assert!(
            is_noted || is_parked(&disk, payment),
            "B5: it was told that {reference} is paid, and neither the records nor a person know"
        );
        if is_noted {
            let told = self.outcomes.told.entry(reference.clone()).or_default();
            told.insert(number);
        }
    }

    /// Whether what a link's payment came to has to stand in the records.
    pub(super) fn is_known(&self, payment: &Payment) -> bool {
        payment.is_askable || self.outcomes.told.contains_key(&payment.reference)
    }

    /// B5: of money that came a second time for one attempt the shop was told, or a person has to look.
    pub(super) fn paid_again(&self, disk: &Disk, payment: &Payment) {
        let reference = &payment.reference;
        let told = self.outcomes.told.get(reference).map_or(0, BTreeSet::len);
        if told < 2 {
            return;
        }
        let attempt = disk.named(reference);
        let kinds = attempt.and_then(|it| self.told.get(&it.id.0));
        let is_told = kinds.is_some_and(|it| it.iter().any(|it| it == "payment.duplicate"));
        assert!(
            is_told || is_parked(disk, payment),
            "B5: {reference} was paid twice, and the shop was told {kinds:?}"
        );
    }
}

fn is_parked(disk: &Disk, payment: &Payment) -> bool {
    disk.is_parked(&payment.reference) || disk.is_parked(&payment.id)
}
