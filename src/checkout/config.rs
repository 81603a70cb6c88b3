//! The options of a payment: read from attributes or from the constructor's object, judged all at once.

use malipo_wire::{Currency, Customer, ErrorCode, InitiateRequest, Money, OrderId};

use super::error::{BadOption, PayError};
use super::policy::{self, ParseUrl, Secret, UrlParts, UrlProblem};
use super::record::fingerprint;

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
        let mut reader = Reader {
            raw,
            page,
            parse_url,
            errors: Vec::new(),
            insecure: 0,
            secret: false,
        };
        reader.find_secrets();
        let options = reader.read();
        reader.finish(options)
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
        let quantity = self.quantity.unwrap_or(1).to_string();
        Some([kind, name, if kind == "sku" { &quantity } else { "" }].join("\n"))
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
            &self.quantity.unwrap_or_default().to_string(),
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
}

/// The options that are texts sent to the backend, with the most characters that each may have.
const LONGEST: usize = 200;
/// JoyndPay's limit for a description (its API page, read 2026-11-21).
const LONGEST_DESCRIPTION: usize = 500;
/// A quote is a compact JWT of a few claims; this leaves room for long descriptions.
const LONGEST_QUOTE: usize = 8_192;

struct Reader<'a> {
    raw: &'a RawOptions,
    page: &'a Page,
    parse_url: ParseUrl,
    errors: Vec<BadOption>,
    insecure: usize,
    secret: bool,
}

