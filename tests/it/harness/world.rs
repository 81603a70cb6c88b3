//! The shell in fake time: it carries out effects as a browser would, and fires timers between the steps of a script.

use std::collections::HashMap;

use malipo::checkout::answer::Reply;
use malipo::checkout::{
    Checkout, Effect, EventName, Input, Moment, Options, Page, PayError, Press, PressTab,
    RawOptions, Record, RequestKind, Resume, StateName, StreamEvent,
};

use crate::browser::parse_url;
use crate::invariants::Invariants;
use crate::lines::Keys;

use super::act::{Act, START};

/// A request that was sent.
#[derive(Clone, Debug)]
struct Sent {
    epoch: u32,
    kind: RequestKind,
    open: bool,
}

/// A page with a button in it.
pub(crate) struct World {
    pub(crate) checkout: Checkout,
    pub(crate) now: u64,
    /// Milliseconds since the start, and a line for each effect.
    pub(crate) log: Vec<(u64, String)>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) storage: HashMap<String, Record>,
    raw: RawOptions,
    invariants: Invariants,
    keys: Keys,
    presses: u128,
    popups: bool,
    has_storage: bool,
    sent: Vec<Sent>,
    always: Vec<(RequestKind, Reply)>,
    /// Replies on their way: when, to which epoch.
    replies: Vec<(u64, u32, Reply)>,
    stream: Option<u32>,
    /// The epoch of the stream that was closed last.
    closed_stream: Option<u32>,
    /// Inputs that the shell owes the machine once the effects are drained.
    answers: Vec<Input>,
    /// Inputs that a listener of an event says while effects are being drained.
    listener: Option<(EventName, Input)>,
}

impl World {
    pub(crate) fn new() -> Self {
        let values = [
            ("initiate-url", "/pay/initiate"),
            ("verify-url", "/pay/verify"),
            ("order-id", "ORD-1"),
            ("amount", "10000"),
            ("currency", "UGX"),
        ];
        let values = values.map(|it| (it.0.into(), it.1.into())).to_vec();
        Self {
            checkout: Checkout::new(7, parse_url),
            now: START,
            log: Vec::new(),
            effects: Vec::new(),
            storage: HashMap::new(),
            raw: RawOptions {
                values,
                ..RawOptions::default()
            },
            invariants: Invariants::default(),
            keys: Keys::default(),
            presses: 0,
            popups: true,
            has_storage: true,
            sent: Vec::new(),
            always: Vec::new(),
            replies: Vec::new(),
            stream: None,
            closed_stream: None,
            answers: Vec::new(),
            listener: None,
        }
    }

    pub(crate) fn state(&self) -> StateName {
        self.checkout.state()
    }

    /// The lines from a time on.
    pub(crate) fn since(&self, from: u64) -> impl Iterator<Item = &str> {
        let lines = self.log.iter().filter(move |it| from <= it.0);
        lines.map(|it| it.1.as_str())
    }

    /// Lines that begin with `word`, with their times.
    pub(crate) fn times(&self, word: &str) -> Vec<u64> {
        let lines = self.log.iter().filter(|it| it.1.starts_with(word));
        lines.map(|it| it.0).collect()
    }

    /// The network is anew: what was on its way is lost, and what is open will be answered as `Act::Always` says.
    pub(crate) fn drop_replies(&mut self) {
        self.replies.clear();
    }

    pub(crate) fn act(&mut self, act: Act) {
        match act {
            Act::With(name, value) => {
                self.raw.values.retain(|it| it.0 != name);
                self.raw.values.push((name.into(), value));
            }
            Act::Without(name) => self.raw.values.retain(|it| it.0 != name),
            Act::Popups(allowed) => self.popups = allowed,
            Act::NoStorage => {
                self.has_storage = false;
                self.storage.clear();
            }
            Act::Press(tab) => self.press(tab),
            Act::Resume => {
                let Ok(options) = self.options() else { return };
                let name = Record::name(&options).unwrap_or_default();
                if let Some(record) = self.storage.get(&name).cloned() {
                    self.act(Act::ResumeRecord(Box::new(record)));
                }
            }
            Act::ResumeRecord(record) => {
                let Ok(options) = self.options() else { return };
                let record = *record;
                self.say(Input::Resumed(Box::new(Resume { options, record })));
            }
            Act::Reload => {
                self.checkout = Checkout::new(8, parse_url);
                self.invariants = self.invariants.reloaded(self.storage.iter());
                self.sent.clear();
                self.replies.clear();
                self.stream = None;
                self.log.push((self.now - START, "reload".into()));
            }
            Act::Say(input) => self.say(input),
            Act::Reply(kind, reply) => {
                let sent = self.sent.iter().find(|it| it.open && it.kind == kind);
                if let Some(epoch) = sent.map(|it| it.epoch) {
                    self.reply(epoch, reply);
                }
            }
            Act::Stale(kind, reply) => {
                let sent = self
                    .sent
                    .iter()
                    .rev()
                    .find(|it| !it.open && it.kind == kind);
                if let Some(epoch) = sent.map(|it| it.epoch) {
                    self.reply(epoch, reply);
                }
            }
            Act::Always(kind, Some(reply)) => {
                let open = self.sent.iter().filter(|it| it.open && it.kind == kind);
                let due = self.now + 100;
                let open: Vec<u32> = open.map(|it| it.epoch).collect();
                for epoch in open {
                    self.replies.push((due, epoch, reply.clone()));
                }
                self.always.retain(|it| it.0 != kind);
                self.always.push((kind, reply));
            }
            Act::Always(kind, None) => self.always.retain(|it| it.0 != kind),
            Act::Stream(event) => {
                if let Some(epoch) = self.stream {
                    if matches!(event, StreamEvent::Ended | StreamEvent::Refused) {
                        self.stream = None;
                    }
                    self.say(Input::Streamed { epoch, event });
                }
            }
            Act::StaleStream(event) => {
                let epoch = self.closed_stream.unwrap();
                self.say(Input::Streamed { epoch, event });
            }
            Act::Sleep(ms) => self.now += ms,
            Act::Listen(event, input) => self.listener = Some((event, input)),
            Act::Nothing => {}
        }
    }

