//! From the open checkout page to the outcome, and what may come late.

use malipo_wire::{ErrorCode, Status, VerifyRequest};

use super::Mode;
use super::answer::{self, Charged, Reply, Verdict};
use super::attempt::Tab;
use super::effect::{Body, Detail, Effect, EventName, Request, RequestKind};
use super::error::PayError;
use super::state::{End, Paying, State, Watch};
use super::stream::Stream;
use super::timer::{BACKOFF_MOST_MS, KEEP_MS};
use super::transition::{Checkout, retry_after, status_of};

impl Paying {
    pub(super) fn new(watch: Watch, tab: Tab, stream: Stream) -> Self {
        Self {
            watch,
            tab,
            opened: false,
            returned: false,
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
                Detail::default()
                    .with("orderId", payment.order_id.clone())
                    .with("redirectUrl", payment.redirect_url.clone())
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
                if planted!(ClosedMeansCancelled) {
                    self.end(End::Cancelled);
                }
            }
            State::Idle | State::Initiating(_) | State::Paying(_) | State::Ended(_) => {}
        }
    }

    /// The tab was gone before it could be sent to the checkout page: the link is there for another try.
    pub(super) fn navigation_failed(&mut self) {
        match &self.state {
            State::Paying(it) if it.tab == Tab::Open => self.tab_refused(),
            State::Idle | State::Initiating(_) | State::Paying(_) | State::Ended(_) => {}
        }
    }

    pub(super) fn link_followed(&mut self) {
        if let Some(it) = self.paying_mut() {
            it.returned = false;
        }
        self.opened(Mode::Link.as_str());
    }

    pub(super) fn reopen_requested(&mut self) {
        let Some(it) = self.paying_mut() else { return };
        it.returned = false;
        let mode = it.watch.options.mode;
        let popup = mode == Mode::Popup;
        match (it.tab, it.watch.payment.redirect_url.clone()) {
            (_, Some(url)) if mode == Mode::Redirect => self.push(Effect::Redirect { url }),
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
            Reply::Unreachable if planted!(UnreachableMeansFailed) => self.end(End::Failed),
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
                    Err(error) => {
                        let wait_ms = retry_after(&answer, RequestKind::Verify);
                        self.verify_failed(error, wait_ms);
                    }
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
        let is_same_amount = planted!(AnyAmountTaken) || watch.agrees_with(&verdict.charged);
        let settles = match verdict.status {
            Status::Success if is_same_amount => Some(End::Success),
            Status::Failed => Some(End::Failed),
            Status::Success | Status::Pending => None,
        };
        let is_mismatch = verdict.status == Status::Success && !is_same_amount;
        let now = self.now;
        let gap_ms = self.paying().map(|it| {
            if planted!(IntervalIgnored) {
                1_000
            } else if it.stream.is_healthy(now) && !planted!(PollsBesideTheStream) {
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
        let mismatch = || {
            PayError::new(
                ErrorCode::AmountMismatch,
                "the backend reports a success with another amount or currency than it initiated",
            )
        };
        if let State::Ended(it) = &mut self.state {
            // That end stays; but nobody is asked to pay again.
            if is_mismatch && !it.is_settled() {
                it.in_review = true;
                self.emit_error(&mismatch(), false);
                self.error = Some(mismatch());
            }
            return;
        }
        let Some(it) = self.paying_mut() else { return };
        it.trouble = false;
        it.offline = false;
        it.reason = verdict.reason;
        it.in_review |= is_mismatch;
        // The spell is over, but an unknown word and another amount are one spell as long as they last.
        let goes_on = |code: &ErrorCode| {
            *code == ErrorCode::AmountMismatch
                || (*code == ErrorCode::Protocol && verdict.unknown_word)
        };
        it.reported.retain(goes_on);
        if is_mismatch {
            self.report(mismatch());
            return;
        }
        it.watch.checks.pending = it.watch.checks.pending.saturating_add(1);
        let detail = Detail::default()
            .with("orderId", it.watch.payment.order_id.clone())
            .with("checks", it.watch.checks.pending);
        if verdict.unknown_word {
            self.report(PayError::new(
                ErrorCode::Protocol,
                "verify answered with a status that we do not know; it counts as pending",
            ));
        } else {
            self.error = None;
        }
        self.emit(EventName::Pending, detail);
    }

    /// What waits for a verify to be over: cancelling, the deadline, a `resume()` of an attempt that had ended.
    fn after_check(&mut self) {
        match &mut self.state {
            // Not by one that was under way before: its answer is older than the shopper's wish.
            State::Paying(it) if it.cancelling.is_some() => {
                if it
                    .cancelling
                    .is_some_and(|at| it.watch.checks.started_since(at))
                {
                    self.finish_cancel();
                }
            }
            State::Paying(it) if it.expiring && planted!(DeadlineMeansFailed) => {
                self.end(End::Failed)
            }
            State::Paying(it) if it.expiring => self.end(End::Expired),
            State::Ended(it) if it.settles_after_check => {
                it.settles_after_check = false;
                let outcome = it.outcome.clone();
                if self.owes_settlement {
                    self.settle(Ok(outcome));
                }
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

impl Watch {
    /// Whether this is what initiate said will be charged; where it named no amount, what the page shows.
    fn agrees_with(&self, charged: &Charged) -> bool {
        let said = &self.payment.charged;
        let is_said = said.text.is_some() || self.payment.fees_added;
        charged.agrees_with(said) && (is_said || charged.agrees_with(&self.options.shown_charge()))
    }

    pub(super) fn request(&self, epoch: u32, kind: RequestKind, url: String) -> Request {
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
