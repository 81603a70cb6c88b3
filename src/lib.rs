//! The pay button that runs in the page.
//!
//! Two halves. [`checkout`] is pure: one state machine that takes inputs and the time and gives back effects and a view; it
//! knows no DOM, no network, no clock, and is tested on the host. `browser` and `api` are its shell and exist in the
//! browser only. The public interface is JavaScript: the classes in `pkg-template/` over the handle in `api`.

pub mod checkout;
