//! What can happen next, and the one queue in which it waits.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use malipo::checkout::answer::Reply;
use malipo::checkout::{Input, RequestKind};
use malipo_server::provider::{HttpResponse, ProviderError};
use malipo_wire::Money;

use crate::provider::Letter;

/// Something that happens at its time.
#[derive(Debug)]
pub(super) enum Event {
    /// A tab's timer fires.
    Timer {
        /// Which tab.
        tab: usize,
        /// Which load of it.
        load: u32,
        /// Which timer.
        number: u64,
    },
    /// Something happens to a tab.
    Say {
        /// Which tab.
        tab: usize,
        /// Which load of it.
        load: u32,
        /// What.
        input: Box<Input>,
    },
    /// A reply comes to a tab.
    Reply {
        /// The request's number.
        number: u64,
        /// What.
        reply: Box<Reply>,
    },
    /// A shopper does something in a tab.
    Act(usize),
    /// A tab thaws.
    Thaw(usize, u32),
    /// A device is online again.
    Online(usize),
    /// A page is loaded anew.
    Load(usize),
    /// A request comes to the servers.
    Arrive(u64),
    /// The connection of a request is gone.
    Gone(u64),
    /// A call comes to the provider.
    Call(u64),
    /// The answer to a call comes to the server.
    Answered(u64, Box<Result<HttpResponse, ProviderError>>),
    /// The shopper looks at a checkout page.
    Visit {
        /// From which tab.
        tab: usize,
        /// Which payment.
        payment: usize,
    },
    /// The shopper pays.
    Pay {
        /// From which tab.
        tab: usize,
        /// Which payment.
        payment: usize,
    },
    /// The payment fails.
    Fail {
        /// From which tab.
        tab: usize,
        /// Which payment.
        payment: usize,
    },
    /// The shopper comes back by the provider's link.
    Back {
        /// To which tab.
        tab: usize,
        /// From which payment.
        payment: usize,
    },
    /// Somebody else pays the same link.
    PayAgain {
        /// Which payment.
        payment: usize,
    },
    /// JoPay finds a transfer on chain.
    Verify {
        /// For which payment.
        payment: usize,
    },
    /// A payment's page takes no money any more, or a transfer was waited for long enough.
    Expire {
        /// Which payment.
        payment: usize,
    },
    /// A payment's page has been over for so long that its provider says so.
    Expired {
        /// Which payment.
        payment: usize,
    },
    /// Jenga's message with the link reaches the shopper.
    Message {
        /// Of which payment.
        payment: usize,
    },
    /// The provider tells of a payment.
    Notify(Notification),
    /// Somebody sends a notification of his own making.
    Forge,
    /// Somebody sends a notification again that was sent once.
    Replay,
    /// A server's own timers.
    Tick(usize),
    /// The same, where a look-up is expected of it.
    Round(usize),
    /// A server dies.
    Kill(usize),
    /// A server starts.
    Start(usize),
    /// Trouble that comes by itself.
    Trouble,
}

/// What a provider tells, and how often it has tried before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Notification {
    /// Of which payment.
    pub(super) payment: usize,
    /// Of which try to pay it; 0 where there is one alone.
    pub(super) number: usize,
    /// How often it has tried.
    pub(super) tries: u32,
}

/// A request on its way, or at a server.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    /// Who waits for the answer.
    pub(super) from: From,
    /// What is sent.
    pub(super) message: Message,
    /// The server that has it.
    pub(super) server: Option<usize>,
    /// The last number that was given when it came in.
    pub(super) arrived: u64,
    /// The server has answered.
    pub(super) answered: bool,
}

/// Who sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A button.
    Tab {
        /// Which tab.
        tab: usize,
        /// Which load of it.
        load: u32,
        /// The request's epoch.
        epoch: u32,
        /// Which; `None`: its stream.
        kind: Option<RequestKind>,
    },
    /// The shopper's browser, on the return page.
    ReturnPage {
        /// Which tab it came from.
        tab: usize,
        /// From which payment.
        payment: usize,
    },
    /// The provider.
    Provider(Notification),
    /// Somebody who passes for a provider that proves who it is.
    Forger,
    /// Nobody waits.
    Nobody,
}

/// An HTTP request to the servers.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// Path and query.
    pub(super) path: String,
    /// `Authorization: Bearer`.
    pub(super) token: Option<String>,
    /// `Idempotency-Key`.
    pub(super) key: Option<String>,
    /// The JSON body of a POST; `None`: a GET.
    pub(super) body: Option<String>,
    /// What a provider proves itself by.
    pub(super) headers: Vec<(&'static str, String)>,
    /// Which payment it proves, where it is a provider's word that counts by itself.
    pub(super) tells: Option<(String, Money)>,
}

impl Message {
    /// A GET of this path.
    pub(super) fn get(path: String) -> Self {
        Self {
            path,
            token: None,
            key: None,
            body: None,
            headers: Vec::new(),
            tells: None,
        }
    }
}

impl std::convert::From<Letter> for Message {
    fn from(it: Letter) -> Self {
        Self {
            body: Some(it.body),
            headers: it.headers,
            tells: it.tells,
            ..Self::get(it.path)
        }
    }
}

/// Events by time; those of one moment in a random order.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Entry>,
    sequence: u64,
}

#[derive(Debug)]
struct Entry {
    at: u64,
    tie: u64,
    sequence: u64,
    event: Event,
}

impl Queue {
    /// Puts an event in.
    pub(super) fn push(&mut self, at: u64, tie: u64, event: Event) {
        self.sequence += 1;
        let sequence = self.sequence;
        self.heap.push(Entry {
            at,
            tie,
            sequence,
            event,
        });
    }

    /// The next event and its time.
    pub(super) fn pop(&mut self) -> Option<(u64, Event)> {
        self.heap.pop().map(|it| (it.at, it.event))
    }

    /// When the next event is.
    #[must_use]
    pub(super) fn next_at(&self) -> Option<u64> {
        self.heap.peek().map(|it| it.at)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    /// The earliest is the greatest: the heap gives that first.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.at, it.tie, it.sequence);
        key(other).cmp(&key(self))
    }
}
