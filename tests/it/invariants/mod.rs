//! What must hold after every step, whatever happens (each invariant has a number by which failures name it).

mod attempt;
mod effects;
mod events;
mod keys;
mod looks;
mod pace;
mod reading;

use malipo::checkout::answer::Reply;
use malipo::checkout::{
    Checkout, Effect, Input, Moment, PressMeaning, PressTab, Record, StateName, StreamEvent, Wake,
};

use attempt::Attempt;
use keys::Keys;
use looks::look_at;
use reading::Word;

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
    /// What the verify that was answered in this step says, with an amount that is initiate's.
    verified: Option<Word>,
    keys: Keys,
    /// Inputs of this step: before which effect they came, and what a press meant then.
    inputs: Vec<(usize, Input, Before)>,
}

#[derive(Clone, Copy, Debug)]
struct Before {
    state: StateName,
    meaning: Option<PressMeaning>,
    /// An error that was told already.
    is_known: bool,
    /// As far as the machine knows there is a tab.
    has_tab: bool,
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
            verified: None,
            keys: Keys::default(),
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
    /// The page is loaded anew: of keys it knows what storage holds.
    pub(crate) fn reloaded<'a>(
        &self,
        storage: impl Iterator<Item = (&'a String, &'a Record)> + Clone,
    ) -> Self {
        Self {
            keys: self.keys.reloaded(storage),
            ..Self::default()
        }
    }

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
            has_tab: checkout.watches_tab(),
        };
        self.inputs.push((taken, input.clone(), before));
    }

    /// After a step and all of its effects.
    pub(crate) fn after(&mut self, checkout: &Checkout, now: Moment, effects: &[Effect]) {
        let inputs = core::mem::take(&mut self.inputs);
        if self.destroyed {
            assert!(effects.is_empty(), "W9: {effects:?}");
        } else {
            old_record(now, &inputs, effects);
        }
        self.verified = None;
        for (index, effect) in effects.iter().enumerate() {
            for (_, input, before) in inputs.iter().filter(|it| it.0 == index) {
                self.begin(now, input, *before);
            }
            self.effect(now, index, effect, &inputs);
        }
        for (_, input, before) in inputs.iter().filter(|it| effects.len() <= it.0) {
            self.begin(now, input, *before);
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
            "W11: every change is announced"
        );
        second_press(&inputs, effects);
        if is_over(checkout.state()) {
            let waits = self.attempt.as_ref().is_some_and(|it| it.ended_before);
            assert!(
                waits || !self.promise_is_open,
                "W1: a promise stays open after the end"
            );
            assert_eq!(self.stream, None, "a stream after the end");
        }
        look_at(checkout, self.attempt.as_ref());
    }

    fn begin(&mut self, now: Moment, input: &Input, before: Before) {
        match input {
            _ if self.destroyed => {}
            Input::Pressed(press) => {
                self.promise_is_open = true;
                if before.meaning == Some(PressMeaning::Start) {
                    let earlier = self.earlier(now);
                    let began = Attempt::new(now, Some(&press.options));
                    self.take_up(Attempt { earlier, ..began });
                } else if let Some(it) = &mut self.attempt {
                    it.may_navigate = true;
                }
            }
            Input::Misconfigured(_) if !is_busy(before.state) => {
                self.promise_is_open = true;
                if before.state != StateName::Success && !before.is_known {
                    let earlier = self.earlier(now);
                    let began = Attempt::new(now, None);
                    self.attempt = Some(Attempt { earlier, ..began });
                }
            }
            Input::Resumed(resume) => {
                self.promise_is_open = true;
                // One that is refused leaves the attempt before as it was.
                let record = &resume.record;
                let has_order = record.order_id.as_ref().is_some_and(|it| !it.is_empty());
                let known = self.attempt.as_ref().and_then(|it| it.order.as_ref());
                let is_paid =
                    before.state == StateName::Success && record.order_id.as_ref() == known;
                if !is_busy(before.state) && has_order && !is_old(now, record) && !is_paid {
                    self.take_up(Attempt::resumed(now, &resume.options, record));
                }
            }
            Input::CancelRequested => {
                self.promise_is_open = true;
                if let Some(it) = &mut self.attempt {
                    it.cancel_asked |= is_busy(before.state);
                    it.pace.nudge(now.0);
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
                self.streamed(now, event);
            }
            Input::Woke(wake) => self.woke(now, wake, before.state),
            Input::CheckRequested => self.nudge(now),
            Input::TabClosed if before.has_tab => self.nudge(now),
            _ => {}
        }
    }

    /// The attempt before, where something may still come of it.
    fn earlier(&mut self, now: Moment) -> Option<Box<Attempt>> {
        let earlier = self.attempt.take().map(Box::new);
        earlier.filter(|it| it.may_rise(now))
    }

    fn take_up(&mut self, attempt: Attempt) {
        self.attempt = Some(attempt);
        self.verify_by = None;
        self.held_until = 0;
    }

    fn nudge(&mut self, now: Moment) {
        if let Some(it) = &mut self.attempt {
            it.pace.nudge(now.0);
        }
    }

    fn streamed(&mut self, now: Moment, event: &StreamEvent) {
        let Some(it) = &mut self.attempt else { return };
        match event {
            StreamEvent::Ended | StreamEvent::Refused => {
                self.stream = None;
                it.pace.hears_no_more(now.0);
            }
            StreamEvent::Alive => it.pace.hears(now.0),
            StreamEvent::Status(word) => {
                it.pace.hears(now.0);
                if word != "pending" {
                    it.pace.nudge(now.0);
                }
            }
        }
    }

    fn woke(&mut self, now: Moment, wake: &Wake, state: StateName) {
        let Some(it) = &mut self.attempt else { return };
        let is_news = match wake {
            Wake::Visible | Wake::PageShown | Wake::Focused | Wake::Online => true,
            Wake::Returned { order_id } => it.order.as_ref() == Some(order_id),
            Wake::PageHidden | Wake::Offline => false,
        };
        if !is_news {
            return;
        }
        it.pace.nudge(now.0);
        let waits = matches!(state, StateName::Opening | StateName::Waiting);
        if waits && self.verify.is_none() {
            let by = (now.0 + 500).max(self.held_until);
            self.verify_by = Some(self.verify_by.map_or(by, |it| it.min(by)));
        }
    }

    fn replied(&mut self, now: Moment, epoch: u32, reply: &Reply) {
        let answer = match reply {
            Reply::Answer(answer) => Some(answer),
            Reply::Unreachable => None,
        };
        if self.initiate == Some(epoch) {
            self.initiate = None;
            if let (Some(it), Some(answer)) = (&mut self.attempt, answer) {
                let is_busy = answer.http_status == 409 && answer.retry_after_ms.is_some();
                it.busy += usize::from(is_busy);
                self.keys.answered(answer);
                if let Some(body) = &answer.body {
                    it.is_charged(reading::amount(body), reading::adds_fees(body));
                    it.reference = reading::reference(body).map(String::from);
                }
            }
        }
        if let Some(it) = &mut self.attempt
            && it.cancel.take_if(|it| *it == epoch).is_some()
        {
            it.pace.nudge(now.0);
        }
        if self.verify != Some(epoch) {
            return;
        }
        self.verify = None;
        let Some(it) = &mut self.attempt else { return };
        let order = it.order.as_deref().unwrap_or_default();
        let said =
            answer.and_then(|answer| reading::verify(answer, order, it.reference.as_deref()));
        match said {
            Some((word, amount)) => {
                let is_other = word == Word::Success && amount.contradicts(&it.charged);
                self.verified = Some(word).filter(|_| !is_other);
                it.pace.answered(now.0);
            }
            None => it.pace.failed(now.0),
        }
        if let Some(answer) = answer
            && matches!(answer.http_status, 429 | 503)
        {
            let wait_ms = answer.retry_after_ms.unwrap_or_default();
            self.held_until = now.0.saturating_add(wait_ms.min(300_000));
        }
    }
}

