//! From the open checkout page to the outcome, and what may come late.

use malipo_wire::{ErrorCode, Status, VerifyRequest};

use super::answer::{self, Reply, Verdict};
use super::attempt::{Payment, Tab};
use super::checks::Checks;
use super::effect::{Body, Detail, Effect, EventName, Request, RequestKind};
use super::error::PayError;
use super::initiating::storage_name;
use super::input::{Resume, StreamEvent, Wake};
use super::state::{End, Ended, Paying, State, Watch};
use super::stream::Stream;
use super::timer::{BACKOFF_MOST_MS, CANCEL_VERIFY_MS, KEEP_MS};
use super::transition::{Checkout, retry_after, status_of};
use super::{Mode, Moment};

impl Paying {
    pub(super) fn new(watch: Watch, tab: Tab, stream: Stream) -> Self {
        Self {
            watch,
            tab,
            opened: false,
            stream,
            reported: Vec::new(),
            trouble: false,
            offline: false,
            in_review: false,
            reason: None,
            expiring: false,
            cancelling: None,
        }
    }
}

/// The tab and the link.
impl Checkout {
    pub(super) fn tab_opened(&mut self) {
        match &mut self.state {
            State::Initiating(it) => it.tab = Tab::Open,
            State::Paying(it) => {
                it.tab = Tab::Open;
                let mode = it.watch.options.mode;
                self.opened(if mode == Mode::Popup {
                    mode.as_str()
                } else {
                    Mode::Tab.as_str()
                });
            }
            State::Idle | State::Ended(_) => self.push(Effect::CloseTab),
        }
    }

    pub(super) fn tab_refused(&mut self) {
        let order = match &mut self.state {
            State::Initiating(it) => {
                it.tab = Tab::Refused;
                Detail::default()
            }
            State::Paying(it) => {
                it.tab = Tab::Refused;
                let payment = &it.watch.payment;
                let (order_id, redirect_url) =
                    (Some(payment.order_id.clone()), payment.redirect_url.clone());
                Detail {
                    order_id,
                    redirect_url,
                    ..Detail::default()
                }
            }
            State::Idle | State::Ended(_) => return,
        };
        self.emit(EventName::Blocked, order);
    }

    /// A hint: a provider page with COOP makes a live tab read closed. Look, offer to open it again, decide nothing.
    pub(super) fn tab_closed(&mut self) {
        let now = self.now;
        match &mut self.state {
            State::Initiating(it) if it.tab == Tab::Open => it.tab = Tab::Closed,
            State::Paying(it) if it.tab == Tab::Open => {
                it.tab = Tab::Closed;
                it.watch.checks.request(now);
            }
            State::Idle | State::Initiating(_) | State::Paying(_) | State::Ended(_) => {}
        }
    }

    pub(super) fn link_followed(&mut self) {
        self.opened(Mode::Link.as_str());
    }

    pub(super) fn reopen_requested(&mut self) {
        let Some(it) = self.paying() else { return };
        let popup = it.watch.options.mode == Mode::Popup;
        match (it.tab, it.watch.payment.redirect_url.clone()) {
            (Tab::Open, _) => self.push(Effect::FocusTab),
            (Tab::None | Tab::Refused | Tab::Closed, Some(url)) => {
                self.push(Effect::OpenCheckout { url, popup })
            }
            (Tab::None | Tab::Refused | Tab::Closed, None) => {}
        }
    }
}

/// Asking the backend.
impl Checkout {
    pub(super) fn send_verify(&mut self) {
        let (epoch, now) = (self.epoch(), self.now);
        let Some(watch) = self.state.watch_mut() else {
            return;
        };
        watch.checks.started(now, epoch);
        let request = watch.request(epoch, RequestKind::Verify, watch.options.verify_url.clone());
        self.push(Effect::Send(Box::new(request)));
    }

    pub(super) fn verify_replied(&mut self, reply: Reply) {
        match reply {
            Reply::Unreachable => {
                self.verify_failed(
                    PayError::new(ErrorCode::Network, "verify could not reach the backend"),
                    None,
                );
            }
            Reply::Answer(answer) => {
                let Some(watch) = self.state.watch() else {
                    return;
                };
                match answer::read_verify(&answer, watch.payment.identity()) {
                    Ok(verdict) => self.judge(verdict),
                    Err(error) => self.verify_failed(error, retry_after(&answer)),
                }
            }
        }
    }

