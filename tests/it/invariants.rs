//! What must hold after every step, whatever happens (each invariant has a number by which failures name it).

use malipo::checkout::answer::Reply;
use malipo::checkout::{
    Body, Checkout, Detail, Effect, Event, EventName, Input, Moment, PressMeaning, PressTab,
    RequestKind, StateName, StreamEvent, Wake,
};
use malipo_wire::ErrorCode;

use crate::browser::parse_url;

/// An observer beside the machine.
#[derive(Debug)]
pub(crate) struct Invariants {
    attempt: Option<Attempt>,
    destroyed: bool,
    promise_is_open: bool,
    last_epoch: u32,
    initiate: Option<u32>,
    verify: Option<u32>,
    stream: Option<u32>,
    announced: StateName,
    /// A wake-up asked for a verify by then.
    verify_by: Option<u64>,
    held_until: u64,
    /// The last that was done to storage was to write.
    is_saved: bool,
    /// Inputs of this step: before which effect they came, and what a press meant then.
    inputs: Vec<(usize, Input, Before)>,
}

#[derive(Clone, Copy, Debug)]
struct Before {
    state: StateName,
    meaning: Option<PressMeaning>,
}

/// One attempt, from a press or a resume.
#[derive(Clone, Debug, Default)]
struct Attempt {
    resumed: bool,
    began_at: u64,
    deadline: u64,
    order: Option<String>,
    initiated: bool,
    opened: bool,
    end: Option<EventName>,
    key: Option<String>,
    initiates: usize,
    /// 409 with `Retry-After`: waited for, and no retry.
    busy: usize,
    verifies: u64,
    nudges: u64,
    may_navigate: bool,
    cancel_asked: bool,
    ended_before: bool,
}

impl Default for Invariants {
    fn default() -> Self {
        Self {
            attempt: None,
            destroyed: false,
            promise_is_open: false,
            last_epoch: 0,
            initiate: None,
            verify: None,
            stream: None,
            announced: StateName::Idle,
            verify_by: None,
            held_until: 0,
            is_saved: false,
            inputs: Vec::new(),
        }
    }
}

fn is_over(state: StateName) -> bool {
    !is_busy(state) && state != StateName::Idle
}

fn is_busy(state: StateName) -> bool {
    matches!(
        state,
        StateName::Initiating | StateName::Opening | StateName::Waiting
    )
}

impl Invariants {
    /// Before the machine takes an input; also one that a listener says while effects are drained.
    pub(crate) fn before(&mut self, checkout: &Checkout, taken: usize, now: Moment, input: &Input) {
        if taken == 0 && self.inputs.is_empty() {
            // A device that slept fires late; what counts is for when the machine asked.
            let late = self
                .verify_by
                .filter(|by| *by < now.0 && checkout.next_wakeup().is_none_or(|it| *by < it.0));
            let waits = matches!(checkout.state(), StateName::Opening | StateName::Waiting);
            assert!(
                late.is_none() || !waits,
                "W12: no verify within 0.5 s of a wake-up"
            );
        }
        let meaning = match input {
            Input::Pressed(press) => Some(checkout.press_meaning(&press.options)),
            _ => None,
        };
        let state = checkout.state();
        self.inputs
            .push((taken, input.clone(), Before { state, meaning }));
    }

