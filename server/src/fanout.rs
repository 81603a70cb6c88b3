//! Events for shoppers who listen here, of changes that another server has made.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use malipo_wire::OrderId;

use crate::app::App;
use crate::background::Task;

/// Runs until the server stops.
pub async fn run(app: Arc<App>) {
    // Those that could not be read yet.
    let mut waiting = BTreeSet::new();
    loop {
        app.background.alive(Task::News, app.now());
        tokio::select! {
            // In this order, so that the same happens twice in the same way.
            biased;
            () = app.stop.cancelled() => return,
            orders = app.store.changed_orders() => waiting.extend(orders),
            () = tokio::time::sleep(AGAIN), if !waiting.is_empty() => {}
        }
        for order in std::mem::take(&mut waiting) {
            if !publish(&app, &order).await {
                waiting.insert(order);
            }
        }
    }
}

/// Whether it is done with.
async fn publish(app: &App, id: &OrderId) -> bool {
    if !app.hub.has_listeners(id) {
        return true;
    }
    match app.store.order(id).await {
        Ok(order) => {
            if let Some(order) = order {
                app.publish(&order);
            }
            true
        }
        Err(error) => {
            tracing::error!(%error, order = id.as_str(), "a change could not be read for those who listen; it is tried again");
            false
        }
    }
}

/// How soon an order that could not be read is read again.
const AGAIN: Duration = Duration::from_secs(1);