    /// A verify that says nothing about the payment: never an outcome.
    pub(super) fn verify_failed(&mut self, error: PayError, retry_after_ms: Option<u64>) {
        let (now, jitter) = (self.now, self.jitter());
        let is_paying = self.paying().is_some();
        let Some(watch) = self.state.watch_mut() else {
            return;
        };
        watch
            .checks
            .after_failure(now, retry_after_ms, jitter, is_paying);
        if core::mem::take(&mut watch.checks.asked) {
            self.push(Effect::Checked(Err(Box::new(error.clone()))));
        }
        if let Some(it) = self.paying_mut() {
            it.trouble = true;
            self.report(error);
        }
        self.after_check();
    }

    fn judge(&mut self, verdict: Verdict) {
        let Some(watch) = self.state.watch() else {
            return;
        };
        let is_same_amount = verdict.charged.agrees_with(&watch.payment.charged);
        let settles = match verdict.status {
            Status::Success if is_same_amount => Some(End::Success),
            Status::Failed => Some(End::Failed),
            Status::Success | Status::Pending => None,
        };
        let is_mismatch = verdict.status == Status::Success && !is_same_amount;
        let now = self.now;
        let gap_ms = self.paying().map(|it| {
            if it.stream.is_healthy(now) {
                BACKOFF_MOST_MS
            } else {
                it.watch.options.poll_interval_ms
            }
        });
        let Some(watch) = self.state.watch_mut() else {
            return;
        };
        watch.checks.after_answer(now, gap_ms);
        let asked = core::mem::take(&mut watch.checks.asked);
        match settles {
            Some(how) => self.settle_payment(how, &verdict),
            None => self.still_pending(&verdict, is_mismatch),
        }
        if asked {
            let status = if is_mismatch {
                Status::Pending
            } else {
                verdict.status
            };
            self.push(Effect::Checked(Ok(status)));
        }
        self.after_check();
    }

    fn still_pending(&mut self, verdict: &Verdict, is_mismatch: bool) {
        let Some(it) = self.paying_mut() else { return };
        it.trouble = false;
        it.reason = verdict.reason;
        it.in_review |= is_mismatch;
        // The spell is over, but an unknown word and another amount are one spell as long as they last.
        let goes_on = |code: &ErrorCode| {
            *code == ErrorCode::AmountMismatch
                || (*code == ErrorCode::Protocol && verdict.unknown_word)
        };
        it.reported.retain(goes_on);
        let order_id = Some(it.watch.payment.order_id.clone());
        if is_mismatch {
            let message =
                "the backend reports a success with another amount or currency than it initiated";
            self.report(PayError::new(ErrorCode::AmountMismatch, message));
            return;
        }
        it.watch.checks.pending = it.watch.checks.pending.saturating_add(1);
        let checks = Some(it.watch.checks.pending);
        if verdict.unknown_word {
            self.report(PayError::new(
                ErrorCode::Protocol,
                "verify answered with a status that we do not know; it counts as pending",
            ));
        } else {
            self.error = None;
        }
        self.emit(
            EventName::Pending,
            Detail {
                order_id,
                checks,
                ..Detail::default()
            },
        );
    }

    /// What waits for a verify to be over: cancelling, the deadline, a `resume()` of an attempt that had ended.
    fn after_check(&mut self) {
        match &mut self.state {
            State::Paying(it) if it.cancelling.is_some() => self.finish_cancel(),
            State::Paying(it) if it.expiring => self.end(End::Expired),
            State::Ended(it) if it.settles_after_check => {
                it.settles_after_check = false;
                let outcome = it.outcome.clone();
                self.settle(Ok(outcome));
            }
            State::Idle | State::Initiating(_) | State::Paying(_) | State::Ended(_) => {}
        }
    }

