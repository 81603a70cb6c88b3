//! Everything that can happen to the machine.

use super::answer::Reply;
use super::config::Options;
use super::error::PayError;
use super::record::Record;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The shopper pressed, or the page called `start()`; `pay-start` was dispatched and not prevented.
    Pressed(Box<Press>),
    /// The options are not accepted: no attempt can begin.
    Misconfigured(Box<PayError>),
    /// The options are accepted again: an attempt that they kept from beginning may be pressed anew.
    Mended,
    /// An attempt begun before is taken up; it never initiates.
    Resumed(Box<Resume>),
    /// A tab that was asked for is open.
    TabOpened,
    /// The browser refused the tab that was asked for.
    TabRefused,
    /// The tab was gone before it could be sent to the checkout page.
    NavigationFailed,
    /// The tab reads as closed. A hint, never an outcome: a provider page with COOP makes a live tab read so.
    TabClosed,
    /// The shopper followed the link to the checkout page.
    LinkFollowed,
    /// A reply to [`super::Effect::Send`].
    Replied {
        /// The request's epoch.
        epoch: u32,
        /// What came back.
        reply: Box<Reply>,
    },
    /// Something came through the stream.
    Streamed {
        /// The stream's epoch.
        epoch: u32,
        /// What.
        event: StreamEvent,
    },
    /// The page or the browser woke up, or somebody says there is news.
    Woke(Wake),
    /// The moment of [`super::Checkout::next_wakeup`] has come.
    TimerFired,
    /// `check()`, or the shopper's "check now".
    CheckRequested,
    /// `cancel()`, or the shopper's "cancel".
    CancelRequested,
    /// `reopen()` or the shopper's "open again", in a click handler.
    ReopenRequested,
    /// The widget is removed for good.
    Destroyed,
}

/// A press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    /// The options, frozen now.
    pub options: Options,
    /// 128 random bits for the idempotency key.
    pub entropy: u128,
    /// The tab.
    pub tab: PressTab,
    /// The record in storage for these options, if any: [`Record::name`], else [`Record::nameless`].
    pub stored: Option<Record>,
}

/// What is known of the tab at the press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PressTab {
    /// None yet: the machine asks for one where the mode wants one.
    None,
    /// The page opened one before wasm was there.
    Given,
    /// The page tried before wasm was there, and the browser refused.
    Refused,
}

/// An attempt to take up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resume {
    /// The options now.
    pub options: Options,
    /// What is remembered. A record without an order is not resumed.
    pub record: Record,
}

/// What the stream brought. It only ever triggers a verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamEvent {
    /// A byte or a heartbeat: the stream is alive.
    Alive,
    /// A status message with this word.
    Status(String),
    /// It ended or broke.
    Ended,
    /// The server asks us not to come back (204), or refuses us for good (4xx).
    Refused,
}

/// Why to look again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The tab came to the front (visibilitychange) or was unfrozen (resume): the stream may be silently dead.
    Visible,
    /// The page came out of the back/forward cache, or was shown first.
    PageShown,
    /// The page goes away or into the back/forward cache.
    PageHidden,
    /// The window got the focus.
    Focused,
    /// The network is back.
    Online,
    /// The network is gone.
    Offline,
    /// The return page, or another tab, says there is news of this order.
    Returned {
        /// The order that the message names: it may be forged.
        order_id: String,
    },
}
