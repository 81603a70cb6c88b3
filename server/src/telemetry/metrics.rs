//! Counters and gauges as OpenMetrics text.

use std::sync::Mutex;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    /// HTTP requests answered.
    pub requests: Family<RequestLabels, Counter>,
    /// Calls to providers.
    pub calls: Family<AskLabels, Counter>,
    /// Steps of attempts, by the status they reached.
    pub steps: Family<WordLabels, Counter>,
    /// What a person should look at.
    pub alarms: Family<WordLabels, Counter>,
    /// Notifications of providers, by what became of them.
    pub notices: Family<WordLabels, Counter>,
    /// Tries to tell the shop.
    pub deliveries: Family<DeliveryLabels, Counter>,
    /// Times the store failed.
    pub store_errors: Counter,
    attempts: Family<WordLabels, Gauge>,
    streams: Gauge,
    registry: Mutex<Registry>,
}

/// Labels of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The route's pattern, never the path itself.
    pub route: String,
    /// GET, POST, ...
    pub method: String,
    /// The HTTP status.
    pub status: u16,
}

/// Labels of a call to a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AskLabels {
    /// `joyndpay`.
    pub provider: &'static str,
    /// `open` or `look_up`.
    pub ask: &'static str,
    /// `ok`, or the kind of error.
    pub outcome: &'static str,
}

/// Labels of a delivery to the shop.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct DeliveryLabels {
    /// `webhook` or `hook`.
    pub channel: &'static str,
    /// `ok` or `failed`.
    pub outcome: &'static str,
}

/// One word of a closed list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct WordLabels {
    /// The word.
    pub kind: &'static str,
}

impl Metrics {
    /// Everything at zero.
    #[must_use]
    pub fn new() -> Self {
        let metrics = Self {
            requests: Family::default(),
            calls: Family::default(),
            steps: Family::default(),
            alarms: Family::default(),
            notices: Family::default(),
            deliveries: Family::default(),
            store_errors: Counter::default(),
            attempts: Family::default(),
            streams: Gauge::default(),
            registry: Mutex::default(),
        };
        let mut registry = Registry::with_prefix("malipo");
        registry.register(
            "http_requests",
            "HTTP requests answered",
            metrics.requests.clone(),
        );
        registry.register(
            "provider_calls",
            "Calls to providers",
            metrics.calls.clone(),
        );
        registry.register(
            "attempt_steps",
            "Steps of attempts, by the status they reached",
            metrics.steps.clone(),
        );
        registry.register(
            "alarms",
            "What a person should look at",
            metrics.alarms.clone(),
        );
        registry.register(
            "notices",
            "Notifications of providers, by what became of them",
            metrics.notices.clone(),
        );
        registry.register(
            "deliveries",
            "Tries to tell the shop",
            metrics.deliveries.clone(),
        );
        registry.register(
            "store_errors",
            "Times the store failed",
            metrics.store_errors.clone(),
        );
        registry.register(
            "attempts",
            "Attempts in the store that wait for the provider's word or for a person, by status",
            metrics.attempts.clone(),
        );
        registry.register(
            "event_streams",
            "Open event streams",
            metrics.streams.clone(),
        );
        if let Ok(mut slot) = metrics.registry.lock() {
            *slot = registry;
        }
        metrics
    }

    /// All of it as OpenMetrics text.
    #[must_use]
    pub fn text(&self, attempts: &[(&'static str, u64)], streams: u32) -> String {
        self.streams.set(i64::from(streams));
        for (kind, count) in attempts {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            self.attempts.get_or_create(&WordLabels { kind }).set(count);
        }
        let mut text = String::new();
        if let Ok(registry) = self.registry.lock() {
            // Writing into a String cannot fail.
            let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        }
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
