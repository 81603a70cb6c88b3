//! Tells the shop: what stands in the outbox is delivered at least once, over days if need be.
//!
//! - [`sign`]: Standard Webhooks 1.0.0.
//! - [`schedule`]: when a delivery that failed is tried again.
//! - [`webhook`]: the request to the shop.
//! - [`hook`]: the function of the program that embeds this server.

pub mod hook;
pub mod schedule;
pub mod sign;
pub mod webhook;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;

use self::hook::Hook;
use self::webhook::Webhook;
use crate::app::App;
use crate::background::Task;
use crate::clock::SECOND_MS;
use crate::random;
use crate::store::outbox::{Channel, Delivery, Tell};
use crate::telemetry::DeliveryLabels;

/// Who is told.
#[derive(Debug, Default)]
pub struct Audience {
    /// The shop's webhook.
    pub webhook: Option<Webhook>,
    /// The function of the program that embeds this server.
    pub hook: Option<Hook>,
    /// Whom the servers tell, where this is a command beside them: it writes into their outbox.
    pub of_servers: Tell,
    /// Rung when there is news, so that it goes out at once.
    pub bell: Notify,
}

impl Audience {
    /// What is written into the outbox.
    #[must_use]
    pub fn tell(&self, test: bool) -> Tell {
        Tell {
            webhook: self.webhook.is_some() || self.of_servers.webhook,
            hook: self.hook.is_some() || self.of_servers.hook,
            test,
        }
    }
}

/// Why a try failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDelivered {
    /// For the log and the operator: never what the receiver answered.
    pub why: String,
    /// When the receiver asked to try again.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for NotDelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// Runs until the server stops.
pub async fn run(app: Arc<App>) {
    loop {
        app.background.alive(Task::Outbox, app.now());
        tokio::select! {
            // In this order, so that the same happens twice in the same way.
            biased;
            () = app.stop.cancelled() => return,
            () = app.audience.bell.notified() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
        if app.audience.webhook.is_some() {
            round(&app, Channel::Webhook).await;
        }
        if app.audience.hook.is_some() {
            round(&app, Channel::Hook).await;
        }
    }
}

/// Delivers what is due, several at a time; a slow receiver holds up nobody for longer than its deadline.
async fn round(app: &Arc<App>, channel: Channel) {
    let now = app.now();
    let until = now.plus_ms(LEASE_MS);
    let taken = app
        .store
        .take_deliveries(channel, now, until, MOST_AT_ONCE)
        .await;
    let deliveries = match taken {
        Ok(deliveries) => deliveries,
        Err(error) => {
            tracing::error!(%error, "the outbox could not be read");
            return;
        }
    };
    let full = deliveries.len() == usize::try_from(MOST_AT_ONCE).unwrap_or(usize::MAX);
    let mut tasks = JoinSet::new();
    for delivery in deliveries {
        let app = Arc::clone(app);
        tasks.spawn(async move { deliver(&app, &delivery).await });
    }
    while let Some(ended) = tasks.join_next().await {
        if ended.is_err() {
            // It stays leased and is tried again.
            tracing::error!("a delivery broke off");
        }
    }
    if full {
        app.audience.bell.notify_one();
    }
}

async fn deliver(app: &App, delivery: &Delivery) {
    let result = match (delivery.channel, &app.audience) {
        (
            Channel::Webhook,
            Audience {
                webhook: Some(webhook),
                ..
            },
        ) => webhook.send(delivery, app.now()).await,
        (
            Channel::Hook,
            Audience {
                hook: Some(hook), ..
            },
        ) => hook.call(delivery).await,
        // Taken only where there is one.
        (Channel::Webhook | Channel::Hook, _) => return,
    };
    let outcome = if result.is_ok() { "ok" } else { "failed" };
    app.metrics
        .deliveries
        .get_or_create(&DeliveryLabels {
            channel: delivery.channel.as_str(),
            outcome,
        })
        .inc();
    let noted = match &result {
        Ok(()) => {
            tracing::info!(event = delivery.event_id, "the shop was told");
            app.store.delivered(delivery, app.now()).await
        }
        Err(failure) => {
            let now = app.now();
            let jitter = random::jitter();
            let next = schedule::next_try(delivery.tries, failure.retry_after, now, jitter);
            match next {
                Some(_) => {
                    tracing::warn!(event = delivery.event_id, tries = delivery.tries, %failure, "the shop could not be told; it is tried again");
                }
                None => {
                    tracing::error!(event = delivery.event_id, %failure, "the shop could not be told in days; `malipo-server webhooks retry` tries again");
                }
            }
            app.store.not_delivered(delivery, next, &failure.why).await
        }
    };
    if let Err(error) = noted {
        // It stays leased and is tried again: at least once, not at most once.
        tracing::error!(%error, event = delivery.event_id, "a delivery could not be noted");
    }
}

/// How often the outbox is looked at where nobody rings.
const ROUND: Duration = Duration::from_secs(1);
const MOST_AT_ONCE: u32 = 16;
/// How long a delivery is nobody else's: longer than a try takes.
const LEASE_MS: i64 = 60 * SECOND_MS;
