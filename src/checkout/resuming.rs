//! Takes up an attempt begun before; it never initiates.

use malipo_wire::ErrorCode;

use super::Moment;
use super::attempt::{Payment, Tab};
use super::checks::Checks;
use super::effect::{Detail, Effect};
use super::error::PayError;
use super::input::Resume;
use super::keys::storage_name;
use super::state::{End, Ended, Paying, State, Watch};
use super::stream::Stream;
use super::timer::KEEP_MS;
use super::transition::Checkout;

impl Checkout {
    pub(super) fn resumed(&mut self, resume: Resume) {
        let Resume { options, record } = resume;
        if self.paying().is_some() || matches!(self.state, State::Initiating(_)) {
            self.owes_settlement = true;
            return;
        }
        let is_paid = matches!(&self.state, State::Ended(it) if it.how == End::Success);
        if is_paid && self.order_id() == record.order_id.as_deref() {
            // Nothing follows success.
            return self.settle_again();
        }
        if let Some(key) = record.key.clone() {
            self.take_key(&record.payload);
            self.keep_key(record.payload.clone(), key);
        }
        // It came by the page's address: from now on a reload finds it.
        let is_new = record.saved_at == 0;
        let saved_at = match record.saved_at {
            0 => self.now,
            at => Moment(at).min(self.now),
        };
        let is_old = KEEP_MS <= self.now.since(saved_at) && !planted!(OldRecordResumed);
        let ended = record.ended.as_deref().and_then(End::from_record);
        let payment =
            Payment::from_record(self.now, &options, record, self.parse_url).filter(|_| !is_old);
        if is_old {
            let name = storage_name(&options);
            self.push(Effect::Forget { name });
        }
        let Some(payment) = payment else {
            self.settle(Err(PayError::new(
                ErrorCode::Aborted,
                "there is no payment to resume",
            )));
            return;
        };
        self.abandon_watch(ErrorCode::Aborted, "another payment took its place");
        self.error = None;
        self.owes_settlement = true;
        let mut checks = Checks::default();
        checks.request(self.now);
        let stream = Stream::new(payment.stream_url(), self.now);
        let order_id = payment.order_id.clone();
        let watch = Watch {
            is_guessed: is_new && options.quote.is_none() && options.order_id.is_none(),
            options,
            payment,
            resumed: true,
            checks,
            cancel_epoch: None,
        };
        match ended {
            None => {
                if is_new {
                    let record = watch.payment.to_record(self.now, &watch.options, None);
                    self.push(Effect::Save {
                        name: storage_name(&watch.options),
                        record: Box::new(record),
                    });
                }
                let mut paying = Paying::new(watch, Tab::None, stream);
                paying.opened = true;
                self.enter(State::Paying(Box::new(paying)));
            }
            Some(how) => {
                let outcome = Detail::default()
                    .with("orderId", order_id)
                    .with("status", how.state().as_str())
                    .with("late", false)
                    .with("resumed", true);
                self.enter(State::Ended(Box::new(Ended {
                    how,
                    at: saved_at,
                    watch: Some(watch),
                    reason: None,
                    error: None,
                    in_review: false,
                    is_unsure: false,
                    outcome,
                    settles_after_check: true,
                })));
            }
        }
    }
}
