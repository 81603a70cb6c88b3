//! Calls to the provider: how many, and that none begins a second payment blindly.

use malipo_server::payment::AttemptStatus;

use super::Checks;
use super::notices::COUNTED_MS;
use crate::backend::Setting;
use crate::provider::{Ask, Kind, Ledger, Standing};
use crate::store::SharedDisk;

impl Checks {
    /// B4: a call leaves a server. No more of them than the provider takes in a minute; `minute_ms`: in how many milliseconds, where
    /// the servers' clocks were not set wrong.
    pub(crate) fn call(&mut self, kind: Kind, now: u64, setting: &Setting, minute_ms: Option<u64>) {
        for calls in &mut self.calls {
            while calls.front().is_some_and(|it| it + COUNTED_MS <= now) {
                calls.pop_front();
            }
        }
        let calls = &mut self.calls[kind as usize];
        calls.push_back(now);
        let Some(minute_ms) = minute_ms else {
            return;
        };
        let made = calls.iter().filter(|it| now < **it + minute_ms).count();
        self.count("B4");
        let most = setting.calls_per_minute as usize;
        assert!(
            made <= most,
            "B4: {made} calls in a minute at {now}, and the provider takes {most}"
        );
    }

    /// B4: verify is answered from the store, in the moment in which it comes in.
    pub(crate) fn verify_answered(&mut self, at_once: bool, now: u64) {
        self.count("B4");
        assert!(at_once, "B4: at {now} a verify is not answered at once");
    }

    /// B3: a payment begins at the provider. It was noted before, at the order's price, and every older one of the order is
    /// over as far as the provider has been asked.
    pub(crate) fn opening(
        &mut self,
        kind: Kind,
        ask: &Ask,
        disk: &SharedDisk,
        ledger: &Ledger,
        now: u64,
    ) {
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
        // JoyndPay takes no reference twice; the others would begin a second payment of one attempt.
        assert!(
            kind == Kind::JoyndPay || ledger.find(reference).is_none(),
            "B3: at {now} {reference} is begun a second time"
        );
        self.asked_price(attempt, *price);
        assert_eq!(
            *price, attempt.price,
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
            // Nobody can be asked about a link, and the shopper holds it.
            assert!(
                kind != Kind::Jenga || payment.standing() != Standing::Pending,
                "B3: at {now} a second link of {} is sent, and {} can still be paid",
                attempt.order_id,
                payment.reference
            );
            assert!(
                payment.asked_at.is_some() || payment.is_listed || kind == Kind::Jenga,
                "B3: at {now} a second payment of {} is begun, and nobody has asked about {}",
                attempt.order_id,
                payment.reference
            );
        }
    }
}
