//! Jenga: a link by SMS and e-mail, no address, no look-up, no idempotency; an IPN with HTTP Basic is the outcome.

use serde_json::json;

use super::{Expiry, Failure, Forgery, Lost, Provider};
use crate::process::project;

/// Jenga.
pub const JENGA: Provider = Provider {
    id: "jenga",
    amount: "400.00",
    currency: "KES",
    create: "create",
    look_up: None,
    door: Some("authenticate"),
    notice: "ipn",
    lost: Lost::WaitsForNotice,
    failure: Failure::Declined,
    expiry: Expiry::Silent,
    wrong_amount: || json!({"fields": {"transaction.amount": 1, "transaction.orderAmount": 1}}),
    // The answer names a link and no amount.
    wrong_opening: None,
    forged_status: 401,
    forgery: |reference, provider_ref| Forgery {
        path: "/pay/notify/jenga".to_owned(),
        // ipnuser with another password.
        headers: vec![("authorization", "Basic aXBudXNlcjpndWVzc2Vk")],
        body: json!({
            "callbackType": "IPN",
            "customer": {"reference": provider_ref},
            "transaction": {"billNumber": reference, "amount": 400, "currency": "KES", "status": "SUCCESS"},
        }),
    },
    arguments: |server| {
        let hook = format!("{server}/pay/notify/jenga");
        let key = std::fs::read_to_string(keys().join("key.pub.pem")).unwrap();
        [
            ("--jenga-api-key", API_KEY),
            ("--jenga-merchant-code", "9000000001"),
            ("--jenga-consumer-secret", CONSUMER_SECRET),
            ("--jenga-public-key", &key),
            ("--jenga-ipn-username", "ipnuser"),
            ("--jenga-ipn-password", IPN_PASSWORD),
            ("--jenga-ipn-url", &hook),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value.to_owned()])
        .collect()
    },
    table: |sandbox| {
        format!(
            "[jenga]\napi_key = \"{API_KEY}\"\nmerchant_code = \"9000000001\"\nconsumer_secret = \"{CONSUMER_SECRET}\"\n\
             private_key_file = \"{}\"\nipn_username = \"ipnuser\"\nipn_password = \"{IPN_PASSWORD}\"\n\
             base_url = \"{sandbox}/jenga\"\n",
            keys().join("key.pem").display()
        )
    },
    secrets: &[API_KEY, CONSUMER_SECRET, IPN_PASSWORD],
};

/// A pair that opens nothing but sandboxes.
fn keys() -> std::path::PathBuf {
    project().join("server/tests/it/jenga")
}

const API_KEY: &str = "jenga-api-canary-0123456789";
const CONSUMER_SECRET: &str = "jenga-consumer-canary-0123456789";
const IPN_PASSWORD: &str = "jenga-ipn-canary-0123456789";
