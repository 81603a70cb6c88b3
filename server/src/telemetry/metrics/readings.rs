//! What is not counted as it happens, but read when somebody asks.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::labels::{ProviderLabels, StatusLabels, TaskLabels};
use crate::clock::UnixMs;
use crate::machine::Descriptors;
use crate::payment::AttemptStatus;
use crate::quota::Used;
use crate::store::outbox::Backlog;
use crate::store::records::Vitals;

/// The state of one server at a moment. What could not be read is left out of the text: an old number would be a lie.
#[derive(Debug)]
pub struct Readings {
    /// The moment.
    pub now: UnixMs,
    /// What the store says; `None` where it gave no answer.
    pub store: Option<StoreReadings>,
    /// Times the store failed since the start.
    pub store_failures: u64,
    /// The providers' limits.
    pub quotas: Vec<QuotaReadings>,
    /// Open connections.
    pub connections: u32,
    /// The most of them that are served at a time.
    pub connections_most: u32,
    /// How often one came and had to wait, since the start.
    pub connections_exhausted: u64,
    /// Open event streams.
    pub streams: u32,
    /// The most of them.
    pub streams_most: u32,
    /// Files and sockets, where the system tells.
    pub descriptors: Option<Descriptors>,
    /// Free space beside the SQLite file, in bytes.
    pub disk_free: Option<u64>,
    /// What runs beside the requests.
    pub tasks: Vec<TaskReadings>,
}

/// What the store says.
#[derive(Debug)]
pub struct StoreReadings {
    /// Attempts that wait, by where they stand.
    pub attempts: Vec<(AttemptStatus, u64)>,
    /// What the shop is still to be told.
    pub backlog: Backlog,
    /// Parked notices, and how far the schedule is behind.
    pub vitals: Vitals,
}

/// A task in the background.
#[derive(Debug)]
pub struct TaskReadings {
    /// `reconcile`, `outbox` or `news`.
    pub task: &'static str,
    /// Whether nothing is wrong with it.
    pub up: bool,
    /// How often it broke and was started again.
    pub restarts: u64,
    /// When its last round ended, where it has rounds.
    pub last_round: Option<UnixMs>,
}

/// A provider's limit.
#[derive(Debug)]
pub struct QuotaReadings {
    /// `joyndpay`.
    pub provider: &'static str,
    /// Whether its notifications are proven to come; `None` where it is never asked, so that nothing depends on it.
    pub notices_proven: Option<bool>,
    /// How it stands over all servers with this store; `None` where the store gave no answer.
    pub used: Option<Used>,
    /// Calls that the provider refused with a `429`, since the start.
    pub refused: u64,
    /// Calls that were not made because nothing was left, since the start.
    pub exhausted: u64,
}

impl Readings {
    /// What every process tells, by the names that every client library uses.
    pub(super) fn of_process(&self, registry: &mut Registry) {
        let Some(it) = self.descriptors else { return };
        if let Some(open) = it.open {
            let help = "Open file descriptors, sockets included";
            registry.register("process_open_fds", help, gauge(open));
        }
        let help = "The most of them that this process may open";
        registry.register("process_max_fds", help, gauge(it.most));
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let help = "Whether the store answered just now (1) or not (0)";
        registry.register("store_up", help, gauge(u64::from(self.store.is_some())));
        let errors: Counter = Counter::default();
        errors.inc_by(self.store_failures);
        registry.register("store_errors", "Times the store failed", errors);
        if let Some(store) = &self.store {
            store.register(registry, self.now);
        }
        quotas(&self.quotas, registry, self.now);
        tasks(&self.tasks, registry);
        let help = "Open connections";
        registry.register("connections", help, gauge(self.connections.into()));
        let help = "The most connections that are served at a time";
        let most = gauge(self.connections_most.into());
        registry.register("connections_limit", help, most);
        let help = "Connections that had to wait because every place was taken";
        let exhausted: Counter = Counter::default();
        exhausted.inc_by(self.connections_exhausted);
        registry.register("connections_exhausted", help, exhausted);
        let help = "Open event streams";
        registry.register("event_streams", help, gauge(self.streams.into()));
        let help = "The most event streams that are let in";
        let most = gauge(self.streams_most.into());
        registry.register("event_streams_limit", help, most);
        if let Some(free) = self.disk_free {
            let help = "Free space where the SQLite file lies";
            registry.register_with_unit("disk_free", help, Unit::Bytes, gauge(free));
        }
    }
}

