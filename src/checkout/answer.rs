//! Reads every answer of CONTRACT section 3: ours, and those of the three providers when a backend passes them through.
//!
//! The browser parses the JSON; the shell copies a closed list of paths into [`Fields`]; this module judges them. Rules
//! that money depends on: only 2xx opens or settles; a body with `data` or `ok` is an envelope and never flat; an outcome
//! counts only for the order that was initiated; anything else is trouble, never an outcome.

use malipo_wire::{Currency, ErrorCode, Money, Reason, SentTo, Status};

use super::config::Options;
use super::error::PayError;
use super::policy::{self, ParseUrl, UrlProblem};

/// Every path that the shell copies out of a JSON body into [`Fields`]; `sent_to` and a list in `error` apart.
pub const PATHS: &[&str] = &[
    "order_id",
    "redirect_url",
    "token",
    "amount",
    "currency",
    "fees_added",
    "events_url",
    "expires_in",
    "returns",
    "test",
    "status",
    "reason",
    "code",
    "message",
    "error",
    "data",
    "data.id",
    "data.order_id",
    "data.redirect_url",
    "data.amount",
    "data.currency",
    "data.status",
    "data.paymentLinkRef",
    "data.externalRef",
    "ok",
    "request_id",
    "pay_page_url",
    "amount.fiat_int",
    "amount.fiat_code",
    "expires_at",
    "created_at",
    "metadata.order_id",
    "proof_status",
];

const REDIRECT_PATHS: [&str; 3] = ["redirect_url", "data.redirect_url", "pay_page_url"];

/// The longest body that is read, in bytes (CONTRACT 3).
pub const BODY_MOST: usize = 64 * 1024;

/// What came back from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An HTTP answer, its body read to the end.
    Answer(Answer),
    /// No answer: refused, cut, offline, blocked by CORS.
    Unreachable,
}

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub http_status: u16,
    /// `Retry-After` in milliseconds, where the answer holds one.
    pub retry_after_ms: Option<u64>,
    /// The body, where it is a JSON object of at most [`BODY_MOST`] bytes.
    pub body: Option<Fields>,
}

/// The fields of a JSON object that matter, as a closed list of paths. `null` is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    values: Vec<(&'static str, Value)>,
    /// `sent_to`, where it is a list of objects with a `channel`.
    pub sent_to: Vec<SentTo>,
    /// The texts of `error`, where it is a list.
    pub errors: Vec<String>,
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A number, as JavaScript writes it: `10000`, `1250.5`, `1e+21`.
    Number(String),
    /// A boolean.
    Flag(bool),
    /// An object or a list.
    Other,
}

impl Fields {
    /// Puts a value in; `path` is one of [`PATHS`].
    pub fn set(&mut self, path: &'static str, value: Value) {
        self.values.push((path, value));
    }

    fn value(&self, path: &str) -> Option<&Value> {
        self.values.iter().find(|it| it.0 == path).map(|it| &it.1)
    }

    fn has(&self, path: &str) -> bool {
        self.value(path).is_some()
    }

    /// A non-empty string.
    fn word(&self, path: &str) -> Option<&str> {
        match self.value(path)? {
            Value::Text(text) if !text.is_empty() => Some(text),
            Value::Text(_) | Value::Number(_) | Value::Flag(_) | Value::Other => None,
        }
    }

    /// A non-empty string, or a number as text: PHP and Python backends write ids and amounts either way.
    fn text(&self, path: &str) -> Option<&str> {
        match self.value(path)? {
            Value::Number(text) => Some(text),
            Value::Text(_) | Value::Flag(_) | Value::Other => self.word(path),
        }
    }

    fn flag(&self, path: &str) -> Option<bool> {
        match self.value(path)? {
            Value::Flag(flag) => Some(*flag),
            Value::Text(_) | Value::Number(_) | Value::Other => None,
        }
    }

    fn first(&self, paths: &[&str]) -> Option<&str> {
        paths.iter().find_map(|it| self.text(it))
    }

    /// The texts in which an answer says no, or `None` if it does not say so.
    fn refusal(&self) -> Option<String> {
        let says_no = self.word("status") == Some("error")
            || self.flag("status") == Some(false)
            || self.flag("ok") == Some(false);
        says_no.then(|| {
            self.error_text()
                .unwrap_or_else(|| "the backend said no without a reason".into())
        })
    }

    fn error_text(&self) -> Option<String> {
        if !self.errors.is_empty() {
            return Some(self.errors.join("; "));
        }
        self.word("error")
            .or_else(|| self.word("message"))
            .map(Into::into)
    }

