//! What happens in the browser: wake-ups, word from other tabs.

use std::rc::Rc;

use wasm_bindgen::closure::Closure;

use super::super::http::Flight;
use super::{Attention, Driver};
use crate::checkout::{Input, Wake};

impl Driver {
    pub(super) fn listen(self: &Rc<Self>) {
        let Some(flight) = Flight::new(0) else {
            return;
        };
        let driver = Rc::downgrade(self);
        let woke = Closure::new(move |kind: String, order_id: String| {
            let driver = driver.upgrade();
            driver.is_some_and(|it| it.woke(&kind, order_id))
        });
        let rest = self.host.rest();
        self.heed(rest.and_then(|it| it.attend(&woke, &flight.signal())));
        self.held.borrow_mut().attention = Some(Attention {
            _flight: flight,
            _woke: woke,
        });
    }

    /// Takes a wake-up; of an order that came back, whether it is this widget's: asked first, because the page that came back is
    /// answered before anything is made of it.
    fn woke(self: &Rc<Self>, kind: &str, order_id: String) -> bool {
        let wake = match kind {
            "visible" => Wake::Visible,
            "focus" => Wake::Focused,
            "pageshow" => Wake::PageShown,
            "pagehide" => Wake::PageHidden,
            "online" => Wake::Online,
            "offline" => Wake::Offline,
            "returned" => {
                self.input(Input::Woke(Wake::Returned { order_id }));
                return true;
            }
            _ => return self.checkout.borrow().order_id() == Some(&order_id),
        };
        self.look_at_tab();
        self.input(Input::Woke(wake));
        false
    }
}
