//! What the shop needs to know of the backend's configuration: one file, `malipo.toml`, is read by both.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use malipo_wire::{Currency, Money};
use serde::Deserialize;

/// The catalogue and the keys that the shop's server shares with the backend.
pub(crate) struct Config {
    /// What a quote names as its audience: `<shop>:<mode>`.
    pub(crate) audience: String,
    /// The key of signed quotes.
    pub(crate) quote_key: String,
    /// The Bearer key with which the shop's server asks the backend for its record of an order.
    pub(crate) shop_api_key: String,
    /// What opens the backend's page for its operator.
    pub(crate) admin_token: String,
    /// JoyndPay's test keys, which the sandbox is told to expect.
    pub(crate) joyndpay: Keys,
    /// JoPay's, the same.
    pub(crate) jopay: JoPay,
    /// Jenga's, the same.
    pub(crate) jenga: Jenga,
    /// Articles by sku.
    pub(crate) catalogue: BTreeMap<String, Article>,
}

/// A key pair of the provider's.
#[derive(Deserialize)]
pub(crate) struct Keys {
    pub(crate) public_key: String,
    pub(crate) secret_key: String,
}

/// What the sandbox must know of JoPay's configuration.
#[derive(Deserialize)]
pub(crate) struct JoPay {
    pub(crate) api_key: String,
    pub(crate) merchant_id: String,
    pub(crate) webhook_secret: String,
}

/// What the sandbox must know of Jenga's configuration.
#[derive(Deserialize)]
pub(crate) struct Jenga {
    pub(crate) api_key: String,
    pub(crate) merchant_code: String,
    pub(crate) consumer_secret: String,
    pub(crate) ipn_username: String,
    pub(crate) ipn_password: String,
}

/// Something that is sold.
#[derive(Clone)]
pub(crate) struct Article {
    pub(crate) name: String,
    /// The price of one.
    pub(crate) price: Money,
}

impl Article {
    /// The name for a page: a number keeps its unit beside it, so that no line begins with the `g` of "500 g".
    pub(crate) fn shown_name(&self) -> String {
        let mut before = ' ';
        self.name
            .chars()
            .map(|it| {
                let stays = it == ' ' && before.is_ascii_digit();
                before = it;
                if stays { NO_BREAK_SPACE } else { it }
            })
            .collect()
    }
}

impl Config {
    /// Reads the backend's configuration file. What is wrong in the parts that only the backend uses is for the backend
    /// to say.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is wrong", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let file: File = toml::from_str(text)?;
        let mut catalogue = BTreeMap::new();
        for (sku, it) in file.catalogue {
            let currency: Currency = it
                .currency
                .parse()
                .with_context(|| format!("catalogue.{sku}.currency"))?;
            let price = Money::parse(&it.amount, currency)
                .with_context(|| format!("catalogue.{sku}.amount"))?;
            let name = it.name;
            catalogue.insert(sku, Article { name, price });
        }
        anyhow::ensure!(
            file.mode == "sandbox",
            "mode is {:?}, but the demo never moves money: it runs in \"sandbox\" alone",
            file.mode
        );
        Ok(Self {
            audience: format!("{}:{}", file.shop, file.mode),
            quote_key: file.quote.key,
            shop_api_key: file.shop_api.key,
            admin_token: file.admin.token,
            joyndpay: file.joyndpay,
            jopay: file.jopay,
            jenga: file.jenga,
            catalogue,
        })
    }
}

#[derive(Deserialize)]
struct File {
    shop: String,
    mode: String,
    quote: Key,
    shop_api: Key,
    admin: Token,
    joyndpay: Keys,
    jopay: JoPay,
    jenga: Jenga,
    catalogue: BTreeMap<String, Priced>,
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

#[derive(Deserialize)]
struct Priced {
    name: String,
    amount: String,
    currency: String,
}

const NO_BREAK_SPACE: char = '\u{a0}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_unit_beside_it() {
        let price = Money::parse("1", "UGX".parse().unwrap()).unwrap();
        for (name, expected) in [
            ("Bugisu AA coffee, 500 g", "Bugisu AA coffee, 500\u{a0}g"),
            ("Kitenge fabric, 6 yards", "Kitenge fabric, 6\u{a0}yards"),
            ("Rolex tee", "Rolex tee"),
        ] {
            let name = name.to_owned();
            assert_eq!(Article { name, price }.shown_name(), expected);
        }
    }

    #[test]
    fn the_demo_refuses_live_mode() {
        let live = include_str!("../malipo.toml").replace("\"sandbox\"", "\"live\"");
        let error = Config::parse(&live).err().map(|it| it.to_string());
        assert!(error.is_some_and(|it| it.contains("never moves money")));
    }

    #[test]
    fn the_demo_reads_its_own_configuration() {
        let config = Config::parse(include_str!("../malipo.toml")).unwrap();
        assert_eq!(config.audience, "demo-shop:sandbox");
        assert_eq!(config.catalogue.len(), 20);
    }
}
