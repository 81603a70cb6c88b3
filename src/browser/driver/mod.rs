//! Drives one machine: queues inputs, carries out effects, draws, arms the timer.
//!
//! No borrow is held while anything outside runs. An effect may dispatch an event whose listener calls back into the widget,
//! up to `destroy()`: what it brings is queued, and taken when the effects at hand are done.

mod commands;
mod effects;
mod wakes;

use core::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::{Interval, Timeout};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::clock::Clock;
use super::host::{Flags, Host};
use super::http::Flight;
use super::tab::Tab;
use super::{random, url};
use crate::checkout::{Checkout, Input, Moment, PayError, StateName, View};

pub(crate) use effects::error_to_js;

/// How often the tab is looked at; it is only a hint.
const TAB_LOOK_MS: u32 = 1_000;

/// One widget's machine and everything it holds in the browser.
#[derive(Debug)]
pub struct Driver {
    host: Host,
    camel_case: bool,
    status_only: bool,
    clock: Clock,
    checkout: RefCell<Checkout>,
    inputs: RefCell<Vec<Input>>,
    is_draining: Cell<bool>,
    is_destroyed: Cell<bool>,
    /// A request or the stream has just brought something: the timer is armed anew, also for the same moment.
    is_completion: Cell<bool>,
    /// The tab came forward or was opened in answer to `reopen()`.
    came_forward: Cell<bool>,
    /// Settled, but the options now name another payment: the button is there again.
    is_fresh: Cell<bool>,
    /// What is wrong with the options as they were judged last.
    misconfigured: RefCell<Option<PayError>>,
    /// The payment whose record was looked for last, without being told of an order.
    looked_for: RefCell<Option<String>>,
    held: RefCell<Held>,
}

/// What is let go of when the widget is removed.
#[derive(Debug, Default)]
struct Held {
    /// How requests are sent: what the page said, frozen with the options at the press.
    manner: JsValue,
    tab: Option<Tab>,
    requests: Vec<Flight>,
    stream: Option<Flight>,
    timer: Option<(Moment, Timeout)>,
    tab_watch: Option<Interval>,
    attention: Option<Attention>,
}

/// Wake-ups are heard; dropped in this order, so that nobody calls what is gone.
#[derive(Debug)]
struct Attention {
    _flight: Flight,
    _woke: Closure<dyn FnMut(String, String) -> bool>,
}

impl Driver {
    /// A driver that listens to its page.
    pub fn new(host: Host, camel_case: bool, status_only: bool) -> Rc<Self> {
        // Of the seed only the jitter depends.
        let seed = random::bits().unwrap_or_default().to_le_bytes();
        let seed = seed.first_chunk().copied().unwrap_or_default();
        let driver = Rc::new(Self {
            host,
            camel_case,
            status_only,
            clock: Clock::start(),
            checkout: RefCell::new(Checkout::new(u64::from_le_bytes(seed), url::parse)),
            inputs: RefCell::default(),
            is_draining: Cell::new(false),
            is_destroyed: Cell::new(false),
            is_completion: Cell::new(false),
            came_forward: Cell::new(false),
            is_fresh: Cell::new(false),
            misconfigured: RefCell::default(),
            looked_for: RefCell::default(),
            held: RefCell::default(),
        });
        // What is shown is drawn once something is judged, pressed or taken up: until then it is the idle face.
        driver.listen();
        driver
    }

    /// What ended or hindered the attempt last, or is in the way of the next.
    #[must_use]
    pub fn error(&self) -> Option<PayError> {
        let error = self.checkout.borrow().error().cloned();
        error.or_else(|| self.misconfigured.borrow().clone())
    }

    /// Removes everything; silent ever after.
    pub fn destroy(self: &Rc<Self>) {
        if self.is_destroyed.replace(true) {
            return;
        }
        self.inputs.borrow_mut().clear();
        self.checkout
            .borrow_mut()
            .handle(self.clock.now(), Input::Destroyed);
        self.carry_out();
        // Dropped after the borrow: a guard's drop calls the browser.
        drop(self.held.take());
    }

