//! JoPay: the same create again gives the same request, signed webhooks are a reason to ask, 60 calls a minute.

use serde_json::json;

use super::{Expiry, Failure, Forgery, Lost, Provider, pages};

/// JoPay.
pub const JOPAY: Provider = Provider {
    id: "jopay",
    amount: "25.00",
    currency: "USD",
    create: "create",
    look_up: Some("get"),
    door: None,
    notice: "webhook",
    lost: Lost::SameKey,
    failure: Failure::Mismatch,
    expiry: Expiry::Told,
    wrong_amount: || json!({"answer": {"amount.fiat_int": 1}}),
    wrong_opening: Some(|| json!({"answer": {"amount.fiat_int": 1}})),
    forged_status: 401,
    forgery: |_, provider_ref| Forgery {
        path: "/pay/notify/jopay".to_owned(),
        headers: vec![(
            "x-jopay-signature",
            "v1=00000000000000000000000000000000000000000000000000000000000000ff,t=1775399400",
        )],
        body: json!({"event": "payment.proof_verified", "request_id": provider_ref, "proof_status": "verified"}),
    },
    arguments: |server| {
        let hook = format!("{server}/pay/notify/jopay");
        let merchants = format!("{MERCHANT}=USD");
        [
            ("--jopay-api-key", API_KEY),
            ("--jopay-merchants", &merchants),
            ("--jopay-webhook-secret", WEBHOOK_SECRET),
            ("--jopay-webhook-url", &hook),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value.to_owned()])
        .collect()
    },
    table: |sandbox| {
        format!(
            "[jopay]\napi_key = \"{API_KEY}\"\nmerchant_id = \"{MERCHANT}\"\nwebhook_secret = \"{WEBHOOK_SECRET}\"\n\
             base_url = \"{sandbox}/jopay/api/v1\"\ncheckout_origin = \"{}\"\n",
            pages(sandbox)
        )
    },
    secrets: &[API_KEY, WEBHOOK_SECRET],
};

const API_KEY: &str = "jo_test_canary_0123456789";
const MERCHANT: &str = "33333333-3333-4333-8333-333333333333";
const WEBHOOK_SECRET: &str = "ca0a41ca0a41ca0a41ca0a41ca0a41ca0a41ca0a41ca0a41ca0a41ca0a41ca0a";
