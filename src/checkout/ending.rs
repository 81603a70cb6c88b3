//! How an attempt ends: its deadline, the shopper's cancel, a verify's answer in time or late.

use malipo_wire::{ErrorCode, Status};

use super::answer::{self, Reply, Verdict};
use super::attempt::Tab;
use super::effect::{Detail, Effect, EventName, RequestKind, put_amount};
use super::error::PayError;
use super::keys::storage_name;
use super::object::Datum;
use super::record::Record;
use super::state::{End, Ended, State};
use super::transition::Checkout;

impl Checkout {
    pub(super) fn reach_deadline(&mut self) {
        let now = self.now;
        let Some(it) = self.paying_mut() else { return };
        it.expiring = true;
        // Ask once more before giving up; not where the backend wants to be left alone.
        if it.watch.checks.in_flight().is_some() {
            return;
        }
        if it.watch.checks.is_held_back(now) {
            self.end(End::Expired);
        } else {
            self.send_verify();
        }
    }

    pub(super) fn cancel_requested(&mut self) {
        let now = self.now;
        match &mut self.state {
            State::Paying(it) => {
                if it.cancelling.is_none() {
                    it.cancelling = Some(now);
                    it.watch.checks.request(now);
                }
            }
            State::Initiating(it) => {
                let (in_flight, tab) = (it.in_flight, it.tab);
                let earlier = it.earlier.take().filter(|it| it.may_rise(now));
                if let Some((epoch, _)) = in_flight {
                    self.push(Effect::Abort { epoch });
                }
                if tab == Tab::Open {
                    self.push(Effect::CloseTab);
                }
                let detail = Detail::default().with("status", "cancelled");
                self.finish(End::Cancelled, None, detail);
                if let (Some(earlier), Some(it)) = (earlier, self.ended_mut()) {
                    it.watch = earlier.watch;
                    it.in_review = earlier.in_review;
                }
            }
            // Its check is under way and settles this too.
            State::Ended(it) if it.settles_after_check => self.owes_settlement = true,
            State::Ended(it) => {
                let outcome = it.error.clone().map_or_else(|| Ok(it.outcome.clone()), Err);
                self.settle(outcome);
            }
            State::Idle => self.settle(Err(PayError::new(
                ErrorCode::Aborted,
                "there is no payment to cancel",
            ))),
        }
    }

    /// The last verify brought no outcome, or took too long: tell the backend, close the tab, end.
    pub(super) fn finish_cancel(&mut self) {
        let epoch = self.epoch();
        let Some(it) = self.paying() else { return };
        let tab = it.tab;
        let request = it
            .watch
            .options
            .cancel_url
            .clone()
            .map(|url| it.watch.request(epoch, RequestKind::Cancel, url));
        if let Some(request) = request {
            self.push(Effect::Send(Box::new(request)));
            if let Some(watch) = self.state.watch_mut() {
                watch.cancel_epoch = Some(epoch);
            }
        }
        if matches!(tab, Tab::Open | Tab::Closed) {
            self.push(Effect::CloseTab);
        }
        self.end(End::Cancelled);
    }

    /// The answer to cancel is as verify's, and no more than a hint: an outcome in it is verified.
    pub(super) fn cancel_replied(&mut self, reply: &Reply) {
        let now = self.now;
        let (Reply::Answer(answer), Some(watch)) = (reply, self.state.watch_mut()) else {
            return;
        };
        let verdict = answer::read_verify(answer, watch.payment.identity());
        if verdict.is_ok_and(|it| it.status != Status::Pending) {
            watch.checks.request(now);
        }
    }

    /// Ends a payment without an answer that settles it.
    pub(super) fn end(&mut self, how: End) {
        let detail = Detail::default()
            .with("orderId", self.order_id().map(String::from))
            .with("status", how.state().as_str());
        self.finish(how, None, detail);
    }

    /// A verify settled the payment: in time, or late.
    pub(super) fn settle_payment(&mut self, how: End, verdict: &Verdict) {
        let is_late = match &self.state {
            State::Paying(_) => false,
            State::Ended(it) => {
                let rises = matches!(
                    (it.how, how),
                    (End::Expired, End::Failed | End::Success)
                        | (End::Failed | End::Cancelled, End::Success)
                );
                if !rises && !planted!(TerminalTwice) {
                    return;
                }
                true
            }
            State::Idle | State::Initiating(_) => return,
        };
        let Some(watch) = self.state.watch() else {
            return;
        };
        let said = &verdict.charged;
        let charged = if said.text.is_some() {
            said
        } else {
            &watch.payment.charged
        };
        let mut detail = Detail::default()
            .with("orderId", watch.payment.order_id.clone())
            .with("status", how.state().as_str())
            .with("late", is_late.then_some(true));
        if how == End::Success {
            let currency = charged.currency.or(watch.payment.charged.currency);
            put_amount(
                &mut detail,
                charged.money,
                charged.text.as_deref(),
                currency,
            );
        } else {
            detail.set("reason", verdict.reason.map(malipo_wire::Reason::as_str));
        }
        self.finish(how, verdict.reason, detail);
    }

