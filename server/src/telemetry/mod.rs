//! What an operator sees: log lines and metrics.

mod log;
mod metrics;

pub use log::init;
pub use metrics::{
    AlarmLabels, BuildLabels, CallLabels, DeliveryLabels, Metrics, NoticeLabels, OperationLabels,
    ProviderLabels, QuotaReadings, Readings, RequestLabels, RouteLabels, StatusLabels, StepLabels,
    StoreReadings, TaskLabels, TaskReadings,
};