    fn code(&self) -> Option<ErrorCode> {
        self.word("code")?.parse().ok()
    }
}

/// What initiate's answer says, judged: there is something to open, or a link was sent, or it is paid already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initiated {
    /// The order: the only id that counts from now on.
    pub order_id: String,
    /// The provider's name of the attempt.
    pub reference: Option<String>,
    /// The checkout page, judged.
    pub redirect_url: Option<String>,
    /// The link went to the shopper by SMS or e-mail; the list may be empty.
    pub sent_to: Option<Vec<SentTo>>,
    /// The backend says that the order is paid: a verify decides.
    pub paid: bool,
    /// The token.
    pub token: Option<String>,
    /// What will be charged.
    pub charged: Charged,
    /// The provider's fees come on top.
    pub fees_added: bool,
    /// The stream, relative to initiate.
    pub events_url: Option<String>,
    /// Milliseconds until the backend gives up.
    pub expires_in_ms: Option<u64>,
    /// `false`: the provider never sends the shopper back.
    pub returns: bool,
    /// No money moves.
    pub test: Option<bool>,
    /// The page's order id differs: one warning on the console.
    pub renamed: bool,
}

/// An amount as an answer gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charged {
    /// The amount as written.
    pub text: Option<String>,
    /// The currency, where it is one.
    pub currency: Option<Currency>,
    /// Both as money, where they are.
    pub money: Option<Money>,
}

impl Charged {
    /// Whether this is the same amount as `other`, as far as both say: unreadable texts are not the same as anything.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        let currencies_agree =
            self.currency.is_none() || other.currency.is_none() || self.currency == other.currency;
        let amounts_agree = match (&self.text, &other.text) {
            (Some(own), Some(others)) => match (self.money, other.money) {
                (Some(own), Some(others)) => own == others,
                // No currency on either side: only digits can be compared.
                (None, None) => own == others,
                _ => false,
            },
            _ => true,
        };
        currencies_agree && amounts_agree
    }

    fn read(fields: &Fields, fallback: Option<Currency>) -> Self {
        let envelope = fields.has("data");
        let (amount, currency) = if envelope {
            ("data.amount", "data.currency")
        } else {
            ("amount", "currency")
        };
        let code = fields
            .word("amount.fiat_code")
            .or_else(|| fields.word(currency));
        let currency = match code {
            Some(code) => code.to_ascii_uppercase().parse().ok(),
            None => fallback,
        };
        if let Some(minor) = fields.text("amount.fiat_int") {
            let money = minor
                .parse()
                .ok()
                .zip(currency)
                .and_then(|(minor, it)| Money::from_minor(minor, it).ok());
            return Self {
                text: Some(money.map_or_else(|| minor.into(), Money::to_decimal)),
                currency,
                money,
            };
        }
        let text = fields.text(amount).map(String::from);
        let money = text
            .as_deref()
            .zip(currency)
            .and_then(|(text, it)| Money::parse(text, it).ok());
        Self {
            text,
            currency,
            money,
        }
    }
}

/// Reads initiate's answer.
///
/// # Errors
/// `backend` (it said no, or there is nothing to open), `unsafe-redirect-url`, `amount-mismatch`, or the code that the
/// backend named: all terminal.
pub fn read_initiate(
    answer: &Answer,
    options: &Options,
    parse: ParseUrl,
) -> Result<Initiated, PayError> {
    if !answer.is_success() {
        return Err(answer.refusal());
    }
    let nothing = || {
        PayError::retryable(
            ErrorCode::Backend,
            "the backend's answer holds neither redirect_url nor sent_to",
        )
    };
    let fields = answer.body.as_ref().ok_or_else(nothing)?;
    if let Some(text) = fields.refusal() {
        return Err(PayError::retryable(
            fields.code().unwrap_or(ErrorCode::Backend),
            text,
        ));
    }
    let redirect_url = match fields.first(&REDIRECT_PATHS) {
        Some(url) => Some(judge_redirect(url, options, parse)?),
        None => None,
    };
    let link_reference = fields.text("data.paymentLinkRef");
    let sent = !fields.sent_to.is_empty() || link_reference.is_some();
    let is_flat = !fields.has("data") && !fields.has("ok");
    let paid =
        redirect_url.is_none() && !sent && is_flat && fields.word("status") == Some("success");
    let own_id = options.order_id.as_deref();
    let named = fields.first(&[
        "order_id",
        "data.order_id",
        "metadata.order_id",
        "data.externalRef",
    ]);
    let order_id = named
        .or(own_id)
        .or_else(|| fields.first(&["request_id", "data.paymentLinkRef"]))
        .unwrap_or_default();
    if (redirect_url.is_none() && !sent && !paid) || (paid && named.is_none()) {
        return Err(nothing());
    }
    if order_id.is_empty() {
        return Err(PayError::new(
            ErrorCode::Backend,
            "the backend's answer names no order_id, and the page has none",
        ));
    }
    let charged = Charged::read(fields, options.currency);
    let shown = Charged {
        text: options.amount.clone(),
        currency: options.currency,
        money: options.shown(),
    };
    if shown.text.is_some() && !charged.agrees_with(&shown) {
        return Err(PayError::new(
            ErrorCode::AmountMismatch,
            "the backend would charge another amount than the button shows",
        ));
    }
    Ok(Initiated {
        order_id: order_id.into(),
        reference: fields
            .first(&["data.id", "request_id", "data.paymentLinkRef"])
            .map(Into::into),
        sent_to: (redirect_url.is_none() && sent).then(|| fields.sent_to.clone()),
        redirect_url,
        paid,
        token: fields.word("token").map(Into::into),
        charged,
        fees_added: fields.flag("fees_added").unwrap_or_default(),
        events_url: fields.word("events_url").map(Into::into),
        expires_in_ms: expires_in_ms(fields),
        returns: fields
            .flag("returns")
            .unwrap_or(!fields.has("pay_page_url")),
        test: fields.flag("test"),
        renamed: named.is_some() && own_id.is_some() && named != own_id,
    })
}

