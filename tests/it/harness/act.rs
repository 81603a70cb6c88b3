//! What happens in a script, and the words for it.

use malipo::checkout::answer::Reply;
use malipo::checkout::{EventName, Input, Press, PressTab, Record, RequestKind, StreamEvent, Wake};

use crate::browser::answer;

use super::World;

/// When every script begins: a day in 2026.
pub(crate) const START: u64 = 1_790_000_000_000;
/// The checkout page of [`GOOD`].
pub(crate) const PAGE: &str = "https://pay.example/p/1";
/// An answer to initiate as ours gives it.
pub(crate) const GOOD: &str = r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","token":"tok-1","amount":"10000","currency":"UGX"}"#;
/// Answers to verify as ours gives them.
pub(crate) const PENDING: &str = r#"{"order_id":"ORD-1","status":"pending"}"#;
pub(crate) const SUCCESS: &str =
    r#"{"order_id":"ORD-1","status":"success","amount":"10000","currency":"UGX"}"#;
pub(crate) const FAILED: &str = r#"{"order_id":"ORD-1","status":"failed","reason":"declined"}"#;

/// What happens in a script.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Sets an attribute.
    With(&'static str, String),
    /// Removes an attribute.
    Without(&'static str),
    /// The browser refuses tabs from now on, or opens them again.
    Popups(bool),
    /// Storage throws from now on.
    NoStorage,
    /// A press, with what is known of the tab. Bad options become [`Input::Misconfigured`], as in the shell.
    Press(PressTab),
    /// Takes up what storage holds for these options, if anything.
    Resume,
    /// Takes up this record.
    ResumeRecord(Box<Record>),
    /// The page is loaded anew: a new machine, the same storage.
    Reload,
    /// Anything else, as it is.
    Say(Input),
    /// A reply to the oldest open request of a kind.
    Reply(RequestKind, Reply),
    /// A reply to the last request of a kind that was aborted or answered already.
    Stale(RequestKind, Reply),
    /// From now on every request of a kind is answered so, after 100 ms.
    Always(RequestKind, Option<Reply>),
    /// Something through the open stream.
    Stream(StreamEvent),
    /// Something that was still on its way through the stream that was closed last.
    StaleStream(StreamEvent),
    /// The device sleeps for so many milliseconds: time passes and nothing runs.
    Sleep(u64),
    /// The page's listener of an event says this to the widget, once.
    Listen(EventName, Input),
    /// Only time passes.
    Nothing,
}

pub(crate) fn press() -> Act {
    Act::Press(PressTab::None)
}
/// A press that brings random bits of its own, as said by a listener or where the key matters.
pub(crate) fn press_with(entropy: u128) -> Input {
    Input::Pressed(Box::new(Press {
        options: World::new().options().unwrap(),
        entropy,
        tab: PressTab::None,
        stored: None,
    }))
}
pub(crate) fn with(name: &'static str, value: &str) -> Act {
    Act::With(name, value.into())
}
/// Initiate is answered with 200 and this body.
pub(crate) fn initiated(body: &str) -> Act {
    Act::Reply(RequestKind::Initiate, answer(200, None, body))
}
/// Initiate is answered with this status and body.
pub(crate) fn initiate(status: u16, body: &str) -> Act {
    Act::Reply(RequestKind::Initiate, answer(status, None, body))
}
/// Verify is answered with 200 and this body.
pub(crate) fn verified(body: &str) -> Act {
    Act::Reply(RequestKind::Verify, answer(200, None, body))
}
/// Every verify from now on is answered with this status and body.
pub(crate) fn verifies(status: u16, body: &str) -> Act {
    Act::Always(RequestKind::Verify, Some(answer(status, None, body)))
}
pub(crate) fn lost(kind: RequestKind) -> Act {
    Act::Reply(kind, Reply::Unreachable)
}
pub(crate) fn wake(wake: Wake) -> Act {
    Act::Say(Input::Woke(wake))
}
pub(crate) fn status(word: &str) -> Act {
    Act::Stream(StreamEvent::Status(word.into()))
}
