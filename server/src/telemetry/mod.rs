//! What an operator sees: log lines and metrics.

mod log;
mod metrics;

pub use log::init;
pub use metrics::{AskLabels, DeliveryLabels, Metrics, RequestLabels, WordLabels};
