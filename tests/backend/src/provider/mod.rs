//! What differs between the providers, for tests that are the same for all. Each fact is one of the provider's documents.

mod jenga;
mod jopay;
mod joyndpay;

use serde_json::{Value, json};

pub use jenga::JENGA;
pub use jopay::JOPAY;
pub use joyndpay::JOYNDPAY;

/// Every provider.
pub const ALL: &[&Provider] = &[&JOYNDPAY, &JOPAY, &JENGA];

/// One provider, as the sandbox plays it and the server is told of it.
#[derive(Debug)]
pub struct Provider {
    /// `joyndpay`.
    pub id: &'static str,
    /// What every order costs: a decimal in major units.
    pub amount: &'static str,
    /// In this currency.
    pub currency: &'static str,
    /// The script's name of the call that begins a payment.
    pub create: &'static str,
    /// The script's name of the call that asks how one stands; None where there is none.
    pub look_up: Option<&'static str>,
    /// The script's name of a call that comes before the others, such as for a token.
    pub door: Option<&'static str>,
    /// The script's name of notifications.
    pub notice: &'static str,
    /// How an attempt whose beginning had no answer is found.
    pub lost: Lost,
    /// What the shopper can do so that nothing will be paid.
    pub failure: Failure,
    /// Whether the provider ends what is not paid in time.
    pub expiry: Expiry,
    /// What the answer to the look-up, or the notification, says of an amount of 1 where more was asked.
    pub wrong_amount: fn() -> Value,
    /// What the answer to the beginning says so; None where it names no amount.
    pub wrong_opening: Option<fn() -> Value>,
    /// What the sandbox's own forgeries are answered with.
    pub forged_status: u16,
    /// Whom a stranger who forges notifications writes to, with what.
    pub forgery: fn(reference: &str, provider_ref: &str) -> Forgery,
    /// The sandbox's command line, given the server's address.
    pub arguments: fn(server: &str) -> Vec<String>,
    /// The server's table, given the sandbox's address.
    pub table: fn(sandbox: &str) -> String,
    /// What is secret in both.
    pub secrets: &'static [&'static str],
}

/// How an attempt whose beginning had no answer is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It can be looked up, but nobody has its page: it is given up for a new one, and looked after.
    NewAttempt,
    /// The same request again gives the same payment.
    SameKey,
    /// It cannot be asked for: nothing new may be begun before a notification settles it, or a person.
    WaitsForNotice,
}

/// What "it was not paid" looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The payment ends as failed.
    Final,
    /// One try is declined, and the shopper may try again.
    Declined,
    /// There is no failed payment: too little was sent, and the provider waits for the rest.
    Mismatch,
}

/// What the end of the time to pay looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The look-up says so.
    Told,
    /// The provider documents none. Why the case is not applicable.
    None(&'static str),
    /// Nobody says so; the server knows the day, and waits for an hour more.
    Silent,
}

/// A notification that the provider never sent.
#[derive(Debug)]
pub struct Forgery {
    /// The address, behind the server's origin.
    pub path: String,
    /// Its headers.
    pub headers: Vec<(&'static str, &'static str)>,
    /// Its body.
    pub body: Value,
}

impl Provider {
    /// A script that is about this provider alone: `{"verify": ...}` under its name.
    #[must_use]
    pub fn script(&self, part: &str, what: &Value) -> Value {
        let mut script = self.patient();
        let part = &mut script[self.id][part];
        for (name, value) in what.as_object().into_iter().flatten() {
            part[name] = value.clone();
        }
        script
    }

    /// No trouble; only what tests need: notifications that are tried again soon, and quotas that are not in the way.
    #[must_use]
    pub fn patient(&self) -> Value {
        patient()
    }
}

/// The origin of the sandbox's pages: another site than the shop's.
fn pages(sandbox: &str) -> String {
    sandbox.replace("127.0.0.1", "localhost")
}

/// No trouble with anybody. Notifications are tried again soon and often; JoPay takes any number of calls, and verifies
/// nothing by itself.
#[must_use]
pub fn patient() -> Value {
    json!({
        "joyndpay": {"ipn": {"attempts": 10, "retry_ms": 100}},
        "jenga": {"ipn": {"attempts": 10, "retry_ms": 100}},
        "jopay": {
            "limits": {"calls": 1_000_000},
            "checkout": {"verify_ms": null},
            "webhook": {"retry_ms": [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600]},
        },
    })
}