fn is_old(now: Moment, record: &Record) -> bool {
    record.saved_at != 0 && 86_400_000 <= now.0.saturating_sub(record.saved_at)
}

/// W14: a record of yesterday is not taken up, and goes.
fn old_record(now: Moment, inputs: &[(usize, Input, Before)], effects: &[Effect]) {
    let is_one = |input: &Input| matches!(input, Input::Resumed(it) if is_old(now, &it.record));
    let mut found = inputs.iter();
    // After the success of a payment its record is gone already.
    let is_free = |it: StateName| !is_busy(it) && it != StateName::Success;
    if found.any(|it| is_one(&it.1) && is_free(it.2.state)) {
        let forgets = effects.iter().any(|it| matches!(it, Effect::Forget { .. }));
        assert!(forgets, "W14: a record of yesterday stays");
    }
}

/// W4: a press while an attempt is under way brings its tab forward, and neither opens nor begins anything.
fn second_press(inputs: &[(usize, Input, Before)], effects: &[Effect]) {
    let [(_, Input::Pressed(press), before)] = inputs else {
        return;
    };
    if before.meaning == Some(PressMeaning::Start) {
        return;
    }
    let opens = effects
        .iter()
        .any(|it| matches!(it, Effect::OpenTab { .. }));
    assert!(!opens, "W4: a second press opens a tab");
    let is_given = press.tab == PressTab::Given;
    let focuses = effects.iter().any(|it| matches!(it, Effect::FocusTab));
    let must_focus = before.meaning == Some(PressMeaning::Focus) && !is_given;
    assert!(!must_focus || focuses, "W4: a second press does nothing");
}
