//! Reads initiate's answer.

use malipo_wire::{ErrorCode, SentTo, cut, number};

use super::fields::{Fields, Shape};
use super::{Answer, Charged};
use crate::checkout::config::Options;
use crate::checkout::error::PayError;
use crate::checkout::policy::{self, ParseUrl, UrlProblem};
use crate::checkout::texts::words;
use crate::checkout::timer::ms_of;

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
    let shape = fields.shape().ok_or_else(nothing)?;
    let redirect_url = match fields.redirect_url() {
        Some(url) => Some(judge_redirect(url, options, parse)?),
        None => None,
    };
    let sent = redirect_url.is_none() && fields.says_sent();
    let paid = redirect_url.is_none() && !sent && fields.says_paid();
    if redirect_url.is_none() && !sent && !paid {
        return Err(nothing());
    }
    let (id_paths, reference_paths): (&[&str], &[&str]) = match shape {
        Shape::Flat => (&["order_id"], &["request_id"]),
        Shape::Data => (
            &["data.order_id", "data.externalRef"],
            &["data.id", "data.paymentLinkRef"],
        ),
        Shape::Ok => (&["metadata.order_id"], &["request_id"]),
    };
    let own_id = options.order_id.as_deref();
    let named = fields.first(id_paths);
    let order_id = named
        .or(own_id)
        .or_else(|| fields.first(&["request_id", "data.paymentLinkRef"]))
        .unwrap_or_default();
    if order_id.is_empty() {
        return Err(PayError::new(
            ErrorCode::Backend,
            "the backend's answer names no order_id, and the page has none",
        ));
    }
    let charged = Charged::read(fields, options.currency);
    let shown = options.shown_charge();
    if shown.text.is_some() && !charged.agrees_with(&shown) {
        return Err(PayError::new(
            ErrorCode::AmountMismatch,
            "the backend would charge another amount than the button shows",
        ));
    }
    Ok(Initiated {
        order_id: order_id.into(),
        reference: fields.first(reference_paths).map(Into::into),
        sent_to: sent.then(|| fields.sent_to.clone()),
        redirect_url,
        paid,
        token: fields.word("token").map(Into::into),
        charged,
        fees_added: fields.flag("fees_added").unwrap_or_default(),
        events_url: fields.word("events_url").map(Into::into),
        expires_in_ms: expires_in_ms(fields),
        returns: fields.flag("returns").unwrap_or(shape != Shape::Ok),
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

fn expires_in_ms(fields: &Fields) -> Option<u64> {
    if let Some(seconds) = fields.text("expires_in") {
        return number(seconds).map(ms_of);
    }
    // The span between the provider's own two stamps: the phone's clock may be hours off.
    let until = seconds(fields.word("expires_at")?)?;
    let from = seconds(fields.word("created_at")?)?;
    Some(ms_of(until.saturating_sub(from)))
}

/// Seconds of `2026-04-17T18:00:00.000Z`, to be compared with another's (JoPay writes no other form; its quickstart, read
/// 2026-11-21).
fn seconds(text: &str) -> Option<u64> {
    let (date, time) = cut(text.strip_suffix('Z')?, b'T')?;
    let mut parts = words(date, "-");
    parts.extend_from_slice(&words(time, ".:"));
    let mut numbers = Vec::new();
    for it in parts {
        numbers.push(number(it)?);
    }
    let [year, month, day, hour, minute, second, ..] = *numbers else {
        return None;
    };
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
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}
