//! JoPay: its adapter against fixtures, and the server beside a small fake of it.

mod answers;
mod config;
pub(crate) mod fake;
mod flow;
mod merchants;
mod trouble;
pub(crate) mod webhooks;

use malipo_server::clock::UnixMs;
use malipo_server::config::Config;
use malipo_server::payment::{Attempt, AttemptId, AttemptStatus, Reference};
use malipo_server::provider::JoPayAdapter;
use malipo_wire::Money;

pub(crate) const MERCHANT: &str = "33333333-3333-4333-8333-333333333333";
pub(crate) const REQUEST: &str = "22222222-2222-4222-8222-222222222222";
/// The secret of the worked vectors.
pub(crate) const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The keys that every test has; `more` may be lines `jopay.x = ...`.
fn table(more: &str) -> String {
    format!(
        "jopay.api_key = \"jo_test_CANARY-7\"\njopay.merchant_id = \"{MERCHANT}\"\njopay.webhook_secret = \"{SECRET}\"\n{more}"
    )
}

fn adapter(more: &str) -> JoPayAdapter {
    let text = format!(
        "shop = \"demo\"\nmode = \"sandbox\"\npublic_url = \"https://pay.example\"\nshop_origins = [\"https://shop.example\"]\n\
         quote.key = \"0123456789abcdef0123456789abcdef\"\n{}",
        table(more)
    );
    let config = Config::read(&text, []).unwrap();
    JoPayAdapter::new(config.providers.jopay.clone().unwrap(), &config)
}

fn euro(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

/// An attempt to pay EUR 25.00 that JoPay knows as [`REQUEST`].
fn attempt() -> Attempt {
    let order = "ORD-12345";
    let reference = Reference(order.to_owned());
    let (id, order) = (AttemptId("a".to_owned()), order.parse().unwrap());
    Attempt {
        provider_ref: Some(REQUEST.to_owned()),
        status: AttemptStatus::Pending,
        ..Attempt::new(id, order, "jopay", reference, euro("25.00"), UnixMs(0))
    }
}
