//! Carries out what the machine wants done.

use std::rc::Rc;

use js_sys::Promise;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::super::http::{self, Flight};
use super::super::storage;
use super::super::stream::Stream;
use super::super::tab::Tab;
use super::{Driver, with};
use crate::checkout::{Detail, Effect, Input, PayError, Request, RequestKind, StreamEvent};

impl Driver {
    pub(super) fn perform(self: &Rc<Self>, effect: Effect) {
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
            Effect::Send(request) => self.send(&request),
            Effect::Abort { epoch } => self.land(epoch),
            Effect::OpenStream { epoch, url, token } => {
                self.open_stream(epoch, &url, token.as_deref());
            }
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
            Effect::Warn(text) => self.heed(self.host.warn(&text.into())),
        }
    }

    pub(super) fn emit(&self, name: &str, detail: &Detail) -> bool {
        if self.is_destroyed.get() {
            return false;
        }
        self.host
            .emit(name, &to_js(detail))
            .unwrap_or_else(|thrown| {
                self.heed(Err(thrown));
                true
            })
    }

    /// What the page's side threw is said on the console, which hears of nothing that is caught; nothing of ours depends on it.
    pub(super) fn heed(&self, result: Result<(), JsValue>) {
        if let Err(thrown) = result {
            // What the console itself throws can be said nowhere.
            let _ = self.host.warn(&thrown);
        }
    }

    pub(super) fn open_tab(self: &Rc<Self>, popup: bool, url: Option<&str>) {
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

    pub(super) fn focus_tab(&self) {
        let tab = self.held.borrow().tab.clone();
        if tab.is_some_and(|it| it.focus()) {
            self.came_forward.set(true);
        }
    }

    pub(super) fn look_at_tab(self: &Rc<Self>) {
        let tab = self.held.borrow().tab.clone();
        if tab.is_some_and(|it| it.is_closed()) {
            self.input(Input::TabClosed);
        }
    }

    pub(super) fn send(self: &Rc<Self>, request: &Request) {
        let epoch = request.epoch;
        let Some(flight) = Flight::new(epoch) else {
            return;
        };
        let manner = self.held.borrow().manner.clone();
        let (url, key) = (&request.url, request.key.as_deref());
        let (body, signal) = (to_js(&request.body), flight.signal());
        let rest = self.host.rest();
        let sent = rest.and_then(|it| it.send(&manner, url, key, &body, &signal));
        // A cancel is carried through: pages remove the button right after it, and the backend is to hear of it all the same.
        let carried = if request.kind == RequestKind::Cancel {
            Some(flight)
        } else {
            self.held.borrow_mut().requests.push(flight);
            None
        };
        self.once(sent, move |driver, sent| {
            drop(carried);
            driver.land(epoch);
            // The next timer is armed in here: in the completion of the fetch, which a hidden tab does not throttle.
            driver.input(Input::Replied {
                epoch,
                reply: Box::new(http::reply(sent)),
            });
        });
    }

    /// When the promise is settled: with what it came to, and with nothing where it was rejected.
    fn once(
        self: &Rc<Self>,
        promise: Result<Promise, JsValue>,
        then: impl FnOnce(&Rc<Self>, Option<JsValue>) + 'static,
    ) {
        self.once_boxed(promise, Box::new(then));
    }

    /// One future for all: each would be a state machine of its own, of 1 KB.
    fn once_boxed(self: &Rc<Self>, promise: Result<Promise, JsValue>, then: Then) {
        let driver = Rc::downgrade(self);
        spawn_local(async move {
            let value = match promise {
                Ok(promise) => JsFuture::from(promise).await.ok(),
                Err(_) => None,
            };
            with(&driver, |driver| then(driver, value));
        });
    }

    /// Lets go of a request; aborts it where it is still out.
    pub(super) fn land(&self, epoch: u32) {
        let mut held = self.held.borrow_mut();
        let at = held.requests.iter().position(|it| it.epoch == epoch);
        let flight = at.map(|it| held.requests.swap_remove(it));
        drop(held);
        drop(flight);
    }

    pub(super) fn open_stream(self: &Rc<Self>, epoch: u32, url: &str, token: Option<&str>) {
        let Some(flight) = Flight::new(epoch) else {
            return;
        };
        let manner = self.held.borrow().manner.clone();
        let signal = flight.signal();
        let before = self.held.borrow_mut().stream.replace(flight);
        drop(before);
        let rest = self.host.rest();
        let opened = rest.and_then(|it| it.listen(&manner, url, token, &signal));
        self.once(opened, move |driver, opened| {
            let opened = opened.unwrap_or_default();
            match Stream::new(&opened) {
                Some(stream) => driver.read_on(epoch, stream),
                None if opened == JsValue::FALSE => driver.lost(epoch, StreamEvent::Refused),
                // Where there was no place as where it broke off: it is tried again, and meanwhile the poll does it.
                None => driver.lost(epoch, StreamEvent::Ended),
            }
        });
    }

    fn read_on(self: &Rc<Self>, epoch: u32, mut stream: Stream) {
        let piece = stream.next();
        self.once(Ok(piece), move |driver, piece| {
            let Some(words) = piece.and_then(|it| stream.words(&it)) else {
                return driver.lost(epoch, StreamEvent::Ended);
            };
            driver.heard(epoch, StreamEvent::Alive);
            for word in words {
                driver.heard(epoch, StreamEvent::Status(word));
            }
            driver.read_on(epoch, stream);
        });
    }

    fn heard(self: &Rc<Self>, epoch: u32, event: StreamEvent) {
        self.input(Input::Streamed { epoch, event });
    }

    fn lost(self: &Rc<Self>, epoch: u32, event: StreamEvent) {
        self.heard(epoch, event);
        self.leave_place(epoch);
    }

    /// A stream that is over keeps no other out.
    fn leave_place(&self, epoch: u32) {
        let mut held = self.held.borrow_mut();
        let is_over = held.stream.as_ref().is_some_and(|it| it.epoch == epoch);
        let over = if is_over { held.stream.take() } else { None };
        drop(held);
        drop(over);
    }
}

/// What is done with what a promise came to.
type Then = Box<dyn FnOnce(&Rc<Driver>, Option<JsValue>)>;

/// Sends the whole page, not only the frame that the button is in: a checkout page in a frame is none of ours to show.
fn redirect(url: &str) -> bool {
    let window = web_sys::window();
    let top = window.and_then(|it| it.top().ok().flatten());
    top.is_some_and(|it| it.location().set_href(url).is_ok())
}

fn to_js<T: Serialize>(value: &T) -> JsValue {
    storage::to_js(value).unwrap_or_default()
}

/// An error as the detail from which the page's side makes a `PayError`.
pub(crate) fn error_to_js(error: &PayError) -> JsValue {
    to_js(&error.detail())
}
