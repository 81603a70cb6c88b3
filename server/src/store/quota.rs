//! What is kept of calls to providers, so that servers which share a store also share a provider's limit.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::{MINUTE_MS, SECOND_MS, UnixMs};
use crate::provider::Urgency;

/// Calls that are counted together over all servers. `budget` names a provider and a key of it, not the key itself.
#[async_trait]
pub trait Quotas {
    /// What counts against a budget now.
    async fn calls_in_use(&self, budget: &str, now: UnixMs) -> Result<InUse, StoreError>;

    /// Takes calls out of a budget, to be made at once; all of them or none.
    ///
    /// `Err` within `Ok`: there is no room. Two servers that ask at the same time never get more than `most` together.
    async fn lease_calls(
        &self,
        budget: &str,
        lease: CallLease,
        now: UnixMs,
    ) -> Result<Result<(), NoRoom>, StoreError>;

    /// Notes that the provider refused a call with a `429`: silence until `silent_until`, and one level more.
    async fn calls_refused(
        &self,
        budget: &str,
        silent_until: UnixMs,
        now: UnixMs,
    ) -> Result<(), StoreError>;
}

/// What a lease asks for.
#[derive(Clone, Copy, Debug)]
pub struct CallLease {
    /// How many calls.
    pub calls: u32,
    /// Calls that the budget has at level 0. Each level halves it; at least one is left.
    pub most: u32,
    /// For whom. What the others have not used of their own parts is left to them.
    pub urgency: Urgency,
    /// Until when these calls count: [`LONGEST_LEASE_MS`] after now at the most.
    pub counts_until: UnixMs,
}

/// What counts against a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InUse {
    /// Calls that are counted now, by urgency, in the order of [`Urgency::ALL`].
    pub calls: [u32; 3],
    /// When the first of them stops counting.
    pub first_ends: Option<UnixMs>,
    /// Until when the provider asked for silence.
    pub silent_until: Option<UnixMs>,
    /// How often the budget is halved.
    pub level: u32,
}

/// There is no room for more calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom {
    /// When it is worth asking again.
    pub until: UnixMs,
}

impl InUse {
    /// Whether there is room for a lease.
    ///
    /// # Errors
    /// When to ask again.
    pub fn room_for(&self, lease: &CallLease, now: UnixMs) -> Result<(), NoRoom> {
        if let Some(until) = self.silent_until.filter(|it| now < *it) {
            return Err(NoRoom { until });
        }
        let free = self.free(lease.most, lease.urgency);
        // The last call of a budget that is smaller than a batch can be had too.
        if lease.calls <= free {
            return Ok(());
        }
        let soon = now.plus_ms(RETRY_MS);
        let until = self.first_ends.map_or(soon, |it| it.min(soon));
        Err(NoRoom { until })
    }

    /// All calls that are counted now.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.calls.iter().fold(0, |sum, it| sum.saturating_add(*it))
    }

    /// What is left of a budget of `most` calls: halved once a level, at least one.
    #[must_use]
    pub fn limit(&self, most: u32) -> u32 {
        (most >> self.level.min(31)).max(1)
    }

    /// Calls that may still be taken now for `urgency`; silence aside.
    ///
    /// What the others have not used of their own parts is left to them, so that nobody starves: neither a press among many
    /// who watch, nor the schedule among many who press. Beyond the parts, first come is first served.
    #[must_use]
    pub fn free(&self, most: u32, urgency: Urgency) -> u32 {
        let limit = self.limit(most);
        let others = Urgency::ALL.into_iter().zip(self.calls);
        let kept = others
            .filter(|(it, _)| *it != urgency)
            .map(|(it, calls)| own_part(limit, it).saturating_sub(calls));
        let kept = kept.fold(0, u32::saturating_add);
        limit.saturating_sub(kept).saturating_sub(self.total())
    }
}

/// The part of a budget that is an urgency's own. A budget of less than six calls has none: the first come has it.
fn own_part(limit: u32, urgency: Urgency) -> u32 {
    let sixteenths = match urgency {
        Urgency::Press => 2,
        Urgency::Watched | Urgency::Schedule => 3,
    };
    let part = u64::from(limit) * sixteenths / 16;
    u32::try_from(part).unwrap_or(limit)
}

/// What a store keeps of a provider's refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusals {
    /// Until when the provider asked for silence.
    pub silent_until: UnixMs,
    /// How often the budget was halved when this was noted.
    pub level: u32,
    /// When this was noted.
    pub changed_at: UnixMs,
}

impl Refusals {
    /// What is left of them: a level wears off every [`LEVEL_MS`]. Nothing where they were noted by a clock that was ahead:
    /// it is set back now, and they would count for as long as it was ahead.
    #[must_use]
    pub fn left(self, now: UnixMs) -> Option<Self> {
        let age_ms = now.since_ms(self.changed_at);
        if age_ms < -CLOCKS_APART_MS {
            return None;
        }
        let ended = u32::try_from(age_ms.max(0) / LEVEL_MS).unwrap_or(u32::MAX);
        Some(Self {
            level: self.level.saturating_sub(ended),
            ..self
        })
    }

    /// One more: a shorter silence does not shorten a longer one.
    #[must_use]
    pub fn one_more(before: Option<Self>, silent_until: UnixMs, now: UnixMs) -> Self {
        let before = before.and_then(|it| it.left(now));
        let level = before.map_or(0, |it| it.level).saturating_add(1);
        Self {
            silent_until: before.map_or(silent_until, |it| it.silent_until.max(silent_until)),
            level: level.min(MOST_LEVELS),
            changed_at: now,
        }
    }
}

/// The last moment until which a lease may count. What counts for longer was leased by a clock that was ahead: it is set back
/// now, and no call could be made for as long as it was ahead.
#[must_use]
pub fn latest_end(now: UnixMs) -> UnixMs {
    now.plus_ms(LONGEST_LEASE_MS + CLOCKS_APART_MS)
}

/// Between which ends leases are kept, whether they count now or not: what does not count by this server's clock may count by that
/// of the server that leased it, which is held to it at least by itself.
#[must_use]
pub fn kept_ends(now: UnixMs) -> (UnixMs, UnixMs) {
    (now.plus_ms(-KEPT_MS), latest_end(now).plus_ms(KEPT_MS))
}

/// A budget is never halved more often than this: a sixteenth is left.
pub const MOST_LEVELS: u32 = 4;
/// How long a halved budget stays halved after the last `429`.
pub const LEVEL_MS: i64 = 60_000;
/// For how long leased calls may count: [`crate::quota`] leases them for 64 s.
pub const LONGEST_LEASE_MS: i64 = 64 * SECOND_MS;
/// By how much a clock may be ahead of another server's with what it notes still counted there. (The limit is kept to the
/// last call only where clocks agree: a lease ends early for whoever is ahead. Beyond it each server keeps the limit by itself.)
const CLOCKS_APART_MS: i64 = MINUTE_MS;
/// For how long a lease is kept that does not count: servers' clocks are hardly ever further apart.
const KEPT_MS: i64 = 10 * MINUTE_MS;
/// How soon it is worth asking again where nothing says better.
const RETRY_MS: i64 = 1_000;
