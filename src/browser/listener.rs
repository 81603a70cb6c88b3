//! DOM listeners as guards.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// One callback on any number of targets and event types.
#[must_use = "dropping the listener removes it"]
#[derive(Debug)]
pub struct Listener {
    callback: Closure<dyn FnMut(Event)>,
    places: Vec<(EventTarget, &'static str)>,
}

impl Listener {
    /// A callback that is not called by anything yet.
    pub fn new(callback: impl FnMut(Event) + 'static) -> Self {
        Self {
            callback: Closure::new(callback),
            places: Vec::new(),
        }
    }

    /// Calls it for events of these types on `target`.
    pub fn on(mut self, target: &EventTarget, types: &[&'static str]) -> Self {
        for kind in types {
            let function = self.callback.as_ref().unchecked_ref();
            if target
                .add_event_listener_with_callback(kind, function)
                .is_ok()
            {
                self.places.push((target.clone(), kind));
            }
        }
        self
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        for (target, kind) in &self.places {
            let function = self.callback.as_ref().unchecked_ref();
            // Removing from a target that is gone is harmless: there is nothing to report.
            let _ = target.remove_event_listener_with_callback(kind, function);
        }
    }
}
