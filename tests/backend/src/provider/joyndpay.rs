//! JoyndPay: looked up by its `order_id`, notified at a secret address, no idempotency, no expiry.

use serde_json::json;

use super::{Expiry, Failure, Forgery, Lost, Provider, pages};

/// JoyndPay.
pub const JOYNDPAY: Provider = Provider {
    id: "joyndpay",
    amount: "10000",
    currency: "UGX",
    create: "initiate",
    look_up: Some("verify"),
    door: None,
    notice: "ipn",
    lost: Lost::NewAttempt,
    failure: Failure::Final,
    expiry: Expiry::None(
        "the documents know no expiry: pending may last for ever, and only the server's three days end the wait, as needs_review",
    ),
    wrong_amount: || json!({"answer": {"amount": 1}}),
    wrong_opening: Some(|| json!({"answer": {"amount": 1}})),
    // It comes to the right address, so it is a reason to ask.
    forged_status: 200,
    // It signs nothing: who does not know the attempt's address is nobody.
    forgery: |reference, _| Forgery {
        path: "/pay/notify/joyndpay/0000000000000000000000000000000000000000000".to_owned(),
        headers: Vec::new(),
        body: json!({"order_id": reference, "status": "success", "trx_id": "TRX-1"}),
    },
    arguments: |_| {
        [
            "--joyndpay-public-key",
            PUBLIC_KEY,
            "--joyndpay-secret-key",
            SECRET_KEY,
        ]
        .map(str::to_owned)
        .to_vec()
    },
    table: |sandbox| {
        format!(
            "[joyndpay]\npublic_key = \"{PUBLIC_KEY}\"\nsecret_key = \"{SECRET_KEY}\"\nbase_url = \"{sandbox}/joyndpay/api\"\n\
             checkout_origin = \"{}\"\n",
            pages(sandbox)
        )
    },
    secrets: &[PUBLIC_KEY, SECRET_KEY],
};

const PUBLIC_KEY: &str = "joyndpay-public-canary";
const SECRET_KEY: &str = "joyndpay-secret-canary";
