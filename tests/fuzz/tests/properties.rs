//! What holds for every amount, every quote and every URL: drawn by a seed, the same in every run. `make properties`
//! searches with other seeds; a case that it finds becomes a test of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a panic is a failed test"
)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use malipo::checkout::policy::judge_redirect;
use malipo_server::payment::quote;
use malipo_wire::{Currency, Money, MoneyError};
use proptest::prelude::*;
use serde_json::json;
use sha2::Sha256;

#[path = "../../it/browser.rs"]
#[expect(dead_code, reason = "only its URLs are of use here")]
mod browser;

#[path = "../../it/cases.rs"]
mod cases;

fn currency() -> impl Strategy<Value = Currency> {
    let letters = || b'A'..=b'Z';
    let codes = letters().flat_map(move |a| {
        letters().flat_map(move |b| letters().map(move |c| String::from_utf8(vec![a, b, c])))
    });
    let known: Vec<Currency> = codes.filter_map(|it| it.unwrap().parse().ok()).collect();
    assert!(150 < known.len(), "{known:?}");
    proptest::sample::select(known)
}

/// Of every length, not only long ones.
fn minor() -> impl Strategy<Value = u64> {
    (0..=Money::MAX_MINOR, 0..54_u32).prop_map(|(it, bits)| it >> bits)
}

fn order_id() -> impl Strategy<Value = String> {
    let allowed = (0..=127_u8)
        .map(char::from)
        .filter(|it| it.is_ascii_alphanumeric() || "._-".contains(*it));
    let letter = proptest::sample::select(allowed.collect::<Vec<_>>());
    proptest::collection::vec(letter, 1..=64).prop_map(String::from_iter)
}

fn signed(claims: &str, key: &[u8]) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let body = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(body.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{body}.{signature}")
}