    /// After a step and all of its effects.
    pub(crate) fn after(&mut self, checkout: &Checkout, now: Moment, effects: &[Effect]) {
        let inputs = core::mem::take(&mut self.inputs);
        let was_destroyed = self.destroyed;
        for (index, effect) in effects.iter().enumerate() {
            for (_, input, before) in inputs.iter().filter(|it| it.0 == index) {
                self.begin(now, input, *before);
            }
            self.effect(now, index, effect, &inputs);
        }
        for (_, input, before) in inputs.iter().filter(|it| effects.len() <= it.0) {
            self.begin(now, input, *before);
        }
        if was_destroyed {
            assert!(effects.is_empty(), "W9: {effects:?}");
        }
        if self.destroyed {
            assert_eq!(checkout.next_wakeup(), None, "W9: a timer after destroy");
            assert!(!self.promise_is_open, "a promise stays open after destroy");
            return;
        }
        assert_eq!(
            self.announced,
            checkout.state(),
            "every change is announced"
        );
        if is_over(checkout.state()) {
            let waits = self.attempt.as_ref().is_some_and(|it| it.ended_before);
            assert!(
                waits || !self.promise_is_open,
                "a promise stays open after the end"
            );
            assert_eq!(self.stream, None, "a stream after the end");
        }
        self.count_requests(now);
        look_at(checkout);
    }

    fn begin(&mut self, now: Moment, input: &Input, before: Before) {
        let began = Attempt {
            began_at: now.0,
            may_navigate: true,
            ..Attempt::default()
        };
        match input {
            _ if self.destroyed => {}
            Input::Pressed(_) => {
                self.promise_is_open = true;
                if before.meaning == Some(PressMeaning::Start) {
                    self.attempt = Some(began);
                    self.verify_by = None;
                    self.held_until = 0;
                } else if let Some(it) = &mut self.attempt {
                    it.may_navigate = true;
                }
            }
            Input::Misconfigured(_) if !is_busy(before.state) => {
                self.promise_is_open = true;
                if before.state != StateName::Success {
                    self.attempt = Some(began);
                }
            }
            Input::Resumed(resume) => {
                self.promise_is_open = true;
                // One that is refused leaves the attempt before as it was.
                let record = &resume.record;
                let is_old =
                    record.saved_at != 0 && 86_400_000 <= now.0.saturating_sub(record.saved_at);
                let has_order = record.order_id.as_ref().is_some_and(|it| !it.is_empty());
                if !is_busy(before.state) && has_order && !is_old {
                    self.attempt = Some(Attempt {
                        resumed: true,
                        ended_before: resume.record.ended.is_some(),
                        end: resume.record.ended.as_deref().and_then(end_of),
                        order: resume.record.order_id.clone(),
                        // One that lies too far ahead is cut.
                        deadline: resume.record.deadline.min(now.0.saturating_add(1_800_000)),
                        initiated: true,
                        opened: true,
                        ..began
                    });
                    self.verify_by = None;
                    self.held_until = 0;
                }
            }
            Input::CancelRequested => {
                self.promise_is_open = true;
                if let Some(it) = &mut self.attempt {
                    it.cancel_asked |= is_busy(before.state);
                    it.nudges += 1;
                }
            }
            Input::ReopenRequested => {
                if let Some(it) = &mut self.attempt {
                    it.may_navigate = true;
                }
            }
            Input::Destroyed => self.destroyed = true,
            Input::Replied { epoch, reply } => self.replied(now, *epoch, reply),
            Input::Streamed { epoch, event } if self.stream == Some(*epoch) => {
                if matches!(event, StreamEvent::Ended | StreamEvent::Refused) {
                    self.stream = None;
                }
                if let Some(it) = &mut self.attempt {
                    it.nudges += 1;
                }
            }
            Input::Woke(wake) => {
                if let Some(it) = &mut self.attempt {
                    it.nudges += 1;
                    let is_news = match wake {
                        Wake::Visible | Wake::PageShown | Wake::Focused | Wake::Online => true,
                        Wake::Returned { order_id } => it.order.as_ref() == Some(order_id),
                        Wake::PageHidden | Wake::Offline => false,
                    };
                    let waits = matches!(before.state, StateName::Opening | StateName::Waiting);
                    if is_news && waits && self.verify.is_none() {
                        let by = (now.0 + 500).max(self.held_until);
                        self.verify_by = Some(self.verify_by.map_or(by, |it| it.min(by)));
                    }
                }
            }
            Input::CheckRequested | Input::TabClosed | Input::NavigationFailed => {
                if let Some(it) = &mut self.attempt {
                    it.nudges += 1;
                }
            }
            _ => {}
        }
    }

