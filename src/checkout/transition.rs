//! The machine: inputs are dispatched here; what they cause stands in `initiating.rs` and `paying.rs`.

use malipo_wire::{ErrorCode, Status};

use super::answer::{Answer, Reply};
use super::attempt::Tab;
use super::config::Options;
use super::effect::{Detail, Effect, Event, EventName, RequestKind};
use super::error::PayError;
use super::input::Input;
use super::policy::ParseUrl;
use super::state::{End, Ended, Paying, State, StateName};
use super::timer::{CANCEL_VERIFY_MS, Moment};

/// The state machine of one button: from a press to exactly one terminal event, and what may come late.
///
/// See the [module](self) for how to drive it. It never panics, whatever the order, repetition or time of inputs.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub(super) state: State,
    pub(super) effects: Vec<Effect>,
    pub(super) now: Moment,
    pub(super) parse_url: ParseUrl,
    /// The idempotency keys that payloads still have: fingerprint and key, until an answer is understood.
    pub(super) kept_keys: Vec<(String, String)>,
    pub(super) error: Option<PayError>,
    /// A promise of `start`, `resume` or `cancel` is open.
    pub(super) owes_settlement: bool,
    destroyed: bool,
    last_epoch: u32,
    random: u64,
}

/// What a press with these options would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PressMeaning {
    /// Begin an attempt: `pay-start` first.
    Start,
    /// An attempt is under way: bring its tab forward, hand out the same promise.
    Focus,
    /// Paid already, or so it seems: settle again, initiate nothing.
    AlreadyPaid,
}

impl Checkout {
    /// A machine at rest. `seed`: random bits, for jitter only.
    #[must_use]
    pub fn new(seed: u64, parse_url: ParseUrl) -> Self {
        Self {
            state: State::Idle,
            effects: Vec::new(),
            now: Moment(0),
            parse_url,
            kept_keys: Vec::new(),
            error: None,
            owes_settlement: false,
            destroyed: false,
            last_epoch: 0,
            random: seed | 1,
        }
    }

    /// Takes one input at the time `now`; a time before the last one counts as the last one.
    ///
    /// What is overdue at `now` is carried out afterwards, so that an outcome that arrives together with its deadline wins.
    pub fn handle(&mut self, now: Moment, input: Input) {
        if self.destroyed && !planted!(SpeaksAfterDestroy) {
            return;
        }
        self.now = self.now.max(now);
        match input {
            Input::Pressed(press) => self.pressed(*press),
            Input::Misconfigured(error) => self.misconfigured(*error),
            Input::Mended => self.mended(),
            Input::Resumed(resume) => self.resumed(*resume),
            Input::TabOpened => self.tab_opened(),
            Input::TabRefused => self.tab_refused(),
            Input::NavigationFailed => self.navigation_failed(),
            Input::TabClosed => self.tab_closed(),
            Input::LinkFollowed => self.link_followed(),
            Input::Replied { epoch, reply } => self.replied(epoch, *reply),
            Input::Streamed { epoch, event } => self.streamed(epoch, event),
            Input::Woke(wake) => self.woke(wake),
            Input::TimerFired => {}
            Input::CheckRequested => self.check_requested(),
            Input::CancelRequested => self.cancel_requested(),
            Input::ReopenRequested => self.reopen_requested(),
            Input::Destroyed => self.destroy(),
        }
        self.fire_due();
    }

