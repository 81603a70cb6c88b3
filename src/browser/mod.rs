//! The shell of the machine: it brings inputs and the time, and carries out effects.
//!
//! web-sys lives here and nowhere else. Every resource (listener, timer, request, channel, tab) is a guard that undoes
//! itself when dropped, so that removing a widget is dropping its driver's parts. JavaScript may throw anything from
//! anywhere: each call's `Result` is handled, and nothing here panics.
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