/// Judges a checkout page's URL for these options.
///
/// # Errors
/// `unsafe-redirect-url`, with what is wrong with it; the URL itself is not repeated.
pub fn judge_redirect(url: &str, options: &Options, parse: ParseUrl) -> Result<String, PayError> {
    policy::judge_redirect(
        url,
        parse,
        options.page_is_loopback,
        &options.checkout_origins,
    )
    .map(|it| it.href)
    .map_err(|it| {
        let message = match it {
            UrlProblem::NotAUrl => {
                "the checkout page's URL is not an absolute https URL without user name"
            }
            UrlProblem::Insecure => "the checkout page's URL is not https",
            UrlProblem::ForeignOrigin => "the checkout page's origin is not among checkout-origins",
        };
        PayError::new(ErrorCode::UnsafeRedirectUrl, message)
    })
}

/// For which payment a verify's answer must be.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The order.
    pub order_id: &'a str,
    /// The provider's name of the attempt.
    pub reference: Option<&'a str>,
    /// The currency of initiate's answer, for answers that name none.
    pub currency: Option<Currency>,
}

/// What a verify's answer says about this payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where it stands.
    pub status: Status,
    /// Why.
    pub reason: Option<Reason>,
    /// What was or will be charged.
    pub charged: Charged,
    /// A status word that we do not know: counted as pending, reported once.
    pub unknown_word: bool,
}

/// Reads a verify's answer.
///
/// # Errors
/// Why it says nothing about this payment: `protocol`, `order-mismatch`, `rate-limited`, `backend`. Never an outcome.
pub fn read_verify(answer: &Answer, payment: Identity<'_>) -> Result<Verdict, PayError> {
    if !answer.is_success() {
        return Err(answer.refusal());
    }
    let protocol = |message: &str| PayError::new(ErrorCode::Protocol, message);
    let Some(fields) = &answer.body else {
        return Err(protocol(
            "the backend's answer to verify is not a JSON object",
        ));
    };
    if let Some(text) = fields.refusal() {
        return Err(PayError::new(
            fields.code().unwrap_or(ErrorCode::Backend),
            text,
        ));
    }
    let no_outcome = || {
        protocol("the backend's answer to verify holds no order_id and status that we understand")
    };
    let (id, (status, reason, unknown_word)) = match (fields.has("data"), fields.has("ok")) {
        (false, false) => (
            fields.text("order_id"),
            read_word(fields.word("status").ok_or_else(no_outcome)?),
        ),
        // In JoyndPay's envelope the outcome is data.status alone; the word at the top only says that the call worked.
        (true, false) if fields.word("status") == Some("success") => (
            fields.text("data.order_id"),
            read_word(fields.word("data.status").ok_or_else(no_outcome)?),
        ),
        (false, true) if fields.flag("ok") == Some(true) => (
            fields.text("metadata.order_id"),
            read_jopay(fields).ok_or_else(no_outcome)?,
        ),
        _ => return Err(no_outcome()),
    };
    let is_ours = match (id, fields.text("request_id")) {
        (Some(id), _) => id == payment.order_id,
        (None, Some(id)) if fields.has("ok") => {
            Some(id) == payment.reference || id == payment.order_id
        }
        _ => return Err(no_outcome()),
    };
    if !is_ours {
        return Err(PayError::new(
            ErrorCode::OrderMismatch,
            "the backend's answer to verify is about another order",
        ));
    }
    let said = fields
        .word("reason")
        .filter(|_| !fields.has("data") && !fields.has("ok"))
        .map(read_reason);
    let charged = Charged::read(fields, payment.currency);
    Ok(Verdict {
        status,
        reason: said.or(reason),
        charged,
        unknown_word,
    })
}

