//! The signature of webhooks: `X-JoPay-Signature: v1={hmac},t={unix seconds}`, HMAC-SHA256 over `{t}.{body}`.
//!
//! That the secret's characters are the key, that the output is lower-case hex and that `t` counts seconds is not documented:
//! it is what most samples do. The key's form is an option.

use std::{fmt, str::FromStr};

use ring::hmac;

use super::args::KeyForm;

/// A webhook secret: 256 bits as 64 hex characters.
#[derive(Clone)]
pub(super) struct Secret(String);

impl Secret {
    /// The header's value for a body that is sent at `now_ms`.
    pub(super) fn header(&self, form: KeyForm, now_ms: u64, body: &str) -> String {
        let t = now_ms / 1000;
        format!("v1={},t={t}", self.sign(form, &format!("{t}.{body}")))
    }

    /// Another secret, for signatures that must not verify.
    pub(super) fn wrong(&self) -> Self {
        Self(self.0.chars().rev().map(other_digit).collect())
    }

    fn sign(&self, form: KeyForm, text: &str) -> String {
        let bytes = match form {
            KeyForm::Utf8 => self.0.as_bytes().to_vec(),
            KeyForm::Hex => self.bytes(),
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let tag = hmac::sign(&key, text.as_bytes());
        tag.as_ref().iter().map(|it| format!("{it:02x}")).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        let digits = self.0.chars().filter_map(|it| it.to_digit(16));
        let digits: Vec<_> = digits.filter_map(|it| u8::try_from(it).ok()).collect();
        let pairs = digits.as_chunks::<2>().0;
        pairs.iter().map(|[high, low]| high << 4 | low).collect()
    }
}

impl FromStr for Secret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("it must be 64 hex characters".to_owned())
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

fn other_digit(digit: char) -> char {
    if digit == '0' { '1' } else { '0' }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the notes on the provider: 518 bytes.
    const BODY: &str = r#"{"event":"payment.proof_verified","delivery_id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890","partner_id":"11111111-1111-4111-8111-111111111111","request_id":"22222222-2222-4222-8222-222222222222","merchant_id":"33333333-3333-4333-8333-333333333333","proof_status":"verified","proof_source":"trails_on_chain","tx_hash":"0xabababababababababababababababababababababababababababababababab","payer_address":"0xcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","timestamp":"2026-04-05T14:30:00.000Z","metadata":{"order_id":"ORD-12345"}}"#;

    #[track_caller]
    fn check(form: KeyForm, body: &str, v1: &str) {
        let secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let secret: Secret = secret.parse().unwrap();
        let sent = secret.header(form, 1_775_399_400_999, body);
        assert_eq!(sent, format!("v1={v1},t=1775399400"));
    }

    #[test]
    fn signatures_are_as_in_the_worked_vectors() {
        assert_eq!(BODY.len(), 518);
        check(
            KeyForm::Utf8,
            BODY,
            "81af174d8232bfdf8505f60604394906176b6f7f1ed05d8adba6d43c504b8eaa",
        );
        check(
            KeyForm::Hex,
            BODY,
            "8829d1f5c5c2bc954758f6c44e2217ee46c9691b149111ce1f62e182fb7d83df",
        );
        check(
            KeyForm::Utf8,
            r#"{"a":1}"#,
            "1ab66b3603337dc697c2e68e962d50e5e589d39f4c9bd29463f99d5c3015ff6a",
        );
        check(
            KeyForm::Hex,
            r#"{"a":1}"#,
            "d13d5513f669553952f71cf849e07b89d96198ab4c1ab9a970d7b1e7c8351618",
        );
    }

    #[test]
    fn a_secret_is_64_hex_characters_and_is_not_printed() {
        for bad in ["", "00", &"g".repeat(64), &"0".repeat(65)] {
            assert!(Secret::from_str(bad).is_err(), "{bad}");
        }
        let secret = Secret::from_str(&"A1".repeat(32)).unwrap();
        assert_eq!(format!("{secret:?}"), "[redacted]");
    }
}
