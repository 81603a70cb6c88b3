//! Which URLs a shopper or a request may be sent to, and which values are secrets.
//!
//! The page's own `URL` parses; this module judges the parts.

use core::slice::Split;

use malipo_wire::cut;

use super::texts::holds;

/// A URL, parsed by the browser (or, in host tests, by a library that follows the same standard).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlParts {
    /// The whole URL, normalised.
    pub href: String,
    /// The scheme with its colon: `https:`.
    pub protocol: String,
    /// Scheme, host and port: `https://pay.example`.
    pub origin: String,
    /// Host name without port; IPv6 in brackets.
    pub hostname: String,
    /// The query with its question mark, or empty.
    pub search: String,
    /// It carries a user name or password.
    pub has_user: bool,
}

/// Parses a URL against a base, as `new URL(text, base)` does; `None` where that throws.
pub type ParseUrl = fn(text: &str, base: Option<&str>) -> Option<UrlParts>;

/// Why a URL is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlProblem {
    /// It does not parse, or carries a user name.
    NotAUrl,
    /// Neither https nor http on a loopback host.
    Insecure,
    /// Its origin is not among those that the shop allows.
    ForeignOrigin,
}

/// Judges an endpoint of the backend: https, or http on a loopback host; no user name.
///
/// # Errors
/// [`UrlProblem::NotAUrl`] or [`UrlProblem::Insecure`].
pub fn judge_endpoint(url: Option<UrlParts>) -> Result<UrlParts, UrlProblem> {
    let url = url.filter(|it| !it.has_user).ok_or(UrlProblem::NotAUrl)?;
    let secure =
        url.protocol == "https:" || (url.protocol == "http:" && is_loopback(&url.hostname));
    if secure {
        Ok(url)
    } else {
        Err(UrlProblem::Insecure)
    }
}

/// Judges a checkout page: absolute; https, or http on a loopback host from a loopback page; no user name; its origin in
/// `allowed` where that is not empty.
///
/// # Errors
/// What is wrong with it; nothing is opened then.
pub fn judge_redirect(
    text: &str,
    parse: ParseUrl,
    page_is_loopback: bool,
    allowed: &[String],
) -> Result<UrlParts, UrlProblem> {
    // Browsers strip tabs and newlines, turn backslashes around and add slashes: a URL that needs that was not made by a
    // provider.
    let is_odd = |it: u8| it <= b' ' || it == b'\\' || it == 0x7f;
    let rest = cut(text, b':').map_or("", |it| it.1);
    if text.bytes().any(is_odd) || !rest.starts_with("//") || rest.starts_with("///") {
        return Err(UrlProblem::NotAUrl);
    }
    // An empty user name, which parsers drop, is one too.
    let mut authority = rest.bytes().skip(2).take_while(|it| !holds("/?#", *it));
    if authority.any(|it| it == b'@') {
        return Err(UrlProblem::NotAUrl);
    }
    let url = judge_endpoint(parse(text, None))?;
    if url.protocol == "http:" && !page_is_loopback {
        return Err(UrlProblem::Insecure);
    }
    if allowed.is_empty() || allowed.contains(&url.origin) || planted!(OriginsIgnored) {
        Ok(url)
    } else {
        Err(UrlProblem::ForeignOrigin)
    }
}

/// Whether a host name is this machine: `localhost`, a name under it, `127.0.0.0/8`, `[::1]`.
///
/// The name is one that the browser normalised, so `127.1` has become `127.0.0.1` already.
#[must_use]
pub fn is_loopback(hostname: &str) -> bool {
    let ipv4 = hostname.starts_with("127.")
        && hostname.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    hostname == "localhost" || hostname.ends_with(".localhost") || hostname == "[::1]" || ipv4
}

/// Whether a name is that of a provider secret, without regard to case, `-` and `_`.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let mut plain = name.to_ascii_lowercase();
    plain.retain(|it| !matches!(it, '-' | '_'));
    [
        "secretkey",
        "consumersecret",
        "clientsecret",
        "privatekey",
        "apikey",
    ]
    .contains(&plain.as_str())
}

/// What a value is, as far as secrets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A JoPay key, a private key block or a webhook secret.
    Key,
    /// A JWT that says `tokenType: MERCHANT`, as Jenga's do.
    MerchantToken,
}

/// Finds a provider secret in a value, also behind `Bearer ` or percent-encoded.
#[must_use]
pub fn find_secret(value: &str) -> Option<Secret> {
    let decoded = percent_decode(value);
    let is_key = |word: &[u8]| KEYS.iter().any(|it| word.starts_with(it.as_bytes()));
    // "-----BEGIN RSA PRIVATE KEY-----", also from a form, where spaces are plus signs; a shop may sell a "private key".
    let is_block = has(&decoded, "PRIVATE KEY-----") || has(&decoded, "PRIVATE+KEY-----");
    let mut found = is_block.then_some(Secret::Key);
    for word in split(&decoded, |it| {
        !it.is_ascii_alphanumeric() && !matches!(it, b'_' | b'-' | b'.')
    }) {
        if is_key(word) {
            found = Some(Secret::Key);
        } else if found.is_none() && is_merchant_token(word) {
            found = Some(Secret::MerchantToken);
        }
    }
    found
}

/// Whether a name may hold a secret, also within a word, where [`find_secret`] finds no key.
pub(super) fn may_hold_secret(name: &str) -> bool {
    let decoded = percent_decode(name);
    KEYS.iter().any(|it| has(&decoded, it)) || find_secret(name).is_some()
}

/// How the keys of JoPay begin, and a webhook's.
const KEYS: [&str; 3] = ["jo_live_", "jo_test_", "whsec_"];

/// One way to split for all: each closure would have its own.
fn split(bytes: &[u8], is_between: fn(&u8) -> bool) -> Split<'_, u8, fn(&u8) -> bool> {
    bytes.split(is_between)
}

/// Whether it holds a JWT with such claims, also between other parts of a dotted name.
fn is_merchant_token(word: &[u8]) -> bool {
    let mut parts = split(word, |it| *it == b'.');
    // Claims stand between a header and a signature.
    parts.next();
    parts.next_back();
    parts.any(|it| has(&base64url_decode(it), r#""tokenType":"MERCHANT""#))
}

/// Slower than `str::contains`, and 1.5 KB shorter in the page.
pub(super) fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|it| it == text.as_bytes())
}

/// What is decoded, without white space.
fn base64url_decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut bits: u32 = 0;
    let mut count = 0;
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return bytes,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if 8 <= count {
            count -= 8;
            let byte = u8::try_from((bits >> count) & 0xff).unwrap_or_default();
            if !byte.is_ascii_whitespace() {
                bytes.push(byte);
            }
        }
    }
    bytes
}

fn percent_decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |it: Option<u8>| it.and_then(|it| char::from(it).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    bytes
}
