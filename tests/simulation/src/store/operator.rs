//! What an operator reads and what is made by hand: no world does either, but for what a server asks at its start.

use async_trait::async_trait;
use malipo_server::clock::UnixMs;
use malipo_server::payment::link::{Heard, Link, Told};
use malipo_server::payment::refund::{NotRefundable, RefundNote, RefundWish};
use malipo_server::store::links::Noted;
use malipo_server::store::outbox::Tell;
use malipo_server::store::records::{
    Cursor, DeliveryRecord, Hours, OrderFilter, OrderPage, ParkedNotice, Records, Vitals,
};
use malipo_server::store::{Links, StoreError};
use malipo_wire::OrderId;

use super::MemoryStore;

/// Said where a world asks what it never should.
fn not_modelled<T>() -> Result<T, StoreError> {
    Err(StoreError(
        "the model keeps nothing for an operator".to_owned(),
    ))
}

#[async_trait]
impl Records for MemoryStore {
    async fn list_orders(
        &self,
        _: &OrderFilter,
        _: Option<&Cursor>,
        _: u32,
    ) -> Result<OrderPage, StoreError> {
        not_modelled()
    }

    async fn deliveries(&self, _: &OrderId) -> Result<Vec<DeliveryRecord>, StoreError> {
        not_modelled()
    }

    async fn undelivered(&self, _: u32) -> Result<Vec<DeliveryRecord>, StoreError> {
        not_modelled()
    }

    async fn refund_notes(&self, _: &OrderId) -> Result<Vec<RefundNote>, StoreError> {
        not_modelled()
    }

    async fn note_refund(
        &self,
        _: &RefundWish,
    ) -> Result<Result<RefundNote, NotRefundable>, StoreError> {
        not_modelled()
    }

    async fn parked(&self, _: u32) -> Result<Vec<ParkedNotice>, StoreError> {
        not_modelled()
    }

    async fn vitals(&self) -> Result<Vitals, StoreError> {
        not_modelled()
    }

    async fn drop_parked(&self, _: &str) -> Result<bool, StoreError> {
        not_modelled()
    }

    async fn hours(&self, _: UnixMs) -> Result<Hours, StoreError> {
        not_modelled()
    }

    async fn set_audience(&self, tell: Tell) -> Result<(), StoreError> {
        self.write(|it| it.audience = tell).await
    }

    async fn audience(&self) -> Result<Tell, StoreError> {
        self.read(|it| it.audience)
    }
}

#[async_trait]
impl Links for MemoryStore {
    async fn note_link(&self, _: &Link, _: Option<&Link>) -> Result<Noted, StoreError> {
        not_modelled()
    }

    async fn name_link(&self, _: &str, _: &str, _: &str) -> Result<(), StoreError> {
        not_modelled()
    }

    async fn drop_link(&self, _: &str, _: &str) -> Result<(), StoreError> {
        not_modelled()
    }

    async fn link(&self, _: &str, _: &[String]) -> Result<Option<Link>, StoreError> {
        Ok(None)
    }

    async fn links(&self, _: &str) -> Result<Vec<Link>, StoreError> {
        Ok(Vec::new())
    }

    async fn tell_link(&self, _: &str, _: Told<'_>, _: UnixMs) -> Result<Heard, StoreError> {
        Ok(Heard::Unplaced)
    }
}
