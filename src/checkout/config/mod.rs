//! The options of a payment: read from attributes or from the constructor's object, judged all at once.

mod reader;

use malipo_wire::{Currency, Customer, InitiateRequest, Money, digits};

use super::answer::Charged;
use super::error::PayError;
use super::policy::ParseUrl;
use super::record::fingerprint;
use super::texts::join;
use reader::Reader;

/// What the page says, before anything is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawOptions {
    /// Names in kebab-case (`poll-interval`) with their values, in any order; absent ones are left out.
    pub values: Vec<(String, String)>,
    /// The headers that the page adds to every request.
    pub headers: Vec<(String, String)>,
    /// Names are reported in camelCase, as options of the constructor are written.
    pub camel_case: bool,
    /// Only `verify-url` is required: `<pay-status>` never initiates.
    pub status_only: bool,
}

/// What is known of the page around the button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Base for relative endpoints: `document.baseURI`.
    pub base_url: String,
    /// Where to come back to: the page's URL without fragment and without our own keys.
    pub return_url: String,
    /// The page itself is on a loopback host.
    pub is_loopback: bool,
}

/// Options that passed: what an attempt is made of, frozen at the press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Absolute URL of initiate; empty for `<pay-status>`.
    pub initiate_url: String,
    /// Origin of `initiate_url`, or of `verify_url` where there is none: the only one on which an answer's `events_url` counts.
    pub backend_origin: String,
    /// Absolute URL of verify.
    pub verify_url: String,
    /// Absolute URL of cancel.
    pub cancel_url: Option<String>,
    /// Absolute URL of the events; wins over an answer's.
    pub events_url: Option<String>,
    /// The shop's name of the order.
    pub order_id: Option<String>,
    /// What is shown, as written.
    pub amount: Option<String>,
    /// The currency.
    pub currency: Option<Currency>,
    /// What is bought.
    pub description: Option<String>,
    /// Who pays.
    pub customer: Customer,
    /// A signed quote.
    pub quote: Option<String>,
    /// An article of the backend's catalogue.
    pub sku: Option<String>,
    /// How many of it.
    pub quantity: Option<u16>,
    /// How the checkout page is opened. `auto` was settled by the page, which knows the browser.
    pub mode: Mode,
    /// Milliseconds between verifies, at least 1000.
    pub poll_interval_ms: u64,
    /// Milliseconds until the attempt ends as expired; `None`: what the backend's expiry leaves.
    pub timeout_ms: Option<u64>,
    /// Origins to which the checkout page may belong; empty: any https origin.
    pub checkout_origins: Vec<String>,
    /// See [`Page::return_url`].
    pub return_url: String,
    /// See [`Page::is_loopback`].
    pub page_is_loopback: bool,
}

/// How the checkout page is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A new tab.
    Tab,
    /// A sized window.
    Popup,
    /// The whole page.
    Redirect,
    /// Nothing is opened: a link, or "sent to your phone".
    Link,
}

impl Mode {
    /// The word in attributes and events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tab => "tab",
            Self::Popup => "popup",
            Self::Redirect => "redirect",
            Self::Link => "link",
        }
    }

    /// Whether a press opens something at once.
    #[must_use]
    pub fn opens_a_tab(self) -> bool {
        matches!(self, Self::Tab | Self::Popup)
    }
}

impl Options {
    /// Reads and judges all options at once.
    ///
    /// # Errors
    /// One [`PayError`] with every bad option: `secret-in-browser` if any of them is a secret, `insecure-url` if all of
    /// them are insecure URLs, else `bad-option`.
    pub fn parse(raw: &RawOptions, page: &Page, parse_url: ParseUrl) -> Result<Self, PayError> {
        Reader::new(raw, page, parse_url).read_all()
    }

    /// What names the payment: the quote, the order id, or the article and how many of it; `None` where nothing does.
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        let (kind, name) = if let Some(quote) = &self.quote {
            ("quote", quote)
        } else if let Some(order_id) = &self.order_id {
            ("order", order_id)
        } else {
            ("sku", self.sku.as_ref()?)
        };
        let quantity = digits(self.quantity.unwrap_or(1).into());
        let quantity = if kind == "sku" { &quantity } else { "" };
        Some(join(&[kind, name, quantity], "\n"))
    }

    /// Whether a press with these options is about the same payment: after success it then initiates nothing.
    #[must_use]
    pub fn names_the_same_payment_as(&self, other: &Self) -> bool {
        self.identity() == other.identity() && self.order_id == other.order_id
    }

    /// The body of initiate.
    #[must_use]
    pub fn payload(&self) -> InitiateRequest {
        InitiateRequest {
            order_id: self.order_id.clone(),
            amount: self.amount.clone(),
            currency: self.currency.map(|it| it.code().into()),
            quote: self.quote.clone(),
            sku: self.sku.clone(),
            quantity: self.quantity,
            description: self.description.clone(),
            customer: (self.customer != Customer::default()).then(|| self.customer.clone()),
            return_url: self.return_url.clone(),
        }
    }

    /// The fingerprint of the payload without `return_url`: what the idempotency key belongs to.
    #[must_use]
    pub fn payload_hash(&self) -> String {
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        fingerprint(&[
            &self.initiate_url,
            &text(&self.order_id),
            &text(&self.amount),
            self.currency.as_ref().map_or("", Currency::code),
            &text(&self.quote),
            &text(&self.sku),
            &digits(self.quantity.unwrap_or_default().into()),
            &text(&self.description),
            &text(&self.customer.name),
            &text(&self.customer.email),
            &text(&self.customer.phone),
        ])
    }

    /// What is shown, as money, where both amount and currency are given.
    #[must_use]
    pub fn shown(&self) -> Option<Money> {
        Money::parse(self.amount.as_deref()?, self.currency?).ok()
    }

    /// What is shown, to be compared with what is charged.
    pub(super) fn shown_charge(&self) -> Charged {
        Charged {
            text: self.amount.clone(),
            currency: self.currency,
            ..Charged::default()
        }
    }
}
