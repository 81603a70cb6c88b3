//! What other servers on the same records have changed.

use async_trait::async_trait;
use malipo_wire::OrderId;

/// News of orders, from whichever server changed them.
#[async_trait]
pub trait News {
    /// Whether other servers may be working on these records at this moment. Where not, what is unfinished at the start
    /// was left behind by the last process.
    fn is_shared(&self) -> bool;

    /// Whether changes of other servers are heard of at this moment; where nobody else works on these records, always.
    fn hears(&self) -> bool;

    /// Waits until what the shoppers of some orders are told has changed, and names these orders; some more than once.
    /// Read an order after it was named: what is read then is no older than the change.
    ///
    /// May be dropped at any moment; what was not returned is returned by the next call. One caller at a time. Where
    /// nobody else works on these records it waits for ever.
    async fn changed_orders(&self) -> Vec<OrderId>;
}
