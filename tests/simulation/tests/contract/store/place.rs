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

    /// A hundred for each notice that is kept for a person, and one for each time that one came.
    pub(super) async fn parked(&self) -> i64 {
        let disk = self.place.0.look();
        i64::try_from(disk.parked() * 100).unwrap() + i64::try_from(disk.parked_times()).unwrap()
    }

    /// When the shopper gave up the one attempt that there is.
    pub(super) async fn cancelled_at(&self) -> i64 {
        self.place.0.look().cancelled_at().unwrap().0
    }

    /// How many sends are remembered.
    pub(super) async fn sends(&self) -> i64 {
        i64::try_from(self.place.0.look().sends()).unwrap()
    }
}