    /// Takes one input, and everything that comes of it.
    fn input(self: &Rc<Self>, input: Input) {
        if self.is_destroyed.get() {
            return;
        }
        if matches!(input, Input::Replied { .. } | Input::Streamed { .. }) {
            self.is_completion.set(true);
        }
        self.inputs.borrow_mut().push(input);
        if self.is_draining.replace(true) {
            return;
        }
        // Bounded: effects bring inputs of their own (a tab opened, refused), each at most once.
        loop {
            let mut inputs = self.inputs.borrow_mut();
            if inputs.is_empty() {
                break;
            }
            let input = inputs.remove(0);
            drop(inputs);
            self.checkout.borrow_mut().handle(self.clock.now(), input);
            self.carry_out();
        }
        self.is_draining.set(false);
        self.refresh();
    }

    fn carry_out(self: &Rc<Self>) {
        loop {
            let Some(effect) = self.checkout.borrow_mut().poll_effect() else {
                return;
            };
            self.perform(effect);
        }
    }

    /// Draws, and arms what the machine waits for. An unchanged wake-up keeps its timer.
    fn refresh(self: &Rc<Self>) {
        if self.is_destroyed.get() || self.is_draining.get() {
            return;
        }
        let (view, wakeup, watches_tab) = {
            let checkout = self.checkout.borrow();
            let view = checkout.view();
            (view, checkout.next_wakeup(), checkout.watches_tab())
        };
        self.draw(&view);
        self.arm(wakeup);
        let is_watching = self.held.borrow().tab_watch.is_some();
        if is_watching != watches_tab {
            let watch = watches_tab.then(|| {
                let driver = Rc::downgrade(self);
                Interval::new(TAB_LOOK_MS, move || with(&driver, Self::look_at_tab))
            });
            let before = core::mem::replace(&mut self.held.borrow_mut().tab_watch, watch);
            drop(before);
        }
    }

    fn draw(&self, view: &View) {
        let headline = view.headline.as_ref();
        let mut texts = String::from(headline.map_or("-", |it| it.text.id()));
        for hint in &view.hints {
            texts.push(' ');
            texts.push_str(hint.text.id());
        }
        // A secret in the page bars it; what is settled has none, unless the options name another payment.
        let has_button =
            view.can_press || view.busy || view.state == StateName::Error || self.is_fresh.get();
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        let flags = flag(view.busy, Flags::BUSY)
            | flag(has_button, Flags::BUTTON)
            | flag(view.can_check, Flags::CHECK)
            | flag(view.can_reopen, Flags::REOPEN)
            | flag(view.can_cancel, Flags::CANCEL)
            | flag(view.test, Flags::TEST)
            | flag(view.fees_added, Flags::FEES)
            | flag(view.has_link, Flags::LINK);
        self.heed(self.host.draw(
            view.state.as_str(),
            &texts,
            headline.map_or("", |it| &it.value),
            view.page.as_deref().unwrap_or_default(),
            view.detail.as_deref().unwrap_or_default(),
            flags,
            view.minutes_left,
        ));
    }

    /// Arms the timer; one for the same moment is kept, but not in the completion of a fetch.
    ///
    /// There it is always armed anew: one that a timer's callback had armed counts as nested, and after five such Chromium
    /// lets it run once a minute while the tab is hidden (measured in Chromium 156, November 2026). A completion starts the count again.
    fn arm(self: &Rc<Self>, wakeup: Option<Moment>) {
        let is_completion = self.is_completion.take();
        let armed = self.held.borrow().timer.as_ref().map(|it| it.0);
        if armed == wakeup && !is_completion {
            return;
        }
        let timer = wakeup.map(|at| {
            // Longer ones than 2^31 ms fire at once; the machine then says the same wake-up again.
            let delay = at.since(self.clock.now()).min(0x7fff_ffff);
            let delay = u32::try_from(delay).unwrap_or(u32::MAX);
            let driver = Rc::downgrade(self);
            (
                at,
                Timeout::new(delay, move || with(&driver, Self::timer_fired)),
            )
        });
        let before = core::mem::replace(&mut self.held.borrow_mut().timer, timer);
        drop(before);
    }

    fn timer_fired(self: &Rc<Self>) {
        let fired = self.held.borrow_mut().timer.take();
        drop(fired);
        self.input(Input::TimerFired);
    }

    fn is_busy(&self) -> bool {
        matches!(
            self.checkout.borrow().state(),
            StateName::Initiating | StateName::Opening | StateName::Waiting
        )
    }
}

fn with(driver: &Weak<Driver>, act: impl FnOnce(&Rc<Driver>)) {
    if let Some(driver) = driver.upgrade() {
        act(&driver);
    }
}
