//! One state machine: what happened goes in, what to do comes out.
//!
//! ```text
//! handle(now, Input)  ->  poll_effect() until None  ->  view(), next_wakeup()
//! ```
//!
//! 1. Call [`Checkout::handle`] with the time and one [`Input`].
//! 2. Carry out [`Checkout::poll_effect`] until it is empty, in the same synchronous stretch: the click that opens a tab is
//!    only good for that long.
//! 3. Draw [`Checkout::view`] if it changed.
//! 4. Arm one timer for [`Checkout::next_wakeup`], and say [`Input::TimerFired`] when it fires. After a reply this happens
//!    in the completion of the fetch, which is what keeps a hidden tab from being throttled to once a minute.
//!
//! Invariants (asserted after every step of every test, `tests/it/invariants.rs`): an attempt has exactly one terminal
//! event; only a verify's answer settles; a tab is opened by a press and by nothing else; one request of a kind in flight.

#[cfg(feature = "planted")]
mod abstraction;
pub mod answer;
mod attempt;
mod checks;
mod clock;
mod config;
mod effect;
mod ending;
mod error;
mod hints;
mod initiating;
mod input;
mod keys;
mod object;
mod paying;
pub mod policy;
mod record;
mod resuming;
mod state;
mod stream;
mod text;
pub(crate) mod texts;
pub mod timer;
mod transition;
mod view;
mod view_of;

pub use clock::Clock;
pub use config::{Mode, Options, Page, RawOptions};
pub use effect::{Body, Detail, Effect, Event, EventName, Request, RequestKind};
pub use error::{BadOption, PayError};
pub use input::{Input, Press, PressTab, Resume, StreamEvent, Wake};
pub use object::{Datum, Object};
pub use record::{Record, fingerprint};
pub use state::StateName;
pub use text::Text;
pub use timer::Moment;
pub use transition::{Checkout, PressMeaning};
pub use view::{Line, View};
