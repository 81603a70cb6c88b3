//! Signed quotes: what the shop's own server says an order costs.
//!
//! A compact JWT (RFC 7515), HS256 and nothing else. The header is compared, not obeyed: no `none`, no `jku`, no key ids.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use malipo_wire::{Currency, Customer, Money, OrderId};
use serde::Deserialize;
use sha2::Sha256;

/// What a quote says, after its signature was found good.
#[derive(Clone, Debug)]
pub struct Quote {
    /// The order.
    pub order_id: OrderId,
    /// What it costs.
    pub price: Money,
    /// What is bought.
    pub description: Option<String>,
    /// Who pays.
    pub customer: Option<Customer>,
    /// Whether it is too old for a *new* attempt. It still proves that the shop meant this order.
    pub expired: bool,
}

/// Why a quote does not count. The message never repeats the quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteError {
    /// Not three parts of base64url with JSON in them.
    NotAJwt,
    /// Another algorithm than HS256, or a header that asks for more.
    WrongAlgorithm,
    /// Not signed with our key.
    BadSignature,
    /// Made for another shop or another mode.
    WrongAudience,
    /// A claim is missing, of the wrong type, or not accepted.
    BadClaim(&'static str),
    /// `exp` is more than 24 h ahead.
    TooLong,
}

impl fmt::Display for QuoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAJwt => f.write_str("is no compact JWT"),
            Self::WrongAlgorithm => f.write_str(
                "is not signed by HS256; accepted: the header {\"alg\":\"HS256\",\"typ\":\"JWT\"}",
            ),
            Self::BadSignature => f.write_str("is not signed with the key that this server knows"),
            Self::WrongAudience => f.write_str(
                "is for another shop or mode; accepted as `aud`: \"<shop>:<mode>\" of this server",
            ),
            Self::BadClaim(what) => f.write_str(what),
            Self::TooLong => {
                f.write_str("is valid for too long; accepted as `exp`: at most 24 h ahead")
            }
        }
    }
}

/// Reads a quote that was made for `audience` with `key`.
///
/// `now` is in seconds since 1970.
///
/// # Errors
/// Why it does not count. An expired quote is no error here, see [`Quote::expired`].
pub fn read(text: &str, key: &[u8], audience: &str, now: i64) -> Result<Quote, QuoteError> {
    let mut parts = text.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(QuoteError::NotAJwt);
    };
    let head: Header = json(header)?;
    let plain = head.typ.is_none_or(|it| it.eq_ignore_ascii_case("jwt"));
    if head.alg != "HS256" || !plain || head.crit.is_some() {
        return Err(QuoteError::WrongAlgorithm);
    }
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| QuoteError::NotAJwt)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| QuoteError::BadSignature)?;
    mac.update(header.as_bytes());
    mac.update(b".");
    mac.update(claims.as_bytes());
    // Compares in constant time and refuses shortened signatures.
    mac.verify_slice(&signature)
        .map_err(|_| QuoteError::BadSignature)?;

    let claims: Claims = json_claims(claims)?;
    if claims.aud != audience {
        return Err(QuoteError::WrongAudience);
    }
    if claims.exp.saturating_sub(now) > LONGEST_SECONDS {
        return Err(QuoteError::TooLong);
    }
    let order_id = claims.order_id.parse().map_err(|_| {
        QuoteError::BadClaim("has a bad `order_id`; accepted: 1 to 64 characters out of A-Z, a-z, 0-9, '.', '_' and '-'")
    })?;
    let currency: Currency = claims.currency.parse().map_err(|_| {
        QuoteError::BadClaim("has a bad `currency`; accepted: an ISO 4217 code such as UGX")
    })?;
    let price = Money::parse(&claims.amount, currency)
        .ok()
        .filter(|it| 0 < it.minor())
        .ok_or(QuoteError::BadClaim("has a bad `amount`; accepted: a decimal text above zero in major units, with no more decimals than the currency has"))?;
    Ok(Quote {
        order_id,
        price,
        description: claims.description,
        customer: claims.customer,
        expired: claims.exp <= now,
    })
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    order_id: String,
    amount: String,
    currency: String,
    aud: String,
    exp: i64,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    customer: Option<Customer>,
}

fn json<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, QuoteError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| QuoteError::NotAJwt)?;
    serde_json::from_slice(&bytes).map_err(|_| QuoteError::NotAJwt)
}

fn json_claims(part: &str) -> Result<Claims, QuoteError> {
    json(part).map_err(|_| QuoteError::BadClaim("lacks a claim or has one of a wrong type; accepted: order_id, amount, currency and aud as texts, exp as a whole number of seconds, description?, customer?"))
}

