//! The providers as models, written from their documents. Their ledger is the oracle: what it says was paid, was paid.

pub(crate) mod jenga;
pub(crate) mod jopay;
mod joyndpay;
mod kind;
mod ledger;

pub use kind::Kind;
pub use ledger::{Ledger, Payment, Standing, Try};

use malipo_server::provider::{HttpRequest, HttpResponse};
use malipo_wire::Money;
use serde_json::{Number, Value};

use ledger::Opening;

/// What a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A new payment.
    Open {
        /// The reference.
        reference: String,
        /// Of how much.
        price: Money,
        /// Where to tell of changes.
        notify_path: String,
        /// Where to send the shopper back.
        back_url: String,
        /// JoPay: what was begun under it is not begun again.
        key: String,
        /// JoPay: the order.
        order: String,
        /// Jenga: when the link ends.
        until: Option<u64>,
    },
    /// How does a payment stand?
    LookUp {
        /// Its reference, or the provider's name of it.
        name: String,
    },
    /// JoPay: which requests are there?
    List {
        /// Those before this one.
        from: usize,
    },
    /// JoPay: a request is not wanted any more.
    CallOff {
        /// The provider's name of it.
        name: String,
    },
    /// Jenga: a token.
    Token,
}

/// What holds for the providers of one world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// JoPay: how long a request can be paid.
    pub request_ms: u64,
    /// JoPay's merchant waits so long for a transfer that was named.
    pub grace_ms: u64,
    /// Jenga: transaction details answer for links.
    pub confirms: bool,
    /// Jenga: IPNs name the link, and not the merchant's reference.
    pub names_link_alone: bool,
}

impl Ask {
    /// Reads a call as the provider does. It panics at what the provider does not know: the world's server is at fault then.
    #[must_use]
    pub fn read(kind: Kind, request: &HttpRequest) -> Self {
        match kind {
            Kind::JoyndPay => joyndpay::read(request),
            Kind::JoPay => jopay::read(request),
            Kind::Jenga => jenga::read(request),
        }
    }

    /// The payment that it is about, where that is there.
    #[must_use]
    pub fn about(&self, ledger: &Ledger) -> Option<usize> {
        match self {
            Self::Open { reference, .. } => ledger.known_as(reference),
            Self::LookUp { name } | Self::CallOff { name } => ledger.known_as(name),
            Self::List { .. } | Self::Token => None,
        }
    }

    /// The references of the payments of which it asks how they stand. JoPay's list asks about all of them, and a beginning
    /// that is repeated there asks about the first.
    #[must_use]
    pub fn asks_about(&self, kind: Kind, ledger: &Ledger) -> Vec<String> {
        match self {
            Self::LookUp { name } => {
                let about = ledger.known_as(name).map(|it| &ledger.at(it).reference);
                vec![about.unwrap_or(name).clone()]
            }
            Self::Open { reference, .. } if kind == Kind::JoPay => vec![reference.clone()],
            Self::List { .. } => {
                let ours = ledger.payments().iter().filter(|it| it.kind == kind);
                ours.map(|it| it.reference.clone()).collect()
            }
            Self::CallOff { .. } | Self::Open { .. } | Self::Token => Vec::new(),
        }
    }

    /// Whether it begins a payment, and does not ask for one that was begun under the same key.
    #[must_use]
    pub fn begins(&self, ledger: &Ledger) -> bool {
        let Self::Open { key, .. } = self else {
            return false;
        };
        key.is_empty() || jopay::begun_under(ledger, key).is_none()
    }
}

/// Whether a call is let in at all; where not, what is answered.
#[must_use]
pub fn turned_away(
    ledger: &Ledger,
    kind: Kind,
    ask: &Ask,
    request: &HttpRequest,
    now: u64,
) -> Option<HttpResponse> {
    if kind != Kind::Jenga || *ask == Ask::Token {
        return None;
    }
    jenga::check_signature(ask, request);
    let is_in = ledger.tokens.admits(request, now);
    (!is_in).then(jenga::not_authorised)
}

/// What a provider answers; what it says of a payment is `lag` milliseconds old.
#[must_use]
pub fn answer(
    ledger: &mut Ledger,
    kind: Kind,
    ask: &Ask,
    terms: Terms,
    now: u64,
    lag: u64,
) -> HttpResponse {
    let then = now.saturating_sub(lag);
    match ask {
        Ask::Open { .. } => {
            let opening = opening(ledger, kind, ask, terms, now);
            match kind {
                Kind::JoyndPay => joyndpay::open(ledger, opening, now),
                Kind::JoPay => jopay::open(ledger, opening, now),
                Kind::Jenga => jenga::open(ledger, opening, now),
            }
        }
        Ask::LookUp { .. } => {
            let Some(index) = ask.about(ledger) else {
                return not_found(kind);
            };
            if kind == Kind::Jenga && !terms.confirms {
                return jenga::unknown();
            }
            ledger.at_mut(index).asked_at = Some(now);
            let payment = ledger.at(index);
            match kind {
                Kind::JoyndPay => joyndpay::stands(payment, then),
                Kind::JoPay => jopay::described(payment, then.max(payment.opened_at), now),
                Kind::Jenga => jenga::details(payment, then),
            }
        }
        Ask::List { from } => jopay::list(ledger, *from, now),
        Ask::CallOff { .. } => match ask.about(ledger) {
            Some(index) => jopay::call_off(ledger, index, now),
            None => not_found(kind),
        },
        Ask::Token => jenga::token(ledger, now),
    }
}

