//! Payment links that the operator made by hand, each with a row a payer.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::UnixMs;
use crate::payment::link::{Heard, Link, Told};

/// What became of noting a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It is noted.
    Done,
    /// An attempt or another link has one of its names; nothing is noted.
    Taken,
    /// It is not as `before` any more: a payment came in. Nothing is noted.
    Changed,
}

/// What is kept of those links. Who pays is kept masked, and as keyed hashes.
#[async_trait]
pub trait Links {
    /// Notes a link, new or in place of `before`, as it was read: payments that are in `link` no more are dropped.
    ///
    /// It is noted before the provider is asked to make or to change it: a notification about it is placed even where the
    /// provider's answer is lost.
    async fn note_link(&self, link: &Link, before: Option<&Link>) -> Result<Noted, StoreError>;

    /// Notes the provider's name of a link.
    async fn name_link(
        &self,
        provider: &str,
        external_ref: &str,
        link_ref: &str,
    ) -> Result<(), StoreError>;

    /// Forgets a link that was not made; one with payments is kept.
    async fn drop_link(&self, provider: &str, external_ref: &str) -> Result<(), StoreError>;

    /// The link that is known by the first of these names that is known: its own, the provider's, or a row's.
    async fn link(&self, provider: &str, names: &[String]) -> Result<Option<Link>, StoreError>;

    /// All links of a provider, the newest first.
    async fn links(&self, provider: &str) -> Result<Vec<Link>, StoreError>;

    /// Decides what a notification makes of the link that has one of its names ([`Link::tell`]), and notes it.
    async fn tell_link(
        &self,
        provider: &str,
        told: Told<'_>,
        now: UnixMs,
    ) -> Result<Heard, StoreError>;
}
