//! The checkout page's tab. It is opened by the page's own script (`pkg-template/tab.js`), which also does it before wasm is there.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::Window;

/// A tab that we opened.
///
/// Once it shows the provider's page it belongs to another origin: little may be asked of it, and with COOP it reads as
/// closed while it is open.
#[derive(Clone, Debug)]
pub struct Tab(Window);

impl Tab {
    /// The tab, if that is what `window.open` gave back.
    #[must_use]
    pub fn new(opened: JsValue) -> Option<Self> {
        // Unchecked: a window of another realm is no instance of this one's `Window`.
        opened.is_object().then(|| Self(opened.unchecked_into()))
    }

    /// Sends it to `url`; `false` where it is gone.
    #[must_use]
    pub fn navigate(&self, url: &str) -> bool {
        // `replace`: going back must not show the blank page.
        !self.is_closed() && self.0.location().replace(url).is_ok()
    }

    /// Reads as closed. A hint, never an outcome.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.closed().unwrap_or(true)
    }

    /// Brings it forward, if the browser lets us.
    #[must_use]
    pub fn focus(&self) -> bool {
        !self.is_closed() && self.0.focus().is_ok()
    }

    /// Closes it, while it is still ours to close.
    ///
    /// Once it shows the provider's page it is not: its opener is cut, so the browser refuses, and says so on the console,
    /// where no script can catch it.
    pub fn close(&self) {
        let is_ours = self.0.location().href().is_ok();
        if is_ours {
            // Where that is refused the shopper closes it.
            let _ = self.0.close();
        }
    }
}
