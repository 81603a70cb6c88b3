//! From the press to the backend's answer: the tab and the retries.

use malipo_wire::ErrorCode;

use super::Mode;
use super::answer::{self, Answer, Initiated, Reply};
use super::attempt::{Payment, Tab};
use super::checks::Checks;
use super::effect::{Body, Detail, Effect, EventName, Request, RequestKind, recipients};
use super::error::PayError;
use super::input::{Press, PressTab};
use super::keys::storage_name;
use super::state::{Initiating, Paying, State, Watch};
use super::stream::Stream;
use super::timer::{BUSY_MOST_MS, INITIATE_TIMEOUT_MS};
use super::transition::{Checkout, PressMeaning, retry_after};

/// At most this many automatic retries (docs/contract.md 3).
const RETRIES_MOST: u8 = 2;
/// The longest `Retry-After` for which a blank tab may wait.
const RETRY_WAIT_MOST_MS: u64 = 30_000;

impl Checkout {
    pub(super) fn pressed(&mut self, press: Press) {
        match self.press_meaning(&press.options) {
            PressMeaning::Start => self.start(press),
            PressMeaning::Focus => {
                self.owes_settlement = true;
                if press.tab == PressTab::Given {
                    self.adopt_tab();
                } else if !planted!(SecondPressIgnored) {
                    self.push(Effect::FocusTab);
                }
            }
            PressMeaning::AlreadyPaid => {
                if planted!(RecordSavedAgain) {
                    self.push(Effect::Save {
                        name: storage_name(&press.options),
                        record: Box::default(),
                    });
                }
                if press.tab == PressTab::Given {
                    self.push(Effect::CloseTab);
                }
                self.settle_again();
            }
        }
    }

    /// The page opened a tab before wasm was there, and then a record was found: the tab goes to that payment's page.
    fn adopt_tab(&mut self) {
        let Some(it) = self.paying_mut() else {
            return self.push(Effect::FocusTab);
        };
        match it.watch.payment.redirect_url.clone() {
            Some(url) if it.tab != Tab::Open => {
                it.tab = Tab::Open;
                let mode = it.watch.options.mode;
                self.push(Effect::Navigate { url });
                self.opened(mode.as_str());
            }
            _ => self.push(Effect::CloseTab),
        }
    }

    fn start(&mut self, press: Press) {
        let Press {
            options,
            entropy,
            tab,
            stored,
        } = press;
        // First of all effects: the browser forgets the click.
        let tab = match (tab, options.mode.opens_a_tab()) {
            (PressTab::None, true) => {
                if planted!(TabOpenedLate) {
                    self.push(Effect::FocusTab);
                }
                self.push(Effect::OpenTab {
                    popup: options.mode == Mode::Popup,
                });
                Tab::None
            }
            (PressTab::Given, true) => Tab::Open,
            (PressTab::Given, false) => {
                self.push(Effect::CloseTab);
                Tab::None
            }
            (PressTab::Refused, true) => Tab::Refused,
            (PressTab::None | PressTab::Refused, false) => Tab::None,
        };
        self.abandon_watch(ErrorCode::Aborted, "another payment took its place");
        self.error = None;
        self.owes_settlement = true;
        let record = self.key_for(&options, stored, entropy);
        let (previous, earlier) = (self.state.name(), self.take_earlier());
        let initiating = Initiating {
            options,
            // The page was loaded anew, and nobody took that attempt up.
            is_unsure: record.order_id.is_some() && record.ended.as_deref() != Some("failed"),
            record,
            earlier,
            tab,
            in_flight: None,
            retry_at: None,
            retries: 0,
            busy_until: None,
        };
        self.state = State::Initiating(Box::new(initiating));
        self.announce_change(previous);
        if tab == Tab::Refused {
            self.emit(EventName::Blocked, Detail::default());
        }
        self.send_initiate();
    }

    pub(super) fn send_initiate(&mut self) {
        let epoch = self.epoch();
        let give_up_at = self.now.plus(INITIATE_TIMEOUT_MS);
        let State::Initiating(it) = &mut self.state else {
            return;
        };
        it.retry_at = None;
        it.in_flight = Some((epoch, give_up_at));
        let request = Request {
            epoch,
            kind: RequestKind::Initiate,
            url: it.options.initiate_url.clone(),
            key: it.record.key.clone().map(|key| {
                if planted!(NewKeyOnRetry) && 0 < it.retries {
                    key.replace('4', "5").replacen("-5", "-4", 1)
                } else {
                    key
                }
            }),
            body: Body::Initiate(Box::new(it.options.payload())),
        };
        self.push(Effect::Send(Box::new(request)));
    }

    pub(super) fn initiate_timed_out(&mut self) {
        self.fail_initiating(PayError::retryable(
            ErrorCode::Timeout,
            "the backend did not answer initiate within 25 s",
        ));
    }

    pub(super) fn initiate_replied(&mut self, reply: Reply) {
        match reply {
            Reply::Unreachable => {
                if !self.retry_initiate(None) {
                    let message = "the backend could not be reached: is it running, and does it allow this page's origin (CORS)?";
                    self.fail_initiating(PayError::retryable(ErrorCode::Network, message));
                }
            }
            Reply::Answer(answer) => self.initiate_answered(&answer),
        }
    }