    pub(crate) fn options(&self) -> Result<Options, PayError> {
        let page = Page {
            base_url: "https://shop.example/cart?x=1".into(),
            return_url: "https://shop.example/cart?x=1".into(),
            is_loopback: false,
        };
        Options::parse(&self.raw, &page, parse_url)
    }

    fn press(&mut self, tab: PressTab) {
        self.presses += 1;
        // The spread of bits that a random source gives, and the same in every run.
        let entropy = self
            .presses
            .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let input = match self.options() {
            Ok(options) => {
                let name = Record::name(&options).unwrap_or_else(|| Record::nameless(&options));
                Input::Pressed(Box::new(Press {
                    stored: self.storage.get(&name).cloned(),
                    options,
                    entropy,
                    tab,
                }))
            }
            Err(error) => Input::Misconfigured(Box::new(error)),
        };
        self.say(input);
    }

    fn reply(&mut self, epoch: u32, reply: Reply) {
        for sent in self.sent.iter_mut().filter(|it| it.epoch == epoch) {
            sent.open = false;
        }
        let reply = Box::new(reply);
        self.say(Input::Replied { epoch, reply });
    }

    /// One step: an input, its effects, and then whatever the shell answers to them.
    pub(crate) fn say(&mut self, input: Input) {
        let now = Moment(self.now);
        self.invariants.before(&self.checkout, 0, now, &input);
        self.checkout.handle(now, input);
        let mut effects = Vec::new();
        while let Some(effect) = self.checkout.poll_effect() {
            effects.push(effect.clone());
            let said = self.carry_out(effect);
            if let Some(nested) = said {
                // A listener called back into the widget: the machine is asked at once, its effects queue up behind.
                self.invariants
                    .before(&self.checkout, effects.len(), now, &nested);
                self.checkout.handle(now, nested);
            }
        }
        self.invariants.after(&self.checkout, now, &effects);
        self.effects.extend(effects);
        for input in core::mem::take(&mut self.answers) {
            self.say(input);
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        let line = self.keys.line(&effect);
        self.log.push((self.now - START, line));
        match effect {
            Effect::OpenTab { .. } | Effect::OpenCheckout { .. } => {
                self.answers.push(if self.popups {
                    Input::TabOpened
                } else {
                    Input::TabRefused
                });
            }
            Effect::Send(request) => {
                self.sent.push(Sent {
                    epoch: request.epoch,
                    kind: request.kind,
                    open: true,
                });
                let always = self.always.iter().find(|it| it.0 == request.kind);
                if let Some((_, reply)) = always {
                    self.replies
                        .push((self.now + 100, request.epoch, reply.clone()));
                }
            }
            Effect::Abort { epoch } => {
                for sent in self.sent.iter_mut().filter(|it| it.epoch == epoch) {
                    sent.open = false;
                }
                self.replies.retain(|it| it.1 != epoch);
            }
            Effect::OpenStream { epoch, .. } => self.stream = Some(epoch),
            Effect::CloseStream => self.closed_stream = self.stream.take().or(self.closed_stream),
            Effect::Save { name, record } if self.has_storage => {
                self.storage.insert(name, *record);
            }
            Effect::Forget { name } => {
                self.storage.remove(&name);
            }
            Effect::Emit(event) if self.listener.as_ref().is_some_and(|it| it.0 == event.name) => {
                return self.listener.take().map(|it| it.1);
            }
            _ => {}
        }
        None
    }

    /// Lets time pass: timers fire and replies arrive when they are due.
    pub(crate) fn advance_to(&mut self, until: u64) {
        for _ in 0..20_000 {
            let timer = self.checkout.next_wakeup().map(|it| it.0);
            let reply = self.replies.iter().map(|it| it.0).min();
            let Some(at) = [timer, reply].into_iter().flatten().min() else {
                break;
            };
            if until < at {
                break;
            }
            self.now = self.now.max(at);
            let arrived = self.replies.iter().position(|it| it.0 <= self.now);
            match arrived {
                Some(index) => {
                    let (_, epoch, reply) = self.replies.remove(index);
                    self.reply(epoch, reply);
                }
                None => self.say(Input::TimerFired),
            }
        }
        let stuck = self.checkout.next_wakeup().is_some_and(|it| it.0 <= until);
        assert!(
            !stuck,
            "livelock at {}: {:?}",
            self.now - START,
            self.checkout
        );
        self.now = self.now.max(until);
    }

    /// How many records are in storage.
    pub(crate) fn records(&self) -> usize {
        self.storage.len()
    }
}
