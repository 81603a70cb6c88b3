//! The shell in a real browser: what host tests cannot see. Run with `make wasm-test`.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a failed set-up is a failed test")]

mod page;
mod parts;
mod reading;
mod resuming;
mod urls;
mod widget;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);

/// Runs a script of the page.
pub(crate) fn js(code: &str) -> JsValue {
    Function::new_no_args(code).call0(&JsValue::NULL).unwrap()
}