    /// Emits `pay-error` once a code and spell of trouble.
    fn report(&mut self, error: PayError) {
        let Some(it) = self.paying_mut() else { return };
        if it.reported.contains(&error.code) {
            return;
        }
        it.reported.push(error.code);
        self.emit_error(&error, false);
        self.error = Some(error);
    }

    pub(super) fn check_requested(&mut self) {
        let now = self.now;
        let nothing = || {
            Err(Box::new(PayError::new(
                ErrorCode::Aborted,
                "there is no payment to check: press the button first",
            )))
        };
        let result = match &mut self.state {
            State::Paying(it) => {
                it.watch.checks.asked = true;
                it.watch.checks.request(now);
                return;
            }
            State::Ended(it) if it.how == End::Success => Ok(Status::Success),
            State::Ended(it) => match &mut it.watch {
                Some(watch) if now.since(it.at) < KEEP_MS => {
                    watch.checks.asked = true;
                    watch.checks.request(now);
                    return;
                }
                Some(_) => Ok(status_of(it.how)),
                None => nothing(),
            },
            State::Idle | State::Initiating(_) => nothing(),
        };
        self.push(Effect::Checked(result));
    }
}

/// Wake-ups and the stream: all of them only cause a verify.
impl Checkout {
    pub(super) fn woke(&mut self, wake: Wake) {
        let (now, jitter) = (self.now, self.jitter());
        if let Some(it) = self.paying_mut() {
            match &wake {
                Wake::Offline => it.offline = true,
                Wake::Online => it.offline = false,
                Wake::Visible
                | Wake::PageShown
                | Wake::PageHidden
                | Wake::Focused
                | Wake::Returned { .. } => {}
            }
            // A stream that was frozen is silently dead; one that is open keeps the page out of the back/forward cache.
            let reopen_at = match &wake {
                Wake::Visible | Wake::PageShown | Wake::Online => Some(Some(now.plus(jitter))),
                Wake::PageHidden => Some(None),
                Wake::Focused | Wake::Offline | Wake::Returned { .. } => None,
            };
            if let Some(reopen_at) = reopen_at {
                let was_open = it.stream.epoch().is_some();
                it.stream.drop_until(reopen_at);
                if was_open {
                    self.push(Effect::CloseStream);
                }
            }
        }
        let is_news = match &wake {
            Wake::Visible | Wake::PageShown | Wake::Focused | Wake::Online => true,
            Wake::Returned { order_id } => self.order_id() == Some(order_id),
            Wake::PageHidden | Wake::Offline => false,
        };
        let is_over = |it: &Ended| it.how == End::Success || KEEP_MS <= now.since(it.at);
        if !is_news || matches!(&self.state, State::Ended(it) if is_over(it)) {
            return;
        }
        if let Some(watch) = self.state.watch_mut() {
            watch.checks.request(now);
        }
    }

    pub(super) fn streamed(&mut self, epoch: u32, event: StreamEvent) {
        let (now, jitter) = (self.now, self.jitter());
        let Some(it) = self.paying_mut() else { return };
        if it.stream.epoch() != Some(epoch) {
            return;
        }
        let poll_at = now.plus(it.watch.options.poll_interval_ms);
        match event {
            StreamEvent::Alive => {
                it.stream.alive(now, epoch);
            }
            StreamEvent::Status(word) => {
                it.stream.alive(now, epoch);
                // What is known is `pending`: an outcome that was verified has ended the attempt.
                if word != Status::Pending.as_str() {
                    it.watch.checks.request(now);
                }
            }
            StreamEvent::Ended => {
                it.stream.lost(now, jitter);
                it.watch.checks.bring_forward(poll_at);
            }
            StreamEvent::Refused => {
                it.stream.refused();
                it.watch.checks.bring_forward(poll_at);
            }
        }
    }

    pub(super) fn fire_stream(&mut self) {
        let (now, jitter) = (self.now, self.jitter());
        let epoch = self.epoch();
        let Some(it) = self.paying_mut() else { return };
        if it.stream.is_stalled(now) {
            let poll_at = now.plus(it.watch.options.poll_interval_ms);
            it.stream.lost(now, jitter);
            it.watch.checks.bring_forward(poll_at);
            self.push(Effect::CloseStream);
        } else if it.stream.is_due(now)
            && let Some(url) = it.stream.url.clone()
        {
            it.stream.opened(now, epoch);
            let token = it.watch.payment.token.clone();
            self.push(Effect::OpenStream { epoch, url, token });
        }
    }
}

