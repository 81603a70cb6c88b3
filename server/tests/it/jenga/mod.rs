//! Jenga: its adapter against fixtures, and the server beside the real sandbox.

mod answers;
mod by_hand;
mod config;
mod flow;
mod ipns;
mod paid_twice;
mod recipients;
mod sandbox;

use malipo_server::config::Config;
use malipo_server::provider::JengaAdapter;

/// A key that is in this folder alone: it opens nothing.
const KEY_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/jenga/key.pem");
/// Its public half, as the merchant pastes it into JengaHQ.
const PUBLIC_KEY: &str = include_str!("key.pub.pem");

/// The keys that every test has; `more` may be lines `jenga.x = ...`.
pub(crate) fn table(more: &str) -> String {
    format!(
        "jenga.api_key = \"JENGA-API-CANARY-1\"\njenga.merchant_code = \"9000000001\"\n\
         jenga.consumer_secret = \"JENGA-CONSUMER-CANARY-2\"\njenga.private_key_file = \"{KEY_FILE}\"\n\
         jenga.ipn_username = \"ipnuser\"\njenga.ipn_password = \"JENGA-IPN-CANARY-3\"\n{more}"
    )
}

fn text(more: &str) -> String {
    format!(
        "shop = \"demo\"\nmode = \"sandbox\"\npublic_url = \"https://pay.example\"\nshop_origins = [\"https://shop.example\"]\n\
         quote.key = \"0123456789abcdef0123456789abcdef\"\n{}",
        table(more)
    )
}

fn adapter(more: &str) -> JengaAdapter {
    let config = Config::read(&text(more), []).unwrap_or_else(|it| panic!("{it:?}"));
    JengaAdapter::new(config.providers.jenga.clone().unwrap(), config.mode)
}
