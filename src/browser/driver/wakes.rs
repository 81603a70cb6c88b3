//! What happens in the browser: wake-ups, word from other tabs.

use std::rc::Rc;

use web_sys::Event;

use super::super::channel::Channel;
use super::super::listener::Listener;
use super::{Driver, with};
use crate::checkout::{Input, Wake};

impl Driver {
    pub(super) fn listen(self: &Rc<Self>) {
        let mut held = self.held.borrow_mut();
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

    pub(super) fn woke(self: &Rc<Self>, event: &Event) {
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

    pub(super) fn returned(self: &Rc<Self>, order_id: String) {
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
}
