//! The pay button that runs in the page.
//!
//! Two halves. [`checkout`] is pure: one state machine that takes inputs and the time and gives back effects and a view; it
//! knows no DOM, no network, no clock, and is tested on the host. [`browser`] and `api` are its shell and exist in the
//! browser only. The public interface is JavaScript: the classes in `pkg-template/` over the handle in `api`.

/// Whether a bug is planted here: in a simulation that looks for it, and nowhere else.
#[cfg(feature = "planted")]
macro_rules! planted {
    ($bug:ident) => {
        crate::planted::is_planted(crate::planted::Bug::$bug)
    };
}
/// Whether a bug is planted here: never. It leaves not a byte in what is shipped.
#[cfg(not(feature = "planted"))]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
}

#[cfg(target_arch = "wasm32")]
pub mod api;
pub mod browser;
pub mod checkout;

/// Smaller by 2 KB than the standard library's, and made for one thread.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
#[cfg(feature = "planted")]
pub mod planted;
