//! What a [`Front`](crate::front::Front) does to a request other than pass it on.

use std::time::Duration;

use tokio::sync::watch;

/// Trouble on one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The request is passed on at once, its answer is held back that long.
    Late(Duration),
    /// The request is passed on; the connection closes without an answer.
    AnswerLost,
    /// The connection closes; nothing is passed on.
    Refused,
    /// Nothing is passed on; an answer begins, and goes on for ever with a byte of white space twice a second.
    Drip,
    /// This answer; nothing is passed on.
    Answer(Answer),
    /// The request waits until the gate is opened or broken.
    Gate(Gate),
}

/// An answer made up.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers, `content-type` among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer with a content type.
    #[must_use]
    pub fn new(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), content_type.into())],
            body: body.into(),
        }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// Holds requests until it is opened (they are passed on) or broken (their connections close).
#[derive(Clone, Debug)]
pub struct Gate(watch::Sender<GateState>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GateState {
    Closed,
    Open,
    Broken,
}

impl Default for Gate {
    fn default() -> Self {
        Self(watch::Sender::new(GateState::Closed))
    }
}

impl Gate {
    /// Lets every request through, those that wait and those to come.
    pub fn open(&self) {
        self.0.send_replace(GateState::Open);
    }

    /// Closes the connections of those that wait and of those to come.
    pub fn shatter(&self) {
        self.0.send_replace(GateState::Broken);
    }

    /// Waits; whether the request may go on.
    pub(crate) async fn passes(&self) -> bool {
        let mut state = self.0.subscribe();
        // The sender lives as long as `self`, so this ends only with a decision.
        let _ = state.wait_for(|it| *it != GateState::Closed).await;
        *state.borrow() == GateState::Open
    }
}