impl StoreReadings {
    fn register(&self, registry: &mut Registry, now: UnixMs) {
        let attempts: Family<StatusLabels, Gauge> = Family::default();
        for (status, count) in &self.attempts {
            let status = status.as_str();
            let place = attempts.get_or_create(&StatusLabels { status });
            place.set(whole(*count));
        }
        let help = "Attempts that wait for the provider's word or for a person";
        registry.register("attempts_waiting", help, attempts);
        let help = "How late the schedule's longest overdue look-up is; 0 where none is";
        let overdue = age(self.vitals.due_since, now);
        registry.register_with_unit("look_up_overdue", help, Unit::Seconds, overdue);
        let help = "Events that the shop is still to be told";
        registry.register("deliveries_waiting", help, gauge(self.backlog.waiting));
        let help = "Events that were given up after days";
        registry.register("deliveries_given_up", help, gauge(self.backlog.given_up));
        let help =
            "Age of the oldest event that the shop is still to be told; 0 where there is none";
        let oldest = age(self.backlog.oldest, now);
        registry.register_with_unit("delivery_oldest_age", help, Unit::Seconds, oldest);
        let help = "Notifications that could not be placed and wait for a person";
        registry.register("notices_parked", help, gauge(self.vitals.parked));
    }
}

fn quotas(quotas: &[QuotaReadings], registry: &mut Registry, now: UnixMs) {
    let [limit, used, left, halvings, silence, proven] = [(); 6].map(|()| Gauges::default());
    let [refused, exhausted] = [(); 2].map(|()| Family::<ProviderLabels, Counter>::default());
    for it in quotas {
        let labels = ProviderLabels {
            provider: it.provider,
        };
        refused.get_or_create(&labels).inc_by(it.refused);
        exhausted.get_or_create(&labels).inc_by(it.exhausted);
        if let Some(are_proven) = it.notices_proven {
            proven.get_or_create(&labels).set(are_proven.into());
        }
        let Some(now_used) = &it.used else { continue };
        let silent_ms = now_used
            .silent_until
            .map_or(0, |it| it.since_ms(now).max(0));
        limit.get_or_create(&labels).set(now_used.limit.into());
        used.get_or_create(&labels).set(now_used.used.into());
        left.get_or_create(&labels).set(now_used.left(now).into());
        halvings
            .get_or_create(&labels)
            .set(now_used.halvings.into());
        silence.get_or_create(&labels).set(up(silent_ms));
    }
    let help = "Calls that may be made in a minute now, over all servers with this store; less than configured after a 429";
    registry.register("quota_limit", help, limit);
    let help = "Calls of the last minute, and those that are about to be made, over all servers with this store";
    registry.register("quota_used", help, used);
    let help = "Calls that may still be made now, over all servers with this store";
    registry.register("quota_left", help, left);
    let help = "Whether the provider's notifications are proven to come (1), so that it is asked less, or not (0)";
    registry.register("notices_proven", help, proven);
    let help = "How often the limit is cut in half now, because the provider answered 429";
    registry.register("quota_halvings", help, halvings);
    let help = "How long nothing is sent because a 429 asked for it";
    registry.register_with_unit("quota_silence", help, Unit::Seconds, silence);
    let help = "Calls that the provider refused with a 429";
    registry.register("quota_refusals", help, refused);
    let help = "Calls that were put off because nothing was left of the limit";
    registry.register("quota_exhausted", help, exhausted);
}

fn tasks(tasks: &[TaskReadings], registry: &mut Registry) {
    let [up, last_round] = [(); 2].map(|()| Family::<TaskLabels, Gauge>::default());
    let restarts: Family<TaskLabels, Counter> = Family::default();
    for it in tasks {
        let labels = TaskLabels { task: it.task };
        up.get_or_create(&labels).set(it.up.into());
        restarts.get_or_create(&labels).inc_by(it.restarts);
        if let Some(at) = it.last_round {
            last_round.get_or_create(&labels).set(at.seconds());
        }
    }
    let help = "Whether a task in the background does its work (1) or is stuck or broken (0)";
    registry.register("task_up", help, up);
    let help = "How often a task in the background broke and was started again";
    registry.register("task_restarts", help, restarts);
    let help = "When a task in the background ended its last round, since 1970";
    registry.register_with_unit("task_last_round_timestamp", help, Unit::Seconds, last_round);
}

type Gauges = Family<ProviderLabels, Gauge>;

fn gauge(value: u64) -> Gauge {
    let gauge: Gauge = Gauge::default();
    gauge.set(whole(value));
    gauge
}

/// How long ago that was, in whole seconds; 0 where it was not, or is still to come.
fn age(moment: Option<UnixMs>, now: UnixMs) -> Gauge {
    let gauge: Gauge = Gauge::default();
    let ms = moment.map_or(0, |it| now.since_ms(it).max(0));
    gauge.set(ms.div_euclid(1_000));
    gauge
}

/// Whole seconds, the last one begun included.
fn up(ms: i64) -> i64 {
    ms.saturating_add(999).div_euclid(1_000)
}

fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
