//! Everything that is counted, as OpenMetrics text.
//!
//! Names follow <https://prometheus.io/docs/practices/naming> (read 2026-11-21): `malipo_`, base units, `_total` on
//! counters. Each stands in a table of docs/operating.md; a test holds the two together. Series whose labels are known
//! from the start begin at zero, because a rate over a series that appears with its first event misses that event.

mod labels;
mod readings;

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::clock::UnixMs;
use crate::payment::AttemptStatus;
use crate::payment::settle::Alarm;
use crate::provider::ProviderError;
use crate::store::outbox::Channel;

pub use labels::{
    AlarmLabels, BuildLabels, CallLabels, DeliveryLabels, NoticeLabels, OperationLabels,
    ProviderLabels, RequestLabels, RouteLabels, StatusLabels, StepLabels, TaskLabels,
};
use labels::{NOTICE_OUTCOMES, OPERATIONS};
pub use readings::{QuotaReadings, Readings, StoreReadings, TaskReadings};

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// Everything that is counted as it happens.
#[derive(Debug)]
pub struct Metrics {
    /// HTTP requests answered.
    pub requests: Family<RequestLabels, Counter>,
    request_durations: Durations<RouteLabels>,
    /// Questions to providers.
    pub calls: Family<CallLabels, Counter>,
    call_durations: Durations<OperationLabels>,
    /// Steps of attempts, by the status they reached.
    pub steps: Family<StepLabels, Counter>,
    /// What a person should look at.
    pub alarms: Family<AlarmLabels, Counter>,
    /// Notifications of providers, by what became of them.
    pub notices: Family<NoticeLabels, Counter>,
    /// Tries to tell the shop.
    pub deliveries: Family<DeliveryLabels, Counter>,
    build: BuildLabels,
    started_at: UnixMs,
}

impl Metrics {
    /// Everything at zero, for these providers.
    #[must_use]
    pub fn new(build: BuildLabels, started_at: UnixMs, providers: &[&'static str]) -> Self {
        let metrics = Self {
            requests: Family::default(),
            request_durations: Family::new_with_constructor(|| Histogram::new(REQUEST_BUCKETS)),
            calls: Family::default(),
            call_durations: Family::new_with_constructor(|| Histogram::new(CALL_BUCKETS)),
            steps: Family::default(),
            alarms: Family::default(),
            notices: Family::default(),
            deliveries: Family::default(),
            build,
            started_at,
        };
        for provider in providers {
            metrics.begin(provider);
        }
        for alarm in Alarm::ALL {
            let kind = alarm.as_str();
            drop(metrics.alarms.get_or_create(&AlarmLabels { kind }));
        }
        for channel in [Channel::Webhook, Channel::Hook] {
            for outcome in ["ok", "failed"] {
                drop(metrics.deliveries.get_or_create(&DeliveryLabels {
                    channel: channel.as_str(),
                    outcome,
                }));
            }
        }
        metrics
    }

    /// What can be counted of a provider, at zero.
    fn begin(&self, provider: &'static str) {
        for operation in OPERATIONS {
            for outcome in ["ok"].into_iter().chain(ProviderError::WORDS) {
                drop(self.calls.get_or_create(&CallLabels {
                    provider,
                    operation,
                    outcome,
                }));
            }
            drop(self.call_durations.get_or_create(&OperationLabels {
                provider,
                operation,
            }));
        }
        for outcome in NOTICE_OUTCOMES {
            drop(
                self.notices
                    .get_or_create(&NoticeLabels { provider, outcome }),
            );
        }
        for status in AttemptStatus::ALL {
            let status = status.as_str();
            drop(self.steps.get_or_create(&StepLabels { provider, status }));
        }
    }

    /// Notes how long an answer took.
    pub fn request_took(&self, labels: &RouteLabels, ms: i64) {
        self.request_durations
            .get_or_create(labels)
            .observe(seconds(ms));
    }

    /// Notes how long a question to a provider took.
    pub fn call_took(&self, labels: &OperationLabels, ms: i64) {
        self.call_durations
            .get_or_create(labels)
            .observe(seconds(ms));
    }

    /// All of it, and what was read at this moment, as OpenMetrics text.
    #[must_use]
    pub fn text(&self, readings: &Readings) -> String {
        let mut registry = Registry::default();
        let start: Gauge = Gauge::default();
        start.set(self.started_at.seconds());
        registry.register_with_unit(
            "process_start_time",
            "When this process started, since 1970",
            Unit::Seconds,
            start,
        );
        readings.of_process(&mut registry);
        let malipo = registry.sub_registry_with_prefix("malipo");
        malipo.register("build", "This build", Info::new(self.build.clone()));
        self.register(malipo);
        readings.register(malipo);
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        text
    }

    fn register(&self, registry: &mut Registry) {
        registry.register(
            "http_requests",
            "HTTP requests answered, by the route's pattern",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "From a request's headers to its answer's headers; a stream goes on afterwards",
            Unit::Seconds,
            self.request_durations.clone(),
        );
        registry.register(
            "provider_calls",
            "Questions to providers, by what came of them",
            self.calls.clone(),
        );
        registry.register_with_unit(
            "provider_call_duration",
            "From a question to a provider to its answer, all requests that it took included",
            Unit::Seconds,
            self.call_durations.clone(),
        );
        registry.register(
            "attempt_steps",
            "Steps of attempts, by the status they reached",
            self.steps.clone(),
        );
        registry.register(
            "alarms",
            "Payments that a person has to look at, as they are found",
            self.alarms.clone(),
        );
        registry.register(
            "notices",
            "Notifications of providers, by what became of them",
            self.notices.clone(),
        );
        registry.register(
            "delivery_tries",
            "Tries to tell the shop",
            self.deliveries.clone(),
        );
    }
}

/// Milliseconds as seconds; none where the clock was set back in between.
fn seconds(ms: i64) -> f64 {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0)).as_secs_f64()
}

/// Verify takes less than a millisecond, an initiate as long as its provider: 10 s at most.
const REQUEST_BUCKETS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// A question may take several requests of 10 s at most each.
const CALL_BUCKETS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0];
