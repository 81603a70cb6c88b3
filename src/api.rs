//! The handle behind the JavaScript classes.
//!
//! Internal: pages use `PayButton` and the elements of `pkg-template/`. All methods take `&self`, so that a listener may call
//! any of them in the middle of any other.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::driver::{Driver, error_to_js};
use crate::browser::host::Host;

/// One widget's machine, driven.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Handle(Rc<Driver>);

#[wasm_bindgen]
impl Handle {
    /// A handle that listens at once, and has `host` draw.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, camel_case: bool, status_only: bool) -> Self {
        Self(Driver::new(host, camel_case, status_only))
    }

    /// Judges the options as they are now.
    pub fn judge(&self) {
        self.0.judge();
    }

    /// A press; see [`Driver::press`].
    pub fn press(&self, early: JsValue, tab: JsValue) -> bool {
        self.0.press(&early, &tab)
    }

    /// Takes up an attempt begun before; see [`Driver::resume`].
    pub fn resume(&self, order_id: Option<String>, token: Option<String>, only_own: bool) {
        self.0.resume(order_id, token, only_own);
    }

    /// Asks the backend now; `Host::checked` is told.
    pub fn check(&self) {
        self.0.check();
    }

    /// Brings the checkout page back; `false` where it could not.
    pub fn reopen(&self) -> bool {
        self.0.reopen()
    }

    /// The shopper followed the link to the checkout page.
    pub fn followed(&self) {
        self.0.followed();
    }

    /// Gives the payment up; `Host::settle` is told.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// What ended or hindered the attempt last, or `undefined`.
    pub fn error(&self) -> JsValue {
        self.0
            .error()
            .map_or(JsValue::UNDEFINED, |it| error_to_js(&it))
    }

    /// Removes everything; silent ever after.
    pub fn destroy(&self) {
        self.0.destroy();
    }
}
