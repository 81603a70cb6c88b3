//! The JavaScript side of one widget: `Widget` in `pkg-template/widget.js`, which owns promises, events and the idle face.

use js_sys::{Array, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use crate::checkout::{Page, RawOptions};

#[wasm_bindgen]
extern "C" {
    /// See the module. Each method may call back into the widget, and may throw.
    #[derive(Clone, Debug)]
    pub type Host;

    /// The options as they are now: `[names and values in turn, names and values of headers in turn, base URL, return URL]`.
    #[wasm_bindgen(method, catch)]
    pub fn options(this: &Host) -> Result<JsValue, JsValue>;

    /// Dispatches an event; `false` where a listener prevented it.
    #[wasm_bindgen(method, catch)]
    pub fn emit(this: &Host, name: &str, detail: &JsValue) -> Result<bool, JsValue>;

    /// Settles the promise of the attempt: with an outcome, or with an error.
    #[wasm_bindgen(method, catch)]
    pub fn settle(this: &Host, succeeded: bool, value: &JsValue) -> Result<(), JsValue>;

    /// Settles the promises of `check()`: with a status, or with an error.
    #[wasm_bindgen(method, catch)]
    pub fn checked(this: &Host, succeeded: bool, value: &JsValue) -> Result<(), JsValue>;

    /// Opens a blank tab, cut off from this page; `null` where the browser refused.
    #[wasm_bindgen(method, catch)]
    pub fn open(this: &Host, popup: bool) -> Result<JsValue, JsValue>;

    /// What is loaded beside this half.
    #[wasm_bindgen(method, getter, catch)]
    pub fn rest(this: &Host) -> Result<Rest, JsValue>;

    /// Draws: the state; the names of the texts, separated by spaces, the headline's first (`-` where there is none) and the
    /// hints' after it; what stands for `{}` in the headline; the checkout page; an error's own words; the [flags](Flags); and
    /// the minutes left, 0 for none.
    #[wasm_bindgen(method, catch)]
    pub fn draw(
        this: &Host,
        state: &str,
        texts: &str,
        value: &str,
        page: &str,
        detail: &str,
        flags: u32,
        minutes: u32,
    ) -> Result<(), JsValue>;

    /// Says something to the developer: a text, or what was thrown.
    #[wasm_bindgen(method, catch)]
    pub fn warn(this: &Host, said: &JsValue) -> Result<(), JsValue>;

    /// `pkg-template/rest.js`, of which `requests.js` and `wakes.js` are used here. `said`: what [`Host::options`] gave.
    #[derive(Clone, Debug)]
    pub type Rest;

    /// Until the signal is aborted, calls back with the kind of each wake-up. Where an order came back, first with `is-own`, to be told
    /// whether it is this widget's, and with `returned` if so.
    #[wasm_bindgen(method, catch)]
    pub fn attend(
        this: &Rest,
        woke: &Closure<dyn FnMut(String, String) -> bool>,
        signal: &AbortSignal,
    ) -> Result<(), JsValue>;

    /// Posts `body`; resolves to the response and its text.
    #[wasm_bindgen(method, catch)]
    pub fn send(
        this: &Rest,
        said: &JsValue,
        url: &str,
        key: Option<&str>,
        body: &JsValue,
        signal: &AbortSignal,
    ) -> Result<Promise, JsValue>;

    /// Asks for server-sent events; resolves to a reader of bytes, to `false` where the server does not want us back, and to
    /// nothing where there is no place or no stream.
    #[wasm_bindgen(method, catch)]
    pub fn listen(
        this: &Rest,
        said: &JsValue,
        url: &str,
        token: Option<&str>,
        signal: &AbortSignal,
    ) -> Result<Promise, JsValue>;
}

/// What is offered, a bit each; `face.js` reads them.
#[derive(Debug)]
pub struct Flags;

impl Flags {
    /// Something is going on.
    pub const BUSY: u32 = 1;
    /// The button is there to be pressed, now or later.
    pub const BUTTON: u32 = 2;
    /// "Check now".
    pub const CHECK: u32 = 4;
    /// "Open the payment page again".
    pub const REOPEN: u32 = 8;
    /// "Cancel".
    pub const CANCEL: u32 = 16;
    /// No money moves.
    pub const TEST: u32 = 32;
    /// The provider's fees come on top.
    pub const FEES: u32 = 64;
    /// The link to the checkout page.
    pub const LINK: u32 = 128;
}

/// What the page says, as it came over.
#[derive(Debug)]
pub struct Said {
    /// For [`crate::checkout::Options::parse`].
    pub raw: RawOptions,
    /// The page around the button.
    pub page: Page,
}

impl Said {
    /// Reads what [`Host::options`] gave; what is not of the agreed shape is empty, and judged as such.
    #[must_use]
    pub fn read(said: &JsValue, camel_case: bool, status_only: bool) -> Self {
        let empty = Array::new();
        let said = said.dyn_ref::<Array>().unwrap_or(&empty);
        let return_url = said.get(3).as_string().unwrap_or_default();
        let parsed = super::url::parse(&return_url, None);
        Self {
            page: Page {
                base_url: said.get(2).as_string().unwrap_or_default(),
                is_loopback: parsed
                    .is_some_and(|it| crate::checkout::policy::is_loopback(&it.hostname)),
                return_url,
            },
            raw: RawOptions {
                values: pairs(&said.get(0)),
                headers: pairs(&said.get(1)),
                camel_case,
                status_only,
            },
        }
    }
}

fn pairs(list: &JsValue) -> Vec<(String, String)> {
    let empty = Array::new();
    let list = list.dyn_ref::<Array>().unwrap_or(&empty);
    let item = |index| list.get(index).as_string().unwrap_or_default();
    let mut pairs = Vec::new();
    for index in 0..list.length() / 2 {
        pairs.push((item(index * 2), item(index * 2 + 1)));
    }
    pairs
}
