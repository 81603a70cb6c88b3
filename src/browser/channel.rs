//! Word from the return page and from other tabs: "the shopper is back, look at this order". A hint, never an outcome.
//!
//! Two ways, because either may be missing: the BroadcastChannel `malipo` and the storage event. Both reach pages of this
//! origin only.

use js_sys::Object;
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, Event, EventTarget, MessageEvent, StorageEvent};

use super::clock::wall_ms;
use super::fields;
use super::listener::Listener;
use super::storage;
use crate::checkout::{self, Datum};

const RETURNED: &str = "malipo:returned";
const SEEN: &str = "malipo:seen";

/// Listens for returns; answers them.
#[must_use = "dropping the channel closes it"]
#[derive(Debug)]
pub struct Channel {
    broadcast: Option<BroadcastChannel>,
    _listener: Listener,
}

impl Channel {
    /// Calls back with the order that came back.
    pub fn open(mut returned: impl FnMut(String) + 'static) -> Self {
        let broadcast = BroadcastChannel::new("malipo").ok();
        let mut listener = Listener::new(move |event| {
            if let Some(order_id) = order_of(&event) {
                returned(order_id);
            }
        });
        if let Some(broadcast) = &broadcast {
            listener = listener.on(broadcast, &["message"]);
        }
        if let Some(window) = web_sys::window() {
            let window: EventTarget = window.into();
            listener = listener.on(&window, &["storage"]);
        }
        Self {
            broadcast,
            _listener: listener,
        }
    }

    /// Tells the return page that this tab has the order: it may close itself.
    pub fn answer(&self, order_id: &str) {
        let message = checkout::Object::default()
            .with("type", SEEN)
            .with("orderId", order_id.to_owned());
        if let (Some(broadcast), Some(message)) = (&self.broadcast, storage::to_js(&message)) {
            let _ = broadcast.post_message(&message);
        }
        // A stamp, because a value that does not change is no event.
        let stamped = message.with("t", Datum::Time(wall_ms()));
        if let Some(text) = storage::to_json(&stamped) {
            storage::signal(SEEN, &text);
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if let Some(broadcast) = &self.broadcast {
            broadcast.close();
        }
    }
}

/// The order that a message or a storage event names.
fn order_of(event: &Event) -> Option<String> {
    if event.type_() == "storage" {
        let event: &StorageEvent = event.unchecked_ref();
        let value = (event.key()? == RETURNED).then(|| event.new_value())??;
        return fields::text(&fields::parse_object(&value)?, "orderId");
    }
    let data = event.unchecked_ref::<MessageEvent>().data();
    let data = data.dyn_ref::<Object>()?;
    let is_return = fields::text(data, "type")? == RETURNED;
    is_return.then(|| fields::text(data, "orderId"))?
}
