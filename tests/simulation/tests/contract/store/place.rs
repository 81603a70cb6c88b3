//! Where the store in memory keeps its records.

use std::sync::Arc;

use malipo_server::store::Store;
use malipo_simulation::store::{Line, SharedDisk};

use super::Bench;

pub(super) struct Place(SharedDisk);

impl Place {
    pub(super) async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.0.store(Arc::new(Line::new(1, true))))
    }
}

impl Bench {
    pub(super) async fn memory() -> Self {
        Self::at(Place(SharedDisk::default())).await
    }

    /// As another server on the same records has it.
    pub(super) async fn beside(&self) -> Arc<dyn Store> {
        self.place.open().await
    }

    /// The model has no tables; the cases that look into them are left out.
    pub(super) async fn number(&self, sql: &str) -> i64 {
        panic!("no tables: {sql}")
    }
}
