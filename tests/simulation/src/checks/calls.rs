//! Calls to the provider: how many, and that none begins a second payment blindly.

use malipo_server::payment::AttemptStatus;

use super::Checks;
use crate::backend::Setting;
use crate::provider::{Ask, Ledger};
use crate::store::SharedDisk;

impl Checks {
    /// B4: a call leaves a server. In any minute no more than the provider takes, as long as the servers agree on what a
    /// minute is.
    pub(crate) fn call(&mut self, now: u64, setting: &Setting, clocks_agree: bool) {
        self.calls.push_back(now);
        while self.calls.front().is_some_and(|it| it + 60_000 <= now) {
            self.calls.pop_front();
        }
        if !clocks_agree {
            return;
        }
        self.count("B4");
        let most = setting.calls_per_minute as usize;
        assert!(
            self.calls.len() <= most,
            "B4: {} calls in a minute at {now}, and the provider takes {most}",
            self.calls.len()
        );
    }

    /// B4: verify is answered from the store, in the moment in which it comes in.
    pub(crate) fn verify_answered(&mut self, at_once: bool, now: u64) {
        self.count("B4");
        assert!(at_once, "B4: at {now} a verify is not answered at once");
    }

    /// B3: a payment begins at the provider. It was noted before, at the order's price, and every older one of the order is
    /// over as far as the provider has been asked.
    pub(crate) fn opening(&mut self, ask: &Ask, disk: &SharedDisk, ledger: &Ledger, now: u64) {
        self.count("B3");
        let Ask::Open {
            reference, price, ..
        } = ask
        else {
            return;
        };
        let disk = disk.look();
        let Some(attempt) = disk.named(reference) else {
            panic!("B3: {reference} is begun at the provider and stands in no record");
        };
        self.asked_price(attempt, price);
        let asked = (price.amount, price.currency.as_str());
        let noted = attempt.price.to_decimal();
        assert_eq!(
            (asked.0.to_string().as_str(), asked.1),
            (noted.as_str(), attempt.price.currency().code()),
            "B8: another price at the provider than in the records"
        );
        for other in disk.attempts_of(&attempt.order_id) {
            if other.id == attempt.id {
                continue;
            }
            let is_live = matches!(
                other.status,
                AttemptStatus::Created | AttemptStatus::Pending | AttemptStatus::Unknown
            );
            assert!(
                !is_live,
                "B3: at {now} a second payment of {} is begun while {} is {}",
                attempt.order_id, other.reference.0, other.status
            );
            let Some(payment) = ledger.find(&other.reference.0) else {
                continue;
            };
            assert!(
                payment.asked_at.is_some(),
                "B3: at {now} a second payment of {} is begun, and nobody has asked about {}",
                attempt.order_id,
                payment.reference
            );
        }
    }
}
