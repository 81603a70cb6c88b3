//! What must hold after every step, whatever happens (each invariant has a number by which failures name it).

mod effects;
mod events;
mod looks;

use malipo::checkout::answer::{Answer, Reply};
use malipo::checkout::{
    Checkout, Effect, EventName, Input, Moment, PressMeaning, StateName, StreamEvent, Wake,
};

use looks::look_at;

/// An observer beside the machine.
#[derive(Clone, Debug)]
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
    /// In this step the verify in flight was answered with 2xx.
    verified: bool,
    /// Inputs of this step: before which effect they came, and what a press meant then.
    inputs: Vec<(usize, Input, Before)>,
}

#[derive(Clone, Copy, Debug)]
struct Before {
    state: StateName,
    meaning: Option<PressMeaning>,
    /// An error that was told already.
    is_known: bool,
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
    ended_at: u64,
    key: Option<String>,
    initiates: usize,
    /// 409 with `Retry-After`: waited for, and no retry.
    busy: usize,
    verifies: u64,
    nudges: u64,
    may_navigate: bool,
    cancel_asked: bool,
    ended_before: bool,
    /// After its end a success over another amount was told.
    told_odd: bool,
    /// What ended before, and may still become known better: it counts again where this one does not begin.
    earlier: Option<Box<Self>>,
}

impl Attempt {
    /// For 24 hours after an end a better known one may come.
    fn may_rise(&self, now: Moment) -> bool {
        use EventName::{Cancelled, Expired, Failed};
        let has_ended = matches!(self.end, Some(Expired | Failed | Cancelled));
        has_ended && self.order.is_some() && now.0.saturating_sub(self.ended_at) < 86_400_000
    }

    /// It did not begin, or was given up before it had.
    fn give_way(&mut self, now: Moment) {
        let earlier = self.earlier.take().filter(|it| it.may_rise(now));
        let Some(earlier) = earlier else { return };
        let is_cancelled = self.end == Some(EventName::Cancelled);
        let ended = if is_cancelled { &*self } else { &*earlier };
        *self = Self {
            end: ended.end,
            ended_at: ended.ended_at,
            ended_before: false,
            nudges: earlier.nudges + 1,
            ..*earlier
        };
    }
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
            verified: false,
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
        let before = Before {
            state: checkout.state(),
            meaning,
            is_known: matches!(input, Input::Misconfigured(it) if checkout.error() == Some(it)),
        };
        self.inputs.push((taken, input.clone(), before));
    }

    /// After a step and all of its effects.
    pub(crate) fn after(&mut self, checkout: &Checkout, now: Moment, effects: &[Effect]) {
        let inputs = core::mem::take(&mut self.inputs);
        let was_destroyed = self.destroyed;
        self.verified = false;
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
            assert!(
                !self.promise_is_open,
                "W9: a promise stays open after destroy"
            );
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
                "W1: a promise stays open after the end"
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
                    let earlier = self.attempt.take().map(Box::new);
                    let earlier = earlier.filter(|it| it.may_rise(now));
                    self.attempt = Some(Attempt { earlier, ..began });
                    self.verify_by = None;
                    self.held_until = 0;
                } else if let Some(it) = &mut self.attempt {
                    it.may_navigate = true;
                }
            }
            Input::Misconfigured(_) if !is_busy(before.state) => {
                self.promise_is_open = true;
                if before.state != StateName::Success && !before.is_known {
                    let earlier = self.attempt.take().map(Box::new);
                    let earlier = earlier.filter(|it| it.may_rise(now));
                    self.attempt = Some(Attempt { earlier, ..began });
                }
            }
            Input::Resumed(resume) => {
                self.promise_is_open = true;
                // One that is refused leaves the attempt before as it was.
                let record = &resume.record;
                let is_old =
                    record.saved_at != 0 && 86_400_000 <= now.0.saturating_sub(record.saved_at);
                let has_order = record.order_id.as_ref().is_some_and(|it| !it.is_empty());
                let known = self.attempt.as_ref().and_then(|it| it.order.as_ref());
                let is_paid =
                    before.state == StateName::Success && record.order_id.as_ref() == known;
                if !is_busy(before.state) && has_order && !is_old && !is_paid {
                    self.attempt = Some(Attempt {
                        resumed: true,
                        ended_before: resume.record.ended.is_some(),
                        end: resume.record.ended.as_deref().and_then(end_of),
                        ended_at: match record.saved_at {
                            0 => now.0,
                            at => at.min(now.0),
                        },
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
            self.verified |= answer.is_some_and(Answer::is_success);
            if let Some(answer) = answer
                && matches!(answer.http_status, 429 | 503)
            {
                let wait_ms = answer.retry_after_ms.unwrap_or_default();
                self.held_until = now.0.saturating_add(wait_ms.min(300_000));
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
