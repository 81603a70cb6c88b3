//! Signed quotes: how a shop's server tells the backend what an order costs.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use malipo_wire::Money;
use serde::{Deserialize, Serialize};

/// The claims of a quote: a compact JWT, HS256.
#[derive(Serialize)]
pub(crate) struct Quote<'a> {
    pub(crate) order_id: &'a str,
    /// A decimal text in major units.
    amount: String,
    currency: String,
    /// `<shop>:<mode>`: a quote of the sandbox is worth nothing in the live shop.
    aud: &'a str,
    /// Unix seconds.
    exp: u64,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a Customer>,
}

/// Who pays; a provider that sends a link sends it here.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Customer {
    name: String,
    email: String,
    phone: String,
}

impl Customer {
    /// Nobody in particular: `.test` is nobody's domain.
    pub(crate) fn example() -> Self {
        Self {
            name: "Amina Wanjiru".to_owned(),
            email: "amina@example.test".to_owned(),
            phone: "254712345678".to_owned(),
        }
    }
}

impl<'a> Quote<'a> {
    /// A quote that may be used for an hour from `now` (Unix seconds).
    pub(crate) fn new(
        order_id: &'a str,
        total: Money,
        audience: &'a str,
        description: &'a str,
        customer: Option<&'a Customer>,
        now: u64,
    ) -> Self {
        Self {
            order_id,
            amount: total.to_decimal(),
            currency: total.currency().to_string(),
            aud: audience,
            exp: now.saturating_add(LIFETIME_S),
            description,
            customer,
        }
    }

    /// Unix seconds after which it buys nothing.
    pub(crate) fn expires_at(&self) -> u64 {
        self.exp
    }

    /// The text that goes to the page.
    pub(crate) fn sign(&self, key: &str) -> Result<String, jsonwebtoken::errors::Error> {
        let key = EncodingKey::from_secret(key.as_bytes());
        encode(&Header::new(Algorithm::HS256), self, &key)
    }
}

/// A new order number: 16 characters of `A-Z`, `0-9` and `-`, which every provider takes as its own reference.
pub(crate) fn new_order_id() -> String {
    let random = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
    // A version 4 UUID's version and variant bits lie in the middle: these are its first 12 digits, 48 random bits.
    format!("DUKA{}", random.get(..12).unwrap_or(&random))
}

/// The backend takes 24 h at most; a price that was seen an hour ago should be looked at again.
const LIFETIME_S: u64 = 60 * 60;

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode};

    use super::*;

    #[test]
    fn a_quote_holds_the_contracts_claims_under_hs256() {
        let total = Money::parse("75000", "UGX".parse().unwrap()).unwrap();
        let now = 4_000_000_000; // in the year 2096: the library compares `exp` with the real clock
        let quote = Quote::new("DUKA01", total, "demo-shop:sandbox", "3 x Tee", None, now);
        let text = quote.sign("0123456789abcdef0123456789abcdef").unwrap();

        let key = DecodingKey::from_secret(b"0123456789abcdef0123456789abcdef");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&["demo-shop:sandbox"]);
        let claims = decode::<serde_json::Value>(&text, &key, &validation).unwrap();
        let expected = serde_json::json!({
            "order_id": "DUKA01", "amount": "75000", "currency": "UGX", "aud": "demo-shop:sandbox",
            "exp": 4_000_003_600_u64, "description": "3 x Tee",
        });
        assert_eq!(claims.claims, expected);
    }

    #[test]
    fn order_numbers_suit_the_provider_and_differ() {
        let (one, two) = (new_order_id(), new_order_id());
        assert_ne!(one, two);
        assert_eq!(one.len(), 16);
        assert!(
            one.bytes()
                .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
        );
    }
}
