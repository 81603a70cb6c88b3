//! What the widget and the backend say to each other.
//!
//! Money as integer minor units, order ids, the JSON bodies of initiate, verify and cancel, and the closed list of error
//! codes. No I/O, no clock, no JSON parser: both sides bring their own.
//!
//! Invariants: nothing here can panic on any input; nothing here is a floating-point number.

mod currency;
mod error_code;
mod id;
mod message;
mod money;
mod text;

pub use currency::{Currency, CurrencyError};
pub use error_code::ErrorCode;
pub use id::{OrderId, OrderIdError};
pub use message::{
    Customer, ErrorAnswer, InitiateAnswer, InitiateRequest, Reason, SentTo, Status, VerifyAnswer,
    VerifyRequest,
};
pub use money::{Money, MoneyError};
pub use text::{cut, digits, number, trimmed, without_end};
