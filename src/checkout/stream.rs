//! The server-sent events: when the stream is opened, thought dead, and opened again. It never settles anything.

use super::timer::{Moment, STREAM_JITTER_MS, STREAM_STALL_MS};

/// The stream of one attempt. Invariant: at most one open.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    /// Absolute URL with the order in its query; `None` where there is no stream.
    pub(super) url: Option<String>,
    open: Option<Open>,
    reopen_at: Option<Moment>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    epoch: u32,
    last_byte_at: Moment,
    has_spoken: bool,
}

impl Stream {
    pub(super) fn new(url: Option<String>, now: Moment) -> Self {
        Self {
            reopen_at: url.is_some().then_some(now),
            url,
            open: None,
        }
    }

    pub(super) fn opened(&mut self, now: Moment, epoch: u32) {
        self.open = Some(Open {
            epoch,
            last_byte_at: now,
            has_spoken: false,
        });
        self.reopen_at = None;
    }

    /// A byte came through the one that is open.
    pub(super) fn alive(&mut self, now: Moment) {
        if let Some(open) = &mut self.open {
            open.last_byte_at = now;
            open.has_spoken = true;
        }
    }

    /// It ended, stalled or was dropped: again after some jitter (out of 0..=255), so that a restarted backend is not overrun.
    pub(super) fn lost(&mut self, now: Moment, jitter: u64) {
        self.open = None;
        self.reopen_at = self
            .url
            .is_some()
            .then(|| now.plus(STREAM_JITTER_MS * jitter / 256));
    }

    /// Drops what may be silently dead; it is opened again at `at`, or not before somebody says so.
    pub(super) fn drop_until(&mut self, at: Option<Moment>) {
        self.open = None;
        self.reopen_at = at.filter(|_| self.url.is_some());
    }

    /// The server does not want us back.
    pub(super) fn refused(&mut self) {
        *self = Self::default();
    }

    pub(super) fn epoch(&self) -> Option<u32> {
        self.open.map(|it| it.epoch)
    }

    /// Its bytes can be relied on: one came within the last 35 s.
    pub(super) fn is_healthy(&self, now: Moment) -> bool {
        self.open
            .is_some_and(|it| it.has_spoken && now.since(it.last_byte_at) < STREAM_STALL_MS)
    }

    pub(super) fn is_stalled(&self, now: Moment) -> bool {
        self.open
            .is_some_and(|it| STREAM_STALL_MS <= now.since(it.last_byte_at))
    }

    pub(super) fn is_due(&self, now: Moment) -> bool {
        self.open.is_none() && self.reopen_at.is_some_and(|it| it <= now)
    }

    pub(super) fn next_wakeup(&self) -> Option<Moment> {
        self.open
            .map(|it| it.last_byte_at.plus(STREAM_STALL_MS))
            .or(self.reopen_at)
    }
}
