//! Names of payments.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The shop's name of an order: `[A-Za-z0-9._-]{1,64}`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(String);

impl OrderId {
    /// The longest order id, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrderId {
    type Err = OrderIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length_fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        if length_fits
            && text
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'_' | b'-'))
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(OrderIdError)
        }
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for OrderId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OrderId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The text is not an order id. The message says what is accepted and does not repeat the text, which may be hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderIdError;

impl OrderIdError {
    /// What is accepted.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        "1 to 64 characters out of A-Z, a-z, 0-9, '.', '_' and '-'"
    }
}

impl fmt::Display for OrderIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::error::Error for OrderIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_id_has_1_to_64_plain_characters() {
        for good in ["1", "ORD-2026.11_21", &"a".repeat(64)] {
            assert_eq!(good.parse::<OrderId>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "a b",
            "../etc",
            "%00",
            "a\0",
            "é",
            "😀",
            "<b>",
            "a/b",
            &"a".repeat(65),
            &"a".repeat(1 << 20),
        ] {
            assert_eq!(bad.parse::<OrderId>(), Err(OrderIdError));
        }
    }

    #[test]
    fn an_order_id_is_written_as_it_came_and_what_is_none_is_told_what_is_accepted() {
        let id: OrderId = "O-1".parse().unwrap();
        assert_eq!(id.to_string(), "O-1");
        assert!(format!("{id:?}").contains("O-1"));
        let error = "../x".parse::<OrderId>().unwrap_err().to_string();
        assert!(error.contains("64"), "{error}");
    }
}