    fn replied(&mut self, now: Moment, epoch: u32, reply: &Reply) {
        let answer = match reply {
            Reply::Answer(answer) => Some(answer),
            Reply::Unreachable => None,
        };
        if self.initiate == Some(epoch) {
            self.initiate = None;
            if let (Some(it), Some(answer)) = (&mut self.attempt, answer)
                && answer.http_status == 409
                && answer.retry_after_ms.is_some()
            {
                it.busy += 1;
            }
        }
        if self.verify == Some(epoch) {
            self.verify = None;
            if let Some(answer) = answer
                && matches!(answer.http_status, 429 | 503)
            {
                let wait_ms = answer.retry_after_ms.unwrap_or_default();
                self.held_until = now.0.saturating_add(wait_ms.min(300_000));
            }
        }
    }

    fn effect(
        &mut self,
        now: Moment,
        index: usize,
        effect: &Effect,
        inputs: &[(usize, Input, Before)],
    ) {
        let cause = &inputs.iter().rfind(|it| it.0 <= index).unwrap().1;
        if self.destroyed && inputs.iter().any(|it| matches!(it.1, Input::Destroyed)) {
            let is_quiet = match effect {
                Effect::CloseTab | Effect::CloseStream | Effect::Abort { .. } => true,
                Effect::Save { .. } | Effect::Forget { .. } => true,
                Effect::Settle(Err(error)) | Effect::Checked(Err(error)) => {
                    error.code == ErrorCode::Destroyed
                }
                Effect::Settle(Ok(_)) | Effect::Checked(Ok(_)) => 1 < inputs.len(),
                _ => false,
            };
            assert!(is_quiet, "W9: {effect:?}");
        }
        match effect {
            Effect::OpenTab { .. } => {
                let Input::Pressed(press) = cause else {
                    panic!("W5: a tab without a press: {cause:?}")
                };
                assert_eq!(press.tab, PressTab::None, "W5");
                let first = inputs.len() == 1 && index == 0;
                assert!(first || 1 < inputs.len(), "W5: not the first effect");
            }
            Effect::OpenCheckout { url, .. } => {
                assert!(matches!(cause, Input::ReopenRequested), "W5: {cause:?}");
                assert_safe(url);
            }
            Effect::Navigate { url } | Effect::Redirect { url } => {
                assert_safe(url);
                let attempt = self.attempt.as_mut().unwrap();
                assert!(attempt.initiated, "W6: navigated before pay-initiated");
                assert!(attempt.may_navigate, "W6: navigated twice for one click");
                attempt.may_navigate = false;
            }
            Effect::Send(request) => self.sent(now, request),
            Effect::Abort { epoch } => {
                self.initiate = self.initiate.filter(|it| it != epoch);
                self.verify = self.verify.filter(|it| it != epoch);
            }
            Effect::OpenStream { epoch, .. } => {
                assert_eq!(self.stream, None, "W7: two streams");
                self.new_epoch(*epoch);
                self.stream = Some(*epoch);
            }
            Effect::CloseStream => {
                let was_open = self.stream.take().is_some();
                assert!(was_open || self.destroyed, "no stream to close");
            }
            Effect::Emit(event) => self.event(now, event, inputs),
            Effect::Settle(result) => {
                // A listener that cancels while the end is on its way out gets a settlement of its own.
                let is_alone = inputs.len() == 1;
                assert!(
                    self.promise_is_open || !is_alone,
                    "settled twice: {result:?}"
                );
                self.promise_is_open = false;
                if let (Some(it), Ok(_)) = (&mut self.attempt, result) {
                    it.ended_before = false;
                }
            }
            Effect::Save { name, record } => {
                assert_eq!(record.saved_at, now.0);
                assert!(name.starts_with("malipo:"));
                self.is_saved = true;
                if let (Some(it), None) = (&mut self.attempt, &record.ended) {
                    it.deadline = record.deadline;
                }
            }
            Effect::Forget { .. } => self.is_saved = false,
            Effect::CloseTab | Effect::FocusTab | Effect::Checked(_) | Effect::Warn(_) => {}
        }
    }

