//! JoPay's webhooks: signed with HMAC-SHA256 over `t.body`, and then a reason to ask.
//!
//! A payload has neither amount nor currency, so even a proven "verified" pays nothing by itself.

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use sha2::Sha256;

use super::JoPayAdapter;
use crate::clock::UnixMs;
use crate::config::KeyEncoding;
use crate::provider::{Notice, NoticeError, NoticeRequest};

impl JoPayAdapter {
    pub(super) fn read_webhook(
        &self,
        request: &NoticeRequest<'_>,
    ) -> Result<Option<Notice>, NoticeError> {
        let header = signature_header(request.headers).ok_or(NoticeError::Forged)?;
        let signed = Signed::parse(header).ok_or(NoticeError::Forged)?;
        let encoding = self.config.webhook_key_encoding;
        if !self.fits(&signed, request.body, encoding) && !planted!(SignatureNotChecked) {
            if self.fits(&signed, request.body, encoding.other()) {
                tracing::error!(
                    "a JoPay webhook was refused that fits the secret in its other form: set jopay.webhook_key_encoding = \"{}\"",
                    encoding.other().as_str()
                );
            }
            return Err(NoticeError::Forged);
        }
        let age_s = request.now.seconds().abs_diff(signed.sent_at_s());
        if u64::from(self.config.webhook_tolerance_s) < age_s {
            return Err(NoticeError::Stale);
        }
        let event: Map<String, Value> =
            serde_json::from_slice(request.body).map_err(|_| NoticeError::Unreadable)?;
        self.read_event(&event)
    }

    /// Whether one of the signatures was made with one of our secrets. Each comparison takes the same time.
    fn fits(&self, signed: &Signed<'_>, body: &[u8], encoding: KeyEncoding) -> bool {
        self.config.webhook_secrets.iter().any(|secret| {
            let text = secret.expose_secret();
            let key = match encoding {
                KeyEncoding::Utf8 => text.as_bytes().to_vec(),
                // The configuration takes 64 hexadecimal digits only.
                KeyEncoding::Hex => hex::decode(text).unwrap_or_default(),
            };
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
                return false;
            };
            mac.update(signed.t.as_bytes());
            mac.update(b".");
            mac.update(body);
            signed
                .signatures
                .iter()
                .any(|it| mac.clone().verify_slice(it).is_ok())
        })
    }

    fn read_event(&self, event: &Map<String, Value>) -> Result<Option<Notice>, NoticeError> {
        let kind = event
            .get("event")
            .and_then(Value::as_str)
            .ok_or(NoticeError::Unreadable)?;
        if !ABOUT_PAYMENTS.contains(&kind) {
            return Ok(None);
        }
        // A partner has one address for all its merchants, and for test and live: what is another merchant's is not ours.
        // Only where both are UUIDs: one page of the documentation shows ids of another kind.
        let merchant = event.get("merchant_id").and_then(Value::as_str);
        let other = merchant.is_some_and(|it| {
            uuid::Uuid::try_parse(it).is_ok() && !it.eq_ignore_ascii_case(&self.config.merchant_id)
        });
        if other {
            return Ok(None);
        }
        let metadata = |name: &str| event.get("metadata").and_then(|it| it.get(name));
        let names: Vec<String> = [
            event.get("request_id"),
            metadata("reference"),
            metadata("order_id"),
        ]
        .into_iter()
        .filter_map(|it| it.and_then(Value::as_str))
        .filter(|it| (1..=MOST_NAME).contains(&it.len()))
        .map(ToOwned::to_owned)
        .collect();
        if names.is_empty() {
            return Err(NoticeError::Unreadable);
        }
        Ok(Some(Notice {
            names,
            says: None,
            summary: kind.to_owned(),
            transaction: None,
        }))
    }
}

/// The one header; several of them are nobody's.
fn signature_header(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all("x-jopay-signature").iter();
    let one = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(one)
}

/// `v1=<hex>,t=<seconds>`, by name and in any order.
#[derive(Debug)]
struct Signed<'a> {
    /// As it stands there: that is what was signed.
    t: &'a str,
    time: i64,
    /// More than one while JoPay rotates its secret.
    signatures: Vec<Vec<u8>>,
}

impl<'a> Signed<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        let mut time = None;
        let mut signatures = Vec::new();
        for part in header.split(',').take(MOST_PARTS) {
            match part.trim().split_once('=')? {
                // Two times would be two things that were signed.
                ("t", _) if time.is_some() => return None,
                ("t", text) if text.bytes().all(|it| it.is_ascii_digit()) => {
                    time = Some((text, text.parse().ok()?));
                }
                ("t", _) => return None,
                ("v1", text) => signatures.push(hex::decode(text).ok()?),
                // A later version of the signature beside this one.
                _ => {}
            }
        }
        let (t, time) = time?;
        (!signatures.is_empty()).then_some(Self {
            t,
            time,
            signatures,
        })
    }

    /// Seconds since 1970. The unit is not documented: what would be the year 5138 in seconds is milliseconds.
    fn sent_at_s(&self) -> i64 {
        if self.time < LEAST_MS {
            self.time
        } else {
            UnixMs(self.time).seconds()
        }
    }
}

/// The events of payments (reference/webhook-events, read 2026-11-21): both mean "ask".
const ABOUT_PAYMENTS: [&str; 2] = ["payment.proof_verified", "payment.proof_attached"];
const LEAST_MS: i64 = 100_000_000_000;
const MOST_PARTS: usize = 10;
const MOST_NAME: usize = 64;