/// Ends.
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
                    it.cancelling = Some(now.plus(CANCEL_VERIFY_MS));
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
        }
        if matches!(tab, Tab::Open | Tab::Closed) {
            self.push(Effect::CloseTab);
        }
        self.end(End::Cancelled);
    }

    /// Ends a payment without an answer that settles it.
    fn end(&mut self, how: End) {
        let order_id = self.order_id().map(Into::into);
        let detail = Detail {
            order_id,
            status: Some(how.state().as_str()),
            ..Detail::default()
        };
        self.finish(how, None, detail);
    }

    /// A verify settled the payment: in time, or late.
    fn settle_payment(&mut self, how: End, verdict: &Verdict) {
        let is_late = match &self.state {
            State::Paying(_) => false,
            State::Ended(it) => {
                let rises = matches!(
                    (it.how, how),
                    (End::Expired, End::Failed | End::Success)
                        | (End::Failed | End::Cancelled, End::Success)
                );
                if !rises {
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
        let (watch, settles_after_check) = match core::mem::replace(&mut self.state, State::Idle) {
            State::Paying(it) => {
                if it.stream.epoch().is_some() {
                    self.push(Effect::CloseStream);
                }
                (Some(it.watch), false)
            }
            State::Ended(it) => (it.watch, it.settles_after_check),
            State::Idle | State::Initiating(_) => (None, false),
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
            let effect = if how == End::Success {
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
        let was_open = self.owes_settlement;
        self.error = None;
        self.state = State::Ended(Box::new(Ended {
            how,
            at: self.now,
            watch,
            reason,
            error: None,
            outcome: outcome.clone(),
            settles_after_check: false,
        }));
        self.announce_change(previous);
        self.emit(name, detail);
        if was_open || settles_after_check {
            self.settle(Ok(outcome));
        }
    }
}

/// Resuming.
impl Checkout {
    pub(super) fn resumed(&mut self, resume: Resume) {
        let Resume { options, record } = resume;
        if self.paying().is_some() || matches!(self.state, State::Initiating(_)) {
            self.owes_settlement = true;
            return;
        }
        let is_old = record.saved_at != 0 && KEEP_MS <= self.now.since(Moment(record.saved_at));
        let ended = record.ended.as_deref().and_then(End::from_record);
        let payment =
            Payment::from_record(self.now, &options, record, self.parse_url).filter(|_| !is_old);
        let Some(payment) = payment else {
            self.settle(Err(PayError::new(
                ErrorCode::Aborted,
                "there is no payment to resume",
            )));
            return;
        };
        self.abandon_watch();
        self.error = None;
        self.owes_settlement = true;
        let mut checks = Checks::default();
        checks.request(self.now);
        let stream = Stream::new(payment.stream_url(), self.now);
        let order_id = Some(payment.order_id.clone());
        let watch = Watch {
            options,
            payment,
            resumed: true,
            checks,
        };
        match ended {
            None => {
                let paying = Paying {
                    opened: true,
                    ..Paying::new(watch, Tab::None, stream)
                };
                self.enter(State::Paying(Box::new(paying)));
            }
            Some(how) => {
                let status = Some(how.state().as_str());
                let outcome = Detail {
                    order_id,
                    status,
                    late: Some(false),
                    resumed: Some(true),
                    ..Detail::default()
                };
                self.enter(State::Ended(Box::new(Ended {
                    how,
                    at: self.now,
                    watch: Some(watch),
                    reason: None,
                    error: None,
                    outcome,
                    settles_after_check: true,
                })));
            }
        }
    }
}

impl Watch {
    fn request(&self, epoch: u32, kind: RequestKind, url: String) -> Request {
        let body = VerifyRequest {
            order_id: self.payment.order_id.clone(),
            reference: self.payment.reference.clone(),
            token: self.payment.token.clone(),
        };
        Request {
            epoch,
            kind,
            url,
            key: None,
            body: Body::Order(Box::new(body)),
        }
    }
}