    /// The next thing to do; `None` when all is done.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        // A handful: a queue that is quick for thousands costs bytes.
        (!self.effects.is_empty()).then(|| self.effects.remove(0))
    }

    /// When to say [`Input::TimerFired`] next.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Moment> {
        let earliest = |times: &[Option<Moment>]| times.iter().copied().flatten().min();
        match &self.state {
            _ if self.destroyed => None,
            State::Idle => None,
            State::Initiating(it) => earliest(&[it.in_flight.map(|it| it.1), it.retry_at]),
            State::Paying(it) => {
                let deadline = (!it.expiring).then_some(it.watch.payment.deadline);
                earliest(&[
                    it.watch.checks.next_wakeup(),
                    it.stream.next_wakeup(),
                    deadline,
                    it.cancelling.map(|it| it.plus(CANCEL_VERIFY_MS)),
                ])
            }
            State::Ended(it) => it.watch.as_ref().and_then(|it| it.checks.next_wakeup()),
        }
    }

    /// Where the attempt stands.
    #[must_use]
    pub fn state(&self) -> StateName {
        self.state.name()
    }

    /// What a press with these options would do.
    #[must_use]
    pub fn press_meaning(&self, options: &Options) -> PressMeaning {
        match &self.state {
            State::Initiating(_) | State::Paying(_) => PressMeaning::Focus,
            State::Ended(it) if it.settles(options) => PressMeaning::AlreadyPaid,
            State::Idle | State::Ended(_) => PressMeaning::Start,
        }
    }

    /// Paid, or so the backend says though over another amount: nobody is to pay this again.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(&self.state, State::Ended(it) if it.is_settled())
    }

    /// The order of the attempt, once it is known.
    #[must_use]
    pub fn order_id(&self) -> Option<&str> {
        self.state.watch().map(|it| it.payment.order_id.as_str())
    }

    /// The last error of this attempt or spell of trouble.
    #[must_use]
    pub fn error(&self) -> Option<&PayError> {
        self.error.as_ref()
    }

    /// The shell should look about once a second whether the tab reads as closed.
    #[must_use]
    pub fn watches_tab(&self) -> bool {
        match &self.state {
            State::Initiating(it) => it.tab == Tab::Open,
            State::Paying(it) => it.tab == Tab::Open,
            State::Idle | State::Ended(_) => false,
        }
    }

    fn replied(&mut self, epoch: u32, reply: Reply) {
        if let State::Initiating(it) = &mut self.state {
            if it.in_flight.is_some_and(|it| it.0 == epoch) {
                it.in_flight = None;
                self.initiate_replied(reply);
            }
            return;
        }
        let Some(watch) = self.state.watch_mut() else {
            return;
        };
        if watch.checks.finished(epoch) || planted!(StaleReplyTaken) {
            self.verify_replied(reply);
        } else if watch.cancel_epoch == Some(epoch) {
            watch.cancel_epoch = None;
            self.cancel_replied(&reply);
        }
    }

    /// Carries out everything whose time has come; bounded, because each step moves its own time forward or ends it.
    fn fire_due(&mut self) {
        let now = self.now;
        if let State::Initiating(it) = &mut self.state {
            if let Some((epoch, _)) = it.in_flight.filter(|it| it.1 <= now) {
                it.in_flight = None;
                self.push(Effect::Abort { epoch });
                self.initiate_timed_out();
            } else if it.retry_at.is_some_and(|it| it <= now) {
                self.send_initiate();
            }
        }
        self.fire_stream();
        if let Some(epoch) = self.state.watch().and_then(|it| it.checks.overdue(now)) {
            self.push(Effect::Abort { epoch });
            if let Some(watch) = self.state.watch_mut() {
                watch.checks.finished(epoch);
            }
            self.verify_failed(
                PayError::new(ErrorCode::Timeout, "verify took longer than 10 s"),
                None,
            );
        }
        if let State::Paying(it) = &self.state {
            let cancels_at = it.cancelling.map(|it| it.plus(CANCEL_VERIFY_MS));
            if cancels_at.is_some_and(|it| it <= now) {
                self.finish_cancel();
            } else if !it.expiring
                && (it.watch.payment.deadline <= now
                    || planted!(ExpiresEarly) && it.watch.payment.deadline <= now.plus(30_000))
            {
                self.reach_deadline();
            }
        }
        if self.state.watch().is_some_and(|it| it.checks.is_due(now)) {
            self.send_verify();
        }
    }

    fn destroy(&mut self) {
        // What a listener interrupted is not carried on: no event, no request, no tab after this.
        let went_nowhere = self
            .effects
            .iter()
            .any(|it| matches!(it, Effect::Navigate { .. } | Effect::OpenTab { .. }));
        self.effects.retain(survives_destroy);
        if went_nowhere {
            self.push(Effect::CloseTab);
        }
        match &self.state {
            State::Initiating(it) => {
                if let Some((epoch, _)) = it.in_flight {
                    self.push(Effect::Abort { epoch });
                }
                // Whatever is known of it: a listener may destroy before it is told that the tab is open.
                self.push(Effect::CloseTab);
            }
            State::Idle | State::Paying(_) | State::Ended(_) => {
                self.abandon_watch(ErrorCode::Destroyed, "the widget was removed");
            }
        }
        if self.owes_settlement {
            self.settle(Err(PayError::new(
                ErrorCode::Destroyed,
                "the widget was removed",
            )));
        }
        self.state = State::Idle;
        self.destroyed = true;
    }

    /// Lets go of a watched payment: its request, its stream, whoever waits for `check()`.
    pub(super) fn abandon_watch(&mut self, code: ErrorCode, why: &str) {
        if let State::Paying(it) = &self.state
            && it.stream.epoch().is_some()
        {
            self.push(Effect::CloseStream);
        }
        let Some(watch) = self.state.watch_mut() else {
            return;
        };
        let in_flight = watch.checks.in_flight();
        let asked = core::mem::take(&mut watch.checks.asked);
        if let Some(epoch) = in_flight {
            watch.checks.finished(epoch);
            self.push(Effect::Abort { epoch });
        }
        if asked {
            self.push(Effect::Checked(Err(Box::new(PayError::new(code, why)))));
        }
    }

    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn epoch(&mut self) -> u32 {
        self.last_epoch = self.last_epoch.wrapping_add(1);
        self.last_epoch
    }

    /// Jitter out of 0..=255 (xorshift64: spreads well enough, and is the same for the same seed).
    pub(super) fn jitter(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random >> 56
    }

    /// Enters a state and says so where its name differs.
    pub(super) fn enter(&mut self, state: State) {
        let previous = self.state.name();
        self.state = state;
        self.announce_change(previous);
    }

    pub(super) fn announce_change(&mut self, previous: StateName) {
        let state = self.state.name();
        if state != previous {
            let detail = Detail::default()
                .with("state", state.as_str())
                .with("previous", previous.as_str());
            self.emit(EventName::Change, detail);
        }
    }

    pub(super) fn emit(&mut self, name: EventName, mut detail: Detail) {
        if self.state.watch().is_some_and(|it| it.resumed) {
            detail.set("resumed", true);
        }
        self.push(Effect::Emit(Event { name, detail }));
    }

    /// Emits `pay-error`.
    pub(super) fn emit_error(&mut self, error: &PayError, terminal: bool) {
        let detail = error
            .detail()
            .with("orderId", self.order_id().map(String::from))
            .with("retryable", terminal && error.retryable)
            .with("terminal", terminal);
        self.emit(EventName::Error, detail);
    }

    pub(super) fn settle(&mut self, outcome: Result<Detail, PayError>) {
        self.owes_settlement = false;
        self.push(Effect::Settle(outcome.map_err(Box::new)));
    }

    pub(super) fn paying(&self) -> Option<&Paying> {
        match &self.state {
            State::Paying(it) => Some(it),
            State::Idle | State::Initiating(_) | State::Ended(_) => None,
        }
    }

    pub(super) fn paying_mut(&mut self) -> Option<&mut Paying> {
        match &mut self.state {
            State::Paying(it) => Some(it),
            State::Idle | State::Initiating(_) | State::Ended(_) => None,
        }
    }

    pub(super) fn ended_mut(&mut self) -> Option<&mut Ended> {
        match &mut self.state {
            State::Ended(it) => Some(it),
            State::Idle | State::Initiating(_) | State::Paying(_) => None,
        }
    }
}

