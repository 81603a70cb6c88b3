//! How an attempt ends: its deadline, the shopper's cancel, a verify's answer in time or late.

use malipo_wire::{ErrorCode, Status};

use super::answer::{self, Reply, Verdict};
use super::attempt::Tab;
use super::effect::{Detail, Effect, EventName, RequestKind};
use super::error::PayError;
use super::keys::storage_name;
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
                if let Some((epoch, _)) = in_flight {
                    self.push(Effect::Abort { epoch });
                }
                if tab == Tab::Open {
                    self.push(Effect::CloseTab);
                }
                self.finish(
                    End::Cancelled,
                    None,
                    Detail {
                        status: Some("cancelled"),
                        ..Detail::default()
                    },
                );
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
        let order_id = self.order_id().map(Into::into);
        let detail = Detail {
            order_id,
            status: Some(how.state().as_str()),
            ..Detail::default()
        };
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
        let mut detail = Detail {
            order_id: Some(watch.payment.order_id.clone()),
            status: Some(how.state().as_str()),
            late: is_late.then_some(true),
            ..Detail::default()
        };
        if how == End::Success {
            let currency = charged.currency.or(watch.payment.charged.currency);
            detail = detail.with_amount(charged.money, charged.text.as_deref(), currency);
        } else {
            detail.reason = verdict.reason.map(malipo_wire::Reason::as_str);
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
        let watch = match core::mem::replace(&mut self.state, State::Idle) {
            State::Paying(it) => {
                if it.stream.epoch().is_some() {
                    self.push(Effect::CloseStream);
                }
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
                Box::new(watch.payment.to_record(
                    self.now,
                    &watch.options,
                    Some(how.state().as_str()),
                ))
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
        let outcome = Detail {
            late: Some(detail.late.unwrap_or_default()),
            resumed: Some(resumed),
            reason: None,
            ..detail.clone()
        };
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
            outcome,
            settles_after_check: false,
        }));
        self.announce_change(previous);
        self.emit(name, detail);
    }
}
