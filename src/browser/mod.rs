//! The shell of the machine: it brings inputs and the time, and carries out effects.
//!
//! web-sys lives here and nowhere else. What is to be undone is a guard that undoes itself when dropped: a timer, and a
//! `Flight` (`http.rs`), which aborts a request or a stream, or the listeners and the channel that `pkg-template/wakes.js`
//! keeps until then. So removing a widget is dropping its driver's parts; its blank tab the machine has closed before.
//! JavaScript may throw anything from anywhere: each call's `Result` is handled, and nothing here panics.
//!
//! Only [`sse`] is free of the browser, and compiles on the host, where its tests run.

pub mod sse;

#[cfg(target_arch = "wasm32")]
pub mod clock;
#[cfg(target_arch = "wasm32")]
pub mod driver;
#[cfg(target_arch = "wasm32")]
pub mod fields;
#[cfg(target_arch = "wasm32")]
pub mod host;
#[cfg(target_arch = "wasm32")]
pub mod http;
#[cfg(target_arch = "wasm32")]
pub mod random;
#[cfg(target_arch = "wasm32")]
pub mod storage;
#[cfg(target_arch = "wasm32")]
pub mod stream;
#[cfg(target_arch = "wasm32")]
pub mod tab;
#[cfg(target_arch = "wasm32")]
pub mod url;
