//! Carries out what the machine wants done.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::super::http::{self, Flight};
use super::super::tab::Tab;
use super::super::{storage, stream};
use super::Driver;
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

    pub(super) fn emit(&self, name: &str, detail: &Detail) -> bool {
        !self.is_destroyed.get() && self.host.emit(name, &to_js(detail)).unwrap_or(true)
    }

    /// What the page's side threw is the page's affair: it is on the console already, and nothing of ours depends on it.
    pub(super) fn heed(&self, result: Result<(), JsValue>) {
        drop(result);
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

    pub(super) fn send(self: &Rc<Self>, request: Request) {
        let epoch = request.epoch;
        let manner = self.held.borrow().manner.clone();
        let (Some(flight), Some(manner)) = (Flight::new(epoch), manner) else {
            return;
        };
        let signal = flight.signal();
        // A cancel is carried through: pages remove the button right after it, and the backend is to hear of it all the same.
        let carried = if request.kind == RequestKind::Cancel {
            Some(flight)
        } else {
            self.held.borrow_mut().requests.push(flight);
            None
        };
        let driver = Rc::downgrade(self);
        spawn_local(async move {
            let reply = http::post(&request, &manner, &signal).await;
            drop(carried);
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
    pub(super) fn land(&self, epoch: u32) {
        let mut held = self.held.borrow_mut();
        let at = held.requests.iter().position(|it| it.epoch == epoch);
        let flight = at.map(|it| held.requests.swap_remove(it));
        drop(held);
        drop(flight);
    }

    pub(super) fn open_stream(self: &Rc<Self>, epoch: u32, url: String, token: Option<String>) {
        let manner = self.held.borrow().manner.clone();
        let (Some(flight), Some(manner)) = (Flight::new(epoch), manner) else {
            return;
        };
        let signal = flight.signal();
        let before = self.held.borrow_mut().stream.replace(flight);
        drop(before);
        let (driver, place) = (Rc::downgrade(self), self.host.place(&signal));
        spawn_local(async move {
            let report = |event: StreamEvent| {
                if let Some(driver) = driver.upgrade() {
                    driver.input(Input::Streamed { epoch, event });
                }
            };
            if has_place(place).await {
                stream::read(&url, token.as_deref(), &manner, &signal, report).await;
            } else {
                // As one that broke off: it is tried again, and meanwhile the poll does it.
                report(StreamEvent::Ended);
            }
            if let Some(driver) = driver.upgrade() {
                driver.leave_place(epoch);
            }
        });
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

/// Whether a stream may be opened; where nobody can tell it may.
async fn has_place(place: Result<Promise, JsValue>) -> bool {
    match place {
        Ok(place) => JsFuture::from(place).await.is_ok_and(|it| it.is_truthy()),
        Err(_) => true,
    }
}

/// Sends the whole page, not only the frame that the button is in: a checkout page in a frame is none of ours to show.
fn redirect(url: &str) -> bool {
    let window = web_sys::window();
    let top = window.and_then(|it| it.top().ok().flatten());
    top.is_some_and(|it| it.location().set_href(url).is_ok())
}

fn to_js(detail: &Detail) -> JsValue {
    storage::to_js(detail).unwrap_or_default()
}

/// An error as the detail from which the page's side makes a `PayError`.
pub(crate) fn error_to_js(error: &PayError) -> JsValue {
    to_js(&error.detail())
}
