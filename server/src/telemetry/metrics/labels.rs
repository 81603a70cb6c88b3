//! Labels. Every value is a word of a closed list, so that the number of series has a bound whoever calls.

use prometheus_client::encoding::EncodeLabelSet;

/// Labels of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The route's pattern, never the path itself; `-` where there is none.
    pub route: String,
    /// GET, POST, ..., `other`.
    pub method: &'static str,
    /// The HTTP status.
    pub status: u16,
}

/// Labels of a request's duration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RouteLabels {
    /// The route's pattern.
    pub route: String,
    /// GET, POST, ..., `other`.
    pub method: &'static str,
}

/// Labels of a question to a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CallLabels {
    /// `joyndpay`.
    pub provider: &'static str,
    /// One of [`OPERATIONS`].
    pub operation: &'static str,
    /// `ok`, or the kind of error.
    pub outcome: &'static str,
}

/// Labels of such a question's duration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OperationLabels {
    /// `joyndpay`.
    pub provider: &'static str,
    /// One of [`OPERATIONS`].
    pub operation: &'static str,
}

/// Labels of what belongs to a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ProviderLabels {
    /// `joyndpay`.
    pub provider: &'static str,
}

/// Labels of a notification.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct NoticeLabels {
    /// `joyndpay`; `-` where the address names none.
    pub provider: &'static str,
    /// One of [`NOTICE_OUTCOMES`].
    pub outcome: &'static str,
}

/// Labels of an attempt's step.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StepLabels {
    /// `joyndpay`; `-` where its keys are not there any more.
    pub provider: &'static str,
    /// The status it reached.
    pub status: &'static str,
}

/// Labels of attempts that are counted by where they stand.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StatusLabels {
    /// An attempt's status.
    pub status: &'static str,
}

/// Labels of what a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AlarmLabels {
    /// `duplicate_paid`, ...
    pub kind: &'static str,
}

/// Labels of a delivery to the shop.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct DeliveryLabels {
    /// `webhook` or `hook`.
    pub channel: &'static str,
    /// `ok` or `failed`.
    pub outcome: &'static str,
}

/// Labels of a task in the background.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TaskLabels {
    /// `reconcile`, `outbox` or `news`.
    pub task: &'static str,
}

/// Labels of this build and how it runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct BuildLabels {
    /// `0.1.0`.
    pub version: &'static str,
    /// `sandbox` or `live`.
    pub mode: &'static str,
    /// `sqlite` or `postgres`.
    pub store: &'static str,
}

/// What a provider is asked.
pub(super) const OPERATIONS: [&str; 3] = ["open", "look_up", "cancel"];
/// What becomes of a notification.
pub(super) const NOTICE_OUTCOMES: [&str; 6] =
    ["accepted", "known", "ignored", "parked", "stale", "forged"];