/// The longest life of a quote: 24 h, in seconds.
const LONGEST_SECONDS: i64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn sign(header: &str, claims: &str, key: &[u8]) -> String {
        let body = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(body.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{body}.{signature}")
    }

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    fn claims(change: &[(&str, serde_json::Value)]) -> String {
        let mut all = serde_json::json!({"order_id":"O-1","amount":"10000","currency":"UGX","aud":"demo:sandbox","exp":2000});
        for (name, value) in change {
            all.as_object_mut()
                .unwrap()
                .insert((*name).to_owned(), value.clone());
        }
        all.to_string()
    }

    #[track_caller]
    fn check(text: &str, expected: Result<bool, QuoteError>) {
        let seen = read(text, KEY, "demo:sandbox", 1000).map(|it| it.expired);
        match (seen, expected) {
            (Err(QuoteError::BadClaim(_)), Err(QuoteError::BadClaim(_))) => {}
            (seen, expected) => assert_eq!(seen, expected, "{text}"),
        }
    }

    #[test]
    fn a_signed_quote_is_read_and_its_age_noted() {
        let quote = sign(HEADER, &claims(&[]), KEY);
        let read = read(&quote, KEY, "demo:sandbox", 1000).unwrap();
        assert_eq!(read.order_id.as_str(), "O-1");
        assert_eq!(read.price.to_decimal(), "10000");
        check(&quote, Ok(false));
        check(
            &sign(HEADER, &claims(&[("exp", 1000.into())]), KEY),
            Ok(true),
        );
        check(&sign(r#"{"alg":"HS256"}"#, &claims(&[]), KEY), Ok(false));
    }

    #[test]
    fn a_known_answer_of_rfc_7515_has_a_good_signature() {
        // Appendix A.1: the signature fits; what is refused are the claims, which are not ours.
        let key = URL_SAFE_NO_PAD.decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow").unwrap();
        let text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(matches!(
            read(text, &key, "x", 0),
            Err(QuoteError::BadClaim(_))
        ));
        assert!(matches!(
            read(text, KEY, "x", 0),
            Err(QuoteError::BadSignature)
        ));
    }

    #[test]
    fn what_is_not_our_quote_is_refused() {
        let good = sign(HEADER, &claims(&[]), KEY);
        for text in ["", "a", "a.b.c", "a.b.c.d", "..", "€.€.€"] {
            check(text, Err(QuoteError::NotAJwt));
        }
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS512"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"HS256","crit":["x"]}"#,
            r#"{"alg":"HS256","typ":"at+jwt"}"#,
        ] {
            let text = sign(header, &claims(&[]), KEY);
            check(&text, Err(QuoteError::WrongAlgorithm));
        }
        let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
        check(&unsigned, Err(QuoteError::BadSignature));
        check(&good[..good.len() - 3], Err(QuoteError::BadSignature));
        check(
            &sign(HEADER, &claims(&[]), b"another key"),
            Err(QuoteError::BadSignature),
        );
        let of = |name: &str, value: serde_json::Value, error| {
            check(&sign(HEADER, &claims(&[(name, value)]), KEY), Err(error));
        };
        of("aud", "demo:live".into(), QuoteError::WrongAudience);
        of("exp", (1000 + 24 * 3600 + 1).into(), QuoteError::TooLong);
        let bad = QuoteError::BadClaim("");
        of("aud", serde_json::json!(["demo:sandbox"]), bad);
        of("exp", "2000".into(), bad);
        of("exp", serde_json::Value::Null, bad);
        of("amount", 10000.into(), bad);
        of("amount", "0".into(), bad);
        of("amount", "-1".into(), bad);
        of("amount", "1.5".into(), bad);
        of("currency", "KSH".into(), bad);
        of("order_id", "../x".into(), bad);
        of("customer", serde_json::json!({"vip": true}), bad);
    }

    #[test]
    fn a_quote_lives_for_a_day_at_most_to_the_second() {
        let of = |exp: i64| sign(HEADER, &claims(&[("exp", exp.into())]), KEY);
        check(&of(1000 + 86_400), Ok(false));
        check(&of(1000 + 86_401), Err(QuoteError::TooLong));
    }

    #[test]
    fn an_error_says_what_is_accepted_and_never_repeats_the_quote() {
        for (error, part) in [
            (QuoteError::NotAJwt, "compact JWT"),
            (QuoteError::WrongAlgorithm, "HS256"),
            (QuoteError::BadSignature, "key"),
            (QuoteError::WrongAudience, "aud"),
            (QuoteError::BadClaim("has a bad `amount`"), "amount"),
            (QuoteError::TooLong, "24 h"),
        ] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