    fn new_epoch(&mut self, epoch: u32) {
        assert!(self.last_epoch < epoch, "W7: epochs go up");
        self.last_epoch = epoch;
    }

    fn sent(&mut self, now: Moment, request: &malipo::checkout::Request) {
        self.new_epoch(request.epoch);
        let attempt = self.attempt.as_mut().unwrap();
        match (request.kind, &request.body) {
            (RequestKind::Initiate, Body::Initiate(_)) => {
                assert!(!attempt.resumed, "W14: a resume initiated");
                assert_eq!(self.initiate, None, "W4: two initiates in flight");
                assert!(self.is_saved, "W4: sent before the key was stored");
                let key = request.key.clone().unwrap();
                assert_eq!(
                    *attempt.key.get_or_insert(key.clone()),
                    key,
                    "W4: key changed"
                );
                attempt.initiates += 1;
                assert!(attempt.initiates <= 3 + attempt.busy, "W8: initiates");
                self.initiate = Some(request.epoch);
            }
            (RequestKind::Verify, Body::Order(body)) => {
                assert_eq!(self.verify, None, "W7: two verifies in flight");
                assert_eq!(Some(&body.order_id), attempt.order.as_ref());
                assert!(
                    self.held_until <= now.0,
                    "verify before Retry-After is over"
                );
                attempt.verifies += 1;
                self.verify = Some(request.epoch);
                self.verify_by = None;
            }
            (RequestKind::Cancel, Body::Order(_)) => assert!(attempt.cancel_asked),
            it => panic!("{it:?}"),
        }
        assert!(request.key.is_none() || request.kind == RequestKind::Initiate);
    }

