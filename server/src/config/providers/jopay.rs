//! `[jopay]`.

use secrecy::{ExposeSecret, SecretString};

use super::{Mode, Origin, Reader, base_url, calling, checkout_origin, key, refuse_example, shown};
use crate::config::{Calling, JoPay};

/// How the webhook secret is used as a key: the provider's pages do not say, and both forms are in use elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyEncoding {
    /// The 64 characters as they are.
    Utf8,
    /// The 32 bytes that they write.
    Hex,
}

impl KeyEncoding {
    /// `utf8` or `hex`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Hex => "hex",
        }
    }

    /// The form that this one is not.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Utf8 => Self::Hex,
            Self::Hex => Self::Utf8,
        }
    }
}

pub(super) fn read(keys: &mut Reader, mode: Option<Mode>) -> Option<JoPay> {
    let api_key = api_key(keys, mode);
    let merchant_id = merchant_id(keys);
    let webhook_secrets = webhook_secrets(keys, mode);
    let webhook_key_encoding = key_encoding(keys);
    let seconds = 1..=u32::from(u16::MAX);
    let webhook_tolerance_s = keys.number("jopay.webhook_tolerance_s", TOLERANCE_S, seconds);
    let payment_mode = payment_mode(keys);
    let attached_grace_s = keys.number("jopay.attached_grace_s", GRACE_S, 60..=MOST_GRACE_S);
    let base_url = api(keys, mode);
    let default = Origin::parse("https://pay.jopay.app").ok();
    let checkout_origin = checkout_origin(keys, "jopay.checkout_origin", default, mode);
    let calling: Calling = calling(keys, "jopay", WATCH_INTERVAL_MS, CALLS_PER_MINUTE);
    Some(JoPay {
        api_key: api_key?,
        merchant_id: merchant_id?,
        webhook_secrets: webhook_secrets?,
        webhook_key_encoding: webhook_key_encoding?,
        webhook_tolerance_s,
        payment_mode: payment_mode?,
        attached_grace_s,
        base_url: base_url?,
        checkout_origin: checkout_origin?,
        calling,
    })
}

/// The key says by itself whether money moves: a key of the other mode is found before anything is sent.
fn api_key(keys: &mut Reader, mode: Option<Mode>) -> Option<SecretString> {
    let accepted = "a key of the partner portal (/portal/api-keys): jo_test_... in sandbox mode, jo_live_... in live mode";
    let key = key(keys, "jopay.api_key", accepted, mode)?;
    let wrong = match key.expose_secret() {
        text if text.starts_with(TEST) && mode != Some(Mode::Live) => return Some(key),
        text if text.starts_with(LIVE) && mode != Some(Mode::Sandbox) => return Some(key),
        text if text.starts_with(TEST) => "is a test key in live mode",
        text if text.starts_with(LIVE) => "is a live key in sandbox mode",
        _ => "begins with neither jo_test_ nor jo_live_",
    };
    keys.wrong("jopay.api_key", format!("{wrong}; accepted: {accepted}"));
    None
}

fn merchant_id(keys: &mut Reader) -> Option<String> {
    let accepted = "the merchant's UUID, such as \"33333333-3333-4333-8333-333333333333\" (malipo-server jopay merchants list)";
    let text = keys.required("jopay.merchant_id", accepted)?;
    // The parser also takes forms with braces or without hyphens, which the provider does not.
    match uuid::Uuid::try_parse(&text) {
        Ok(uuid) if text.len() == uuid::fmt::Hyphenated::LENGTH => Some(uuid.to_string()),
        _ => {
            let shown = shown(&text);
            keys.wrong(
                "jopay.merchant_id",
                format!("is {shown}; accepted: {accepted}"),
            );
            None
        }
    }
}

/// The current secret and, during a rotation, the next one.
fn webhook_secrets(keys: &mut Reader, mode: Option<Mode>) -> Option<Vec<SecretString>> {
    let accepted = "the webhook secret of the partner portal: 64 characters out of 0-9 and a-f";
    let current = keys.required("jopay.webhook_secret", accepted);
    let next = keys.text("jopay.webhook_secret_next", accepted);
    let mut secrets = Vec::new();
    let mut good = current.is_some();
    let named = [
        ("jopay.webhook_secret", current),
        ("jopay.webhook_secret_next", next),
    ];
    for (path, text) in named {
        let Some(text) = text else { continue };
        refuse_example(keys, path, accepted, mode, &text);
        if text.len() == SECRET_CHARACTERS && text.bytes().all(|it| it.is_ascii_hexdigit()) {
            secrets.push(SecretString::from(text));
        } else {
            keys.wrong(path, format!("is something else; accepted: {accepted}"));
            good = false;
        }
    }
    good.then_some(secrets)
}

fn key_encoding(keys: &mut Reader) -> Option<KeyEncoding> {
    let path = "jopay.webhook_key_encoding";
    let accepted =
        "\"utf8\" (the secret's characters are the key) or \"hex\" (the bytes that they write)";
    match keys.text(path, accepted).as_deref() {
        None | Some("utf8") => Some(KeyEncoding::Utf8),
        Some("hex") => Some(KeyEncoding::Hex),
        Some(other) => {
            keys.wrong(path, format!("is {}; accepted: {accepted}", shown(other)));
            None
        }
    }
}

fn payment_mode(keys: &mut Reader) -> Option<String> {
    let path = "jopay.payment_mode";
    let accepted = "\"pos\" (a short expiry, for shops), or another mode of the provider's: a word of a-z and '_'";
    let Some(text) = keys.text(path, accepted) else {
        return Some("pos".to_owned());
    };
    let good = (1..=32).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    if good {
        return Some(text);
    }
    keys.wrong(path, format!("is {}; accepted: {accepted}", shown(&text)));
    None
}

/// The base of the API, without a slash at the end. Its prefix belongs to it: without one every call would be a 404.
fn api(keys: &mut Reader, mode: Option<Mode>) -> Option<String> {
    let path = "jopay.base_url";
    let url = base_url(keys, path, Some("https://admin.jopay.app/api/v1"), mode)?;
    let text = url.as_str().trim_end_matches('/').to_owned();
    if url.path().trim_matches('/').is_empty() {
        keys.wrong(
            path,
            "has no path; accepted: the API's base with its prefix, such as \"https://your-slug.jopay.app/api/v1\"",
        );
        return None;
    }
    Some(text)
}

/// The webhook secrets of malipo.example.toml.
pub(super) const EXAMPLES: [&str; 2] = [
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100",
];
const TEST: &str = "jo_test_";
const LIVE: &str = "jo_live_";
/// 256 bits in hexadecimal digits.
const SECRET_CHARACTERS: usize = 64;
/// How old or how far ahead a signature may be. The provider's page was not readable: five minutes are usual.
const TOLERANCE_S: u32 = 300;
/// A transfer is verified 10 to 60 s after it was sent (help centre, read 2026-11-21): an hour is sixty times that.
const GRACE_S: u32 = 3_600;
const MOST_GRACE_S: u32 = 7 * 24 * 3_600;
/// 55 calls a minute of which watched orders may use seven in eight: twelve shoppers who watch at once, and webhooks
/// answer sooner than that for all others.
const WATCH_INTERVAL_MS: u32 = 15_000;
/// 60 a minute and key are documented (developers overview, read 2026-11-21); five are left to the operator's own tools.
const CALLS_PER_MINUTE: u32 = 55;
