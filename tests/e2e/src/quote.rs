//! Signed quotes, as a shop's server makes them: a compact JWT, HS256.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

/// The key that the tests' shop shares with its backend.
pub const KEY: &str = "end-to-end-quote-key-of-thirty-two-bytes-and-more";
/// The name of the tests' shop.
pub const SHOP: &str = "e2e-shop";

/// A quote for an order, good for an hour; `amount` is a decimal in major units.
///
/// # Panics
/// Never in practice: HMAC takes keys of any length.
#[must_use]
pub fn quote(order_id: &str, amount: &str, currency: &str) -> String {
    sign(json!({ "order_id": order_id, "amount": amount, "currency": currency }))
}

/// The same, which says who pays: name, e-mail and phone.
///
/// # Panics
/// Never in practice: HMAC takes keys of any length.
#[must_use]
pub fn quote_for(payer: [&str; 3], order_id: &str, amount: &str, currency: &str) -> String {
    let [name, email, phone] = payer;
    let customer = json!({ "name": name, "email": email, "phone": phone });
    sign(
        json!({ "order_id": order_id, "amount": amount, "currency": currency, "customer": customer }),
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "a quote expires by the wall clock"
)]
fn sign(mut claims: serde_json::Value) -> String {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    claims["aud"] = format!("{SHOP}:sandbox").into();
    claims["exp"] = (now + 3600).into();
    let encode = |it: &serde_json::Value| URL_SAFE_NO_PAD.encode(it.to_string());
    let signed = format!("{}.{}", encode(&header), encode(&claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}
