//! Who is told when an order changes: the open event streams, by order.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use malipo_wire::{OrderId, VerifyAnswer};
use tokio::sync::watch;

/// The latest news of each order that someone listens to. Only the latest: a slow listener misses nothing that counts.
#[derive(Debug, Default)]
pub struct Hub {
    orders: Mutex<HashMap<OrderId, watch::Sender<Option<VerifyAnswer>>>>,
}

impl Hub {
    /// News of an order from now on. Load the state *after* this call, so that no change falls in between.
    pub fn listen(&self, order: &OrderId) -> watch::Receiver<Option<VerifyAnswer>> {
        self.lock()
            .entry(order.clone())
            .or_insert_with(|| watch::channel(None).0)
            .subscribe()
    }

    /// Tells all listeners of an order.
    pub fn publish(&self, order: &OrderId, answer: VerifyAnswer) {
        if let Some(sender) = self.lock().get(order) {
            sender.send_replace(Some(answer));
        }
    }

    /// Whether anybody listens to an order.
    #[must_use]
    pub fn has_listeners(&self, order: &OrderId) -> bool {
        self.lock()
            .get(order)
            .is_some_and(|it| 0 < it.receiver_count())
    }

    /// Forgets orders that nobody listens to any more.
    pub fn tidy(&self) {
        self.lock().retain(|_, it| 0 < it.receiver_count());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OrderId, watch::Sender<Option<VerifyAnswer>>>> {
        // No call under this lock can leave the map half changed.
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
