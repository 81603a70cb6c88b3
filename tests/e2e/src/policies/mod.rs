//! Content security policies: each with each shape of the widget, in Chromium and in Firefox, really pressed and paid.

mod list;
mod shape;
mod table;
mod trial;

pub use list::{Outcome, POLICIES, Policy};
pub use shape::Shape;
pub use table::{in_docs, measure, rendered};
pub use trial::{Found, Way, check};
