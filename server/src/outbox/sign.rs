//! Standard Webhooks 1.0.0 (<https://www.standardwebhooks.com>, read 2026-11-21): who sent it, and when.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

/// A key for signing: `whsec_` and the base64 of 24 to 64 bytes. Its `Debug` shows nothing of it.
#[derive(Clone, Debug)]
pub struct SigningKey(SecretSlice<u8>);

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKey;

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_ and the base64 of 24 to 64 random bytes (echo whsec_$(openssl rand -base64 32))")
    }
}

impl SigningKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`BadKey`]: its text is what is accepted.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let text = text.strip_prefix("whsec_").ok_or(BadKey)?;
        let key = STANDARD.decode(text).map_err(|_| BadKey)?;
        if (24..=64).contains(&key.len()) {
            Ok(Self(key.into()))
        } else {
            Err(BadKey)
        }
    }

    /// Whether its bytes begin with this text, as those of a published example do.
    pub(crate) fn begins_with(&self, text: &str) -> bool {
        self.0.expose_secret().starts_with(text.as_bytes())
    }

    /// `v1,<base64>`: the signature over `id.timestamp.body`; `timestamp` is in seconds since 1970.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()) else {
            return String::new();
        };
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_come_out() {
        // From the specification's own libraries (rust, python, javascript: their test of `sign`).
        let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(
            key.sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn keys_of_another_kind_are_refused_and_none_is_shown() {
        for text in [
            "",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_",
            "whsec_c2hvcnQ=",
            "whsec_not base64 at all, but long enough to be a key",
        ] {
            assert_eq!(SigningKey::parse(text).unwrap_err(), BadKey, "{text}");
        }
        let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert!(!format!("{key:?}").contains("49"), "{key:?}");
    }
}