impl Answer {
    /// 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.http_status)
    }

    /// The error in an answer that is not 2xx: the backend's own code and text where it has them.
    #[must_use]
    pub fn refusal(&self) -> PayError {
        let fields = self.body.as_ref();
        let by_status = match self.http_status {
            408 | 504 => ErrorCode::Timeout,
            429 => ErrorCode::RateLimited,
            _ => ErrorCode::Backend,
        };
        let code = fields.and_then(Fields::code).unwrap_or(by_status);
        let text = fields.and_then(Fields::error_text);
        let message = text.unwrap_or_else(|| {
            [
                "the backend answered with HTTP status ",
                &self.http_status.to_string(),
            ]
            .concat()
        });
        let may_pass = matches!(
            code,
            ErrorCode::Busy | ErrorCode::RateLimited | ErrorCode::Timeout
        );
        let retryable = may_pass || (code == ErrorCode::Backend && !self.is_final());
        PayError {
            code,
            message,
            retryable,
            errors: Vec::new(),
        }
    }

    /// An answer to initiate after which the idempotency key is used up: a final 4xx, or a 2xx that was understood.
    #[must_use]
    pub fn is_final(&self) -> bool {
        let is_still_running = self.http_status == 409 && self.retry_after_ms.is_some();
        let says_something =
            |it: &Fields| it.refusal().is_some() || it.first(&REDIRECT_PATHS).is_some();
        match self.http_status {
            200..300 => self.body.as_ref().is_some_and(says_something),
            408 | 425 | 429 => false,
            400..500 => !is_still_running,
            _ => false,
        }
    }
}

type Outcome = (Status, Option<Reason>, bool);

fn read_word(word: &str) -> Outcome {
    match word {
        "pending" => (Status::Pending, None, false),
        "success" => (Status::Success, None, false),
        "failed" => (Status::Failed, None, false),
        _ => (Status::Pending, None, true),
    }
}

/// JoPay: a verified proof is money, whatever `status` says; an attached one may become money.
fn read_jopay(fields: &Fields) -> Option<Outcome> {
    let (proof, status) = (fields.word("proof_status"), fields.word("status"));
    Some(match (proof, status) {
        (None, None) => return None,
        (Some("verified"), _) => (Status::Success, None, false),
        (Some("attached"), _) => (Status::Pending, None, false),
        (_, Some("expired")) => (Status::Failed, Some(Reason::Expired), false),
        (_, Some("cancelled" | "canceled")) => (Status::Failed, Some(Reason::Cancelled), false),
        _ => (Status::Pending, None, false),
    })
}

fn read_reason(word: &str) -> Reason {
    match word {
        "declined" => Reason::Declined,
        "expired" => Reason::Expired,
        "cancelled" => Reason::Cancelled,
        "review" => Reason::Review,
        _ => Reason::Other,
    }
}

fn expires_in_ms(fields: &Fields) -> Option<u64> {
    if let Some(seconds) = fields.text("expires_in") {
        return seconds
            .parse::<u64>()
            .ok()
            .map(|it| it.saturating_mul(1_000));
    }
    // The span between the provider's own two stamps: the phone's clock may be hours off.
    let until = iso_seconds(fields.word("expires_at")?)?;
    let from = iso_seconds(fields.word("created_at")?)?;
    Some(until.saturating_sub(from).saturating_mul(1_000))
}

/// Seconds since 1970 of `2026-04-17T18:00:00.000Z` (JoPay writes no other form; its quickstart, read 2026-11-21).
fn iso_seconds(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.split('-').map(str::parse::<u64>);
    let mut time = time.split(['.', ':']).map(str::parse::<u64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    if !(1970..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || 23 < hour
        || 59 < minute
        || 60 < second
    {
        return None;
    }
    // Days from civil, with the year beginning in March (Hinnant, "chrono-compatible low-level date algorithms").
    let (y, m) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1;
    days.checked_sub(719_468)
        .map(|it| ((it * 24 + hour) * 60 + minute) * 60 + second)
}
