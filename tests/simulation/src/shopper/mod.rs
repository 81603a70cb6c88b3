//! Shoppers: a device each, with tabs in which a button waits.

mod device;
mod tab;

pub use device::Device;
pub use tab::{Stay, Tab};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use malipo::checkout::{Options, Page, RawOptions};
use malipo_wire::Money;
use sha2::Sha256;

use crate::backend::QUOTE_KEY;
use crate::browser::parse_url;
use crate::provider::Kind;

/// What a button is to sell.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Which provider is to take the money.
    pub kind: Kind,
    /// The page says so, because the servers have several.
    pub names_provider: bool,
    /// Whose page it is: a provider that sends messages needs to know.
    pub shopper: usize,
    /// The order.
    pub order: String,
    /// Its price in minor units of what the provider's merchant is paid in.
    pub price: u64,
    /// The shop's server signed it.
    pub quoted: bool,
    /// How the checkout page is shown.
    pub mode: &'static str,
    /// How often it asks, in milliseconds.
    pub poll_interval: u64,
    /// When it gives up waiting, in milliseconds; 0: as the backend says.
    pub timeout: u64,
    /// The only origin to which a shopper may be sent.
    pub origins: Option<&'static str>,
}

impl Offer {
    /// The options of the button, with another price than the order's where `price` says so.
    #[must_use]
    pub fn options(&self, price: u64) -> Options {
        let currency = self.kind.currency();
        let price = Money::from_minor(price, currency.parse().unwrap());
        let amount = price.unwrap().to_decimal();
        let initiate = match self.names_provider {
            true => format!("/pay/initiate?provider={}", self.kind.as_str()),
            false => "/pay/initiate".to_owned(),
        };
        let mut values = vec![
            ("initiate-url", initiate),
            ("verify-url", "/pay/verify".to_owned()),
            ("cancel-url", "/pay/cancel".to_owned()),
            ("amount", amount.clone()),
            ("currency", currency.to_owned()),
            ("mode", self.mode.to_owned()),
            ("poll-interval", self.poll_interval.to_string()),
        ];
        if self.quoted {
            values.push(("quote", self.quote(&amount)));
        } else {
            values.push(("order-id", self.order.clone()));
        }
        if self.kind == Kind::Jenga {
            let shopper = self.shopper;
            values.push(("customer-name", "NAME CANARY-9".to_owned()));
            let (email, phone) = (
                format!("s{shopper}@mail.example"),
                format!("2547{shopper:08}"),
            );
            values.push(("customer-email", email));
            values.push(("customer-phone", phone));
        }
        if let Some(origins) = self.origins {
            values.push(("checkout-origins", origins.to_owned()));
        }
        if self.timeout != 0 {
            values.push(("timeout", self.timeout.to_string()));
        }
        let raw = RawOptions {
            values: values
                .into_iter()
                .map(|it| (it.0.to_owned(), it.1))
                .collect(),
            ..RawOptions::default()
        };
        let page = Page {
            base_url: "https://shop.example/cart".into(),
            return_url: "https://shop.example/cart".into(),
            is_loopback: false,
        };
        Options::parse(&raw, &page, parse_url).unwrap_or_else(|it| panic!("{it:?}"))
    }

    /// A quote as the shop's server signs it, good for a day after the world began.
    fn quote(&self, amount: &str) -> String {
        let claims = serde_json::json!({
            "order_id": self.order, "amount": amount, "currency": self.kind.currency(), "aud": "demo:sandbox",
            "exp": crate::START / 1_000 + 23 * 3_600,
        });
        let encode = |it: String| URL_SAFE_NO_PAD.encode(it);
        let header = encode(r#"{"alg":"HS256","typ":"JWT"}"#.to_owned());
        let signed = format!("{header}.{}", encode(claims.to_string()));
        let mut mac = Hmac::<Sha256>::new_from_slice(QUOTE_KEY.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", encode_bytes(&mac.finalize().into_bytes()))
    }
}

fn encode_bytes(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
