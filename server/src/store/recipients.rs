//! To whom links were sent, counted over all servers: a page must not be a way to send somebody many messages.

use async_trait::async_trait;

use super::{Hash, StoreError};
use crate::clock::{HOUR_MS, UnixMs};
use crate::payment::AttemptId;

/// The sends to each telephone and mailbox. A recipient is a keyed hash: the records do not tell who it is.
#[async_trait]
pub trait Recipients {
    /// Notes that an attempt sends something to all of these, or to none of them.
    ///
    /// `Err` within `Ok`: one of them has had [`MOST_SENDS`] within [`WINDOW_MS`]. Two servers that ask at the same time
    /// never let more than that through together.
    async fn reserve_sends(
        &self,
        attempt: &AttemptId,
        to: &[Hash],
        now: UnixMs,
    ) -> Result<Result<(), SentEnough>, StoreError>;

    /// Takes an attempt's sends back: nothing was sent.
    async fn release_sends(&self, attempt: &AttemptId) -> Result<(), StoreError>;
}

/// Somebody has had enough for today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentEnough {
    /// When there is room for one more.
    pub until: UnixMs,
}

impl SentEnough {
    /// Decides about one recipient: how many sends there were within the window, and when the first of them was.
    ///
    /// # Errors
    /// When there is room again.
    pub fn check(sends: u32, first: Option<UnixMs>, now: UnixMs) -> Result<(), Self> {
        if sends < MOST_SENDS {
            return Ok(());
        }
        let until = first.unwrap_or(now).plus_ms(WINDOW_MS);
        Err(Self { until })
    }
}

/// Sends to one telephone or mailbox within [`WINDOW_MS`]: a first one, and two more where a link was lost or expired.
pub const MOST_SENDS: u32 = 3;
/// A day, in milliseconds.
pub const WINDOW_MS: i64 = 24 * HOUR_MS;