    fn event(&mut self, now: Moment, event: &Event, inputs: &[(usize, Input, Before)]) {
        no_secret_in(&event.detail);
        if event.name == EventName::Change {
            let detail = &event.detail;
            assert_eq!(detail.previous, Some(self.announced.as_str()));
            let states = [
                StateName::Idle,
                StateName::Initiating,
                StateName::Opening,
                StateName::Waiting,
                StateName::Success,
                StateName::Failed,
                StateName::Expired,
                StateName::Cancelled,
                StateName::Error,
            ];
            let state = states
                .into_iter()
                .find(|it| detail.state == Some(it.as_str()));
            self.announced = state.unwrap();
            // Back to rest only from an error, by options that are good again.
            let is_mended = inputs.iter().any(|it| matches!(it.1, Input::Mended));
            assert!(self.announced != StateName::Idle || is_mended);
        }
        let attempt = self.attempt.as_mut().unwrap();
        assert_eq!(
            event.detail.resumed,
            attempt.resumed.then_some(true),
            "{event:?}"
        );
        let by_verify = inputs.iter().find_map(|it| match &it.1 {
            Input::Replied { reply, .. } => Some(reply),
            _ => None,
        });
        let is_2xx = match by_verify.map(|it| &**it) {
            Some(Reply::Answer(answer)) => (200..300).contains(&answer.http_status),
            Some(Reply::Unreachable) | None => false,
        };
        match event.name {
            EventName::Initiated => {
                assert!(!attempt.initiated && attempt.end.is_none(), "W11");
                attempt.initiated = true;
                attempt.order = event.detail.order_id.clone();
            }
            EventName::Opened => {
                assert!(
                    attempt.initiated && !attempt.opened && attempt.end.is_none(),
                    "W11"
                );
                attempt.opened = true;
            }
            EventName::Sent | EventName::Pending => {
                assert!(attempt.initiated && attempt.end.is_none(), "W11");
            }
            EventName::Blocked | EventName::Change => {}
            EventName::Error if event.detail.terminal != Some(true) => {
                assert!(attempt.initiated && attempt.end.is_none(), "W1: {event:?}");
            }
            EventName::Error => {
                assert!(attempt.end.is_none() && !attempt.initiated, "W1: {event:?}");
                attempt.end = Some(event.name);
            }
            EventName::Success | EventName::Failed | EventName::Expired | EventName::Cancelled => {
                let rises = match attempt.end {
                    None => event.detail.late.is_none(),
                    Some(EventName::Expired) => {
                        matches!(event.name, EventName::Failed | EventName::Success)
                    }
                    Some(EventName::Failed | EventName::Cancelled) => {
                        event.name == EventName::Success
                    }
                    Some(_) => false,
                };
                assert!(rises, "W1: {:?} then {event:?}", attempt.end);
                assert_eq!(
                    event.detail.late,
                    attempt.end.map(|_| true),
                    "W1: {event:?}"
                );
                assert_eq!(event.detail.order_id, attempt.order);
                let settled = matches!(event.name, EventName::Success | EventName::Failed);
                assert!(
                    !settled || is_2xx,
                    "W2, W3: {event:?} without a verify's answer"
                );
                if event.name == EventName::Success {
                    assert!(!self.is_saved, "W14: the record is still there");
                }
                if event.name == EventName::Expired {
                    assert!(attempt.deadline <= now.0, "W3: expired before the deadline");
                }
                if event.name == EventName::Cancelled {
                    assert!(attempt.cancel_asked, "W3: cancelled by itself");
                }
                attempt.end = Some(event.name);
            }
        }
    }

    fn count_requests(&self, now: Moment) {
        let Some(it) = &self.attempt else { return };
        // Backing off begins at 2.5 s with up to a quarter of jitter; every nudge may cause one, and one more by its news.
        let by_poll = (now.0 - it.began_at) / 1_000 + 2;
        assert!(it.verifies <= by_poll + 2 * it.nudges, "W8: {it:?}");
    }
}

fn end_of(word: &str) -> Option<EventName> {
    match word {
        "failed" => Some(EventName::Failed),
        "expired" => Some(EventName::Expired),
        "cancelled" => Some(EventName::Cancelled),
        _ => None,
    }
}

/// W6: https or loopback, absolute, without a user name.
fn assert_safe(url: &str) {
    let parts = parse_url(url, None).unwrap();
    let loopback = ["127.0.0.1", "localhost", "[::1]"].contains(&parts.hostname.as_str());
    let secure = parts.protocol == "https:" || (parts.protocol == "http:" && loopback);
    assert!(secure && !parts.has_user, "W6: {url}");
    assert_eq!(parts.href, url, "W6: not the judged form");
}

fn no_secret_in(detail: &Detail) {
    let text = serde_json::to_string(detail).unwrap();
    assert!(!text.contains("tok-"), "a token in an event: {text}");
    if let Some(amount) = &detail.amount {
        let is_decimal = amount.split('.').count() <= 2
            && amount
                .split('.')
                .all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
        assert!(is_decimal, "{amount} is not a decimal");
    }
}

/// What can be asked of the machine at any time does not contradict itself.
fn look_at(checkout: &Checkout) {
    let view = checkout.view();
    assert_eq!(view.state, checkout.state());
    assert_eq!(view.busy, is_busy(view.state));
    assert!(!(view.busy && view.can_press), "busy and pressable");
    assert!(view.headline.is_some() || view.state == StateName::Idle);
    if let Some(link) = &view.link {
        assert_safe(&link.url);
    }
    assert!(
        !(view.can_reopen && view.link.is_some()),
        "two ways to the same page"
    );
}
