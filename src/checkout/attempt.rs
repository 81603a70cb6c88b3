//! What is known of a payment once initiate answered, or once a record was read back.

use malipo_wire::{SentTo, cut};

use super::answer::{Charged, Identity, Initiated};
use super::config::Options;
use super::policy::{self, ParseUrl};
use super::record::Record;
use super::texts::{holds, join};
use super::timer::{
    DEADLINE_DEFAULT_MS, DEADLINE_GRACE_MS, DEADLINE_LEAST_MS, DEADLINE_MOST_MS, Moment,
};

/// A payment that was initiated.
#[derive(Clone, Debug)]
pub(super) struct Payment {
    pub(super) order_id: String,
    pub(super) reference: Option<String>,
    pub(super) token: Option<String>,
    pub(super) redirect_url: Option<String>,
    pub(super) events_url: Option<String>,
    /// What initiate's answer said will be charged.
    pub(super) charged: Charged,
    pub(super) fees_added: bool,
    pub(super) sent_to: Option<Vec<SentTo>>,
    pub(super) returns: bool,
    pub(super) test: Option<bool>,
    pub(super) deadline: Moment,
}

/// The checkout page's tab, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    /// The mode opens none, or the attempt was resumed.
    None,
    /// Opened by us.
    Open,
    /// The browser refused it.
    Refused,
    /// It reads as closed: a hint only.
    Closed,
}

impl Payment {
    pub(super) fn new(now: Moment, options: &Options, answer: Initiated, parse: ParseUrl) -> Self {
        Self {
            events_url: events_url(options, answer.events_url.as_deref(), parse),
            deadline: now.plus(
                options
                    .timeout_ms
                    .unwrap_or_else(|| default_deadline(answer.expires_in_ms)),
            ),
            order_id: answer.order_id,
            reference: answer.reference,
            token: answer.token,
            redirect_url: answer.redirect_url,
            charged: answer.charged,
            fees_added: answer.fees_added,
            sent_to: answer.sent_to,
            returns: answer.returns,
            test: answer.test,
        }
    }

    /// Reads a record back. The URL is judged again: storage is no safer than the network.
    pub(super) fn from_record(
        now: Moment,
        options: &Options,
        record: Record,
        parse: ParseUrl,
    ) -> Option<Self> {
        let currency = record.currency();
        let text = record.amount;
        let money = text
            .as_deref()
            .zip(currency)
            .and_then(|(text, it)| malipo_wire::Money::parse(text, it).ok());
        let redirect_url = record
            .redirect_url
            .and_then(|it| super::answer::judge_redirect(&it, options, parse).ok());
        let longest = options
            .timeout_ms
            .unwrap_or(DEADLINE_MOST_MS)
            .max(DEADLINE_MOST_MS);
        let deadline = match record.deadline {
            0 => now.plus(options.timeout_ms.unwrap_or(DEADLINE_DEFAULT_MS)),
            at => Moment(at).min(now.plus(longest)),
        };
        Some(Self {
            order_id: record.order_id.filter(|it| !it.is_empty())?,
            reference: record.reference,
            token: record.token,
            redirect_url,
            events_url: events_url(options, record.events_url.as_deref(), parse),
            charged: Charged {
                text,
                currency,
                money,
                foreign: None,
            },
            fees_added: false,
            sent_to: None,
            returns: true,
            test: record.test,
            deadline,
        })
    }

    pub(super) fn to_record(&self, now: Moment, options: &Options, ended: Option<&str>) -> Record {
        Record {
            key: None,
            payload: options.payload_hash(),
            order_id: Some(self.order_id.clone()),
            token: self.token.clone(),
            reference: self.reference.clone(),
            redirect_url: self.redirect_url.clone(),
            events_url: self.events_url.clone(),
            amount: self.charged.text.clone(),
            currency: self.charged.currency.map(|it| it.code().into()),
            deadline: self.deadline.0,
            saved_at: now.0,
            ended: ended.map(Into::into),
            test: self.test,
        }
    }

    pub(super) fn identity(&self) -> Identity<'_> {
        Identity {
            order_id: &self.order_id,
            reference: self.reference.as_deref(),
            currency: self.charged.currency,
        }
    }

    /// The stream's URL with the order in its query.
    pub(super) fn stream_url(&self) -> Option<String> {
        let url = self.events_url.as_deref()?;
        let url = cut(url, b'#').map_or(url, |it| it.0);
        let joint = if holds(url, b'?') { "&" } else { "?" };
        let order_id = percent_encode(&self.order_id);
        Some(join(&[url, joint, "order_id=", &order_id], ""))
    }
}

/// The attribute wins; an answer's counts only on the backend's own origin, because the token goes there.
fn events_url(options: &Options, answered: Option<&str>, parse: ParseUrl) -> Option<String> {
    if options.events_url.is_some() {
        return options.events_url.clone();
    }
    let base = if options.initiate_url.is_empty() {
        &options.verify_url
    } else {
        &options.initiate_url
    };
    let url = policy::judge_endpoint(parse(answered?, Some(base))).ok()?;
    (url.origin == options.backend_origin).then_some(url.href)
}

fn default_deadline(expires_in_ms: Option<u64>) -> u64 {
    let derived = |it: u64| {
        it.saturating_add(DEADLINE_GRACE_MS)
            .clamp(DEADLINE_LEAST_MS, DEADLINE_MOST_MS)
    };
    expires_in_ms.map_or(DEADLINE_DEFAULT_MS, derived)
}

fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    let digit = |it: u8| {
        char::from_digit(u32::from(it), 16)
            .unwrap_or('0')
            .to_ascii_uppercase()
    };
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
    encoded
}
