//! The control API's part about Jenga.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, bulk, single};
use crate::{
    merchant::Merchant,
    sandbox::{Sandbox, json_of},
};

#[tokio::test]
async fn links_are_settled_without_a_browser_by_either_reference() {
    let jenga = Jenga::start().await;
    let link_ref = jenga.link(&single("ORD0000000071")).await;
    let answer = jenga.settle("ORD0000000071/fail?method=card").await;
    assert_eq!(
        (&answer["result"], &answer["payment"]["id"]),
        (&json!("failed"), &json!(link_ref))
    );
    let answer = jenga
        .settle(&format!("{link_ref}/succeed?method=equity&amount=399.50"))
        .await;
    assert_eq!(
        (&answer["result"], &answer["payment"]["status"]),
        (&json!("paid"), &json!("success"))
    );
    let seen: Vec<_> = answer["payment"]["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(part)
        .collect();
    assert_eq!(
        seen,
        ["control card 400 failed", "control equity 399.50 paid"]
    );
    assert_eq!(answer["payment"]["paid_amount"], "399.5");
}

#[tokio::test]
async fn a_reference_used_twice_means_the_newest_link() {
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000072")).await;
    let newest = jenga.link(&single("ORD0000000072")).await;
    assert_eq!(
        jenga.settle("ORD0000000072/succeed").await["payment"]["id"],
        newest.as_str()
    );
}

#[tokio::test]
async fn a_paid_link_is_charged_again_only_on_purpose() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    jenga.link(&single("ORD0000000073")).await;
    for (step, result, times_paid) in [
        ("succeed", "paid", 1),
        ("succeed", "already_paid", 1),
        ("fail", "already_paid", 1),
        ("succeed?again=true", "paid", 2),
    ] {
        let answer = jenga.settle(&format!("ORD0000000073/{step}")).await;
        assert_eq!(answer["result"], result, "{step}");
        assert_eq!(answer["payment"]["times_paid"], times_paid, "{step}");
    }
    let got = merchant.wait_for(2).await;
    assert_ne!(
        reference_of(&got[0].body),
        reference_of(&got[1].body),
        "two transactions"
    );
}

#[tokio::test]
async fn an_expired_link_still_gets_a_payment_that_was_under_way() {
    let jenga = Jenga::start().await;
    let page = jenga.page(&single("ORD0000000074")).await;
    let answer = jenga.settle("ORD0000000074/expire").await;
    assert_eq!(
        (&answer["result"], &answer["payment"]["expired"]),
        (&json!("expired"), &json!(true))
    );
    assert_eq!(jenga.html(&page).await.0, StatusCode::GONE);
    let answer = jenga.settle("ORD0000000074/succeed").await;
    assert_eq!(
        (&answer["result"], &answer["payment"]["status"]),
        (&json!("paid"), &json!("success"))
    );
}

#[tokio::test]
async fn the_customers_of_a_bulk_link_pay_in_turn_unless_one_is_named() {
    let jenga = Jenga::start().await;
    jenga.link(&bulk("ORD0000000075")).await;
    let answer = jenga.settle("ORD0000000075/succeed?customer=2").await;
    assert_eq!(answer["payment"]["attempts"][0]["phone"], "2547*****556");
    let answer = jenga.settle("ORD0000000075/succeed").await;
    assert_eq!(answer["payment"]["attempts"][1]["customer"], 1);
    assert_eq!(answer["payment"]["status"], "success");
}

#[tokio::test]
async fn what_cannot_be_settled_is_named() {
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000076")).await;
    let query = "The query may only hold method, customer, amount and again=true.";
    let customer = "customer must be the number of one of the link's customers, from 1.";
    for (path, status, problem) in [
        (
            "NO-SUCH/succeed",
            404,
            "There is no link with the paymentLinkRef or externalRef NO-SUCH.",
        ),
        (
            "ORD0000000076/refund",
            404,
            "The last part of the path must be succeed, fail or expire.",
        ),
        ("ORD0000000076/succeed?agian=true", 400, query),
        ("ORD0000000076/succeed?again=maybe", 400, query),
        ("ORD0000000076/succeed?customer=0", 400, customer),
        ("ORD0000000076/succeed?customer=2", 400, customer),
        (
            "ORD0000000076/succeed?method=shells",
            400,
            "method must be mpesa, card or equity.",
        ),
        (
            "ORD0000000076/succeed?amount=-1",
            400,
            "The amount must be greater than zero.",
        ),
    ] {
        let path = format!("/sandbox/jenga/payments/{path}");
        let answer = jenga.sandbox.post(&path, &json!({})).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert_eq!(json_of(answer).await, json!({"error": [problem]}));
    }
    assert_eq!(
        jenga.sandbox.payment("ORD0000000076").await["attempts"],
        json!([])
    );
}

#[tokio::test]
async fn whom_to_notify_is_registered_and_the_password_is_never_shown() {
    let first = Merchant::start().await;
    let second = Merchant::start().await;
    let jenga = Jenga::telling(&first).await;
    let register = json!({"url": second.ipn_url, "username": "shop", "password": "open sesame"});
    let answer = jenga.sandbox.post("/sandbox/jenga/ipn", &register).await;
    let shown = json!({"ipn": {"url": second.ipn_url, "username": "shop"}});
    assert_eq!(json_of(answer).await, shown);
    assert_eq!(
        json_of(jenga.sandbox.get("/sandbox/jenga/ipn").await).await,
        shown
    );
    jenga.link(&single("ORD0000000077")).await;
    jenga.settle("ORD0000000077/fail").await;
    assert_eq!(
        second.wait_for(1).await[0].authorization,
        "Basic c2hvcDpvcGVuIHNlc2FtZQ=="
    );
    jenga
        .sandbox
        .post("/sandbox/jenga/ipn", &json!({"url": first.ipn_url}))
        .await;
    jenga.settle("ORD0000000077/succeed").await;
    assert_eq!(
        first.wait_for(1).await[0].authorization,
        "Basic c2hvcDpvcGVuIHNlc2FtZQ==",
        "what is left out stays"
    );
    assert_eq!(second.got().len(), 1);
}

#[tokio::test]
async fn a_bad_registration_is_refused_with_a_sentence_and_changes_nothing() {
    let sandbox = Sandbox::start().await;
    for (body, said) in [
        (
            json!({"url": "ftp://x"}),
            "url: it must be an http or https address",
        ),
        (
            json!({"url": "http://x", "username": "a:b"}),
            "username: it must not be empty",
        ),
        (
            json!({"url": "http://x", "pass": "b"}),
            "unknown field `pass`",
        ),
        (json!([]), "The body must be {url, username?, password?}"),
    ] {
        let answer = sandbox.post("/sandbox/jenga/ipn", &body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
        let answer = json_of(answer).await;
        assert!(
            answer["error"][0].as_str().unwrap().contains(said),
            "{answer}"
        );
    }
    let shown = json!({"ipn": {"url": null, "username": "ipnuser"}});
    assert_eq!(
        json_of(sandbox.get("/sandbox/jenga/ipn").await).await,
        shown
    );
}

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

fn part(attempt: &Value) -> String {
    ["via", "method", "amount", "result"]
        .map(|it| attempt[it].as_str().unwrap())
        .join(" ")
}

fn reference_of(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    body["transaction"]["reference"]
        .as_str()
        .unwrap()
        .to_owned()
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