fn survives_destroy(effect: &Effect) -> bool {
    match effect {
        Effect::CloseTab
        | Effect::CloseStream
        | Effect::Abort { .. }
        | Effect::Settle(_)
        | Effect::Checked(_)
        | Effect::Save { .. }
        | Effect::Forget { .. } => true,
        Effect::OpenTab { .. }
        | Effect::OpenCheckout { .. }
        | Effect::Navigate { .. }
        | Effect::Redirect { .. }
        | Effect::FocusTab
        | Effect::Send(_)
        | Effect::OpenStream { .. }
        | Effect::Emit(_)
        | Effect::Warn(_) => false,
    }
}

/// How long to wait before asking again, where the answer says so: 429 and 503 do (docs/contract.md 3), and 409 at initiate.
pub(super) fn retry_after(answer: &Answer, asked: RequestKind) -> Option<u64> {
    let is_told = match answer.http_status {
        429 | 503 => true,
        409 => asked == RequestKind::Initiate,
        _ => false,
    };
    answer.retry_after_ms.filter(|_| is_told)
}

/// What `check()` is told once the attempt stands at `how`.
pub(super) fn status_of(how: End) -> Status {
    match how {
        End::Success => Status::Success,
        End::Failed => Status::Failed,
        End::Expired | End::Cancelled | End::Error => Status::Pending,
    }
}
