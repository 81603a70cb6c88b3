//! What the sandbox remembers of Jenga and of all providers, and what it takes as a script.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, single};
use crate::sandbox::{Sandbox, json_of};

#[tokio::test]
async fn calls_are_recorded_without_secrets() {
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000078")).await;
    jenga
        .sandbox
        .get("/jenga/v3-apis/transaction-api/v3.0/transactions/details/ORD0000000079")
        .await;
    let text = jenga
        .sandbox
        .get("/sandbox/calls")
        .await
        .text()
        .await
        .unwrap();
    for secret in ["sandbox-jenga", &jenga.token, "254764848636"] {
        assert!(!text.contains(secret), "{text}");
    }
    let calls: Value = serde_json::from_str(&text).unwrap();
    let seen: Vec<_> = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            assert_eq!(it["provider"], "jenga");
            assert!(it["at_ms"].is_u64());
            let path = it["path"]
                .as_str()
                .unwrap()
                .strip_prefix("/jenga/")
                .unwrap();
            (
                path.to_owned(),
                it["order_id"].clone(),
                it["http_status"].as_u64().unwrap(),
            )
        })
        .collect();
    let details = "v3-apis/transaction-api/v3.0/transactions/details/ORD0000000079";
    assert_eq!(
        seen,
        [
            (
                "authentication/api/v3/authenticate/merchant".to_owned(),
                json!(null),
                200
            ),
            (
                "api-checkout/api/v1/create/payment-link".to_owned(),
                json!("ORD0000000078"),
                200
            ),
            (details.to_owned(), json!("ORD0000000079"), 401),
        ]
    );
}

#[tokio::test]
async fn a_reset_forgets_the_links_and_keeps_the_token() {
    let jenga = Jenga::start().await;
    let page = jenga.page(&single("ORD0000000080")).await;
    jenga.sandbox.post("/sandbox/reset", &json!({})).await;
    let ledger = json_of(jenga.sandbox.get("/sandbox/ledger").await).await;
    assert_eq!(ledger, json!({"payments": []}));
    assert!(jenga.messages().await.is_empty());
    assert_eq!(jenga.html(&page).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        jenga.create(&single("ORD0000000080")).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        jenga.messages().await[0]["number"],
        2,
        "one e-mail and one SMS, counted anew"
    );
}

#[tokio::test]
async fn the_ledger_and_the_front_page_hold_all_providers_in_order() {
    let jenga = Jenga::start().await;
    jenga
        .sandbox
        .pay_page("ORD-FIRST-01", crate::sandbox::NOWHERE)
        .await;
    tick(&jenga).await;
    jenga.link(&single("ORD0000000081")).await;
    tick(&jenga).await;
    jenga
        .sandbox
        .pay_page("ORD-THIRD-01", crate::sandbox::NOWHERE)
        .await;
    let ledger = json_of(jenga.sandbox.get("/sandbox/ledger").await).await;
    let payments = ledger["payments"].as_array().unwrap();
    let orders: Vec<_> = payments
        .iter()
        .map(|it| it["order_id"].as_str().unwrap())
        .collect();
    assert_eq!(orders, ["ORD-FIRST-01", "ORD0000000081", "ORD-THIRD-01"]);
    for name in SHARED {
        assert!(payments.iter().all(|it| it.get(name).is_some()), "{name}");
    }
    let html = jenga.sandbox.get("/").await.text().await.unwrap();
    let mut at: Vec<_> = orders.iter().map(|it| html.find(it).unwrap()).collect();
    at.reverse();
    assert!(at.is_sorted(), "newest first");
    assert!(html.contains("/jenga/link/") && html.contains("href=\"/outbox\""));
}

#[tokio::test]
async fn a_bad_script_is_refused_with_a_sentence() {
    let sandbox = Sandbox::start().await;
    for (script, culprit) in [
        (
            json!({"ipn": {"fields": {"transaction.amuont": 1}}}),
            "jenga.ipn.fields has no field \"transaction.amuont\"",
        ),
        (
            json!({"ipn": {"external_ref_in": "customer.reference"}}),
            "must not name the same field",
        ),
        (
            json!({"ipn": {"external_ref_in": "somewhere"}}),
            "unknown variant `somewhere`",
        ),
        (
            json!({"ipn": {"attempts": 0}}),
            "jenga.ipn.copies and attempts must be at least 1",
        ),
        (
            json!({"token": {"lifetime_s": 86_401}}),
            "jenga.token.lifetime_s must be at most 86400",
        ),
        (
            json!({"create": {"answer": {"url": "x"}}}),
            "jenga.create.answer has no field \"url\"",
        ),
        (
            json!({"authenticate": {"http_status": 99}}),
            "jenga.authenticate.http_status",
        ),
        (json!({"checkout": {"coop": "a\nb"}}), "jenga.checkout.coop"),
        (json!({"token": []}), "an object at jenga.token, not a list"),
    ] {
        let answer = sandbox
            .post("/sandbox/script", &json!({"jenga": script}))
            .await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{script}");
        let body = json_of(answer).await;
        let problem = body["error"][0].as_str().unwrap();
        assert!(problem.contains(culprit), "{problem}");
    }
}

/// Waits until the sandbox's clock has moved on, so that what follows is later.
async fn tick(jenga: &Jenga) {
    let mut first = None;
    loop {
        jenga.sandbox.get("/jenga/what-time-is-it").await;
        let calls = json_of(jenga.sandbox.get("/sandbox/calls").await).await;
        let now = calls["calls"].as_array().unwrap().last().unwrap()["at_ms"].as_u64();
        if *first.get_or_insert(now) < now {
            return;
        }
    }
}

/// What every entry of the ledger has, whichever provider it is of.
const SHARED: [&str; 17] = [
    "provider",
    "mode",
    "id",
    "order_id",
    "amount",
    "currency",
    "status",
    "created_at_ms",
    "opened",
    "first_opened_at_ms",
    "walked_away",
    "settled_at_ms",
    "paid_at_ms",
    "times_paid",
    "attempts",
    "checkout_url",
    "ipn",
];
