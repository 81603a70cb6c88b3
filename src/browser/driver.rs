//! Drives one machine: queues inputs, carries out effects, draws, arms the timer.
//!
//! No borrow is held while anything outside runs. An effect may dispatch an event whose listener calls back into the widget,
//! up to `destroy()`: what it brings is queued, and taken when the effects at hand are done.

use core::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo_timers::callback::{Interval, Timeout};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event};

use super::channel::Channel;
use super::clock::Clock;
use super::dom::Panel;
use super::host::{Host, Said};
use super::http::{self, Flight, Manner};
use super::listener::Listener;
use super::tab::Tab;
use super::{random, storage, stream, url};
use crate::checkout::{
    Checkout, Effect, Input, Moment, Options, PayError, Press, PressMeaning, PressTab, Record,
    Request, Resume, StateName, StreamEvent, View, Wake,
};

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
    inputs: RefCell<VecDeque<Input>>,
    is_draining: Cell<bool>,
    is_destroyed: Cell<bool>,
    /// The tab came forward or was opened in answer to `reopen()`.
    came_forward: Cell<bool>,
    /// Paid, but the options now name another payment: the button is there again.
    is_fresh: Cell<bool>,
    /// What is wrong with the options as they were judged last.
    misconfigured: RefCell<Option<PayError>>,
    held: RefCell<Held>,
}

/// What is let go of when the widget is removed.
#[derive(Debug, Default)]
struct Held {
    manner: Option<Manner>,
    tab: Option<Tab>,
    requests: Vec<Flight>,
    stream: Option<Flight>,
    timer: Option<(Moment, Timeout)>,
    tab_watch: Option<Interval>,
    panel: Option<Panel>,
    channel: Option<Rc<Channel>>,
    listeners: Vec<Listener>,
}

