//! What the machine wants done.

use malipo_wire::{Currency, Customer, InitiateRequest, Money, SentTo, VerifyRequest, cut};
use serde::{Serialize, Serializer};

use super::error::PayError;
use super::object::Object;
use super::record::Record;

/// One thing the shell does, in the order in which they come.
///
/// The shell drains effects after every input, in the same synchronous stretch, outside every borrow: a listener of an
/// emitted event may call back into the widget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open `about:blank` now, cut its opener, and say [`super::Input::TabOpened`] or [`super::Input::TabRefused`].
    OpenTab {
        /// A sized window instead of a tab.
        popup: bool,
    },
    /// Open the checkout page in a new tab, from a click; answered like [`Effect::OpenTab`].
    OpenCheckout {
        /// The URL, already judged.
        url: String,
        /// A sized window instead of a tab.
        popup: bool,
    },
    /// Send the open tab to the checkout page; say [`super::Input::NavigationFailed`] if it is gone.
    Navigate {
        /// The URL, already judged.
        url: String,
    },
    /// Send the whole page to the checkout page.
    Redirect {
        /// The URL, already judged.
        url: String,
    },
    /// Close the tab if it can be closed.
    CloseTab,
    /// Bring the tab to the front if the browser lets us.
    FocusTab,
    /// Send a request and bring back its reply with the same epoch.
    Send(Box<Request>),
    /// Abort the request of this epoch; its reply, should it still come, is ignored.
    Abort {
        /// The request's epoch.
        epoch: u32,
    },
    /// Read server-sent events, reporting with this epoch.
    OpenStream {
        /// The stream's epoch.
        epoch: u32,
        /// Where, with the order already in the query.
        url: String,
        /// `Authorization: Bearer`, where there is a token.
        token: Option<String>,
    },
    /// Stop reading the stream.
    CloseStream,
    /// Dispatch an event on the target.
    Emit(Event),
    /// Settle the attempt's promise (`start`, `resume`, `cancel`).
    Settle(Result<Detail, Box<PayError>>),
    /// Settle the promises of `check()`.
    Checked(Result<malipo_wire::Status, Box<PayError>>),
    /// Write the resume record.
    Save {
        /// The storage key.
        name: String,
        /// The record.
        record: Box<Record>,
    },
    /// Remove the resume record.
    Forget {
        /// The storage key.
        name: String,
    },
    /// Say something to the developer on the console.
    Warn(String),
}

/// A request to the backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Comes back with the reply.
    pub epoch: u32,
    /// What is asked.
    pub kind: RequestKind,
    /// Absolute URL of the endpoint.
    pub url: String,
    /// The idempotency key, a uuid without quotes; on initiate only.
    pub key: Option<String>,
    /// The JSON body.
    pub body: Body,
}

/// Which of the backend's endpoints is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// Begin an attempt.
    Initiate,
    /// Where does the order stand?
    Verify,
    /// The shopper gave up.
    Cancel,
}

/// A JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Of initiate.
    Initiate(Box<InitiateRequest>),
    /// Of verify and cancel.
    Order(Box<VerifyRequest>),
}

/// A DOM event: its name and its detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which.
    pub name: EventName,
    /// What it carries.
    pub detail: Detail,
}

/// The names of the events that the machine emits. `pay-start` is the shell's: it comes before the machine is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventName {
    /// The backend answered.
    Initiated,
    /// The checkout page is open.
    Opened,
    /// The browser refused a tab.
    Blocked,
    /// The provider sent the link by SMS or e-mail.
    Sent,
    /// A verify said pending.
    Pending,
    /// Terminal: paid.
    Success,
    /// Terminal: the provider's final no.
    Failed,
    /// Terminal: our own deadline; the payment is not known.
    Expired,
    /// Terminal: the shopper gave up here.
    Cancelled,
    /// Something went wrong; terminal where the detail says so.
    Error,
    /// The state changed.
    Change,
}

impl EventName {
    /// The DOM event's type.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "pay-initiated",
            Self::Opened => "pay-opened",
            Self::Blocked => "pay-blocked",
            Self::Sent => "pay-sent",
            Self::Pending => "pay-pending",
            Self::Success => "pay-success",
            Self::Failed => "pay-failed",
            Self::Expired => "pay-expired",
            Self::Cancelled => "pay-cancelled",
            Self::Error => "pay-error",
            Self::Change => "pay-change",
        }
    }
}

/// The detail of every event and of every outcome, as `events.d.ts` describes them.
pub type Detail = Object;

/// Puts an amount in: exact where it is money, else the text as it came where that is a decimal.
pub(super) fn put_amount(
    detail: &mut Detail,
    money: Option<Money>,
    text: Option<&str>,
    currency: Option<Currency>,
) {
    let as_written = || text.filter(|it| is_decimal(it)).map(String::from);
    detail.set("amount", money.map(Money::to_decimal).or_else(as_written));
    let currency = money.map(Money::currency).or(currency);
    detail.set("currency", currency.map(|it| it.code()));
}

/// To whom a link was sent.
pub(super) fn recipients(list: &[SentTo]) -> Vec<Object> {
    let mut objects = Vec::new();
    for it in list {
        let object = Object::default().with("channel", it.channel.clone());
        objects.push(object.with("to", it.to.clone()));
    }
    objects
}

impl Serialize for Body {
    /// As the requests' own, which the backend has.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = Object::default();
        match self {
            Self::Initiate(it) => {
                object.set("order_id", it.order_id.clone());
                object.set("amount", it.amount.clone());
                object.set("currency", it.currency.clone());
                object.set("quote", it.quote.clone());
                object.set("sku", it.sku.clone());
                object.set("quantity", it.quantity.map(u32::from));
                object.set("description", it.description.clone());
                object.set("customer", it.customer.as_ref().map(customer));
                object.set("return_url", it.return_url.clone());
            }
            Self::Order(it) => {
                object.set("order_id", it.order_id.clone());
                object.set("reference", it.reference.clone());
                object.set("token", it.token.clone());
            }
        }
        object.serialize(serializer)
    }
}

fn customer(it: &Customer) -> Object {
    Object::default()
        .with("name", it.name.clone())
        .with("email", it.email.clone())
        .with("phone", it.phone.clone())
}

/// Digits, with at most one point between them.
fn is_decimal(text: &str) -> bool {
    let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let (whole, fraction) = cut(text, b'.').unwrap_or((text, "0"));
    is_digits(whole) && is_digits(fraction)
}
