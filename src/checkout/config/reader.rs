//! Judges every option, and finds secrets among them.

use malipo_wire::{
    Currency, CurrencyError, Customer, ErrorCode, Money, OrderId, OrderIdError, digits, number,
    trimmed, without_end,
};

use super::{Mode, Options, Page, RawOptions};
use crate::checkout::error::{BadOption, PayError};
use crate::checkout::policy::{self, ParseUrl, Secret, UrlParts, UrlProblem};
use crate::checkout::texts::{holds, join, words};

/// The options that are texts sent to the backend, with the most characters that each may have.
const LONGEST: u16 = 200;
/// JoyndPay's limit for a description (its API page, read 2026-11-21).
const LONGEST_DESCRIPTION: u16 = 500;
/// A quote is a compact JWT of a few claims; this leaves room for long descriptions.
const LONGEST_QUOTE: u16 = 8_192;
/// What separates origins, as in HTML.
const WHITE_SPACE: &str = " \t\n\x0c\r";

pub(super) struct Reader<'a> {
    raw: &'a RawOptions,
    page: &'a Page,
    parse_url: ParseUrl,
    errors: Vec<BadOption>,
    insecure: usize,
    secret: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(raw: &'a RawOptions, page: &'a Page, parse_url: ParseUrl) -> Self {
        Self {
            raw,
            page,
            parse_url,
            errors: Vec::new(),
            insecure: 0,
            secret: false,
        }
    }

    pub(super) fn read_all(mut self) -> Result<Options, PayError> {
        self.find_secrets();
        let options = self.read();
        self.finish(options)
    }

    fn read(&mut self) -> Options {
        let initiate = self.endpoint("initiate-url", !self.raw.status_only);
        let verify = self.endpoint("verify-url", true);
        let cancel_url = self.endpoint("cancel-url", false).map(|it| it.href);
        let events_url = self.endpoint("events-url", false).map(|it| it.href);
        let currency = self.parsed::<Currency>("currency", CurrencyError.as_str());
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
                .parsed::<OrderId>("order-id", OrderIdError.as_str())
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
        let mut message = join(&[message, &join(&names, ", ")], "");
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
            let is_in_query = || {
                let url = (self.parse_url)(value, Some(&self.page.base_url));
                url.is_some_and(|it| policy::find_secret(&it.search).is_some())
            };
            if is_secret(name)
                || (found.is_some() && !exempt)
                || (name.ends_with("-url") && is_in_query())
            {
                self.secret_in(told(name, &self.written(name)));
            }
        }
        for (name, value) in &raw.headers {
            let reported = told(name, &join(&["headers.", name], ""));
            let reserved = ["content-type", "accept", "idempotency-key"];
            if is_secret(name) || policy::find_secret(value).is_some() {
                self.secret_in(reported);
            } else if reserved.contains(&name.to_ascii_lowercase().as_str()) {
                self.bad_header(
                    reported,
                    "another name: content-type, accept and idempotency-key are set by the widget",
                );
            } else if !is_header(name, value) {
                self.bad_header(reported, "a header's name, and a value of one line");
            }
        }
    }

    fn bad_header(&mut self, name: String, expected: &str) {
        // The value is not repeated: headers carry session tokens.
        let (value, expected) = (String::new(), expected.into());
        self.errors.push(BadOption {
            name,
            value,
            expected,
        });
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
        Some(trimmed(value)).filter(|it| !it.is_empty() && !is_secret)
    }

    fn bad(&mut self, name: &str, expected: &str) {
        let value = self.value(name).unwrap_or_default();
        let cut = value.char_indices().nth(80).map_or(value.len(), |it| it.0);
        self.errors.push(BadOption {
            name: self.written(name),
            value: value.get(..cut).unwrap_or_default().into(),
            expected: expected.into(),
        });
    }

    /// The name as the page wrote it.
    fn written(&self, kebab: &str) -> String {
        if !self.raw.camel_case {
            return kebab.into();
        }
        let mut name = String::new();
        let mut begins = false;
        for letter in kebab.chars() {
            if letter == '-' {
                begins = true;
            } else if core::mem::take(&mut begins) {
                name.push(letter.to_ascii_uppercase());
            } else {
                name.push(letter);
            }
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

    fn parsed<T: core::str::FromStr>(&mut self, name: &str, expected: &str) -> Option<T> {
        let value = self.value(name)?.parse().ok();
        if value.is_none() {
            self.bad(name, expected);
        }
        value
    }

    fn text(&mut self, name: &str, longest: u16) -> Option<String> {
        let text = self.value(name)?;
        if usize::from(longest) < text.chars().count() {
            self.bad(
                name,
                &join(
                    &["a text of at most ", &digits(longest.into()), " characters"],
                    "",
                ),
            );
            return None;
        }
        Some(text.into())
    }

    fn whole(&mut self, name: &str, least: u64, most: u64, expected: &str) -> Option<u64> {
        let text = self.value(name)?;
        let number = number(text).filter(|it| (least..=most).contains(it));
        if number.is_none() {
            self.bad(name, expected);
        }
        number
    }

    fn one_of(&mut self, name: &str, accepted: &str) {
        let known = |it: &str| it != "or" && words(accepted, ", ").contains(&it);
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
                self.bad("amount", error.as_str());
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
        let mut origins = Vec::new();
        for it in words(text, WHITE_SPACE) {
            let url = policy::judge_endpoint((self.parse_url)(it, None)).ok();
            // An origin has no path: "https://pay.example" or "https://pay.example/". There are no wildcards: one would
            // match nothing.
            let is_origin = |url: &UrlParts| {
                without_end(it, b'/').eq_ignore_ascii_case(&url.origin) && !holds(it, b'*')
            };
            let Some(url) = url.filter(is_origin) else {
                self.bad(
                    "checkout-origins",
                    "origins such as https://pay.example, separated by spaces",
                );
                return Vec::new();
            };
            origins.push(url.origin);
        }
        origins
    }
}

/// Whether a name is that of a secret, or one itself.
fn is_secret(name: &str) -> bool {
    policy::is_secret_name(name) || policy::find_secret(name).is_some()
}

/// The place with this name, unless that repeats a secret.
fn told(name: &str, place: &str) -> String {
    let is_told = !policy::may_hold_secret(name);
    if is_told { place } else { "(a secret)" }.into()
}

/// What `fetch` takes as a header; anything else would be left out without a word (RFC 9110, 5.1 and 5.5).
fn is_header(name: &str, value: &str) -> bool {
    let is_token = |it: u8| it.is_ascii_alphanumeric() || holds("!#$%&'*+-.^_`|~", it);
    let is_text = |it: char| it == '\t' || (' '..='\u{ff}').contains(&it) && it != '\u{7f}';
    !name.is_empty() && name.bytes().all(is_token) && value.chars().all(is_text)
}