fn opening(ledger: &Ledger, kind: Kind, ask: &Ask, terms: Terms, now: u64) -> Opening {
    let Ask::Open {
        reference,
        price,
        notify_path,
        back_url,
        key,
        order,
        until,
    } = ask
    else {
        panic!("{ask:?} begins nothing");
    };
    let expires_at = match kind {
        Kind::JoyndPay => None,
        Kind::JoPay => Some(now + terms.request_ms),
        Kind::Jenga => *until,
    };
    let grace_ms = match kind {
        Kind::JoyndPay | Kind::JoPay => terms.grace_ms,
        Kind::Jenga => IPN_LATE_MS,
    };
    Opening {
        kind,
        reference: reference.clone(),
        id: match kind {
            Kind::JoyndPay => reference.clone(),
            Kind::JoPay => jopay::next_id(ledger),
            Kind::Jenga => jenga::next_id(ledger),
        },
        price: *price,
        notify_path: notify_path.clone(),
        back_url: back_url.clone(),
        key: key.clone(),
        order: order.clone(),
        expires_at,
        given_up_at: expires_at.map(|it| it + grace_ms),
        is_askable: kind != Kind::Jenga || terms.confirms,
    }
}

fn not_found(kind: Kind) -> HttpResponse {
    match kind {
        Kind::JoyndPay => joyndpay::refusal("order not found"),
        Kind::JoPay => json_response(404, &serde_json::json!({"ok": false, "error": "not_found"})),
        Kind::Jenga => jenga::unknown(),
    }
}

/// What an answer says was paid, by the references of the payments.
#[must_use]
pub fn says_paid(kind: Kind, ask: &Ask, response: &HttpResponse) -> Vec<(String, Money)> {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    match (kind, ask) {
        (Kind::JoPay, _) => jopay::says_paid(&body),
        (Kind::JoyndPay, Ask::LookUp { name }) => {
            let paid = joyndpay::says_paid(&body, name);
            paid.map(|it| (name.clone(), it)).into_iter().collect()
        }
        (Kind::Jenga, Ask::LookUp { name }) => {
            let paid = jenga::says_paid(&body);
            paid.map(|it| (name.clone(), it)).into_iter().collect()
        }
        (Kind::JoyndPay | Kind::Jenga, _) => Vec::new(),
    }
}

/// What a provider tells by itself, as it is sent.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Where to.
    pub path: String,
    /// What proves who sent it.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// Which payment it says is paid, and how much, where it is the outcome by itself.
    pub tells: Option<(String, Money)>,
    /// It is to be noted as it is, and no mere reason to ask.
    pub is_outcome: bool,
}

impl Letter {
    fn new(path: &str, body: String) -> Self {
        Self {
            path: path.to_owned(),
            headers: Vec::new(),
            body,
            tells: None,
            is_outcome: false,
        }
    }

    /// What a provider sends of a payment now; `number` is that of the try at Jenga.
    #[must_use]
    pub fn of(payment: &Payment, number: usize, terms: Terms, now: u64) -> Self {
        match payment.kind {
            Kind::JoyndPay => joyndpay::letter(payment),
            Kind::JoPay => jopay::letter(payment, now),
            Kind::Jenga => jenga::letter(payment, number, terms),
        }
    }

    /// The same from somebody who knows its form and not its secrets: with none, or with another one.
    #[must_use]
    pub fn forged(mut self, with_another: bool, now: u64) -> Self {
        let body = &self.body;
        for header in &mut self.headers {
            header.1 = match header.0 {
                "authorization" => jenga::basic("guessed"),
                _ => jopay::signature(&"0123".repeat(16), now, body),
            };
        }
        if !with_another {
            self.headers.clear();
        }
        self.tells = None;
        self
    }
}

/// A provider refuses to begin something, in its own form.
#[must_use]
pub fn refusal(kind: Kind) -> HttpResponse {
    match kind {
        Kind::JoyndPay => joyndpay::refusal("not today"),
        Kind::JoPay => jopay::refusal(),
        Kind::Jenga => jenga::refusal(),
    }
}

/// What a provider's proxies say.
#[must_use]
pub fn garbage(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::JoyndPay => joyndpay::GARBAGE,
        Kind::JoPay => jopay::GARBAGE,
        Kind::Jenga => jenga::GARBAGE,
    }
}

fn header(request: &HttpRequest, name: &str) -> String {
    let found = request.headers.iter().find(|it| it.0 == name);
    let text = found.and_then(|it| it.1.to_str().ok());
    text.unwrap_or_default().to_owned()
}

/// A JSON number as money, by its digits.
fn money(amount: &Value, currency: &str) -> Option<Money> {
    let digits = amount.is_number().then(|| amount.to_string())?;
    Money::parse(&digits, currency.parse().ok()?).ok()
}

/// Money as a JSON number in major units.
fn number(money: Money) -> Number {
    money.to_decimal().parse().unwrap()
}

/// The path of a URL of the servers.
#[must_use]
pub fn path(url: &str) -> String {
    url.strip_prefix("https://shop.example")
        .unwrap_or(url)
        .to_owned()
}

fn json_response(status: u16, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        retry_after: None,
        body: serde_json::to_vec(body).unwrap(),
    }
}

/// How long after a link's last day a server waits for an IPN that is late.
const IPN_LATE_MS: u64 = 3_600_000;