    /// Enters an end, emits its event and settles the promise where one is still open.
    fn finish(&mut self, how: End, reason: Option<malipo_wire::Reason>, detail: Detail) {
        let name = match how {
            End::Success => EventName::Success,
            End::Failed => EventName::Failed,
            End::Expired => EventName::Expired,
            End::Cancelled | End::Error => EventName::Cancelled,
        };
        let previous = self.state.name();
        let mut in_review = false;
        let watch = match core::mem::replace(&mut self.state, State::Idle) {
            State::Paying(it) => {
                if it.stream.epoch().is_some() {
                    self.push(Effect::CloseStream);
                }
                in_review = it.in_review && matches!(how, End::Expired | End::Cancelled);
                Some(it.watch)
            }
            State::Ended(it) => it.watch,
            State::Idle | State::Initiating(_) => None,
        };
        let watch = watch.map(|mut it| {
            it.checks.stop();
            it
        });
        if let Some(watch) = &watch {
            let name = storage_name(&watch.options);
            let record = || {
                let (payment, options) = (&watch.payment, &watch.options);
                let record = payment.to_record(self.now, options, Some(how.state().as_str()));
                // That of a later press whose answer was lost.
                let key = self.kept_key(&record.payload);
                Box::new(Record { key, ..record })
            };
            let effect = if how == End::Success && !planted!(RecordKept) {
                Effect::Forget { name }
            } else {
                Effect::Save {
                    name,
                    record: record(),
                }
            };
            self.push(effect);
        }
        let resumed = watch.as_ref().is_some_and(|it| it.resumed);
        let mut outcome = detail.clone();
        outcome.set("late", detail.flag("late").unwrap_or_default());
        outcome.set("resumed", resumed);
        outcome.set("reason", Datum::Absent);
        // Before its event: a listener may press again, and that promise is another one.
        if self.owes_settlement && !planted!(PromiseForgotten) {
            self.settle(Ok(outcome.clone()));
        }
        self.error = None;
        self.state = State::Ended(Box::new(Ended {
            how,
            at: self.now,
            watch,
            reason,
            error: None,
            in_review,
            is_unsure: false,
            outcome,
            settles_after_check: false,
        }));
        self.announce_change(previous);
        self.emit(name, detail);
    }
}

/// What keeps an attempt from beginning.
impl Checkout {
    pub(super) fn fail_initiating(&mut self, error: PayError) {
        if let State::Initiating(it) = &self.state
            && it.tab == Tab::Open
        {
            self.push(Effect::CloseTab);
        }
        self.end_with_error(error);
    }

    /// The options are not accepted. Reported once, until they change; nothing begins.
    pub(super) fn misconfigured(&mut self, error: PayError) {
        if matches!(self.state, State::Initiating(_) | State::Paying(_)) {
            // The options of the attempt under way are frozen.
            return;
        }
        // One that the page opened before wasm was there; not that of a payment whose outcome is still open.
        if self.state.watch().is_none() {
            self.push(Effect::CloseTab);
        }
        let is_known = self.error.as_ref() == Some(&error);
        let is_paid = matches!(&self.state, State::Ended(it) if it.how == End::Success);
        if is_known || is_paid {
            self.settle(Err(error));
        } else {
            self.abandon_watch(ErrorCode::Aborted, "the options are not accepted any more");
            self.end_with_error(error);
        }
    }

    /// The options are accepted again: back to rest, or to the end before, with the keys that payloads still have.
    pub(super) fn mended(&mut self) {
        let previous = self.state.name();
        let State::Ended(it) = &mut self.state else {
            return;
        };
        if it.error.take().is_none() {
            return;
        }
        self.error = None;
        if it.watch.is_none() {
            self.state = State::Idle;
        }
        self.announce_change(previous);
    }

    fn end_with_error(&mut self, error: PayError) {
        let previous = self.state.name();
        let is_unsure = matches!(&self.state, State::Initiating(it) if it.is_unsure);
        let earlier = self.take_earlier();
        self.error = Some(error.clone());
        // Before its event: a listener may press again, and that promise is another one.
        self.settle(Err(error.clone()));
        self.state = State::Ended(Box::new(Ended {
            how: End::Error,
            at: self.now,
            watch: None,
            reason: None,
            error: Some(error.clone()),
            in_review: false,
            is_unsure,
            outcome: Detail::default(),
            settles_after_check: false,
        }));
        self.announce_change(previous);
        self.emit_error(&error, true);
        // The events were not about that one.
        if let Some(earlier) = earlier {
            self.state = State::Ended(Box::new(Ended {
                error: Some(error),
                is_unsure: is_unsure || earlier.is_unsure,
                ..*earlier
            }));
        }
    }

    /// The end before, where something may still come of it: it is looked at again.
    pub(super) fn take_earlier(&mut self) -> Option<Box<Ended>> {
        let now = self.now;
        let earlier = match core::mem::replace(&mut self.state, State::Idle) {
            State::Initiating(it) => it.earlier,
            State::Ended(it) => Some(it),
            State::Idle | State::Paying(_) => None,
        };
        let mut earlier =
            earlier.filter(|it| it.may_rise(now) || it.watch.is_none() && it.is_unsure)?;
        earlier.settles_after_check = false;
        if let Some(watch) = &mut earlier.watch {
            watch.checks.request(now);
        }
        Some(earlier)
    }

    /// Settles as the attempt that has ended did.
    pub(super) fn settle_again(&mut self) {
        let outcome = self.ended_mut().map(|it| it.outcome.clone());
        self.settle(Ok(outcome.unwrap_or_default()));
    }
}