    fn initiate_answered(&mut self, answer: &Answer) {
        let wait = retry_after(answer, RequestKind::Initiate);
        let goes_on = match (answer.http_status, wait) {
            (409, Some(wait_ms)) => self.wait_while_busy(wait_ms),
            (408 | 425 | 429 | 502..=504, _) => self.retry_initiate(wait),
            _ => false,
        };
        if goes_on {
            return;
        }
        let State::Initiating(it) = &mut self.state else {
            return;
        };
        match answer::read_initiate(answer, &it.options, self.parse_url) {
            Ok(initiated) => self.initiated(initiated),
            Err(error) => {
                it.is_unsure |= answer.sent_a_link();
                if answer.is_final() {
                    self.drop_key();
                }
                self.fail_initiating(error);
            }
        }
    }

    /// Retries with the same key, where the backend can tell that it is the same payment; `false` where that is over.
    fn retry_initiate(&mut self, wait_ms: Option<u64>) -> bool {
        let jitter = self.jitter();
        let now = self.now;
        let State::Initiating(it) = &mut self.state else {
            return false;
        };
        let wait_ms = wait_ms.unwrap_or(if it.retries == 0 { 1_000 } else { 3_000 } + jitter * 2);
        if (it.retries == RETRIES_MOST && !planted!(InitiatesForEver))
            || it.options.identity().is_none()
            || RETRY_WAIT_MOST_MS < wait_ms
        {
            return false;
        }
        it.retries = it.retries.saturating_add(1);
        it.retry_at = (!planted!(RetryForgotten)).then(|| now.plus(wait_ms));
        true
    }

    /// 409 with `Retry-After`: the first request with this key is still running.
    fn wait_while_busy(&mut self, wait_ms: u64) -> bool {
        let now = self.now;
        let State::Initiating(it) = &mut self.state else {
            return false;
        };
        let until = *it.busy_until.get_or_insert(now.plus(BUSY_MOST_MS));
        let at = now.plus(wait_ms.max(1_000));
        it.retry_at = (at <= until).then_some(at);
        it.retry_at.is_some()
    }

    fn initiated(&mut self, answer: Initiated) {
        let State::Initiating(it) = core::mem::replace(&mut self.state, State::Idle) else {
            return;
        };
        let Initiating { options, tab, .. } = *it;
        self.take_key(&options.payload_hash());
        if answer.renamed {
            let message = "the backend named another order_id than the page; the backend's one counts from now on";
            self.push(Effect::Warn(message.into()));
        }
        let is_paid = answer.paid;
        let payment = Payment::new(self.now, &options, answer, self.parse_url);
        self.push(Effect::Save {
            name: storage_name(&options),
            record: Box::new(payment.to_record(self.now, &options, None)),
        });
        let mut checks = Checks::default();
        if is_paid {
            checks.request(self.now);
        } else {
            checks.poll_in(self.now, options.poll_interval_ms);
        }
        let stream = Stream::new(payment.stream_url(), self.now);
        let detail = Detail::default()
            .with("orderId", payment.order_id.clone())
            .with("redirectUrl", payment.redirect_url.clone())
            .with("test", payment.test);
        let order_id = payment.order_id.clone();
        let (mode, url, sent_to) = (
            options.mode,
            payment.redirect_url.clone(),
            payment.sent_to.clone(),
        );
        // The state before was `initiating`: say so, although its data has moved on.
        self.state = State::Paying(Box::new(Paying::new(
            Watch {
                options,
                payment,
                resumed: false,
                is_guessed: false,
                checks,
                cancel_epoch: None,
            },
            tab,
            stream,
        )));
        match url {
            Some(url) => {
                self.announce_change(super::StateName::Initiating);
                self.emit(EventName::Initiated, detail);
                self.present(mode, tab, url, order_id);
            }
            None => {
                if tab == Tab::Open {
                    self.push(Effect::CloseTab);
                }
                if let Some(it) = self.paying_mut() {
                    it.opened = true;
                    it.tab = Tab::None;
                }
                self.announce_change(super::StateName::Initiating);
                self.emit(EventName::Initiated, detail);
                if let Some(sent_to) = sent_to {
                    let detail = Detail::default()
                        .with("orderId", order_id)
                        .with("sentTo", recipients(&sent_to));
                    self.emit(EventName::Sent, detail);
                }
            }
        }
    }

    /// Opens the checkout page, or shows the link to it.
    fn present(&mut self, mode: Mode, tab: Tab, url: String, order_id: String) {
        match (mode, tab) {
            (Mode::Redirect, _) => {
                self.opened(mode.as_str());
                self.push(Effect::Redirect { url });
            }
            (Mode::Tab | Mode::Popup, Tab::Open) => {
                if planted!(NavigatesTwice) {
                    self.push(Effect::Navigate { url: url.clone() });
                }
                self.push(Effect::Navigate { url });
                if !planted!(OpenedNotSaid) {
                    self.opened(mode.as_str());
                }
            }
            (Mode::Tab | Mode::Popup, Tab::Closed) => {
                // The shopper closed the blank tab while it was empty: the link is there for another try.
                let detail = Detail::default()
                    .with("orderId", order_id)
                    .with("redirectUrl", url);
                self.emit(EventName::Blocked, detail);
            }
            (Mode::Tab | Mode::Popup, Tab::Refused | Tab::None) | (Mode::Link, _) => {}
        }
    }

    /// The checkout page is open: the shopper may be paying.
    pub(super) fn opened(&mut self, mode: &'static str) {
        let previous = self.state.name();
        let Some(it) = self.paying_mut() else { return };
        if it.opened {
            return;
        }
        it.opened = true;
        let detail = Detail::default()
            .with("orderId", it.watch.payment.order_id.clone())
            .with("mode", mode);
        self.announce_change(previous);
        self.emit(EventName::Opened, detail);
    }
}
