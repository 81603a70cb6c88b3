//! What is remembered of a payment over a reload.

use malipo_wire::Currency;
use serde::{Serialize, Serializer};

use super::config::Options;
use super::object::{Datum, Object};

/// The resume record: one a payment, in sessionStorage, as JSON.
///
/// It is kept 24 h, and gone after success. Reading one back, nothing in it is trusted: the URL is judged again, the order
/// is verified before anything is shown as an outcome, and a resume never initiates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The idempotency key, until initiate's answer was understood; then absent.
    pub key: Option<String>,
    /// Hash of the payload to which `key` belongs.
    pub payload: String,
    /// The order, once initiate answered.
    pub order_id: Option<String>,
    /// The token for verify, cancel and events.
    pub token: Option<String>,
    /// The provider's name of the attempt.
    pub reference: Option<String>,
    /// The checkout page.
    pub redirect_url: Option<String>,
    /// The stream that initiate's answer named, as absolute URL.
    pub events_url: Option<String>,
    /// What initiate's answer said will be charged: decimal in major units.
    pub amount: Option<String>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// When the attempt ends as expired: milliseconds since the Unix epoch.
    pub deadline: u64,
    /// When the record was written: milliseconds since the Unix epoch.
    pub saved_at: u64,
    /// How the attempt ended, if it has: `failed`, `expired` or `cancelled`.
    pub ended: Option<String>,
    /// No money moves.
    pub test: Option<bool>,
}

impl Record {
    /// The storage key of a payment: a hash of the verify URL and of what names the payment; `None` where nothing does.
    #[must_use]
    pub fn name(options: &Options) -> Option<String> {
        let identity = options.identity()?;
        Some(storage_name(&[&options.verify_url, &identity]))
    }

    /// The storage key under which the idempotency key of a payment without a name is kept.
    #[must_use]
    pub fn nameless(options: &Options) -> String {
        storage_name(&[&options.verify_url, "payload", &options.payload_hash()])
    }

    /// The currency, where it is one.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.currency.as_deref().and_then(|it| it.parse().ok())
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = Object::default();
        object.set("key", self.key.clone());
        object.set("payload", self.payload.clone());
        object.set("orderId", self.order_id.clone());
        object.set("token", self.token.clone());
        object.set("reference", self.reference.clone());
        object.set("redirectUrl", self.redirect_url.clone());
        object.set("eventsUrl", self.events_url.clone());
        object.set("amount", self.amount.clone());
        object.set("currency", self.currency.clone());
        object.set("deadline", Datum::Time(self.deadline));
        object.set("savedAt", Datum::Time(self.saved_at));
        object.set("ended", self.ended.clone());
        object.set("test", self.test);
        object.serialize(serializer)
    }
}

/// A short fingerprint of texts: FNV-1a over 64 bits, as 16 hex digits.
///
/// It tells payloads apart on one device; nothing secret or hostile depends on it.
#[must_use]
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        // 0xff never occurs in UTF-8, so ["a", "b"] and ["ab"] differ.
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    let mut text = String::with_capacity(16);
    for shift in (0..16).rev() {
        let digit = u32::try_from((hash >> (shift * 4)) & 0xf).unwrap_or_default();
        text.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
    text
}

fn storage_name(parts: &[&str]) -> String {
    let mut name = String::from("malipo:");
    name.push_str(&fingerprint(parts));
    name
}