impl Reader<'_> {
    fn read(&mut self) -> Options {
        let initiate = self.endpoint("initiate-url", !self.raw.status_only);
        let verify = self.endpoint("verify-url", true);
        let cancel_url = self.endpoint("cancel-url", false).map(|it| it.href);
        let events_url = self.endpoint("events-url", false).map(|it| it.href);
        let currency = self.parsed::<Currency>("currency");
        let sku = self.text("sku", LONGEST);
        let quantity = self.whole("quantity", 1, 999, "a whole number from 1 to 999");
        if quantity.is_some() && sku.is_none() {
            self.bad("quantity", "a sku beside it");
        }
        for (name, accepted) in [
            ("credentials", "same-origin, include or omit"),
            ("theme", "auto, light or dark"),
        ] {
            self.one_of(name, accepted);
        }
        let backend_origin = initiate
            .as_ref()
            .or(verify.as_ref())
            .map(|it| it.origin.clone());
        Options {
            backend_origin: backend_origin.unwrap_or_default(),
            initiate_url: initiate.map(|it| it.href).unwrap_or_default(),
            verify_url: verify.map(|it| it.href).unwrap_or_default(),
            cancel_url,
            events_url,
            order_id: self
                .parsed::<OrderId>("order-id")
                .map(|it| it.as_str().into()),
            amount: self.amount(currency),
            currency,
            description: self.text("description", LONGEST_DESCRIPTION),
            customer: Customer {
                name: self.text("customer-name", LONGEST),
                email: self.text("customer-email", LONGEST),
                phone: self.text("customer-phone", LONGEST),
            },
            quote: self.text("quote", LONGEST_QUOTE),
            sku,
            quantity: quantity.and_then(|it| u16::try_from(it).ok()),
            mode: self.mode(),
            poll_interval_ms: self
                .whole(
                    "poll-interval",
                    1_000,
                    3_600_000,
                    "milliseconds, a whole number of at least 1000",
                )
                .unwrap_or(2_500),
            timeout_ms: self.whole(
                "timeout",
                1_000,
                86_400_000,
                "milliseconds, a whole number from 1000 to 86400000",
            ),
            checkout_origins: self.origins(),
            return_url: self.page.return_url.clone(),
            page_is_loopback: self.page.is_loopback,
        }
    }

    fn finish(self, options: Options) -> Result<Options, PayError> {
        let Some(first) = self.errors.first() else {
            return Ok(options);
        };
        let (code, message) = if self.secret {
            (
                ErrorCode::SecretInBrowser,
                "a provider secret is in the page; it belongs on the server only: ",
            )
        } else if self.insecure == self.errors.len() {
            (
                ErrorCode::InsecureUrl,
                "a URL is neither https nor http on a loopback host: ",
            )
        } else {
            (ErrorCode::BadOption, "an option is not accepted: ")
        };
        let names: Vec<&str> = self.errors.iter().map(|it| it.name.as_str()).collect();
        let mut message = [message, &names.join(", ")].concat();
        if self.errors.len() == 1 && !self.secret {
            message.push_str("; expected ");
            message.push_str(&first.expected);
        }
        Err(PayError {
            code,
            message,
            retryable: false,
            errors: self.errors,
        })
    }

    fn find_secrets(&mut self) {
        let raw = self.raw;
        for (name, value) in &raw.values {
            let found = policy::find_secret(value);
            let exempt = name == "quote" && found == Some(Secret::MerchantToken);
            if policy::is_secret_name(name) || (found.is_some() && !exempt) {
                let name = self.written(name);
                self.secret_in(name);
            } else if name.ends_with("-url") {
                let url = (self.parse_url)(value, Some(&self.page.base_url));
                if url.is_some_and(|it| policy::find_secret(&it.search).is_some()) {
                    let name = self.written(name);
                    self.secret_in(name);
                }
            }
        }
        for (name, value) in &raw.headers {
            let reported = ["headers.", name].concat();
            let reserved = ["content-type", "accept", "idempotency-key"];
            if policy::is_secret_name(name) || policy::find_secret(value).is_some() {
                self.secret_in(reported);
            } else if reserved.contains(&name.to_ascii_lowercase().as_str()) {
                let expected =
                    "another name: content-type, accept and idempotency-key are set by the widget"
                        .into();
                self.errors.push(BadOption {
                    name: reported,
                    value: String::new(),
                    expected,
                });
            }
        }
    }

    fn secret_in(&mut self, name: String) {
        self.secret = true;
        let expected = "no provider secret in the page: secrets stay on the server".into();
        self.errors.push(BadOption {
            name,
            value: String::new(),
            expected,
        });
    }

    /// The trimmed value, `None` where it is absent or empty, or was reported as a secret already.
    fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.raw.values.iter().find(|it| it.0 == name)?;
        let reported = self.written(name);
        let is_secret = self.secret && self.errors.iter().any(|it| it.name == reported);
        Some(value.trim()).filter(|it| !it.is_empty() && !is_secret)
    }

    fn bad(&mut self, name: &str, expected: &str) {
        let value = self
            .value(name)
            .unwrap_or_default()
            .chars()
            .take(80)
            .collect();
        self.errors.push(BadOption {
            name: self.written(name),
            value,
            expected: expected.into(),
        });
    }

    /// The name as the page wrote it.
    fn written(&self, kebab: &str) -> String {
        if !self.raw.camel_case {
            return kebab.into();
        }
        let mut name = String::new();
        for (index, part) in kebab.split('-').enumerate() {
            let (first, rest) = part.split_at_checked(1).unwrap_or((part, ""));
            name.push_str(&if index == 0 {
                first.into()
            } else {
                first.to_ascii_uppercase()
            });
            name.push_str(rest);
        }
        name
    }

    fn endpoint(&mut self, name: &str, required: bool) -> Option<UrlParts> {
        let Some(value) = self.value(name) else {
            if required && !self.secret {
                self.bad(
                    name,
                    "the URL of the backend's endpoint, https or relative to the page",
                );
            }
            return None;
        };
        match policy::judge_endpoint((self.parse_url)(value, Some(&self.page.base_url))) {
            Ok(url) => Some(url),
            Err(UrlProblem::Insecure) => {
                self.insecure += 1;
                self.bad(name, "an https URL; http only on a loopback host");
                None
            }
            Err(UrlProblem::NotAUrl | UrlProblem::ForeignOrigin) => {
                self.bad(
                    name,
                    "a URL without user name, absolute or relative to the page",
                );
                None
            }
        }
    }

    fn parsed<T>(&mut self, name: &str) -> Option<T>
    where
        T: core::str::FromStr<Err: core::fmt::Display>,
    {
        match self.value(name)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.bad(name, &error.to_string());
                None
            }
        }
    }

    fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        let text = self.value(name)?;
        if longest < text.chars().count() {
            self.bad(
                name,
                &["a text of at most ", &longest.to_string(), " characters"].concat(),
            );
            return None;
        }
        Some(text.into())
    }

    fn whole(&mut self, name: &str, least: u64, most: u64, expected: &str) -> Option<u64> {
        let text = self.value(name)?;
        let number = text.parse().ok().filter(|it| (least..=most).contains(it));
        if number.is_none() || !text.bytes().all(|it| it.is_ascii_digit()) {
            self.bad(name, expected);
            return None;
        }
        number
    }

    fn one_of(&mut self, name: &str, accepted: &str) {
        let known = |it: &str| {
            accepted
                .split([',', ' '])
                .any(|word| word == it && word != "or")
        };
        if self.value(name).is_some_and(|it| !known(it)) {
            self.bad(name, accepted);
        }
    }

    fn mode(&mut self) -> Mode {
        match self.value("mode") {
            None | Some("auto" | "tab") => Mode::Tab,
            Some("popup") => Mode::Popup,
            Some("redirect") => Mode::Redirect,
            Some("link") => Mode::Link,
            Some(_) => {
                self.bad("mode", "auto, tab, popup, redirect or link");
                Mode::Tab
            }
        }
    }

    fn amount(&mut self, currency: Option<Currency>) -> Option<String> {
        let text = self.value("amount")?;
        // Without a currency nobody knows the decimals; four are the most that any has.
        let most_decimals = "CLF".parse();
        let judged = currency
            .or(most_decimals.ok())
            .map(|it| Money::parse(text, it));
        match judged {
            Some(Ok(money)) if money.minor() != 0 => Some(text.into()),
            Some(Err(error)) => {
                self.bad("amount", &error.to_string());
                None
            }
            Some(Ok(_)) | None => {
                self.bad("amount", "an amount greater than zero");
                None
            }
        }
    }

    fn origins(&mut self) -> Vec<String> {
        let Some(text) = self.value("checkout-origins") else {
            return Vec::new();
        };
        let judge = |it: &str| {
            let url = policy::judge_endpoint((self.parse_url)(it, None)).ok()?;
            // An origin has no path: "https://pay.example" or "https://pay.example/".
            (it.trim_end_matches('/').eq_ignore_ascii_case(&url.origin)).then_some(url.origin)
        };
        match text
            .split_ascii_whitespace()
            .map(judge)
            .collect::<Option<Vec<_>>>()
        {
            Some(origins) => origins,
            None => {
                self.bad(
                    "checkout-origins",
                    "origins such as https://pay.example, separated by spaces",
                );
                Vec::new()
            }
        }
    }
}