impl Driver {
    /// A driver that listens to its page and draws into `panel`, whose live region is `status`.
    pub fn new(
        host: Host,
        panel: Option<(Element, Element)>,
        camel_case: bool,
        status_only: bool,
    ) -> Rc<Self> {
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
            came_forward: Cell::new(false),
            is_fresh: Cell::new(false),
            misconfigured: RefCell::default(),
            held: RefCell::default(),
        });
        driver.listen(panel);
        driver.refresh();
        driver
    }

    /// Judges the options as they are now: what is wrong is said once, until it changes.
    pub fn judge(self: &Rc<Self>) {
        let judged = self.read_options(None);
        let meaning = |it: &Options| self.checkout.borrow().press_meaning(it);
        let is_fresh = judged
            .as_ref()
            .is_ok_and(|it| meaning(it) == PressMeaning::Start);
        self.is_fresh.set(is_fresh);
        if self.is_busy() {
            // The options of the attempt under way are frozen.
            return;
        }
        let error = judged.err();
        if self.misconfigured.replace(error.clone()) != error {
            match error {
                Some(error) => self.input(Input::Misconfigured(Box::new(error))),
                None => self.start_over(),
            }
        }
        self.refresh();
    }

    /// A press. `early`: the options of a press before wasm was there, frozen then, with its tab: `null` where the browser
    /// refused one. `false` where a listener of `pay-start` prevented it.
    pub fn press(self: &Rc<Self>, early: &JsValue, tab: &JsValue) -> bool {
        let given = Tab::new(tab.clone());
        if self.is_busy() {
            match given {
                Some(second) => second.close(),
                None => self.focus_tab(),
            }
            return true;
        }
        let is_early = early.is_truthy();
        let mut options = self.read_options(is_early.then_some(early));
        let starts = |it: &Options| self.checkout.borrow().press_meaning(it) == PressMeaning::Start;
        if !is_early && options.as_ref().is_ok_and(starts) {
            if !self.emit("pay-start", &crate::checkout::Detail::default()) {
                return false;
            }
            // A listener may have completed the options, or removed the widget.
            options = self.read_options(None);
        }
        let tab = match &given {
            Some(_) => PressTab::Given,
            None if is_early && tab.is_null() => PressTab::Refused,
            None => PressTab::None,
        };
        if given.is_some() {
            self.held.borrow_mut().tab = given;
        }
        match options {
            Err(error) => {
                self.misconfigured.replace(Some(error.clone()));
                self.input(Input::Misconfigured(Box::new(error)));
            }
            Ok(options) => match random::bits() {
                Some(entropy) => {
                    self.misconfigured.take();
                    let stored = self.stored(&options);
                    let press = Press {
                        options,
                        entropy,
                        tab,
                        stored,
                    };
                    self.input(Input::Pressed(Box::new(press)));
                }
                None => self.input(Input::Misconfigured(Box::new(PayError::new(
                    malipo_wire::ErrorCode::Unsupported,
                    "the browser gives no random numbers",
                )))),
            },
        }
        true
    }

    /// Takes up an attempt: that of `order_id` with `token`, where the page knows them, else the remembered one. With `only_own`
    /// nothing happens unless it is this widget's: its own order, or its own record by exact match.
    pub fn resume(
        self: &Rc<Self>,
        order_id: Option<String>,
        token: Option<String>,
        only_own: bool,
    ) {
        let options = match self.read_options(None) {
            Ok(options) => options,
            Err(error) => {
                if !only_own {
                    self.input(Input::Misconfigured(Box::new(error)));
                }
                return;
            }
        };
        let now = self.clock.now();
        let named = Record::name(&options).and_then(|it| storage::load(&it, now));
        let stored = named.or_else(|| {
            let nameless = (!only_own).then(|| Record::nameless(&options))?;
            storage::load(&nameless, now)
        });
        let stored = stored.filter(|it| it.order_id.is_some());
        let is_own = options.order_id == order_id && order_id.is_some();
        let record = match (order_id, stored) {
            (None, stored) => stored,
            (Some(order_id), Some(stored)) if stored.order_id.as_ref() == Some(&order_id) => {
                Some(Record {
                    token: token.or(stored.token),
                    ..stored
                })
            }
            (Some(order_id), _) if !only_own || is_own || self.status_only => Some(Record {
                order_id: Some(order_id),
                token,
                ..Record::default()
            }),
            // The page came back from another order than this button's.
            (Some(_), stored) => stored,
        };
        if record.is_none() && only_own {
            return;
        }
        let record = record.unwrap_or_default();
        self.input(Input::Resumed(Box::new(Resume { options, record })));
    }

    /// Asks the backend now.
    pub fn check(self: &Rc<Self>) {
        self.input(Input::CheckRequested);
    }

    /// Brings the checkout page back; `false` where there is none, or the browser refused.
    pub fn reopen(self: &Rc<Self>) -> bool {
        self.came_forward.set(false);
        self.look_at_tab();
        self.input(Input::ReopenRequested);
        self.came_forward.get()
    }

    /// Gives the payment up.
    pub fn cancel(self: &Rc<Self>) {
        self.input(Input::CancelRequested);
    }

    /// What ended or hindered the attempt last.
    #[must_use]
    pub fn error(&self) -> Option<PayError> {
        self.checkout.borrow().error().cloned()
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
        let held = self.held.take();
        if let Some(panel) = &held.panel {
            panel.clear();
        }
    }

    /// Takes one input, and everything that comes of it.
    fn input(self: &Rc<Self>, input: Input) {
        if self.is_destroyed.get() {
            return;
        }
        self.inputs.borrow_mut().push_back(input);
        if self.is_draining.replace(true) {
            return;
        }
        // Bounded: effects bring inputs of their own (a tab opened, refused), each at most once.
        loop {
            let Some(input) = self.inputs.borrow_mut().pop_front() else {
                break;
            };
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

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::OpenTab { popup } => self.open_tab(popup, None),
            Effect::OpenCheckout { url, popup } => self.open_tab(popup, Some(&url)),
            Effect::Navigate { url } => {
                let tab = self.held.borrow().tab.clone();
                if !tab.is_some_and(|it| it.navigate(&url)) {
                    self.input(Input::NavigationFailed);
                }
            }
            Effect::Redirect { url } => {
                if !redirect(&url) {
                    self.input(Input::TabRefused);
                }
            }
            Effect::CloseTab => {
                let tab = self.held.borrow_mut().tab.take();
                if let Some(tab) = tab {
                    tab.close();
                }
            }
            Effect::FocusTab => self.focus_tab(),
            Effect::Send(request) => self.send(*request),
            Effect::Abort { epoch } => self.land(epoch),
            Effect::OpenStream { epoch, url, token } => self.open_stream(epoch, url, token),
            Effect::CloseStream => {
                let stream = self.held.borrow_mut().stream.take();
                drop(stream);
            }
            Effect::Emit(event) => {
                self.emit(event.name.as_str(), &event.detail);
            }
            Effect::Settle(result) => {
                let value = match &result {
                    Ok(outcome) => to_js(outcome),
                    Err(error) => error_to_js(error),
                };
                self.heed(self.host.settle(result.is_ok(), &value));
            }
            Effect::Checked(result) => {
                let value = match &result {
                    Ok(status) => status.as_str().into(),
                    Err(error) => error_to_js(error),
                };
                self.heed(self.host.checked(result.is_ok(), &value));
            }
            Effect::Save { name, record } => storage::save(&name, &record),
            Effect::Forget { name } => storage::forget(&name),
            Effect::Warn(text) => self.heed(self.host.warn(&text)),
        }
    }

    fn emit(&self, name: &str, detail: &crate::checkout::Detail) -> bool {
        !self.is_destroyed.get() && self.host.emit(name, &to_js(detail)).unwrap_or(true)
    }

    /// What the page's side threw is the page's affair: it is on the console already, and nothing of ours depends on it.
    fn heed(&self, result: Result<(), JsValue>) {
        drop(result);
    }

    fn open_tab(self: &Rc<Self>, popup: bool, url: Option<&str>) {
        let tab = self.host.open(popup).ok().and_then(Tab::new);
        let opened = tab
            .as_ref()
            .is_some_and(|it| url.is_none_or(|url| it.navigate(url)));
        if opened {
            self.came_forward.set(true);
        }
        self.held.borrow_mut().tab = tab.filter(|_| opened);
        self.input(if opened {
            Input::TabOpened
        } else {
            Input::TabRefused
        });
    }

    fn focus_tab(&self) {
        let tab = self.held.borrow().tab.clone();
        if tab.is_some_and(|it| it.focus()) {
            self.came_forward.set(true);
        }
    }

    fn look_at_tab(self: &Rc<Self>) {
        let tab = self.held.borrow().tab.clone();
        if tab.is_some_and(|it| it.is_closed()) {
            self.input(Input::TabClosed);
        }
    }

    fn send(self: &Rc<Self>, request: Request) {
        let epoch = request.epoch;
        let manner = self.held.borrow().manner.clone();
        let (Some(flight), Some(manner)) = (Flight::new(epoch), manner) else {
            return;
        };
        let signal = flight.signal();
        self.held.borrow_mut().requests.push(flight);
        let driver = Rc::downgrade(self);
        spawn_local(async move {
            let reply = http::post(&request, &manner, &signal).await;
            let Some(driver) = driver.upgrade() else {
                return;
            };
            driver.land(epoch);
            // The next timer is armed in here: in the completion of the fetch, which a hidden tab does not throttle.
            driver.input(Input::Replied {
                epoch,
                reply: Box::new(reply),
            });
        });
    }

    /// Lets go of a request; aborts it where it is still out.
    fn land(&self, epoch: u32) {
        let mut held = self.held.borrow_mut();
        let at = held.requests.iter().position(|it| it.epoch == epoch);
        let flight = at.map(|it| held.requests.swap_remove(it));
        drop(held);
        drop(flight);
    }

    fn open_stream(self: &Rc<Self>, epoch: u32, url: String, token: Option<String>) {
        let manner = self.held.borrow().manner.clone();
        let (Some(flight), Some(manner)) = (Flight::new(epoch), manner) else {
            return;
        };
        let signal = flight.signal();
        let before = self.held.borrow_mut().stream.replace(flight);
        drop(before);
        let driver = Rc::downgrade(self);
        spawn_local(async move {
            let report = move |event: StreamEvent| {
                if let Some(driver) = driver.upgrade() {
                    driver.input(Input::Streamed { epoch, event });
                }
            };
            stream::read(&url, token.as_deref(), &manner, &signal, report).await;
        });
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
        let panel = self.held.borrow_mut().panel.take();
        if let Some(mut panel) = panel {
            panel.draw(view);
            self.held.borrow_mut().panel = Some(panel);
        }
        let is_shown = view.state != StateName::Success || self.is_fresh.get();
        self.heed(self.host.face(view.busy, is_shown));
    }

    fn arm(self: &Rc<Self>, wakeup: Option<Moment>) {
        let armed = self.held.borrow().timer.as_ref().map(|it| it.0);
        if armed == wakeup {
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

    fn listen(self: &Rc<Self>, panel: Option<(Element, Element)>) {
        let mut held = self.held.borrow_mut();
        if let Some((root, status)) = panel {
            let driver = Rc::downgrade(self);
            let actions = Listener::new(move |event| with(&driver, |it| it.acted(&event)))
                .on(&root, &["click"]);
            held.listeners.push(actions);
            held.panel = Panel::new(root, status);
        }
        let driver = Rc::downgrade(self);
        let mut wakes = Listener::new(move |event| with(&driver, |it| it.woke(&event)));
        if let Some(window) = web_sys::window() {
            if let Some(document) = window.document() {
                wakes = wakes.on(&document, &["visibilitychange", "resume"]);
            }
            let kinds = ["focus", "pageshow", "pagehide", "online", "offline"];
            wakes = wakes.on(&window, &kinds);
        }
        held.listeners.push(wakes);
        let driver = Rc::downgrade(self);
        held.channel = Some(Rc::new(Channel::open(move |order_id| {
            with(&driver, |it| it.returned(order_id));
        })));
    }

    fn woke(self: &Rc<Self>, event: &Event) {
        let is_hidden = || {
            let document = web_sys::window().and_then(|it| it.document());
            document.is_some_and(|it| it.hidden())
        };
        let wake = match event.type_().as_str() {
            "visibilitychange" if is_hidden() => return,
            "visibilitychange" | "resume" => Wake::Visible,
            "focus" => Wake::Focused,
            "pageshow" => Wake::PageShown,
            "pagehide" => Wake::PageHidden,
            "online" => Wake::Online,
            "offline" => Wake::Offline,
            _ => return,
        };
        self.look_at_tab();
        self.input(Input::Woke(wake));
    }

    fn returned(self: &Rc<Self>, order_id: String) {
        let is_own = self.checkout.borrow().order_id() == Some(&order_id);
        if !is_own {
            return;
        }
        let channel = self.held.borrow().channel.clone();
        if let Some(channel) = channel {
            channel.answer(&order_id);
        }
        self.input(Input::Woke(Wake::Returned { order_id }));
    }

    /// A click in the panel. Only the shopper's own: a script has the methods.
    fn acted(self: &Rc<Self>, event: &Event) {
        let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let part = target.and_then(|it| it.get_attribute("part"));
        if !event.is_trusted() {
            return;
        }
        match part.as_deref() {
            Some("check") => self.check(),
            Some("reopen") => {
                self.reopen();
            }
            Some("cancel") => self.cancel(),
            Some("link") => self.input(Input::LinkFollowed),
            _ => {}
        }
    }

    fn read_options(&self, early: Option<&JsValue>) -> Result<Options, PayError> {
        let said = match early {
            Some(early) => early.clone(),
            None => self.host.options().unwrap_or_default(),
        };
        let said = Said::read(&said, self.camel_case, self.status_only);
        let options = Options::parse(&said.raw, &said.page, url::parse)?;
        if !self.is_busy() {
            self.held.borrow_mut().manner = Some(said.manner);
        }
        Ok(options)
    }

    fn stored(&self, options: &Options) -> Option<Record> {
        let name = Record::name(options).unwrap_or_else(|| Record::nameless(options));
        storage::load(&name, self.clock.now())
    }

    fn is_busy(&self) -> bool {
        matches!(
            self.checkout.borrow().state(),
            StateName::Initiating | StateName::Opening | StateName::Waiting
        )
    }

    /// The options are good again: back to a machine at rest.
    fn start_over(self: &Rc<Self>) {
        if self.checkout.borrow().state() != StateName::Error {
            return;
        }
        let seed = random::bits().unwrap_or_default().to_le_bytes();
        let seed = seed.first_chunk().copied().unwrap_or_default();
        self.checkout
            .replace(Checkout::new(u64::from_le_bytes(seed), url::parse));
        let detail = crate::checkout::Detail {
            state: Some(StateName::Idle.as_str()),
            previous: Some(StateName::Error.as_str()),
            ..Default::default()
        };
        self.emit("pay-change", &detail);
    }
}

/// Sends the whole page, not only the frame that the button is in: a checkout page in a frame is none of ours to show.
fn redirect(url: &str) -> bool {
    let window = web_sys::window();
    let top = window.and_then(|it| it.top().ok().flatten());
    top.is_some_and(|it| it.location().set_href(url).is_ok())
}

fn with(driver: &Weak<Driver>, act: impl FnOnce(&Rc<Driver>)) {
    if let Some(driver) = driver.upgrade() {
        act(&driver);
    }
}

fn to_js<T: Serialize>(value: &T) -> JsValue {
    serde_wasm_bindgen::to_value(value).unwrap_or_default()
}

/// An error as the detail from which the page's side makes a `PayError`.
pub(crate) fn error_to_js(error: &PayError) -> JsValue {
    to_js(&crate::checkout::Detail {
        code: Some(error.code),
        message: Some(error.message.clone()),
        retryable: Some(error.retryable),
        errors: error.errors.clone(),
        ..Default::default()
    })
}