proptest! {
    #![proptest_config(cases::config(CASES))]

    #[test]
    fn an_amount_that_is_written_is_read_back_as_itself(currency in currency(), minor in minor(), zeros in 0..4_usize) {
        let money = Money::from_minor(minor, currency).unwrap();
        let decimal = money.to_decimal();
        prop_assert_eq!(Money::parse(&decimal, currency), Ok(money));
        prop_assert_eq!(Money::parse(&format!("{}{decimal}", "0".repeat(zeros)), currency), Ok(money));
        prop_assert_eq!(&money.to_grouped().replace(',', ""), &decimal);
        let (whole, fraction) = decimal.split_once('.').unwrap_or((&decimal, ""));
        prop_assert_eq!(fraction.len(), usize::from(currency.decimals()));
        // The digits are those of the minor units: none was made by arithmetic.
        prop_assert_eq!(format!("{whole}{fraction}").parse(), Ok(minor));
        let point = if fraction.is_empty() { "." } else { "" };
        let longer = format!("{decimal}{point}{}", "0".repeat(zeros + 1));
        prop_assert_eq!(Money::parse(&longer, currency), Ok(money));
        let finer = Money::parse(&format!("{longer}1"), currency);
        prop_assert_eq!(finer, Err(MoneyError::TooManyDecimals));
    }

    #[test]
    fn groups_have_three_digits_and_the_first_has_one_to_three(currency in currency(), minor in minor()) {
        let grouped = Money::from_minor(minor, currency).unwrap().to_grouped();
        let whole = grouped.split('.').next().unwrap();
        let groups: Vec<usize> = whole.split(',').map(str::len).collect();
        prop_assert!((1..=3).contains(&groups[0]), "{}", grouped);
        prop_assert!(groups[1..].iter().all(|it| *it == 3), "{}", grouped);
    }

    #[test]
    fn a_text_is_an_amount_by_the_grammar_alone(currency in currency(), text in "[0-9]{0,17}([.][0-9]{0,5})?[-+eE, .0-9]?") {
        let (whole, fraction) = text.split_once('.').map_or((&*text, None), |it| (it.0, Some(it.1)));
        let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        let is_decimal = digits(whole) && fraction.is_none_or(digits);
        match Money::parse(&text, currency) {
            Ok(money) => {
                prop_assert!(is_decimal, "{}", text);
                // As integers of ten-thousandths, which no currency goes below.
                let fine = |text: &str| -> u128 {
                    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                    let kept: String = fraction.chars().chain("0000000".chars()).take(6).collect();
                    format!("{whole}{kept}").parse().unwrap()
                };
                prop_assert_eq!(fine(&text), fine(&money.to_decimal()));
            }
            Err(MoneyError::NotADecimal) => prop_assert!(!is_decimal, "{}", text),
            Err(MoneyError::TooLarge | MoneyError::TooManyDecimals) => prop_assert!(is_decimal, "{}", text),
        }
    }

    #[test]
    fn a_signed_quote_is_read_as_it_was_meant_and_not_otherwise(
        (order_id, currency, minor) in (order_id(), currency(), minor()),
        (life, now) in (-100_000..=24 * 3_600_i64, 0..4_000_000_000_i64),
        (key, other) in (any::<[u8; 32]>(), any::<[u8; 32]>()),
        (at, bit) in (any::<proptest::sample::Index>(), 0..8_u32),
    ) {
        let price = Money::from_minor(minor.max(1), currency).unwrap();
        let claims = json!({"order_id": order_id, "amount": price.to_decimal(), "currency": currency.code(), "aud": AUDIENCE, "exp": now + life});
        let text = signed(&claims.to_string(), &key);
        let read = quote::read(&text, &key, AUDIENCE, now).unwrap();
        prop_assert_eq!(read.order_id.as_str(), &order_id);
        prop_assert_eq!(read.price, price);
        prop_assert_eq!(read.expired, life <= 0);

        prop_assume!(key != other);
        prop_assert!(quote::read(&text, &other, AUDIENCE, now).is_err(), "another key");
        prop_assert!(quote::read(&text, &key, "demo:live", now).is_err(), "another audience");
        let early = now + life - 24 * 3_600 - 1;
        prop_assert!(quote::read(&text, &key, AUDIENCE, early).is_err(), "for more than a day");
        // One bit of it, anywhere: nothing of what was signed can be changed, and the signature is written in one way only.
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert!(quote::read(&changed, &key, AUDIENCE, now).is_err(), "{} for {}", changed, text);
        }
        prop_assert!(quote::read(&text[..at], &key, AUDIENCE, now).is_err(), "cut off");
    }

    #[test]
    fn a_checkout_url_that_is_taken_names_the_allowed_host_right_after_its_slashes(
        text in "(https|HTTPS|http|ftp)?:?[/\\\\]{0,3}([a-z:]{0,4}@)?(pay[.]example|evil[.]example|pay[.]example[.]evil[.]example|[a-z0-9.%\\[\\]-]{0,12})(:[0-9]{0,5})?([/?#\\\\@. \t][!-~]{0,12})?",
    ) {
        let allowed = ["https://pay.example".to_owned()];
        if let Ok(taken) = judge_redirect(&text, browser::parse_url, false, &allowed) {
            prop_assert_eq!(&taken.origin, &allowed[0]);
            // Read by hand: from the slashes to the next one that ends a host.
            let rest = text.to_ascii_lowercase();
            let rest = rest.strip_prefix("https://").unwrap_or_else(|| panic!("{text}"));
            let host = rest.split(['/', '?', '#']).next().unwrap();
            let host = host.strip_suffix(":443").or(host.strip_suffix(':')).unwrap_or(host);
            let leading_zeros = host.rsplit_once(":0").is_some_and(|it| it.0 == "pay.example" && it.1.trim_start_matches('0') == "443");
            prop_assert!(host == "pay.example" || leading_zeros, "{}", text);
        }
    }
}

const AUDIENCE: &str = "demo:sandbox";
/// A second or two for all of them.
const CASES: u32 = 1_000;
