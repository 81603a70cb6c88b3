//! The control API.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    merchant::Merchant,
    sandbox::{NOWHERE, Sandbox, json_of, order},
};

#[tokio::test]
async fn payments_are_settled_without_a_browser() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    sandbox.pay_page("ORD-BY-ORDER", &merchant.ipn_url).await;
    let page = sandbox.pay_page("ORD-BY-UTR-1", &merchant.ipn_url).await;
    let utr = page.rsplit('/').next().unwrap();
    let answer = sandbox
        .post(
            "/sandbox/joyndpay/payments/ORD-BY-ORDER/succeed",
            &json!({}),
        )
        .await;
    let body = json_of(answer).await;
    assert_eq!(body["result"], "settled");
    assert_eq!(body["payment"]["status"], "success");
    let path = format!("/sandbox/joyndpay/payments/{utr}/fail");
    let body = json_of(sandbox.post(&path, &json!({})).await).await;
    assert_eq!(body["payment"]["order_id"], "ORD-BY-UTR-1");
    assert_eq!(body["payment"]["attempts"][0]["via"], "control");
    assert_eq!(sandbox.status("ORD-BY-UTR-1").await, "failed");
    assert_eq!(merchant.wait_for(2).await.len(), 2);
}

#[tokio::test]
async fn a_settled_payment_changes_only_on_purpose() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    sandbox.pay_page("ORD-REVERSE-1", &merchant.ipn_url).await;
    let path = "/sandbox/joyndpay/payments/ORD-REVERSE-1";
    for (step, result, status) in [
        ("fail", "settled", "failed"),
        ("succeed", "already_settled", "failed"),
        ("succeed?reverse=true", "reversed", "success"),
        ("succeed?reverse=true", "already_settled", "success"),
    ] {
        let body = json_of(sandbox.post(&format!("{path}/{step}"), &json!({})).await).await;
        assert_eq!(body["result"], result, "{step}");
        assert_eq!(body["payment"]["status"], status, "{step}");
    }
    assert_eq!(merchant.wait_for(2).await.len(), 2);
    assert_eq!(sandbox.payment("ORD-REVERSE-1").await["times_paid"], 1);
}

#[tokio::test]
async fn what_cannot_be_settled_is_named() {
    let sandbox = Sandbox::start().await;
    sandbox.pay_page("ORD-NAMED-01", NOWHERE).await;
    for (path, status, problem) in [
        (
            "NO-SUCH-ORDER/succeed",
            404,
            "There is no payment with the id or order id NO-SUCH-ORDER.",
        ),
        (
            "ORD-NAMED-01/refund",
            404,
            "The last part of the path must be succeed or fail.",
        ),
        (
            "ORD-NAMED-01/fail?revers=true",
            400,
            "The query may only hold reverse=true or reverse=false.",
        ),
    ] {
        let answer = sandbox
            .post(&format!("/sandbox/joyndpay/payments/{path}"), &json!({}))
            .await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(json_of(answer).await, json!({"error": [problem]}));
    }
}

#[tokio::test]
async fn calls_are_recorded_without_the_keys() {
    let sandbox = Sandbox::start().await;
    sandbox.initiate(&order("ORD-CALLS-01", NOWHERE)).await;
    sandbox.verify("ORD-CALLS-XX").await;
    let text = sandbox.get("/sandbox/calls").await.text().await.unwrap();
    assert!(!text.contains("sandbox-test"), "{text}");
    let calls: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(calls["forgotten"], 0);
    let seen: Vec<_> = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["number"].as_u64().unwrap(),
                it["path"].as_str().unwrap(),
                it["order_id"].as_str().unwrap(),
                it["http_status"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (1, "/joyndpay/api/initiate/payment", "ORD-CALLS-01", 200),
            (2, "/joyndpay/api/verify/payment", "ORD-CALLS-XX", 404),
        ]
    );
}

#[tokio::test]
async fn a_bad_script_is_refused_with_a_sentence_and_changes_nothing() {
    let sandbox = Sandbox::start().await;
    sandbox.script(json!({"verify": {"delay_ms": 1}})).await;
    let before = json_of(sandbox.get("/sandbox/script").await).await["script"].clone();
    for (script, culprit) in [
        (json!({"joindpay": {}}), "unknown field `joindpay`"),
        (
            json!({"joyndpay": {"verify": {"falt": "none"}}}),
            "joyndpay.verify.falt",
        ),
        (
            json!({"joyndpay": {"verify": {"fault": "explode"}}}),
            "unknown variant `explode`",
        ),
        (
            json!({"joyndpay": {"ipn": {"mode": 3}}}),
            "joyndpay.ipn.mode",
        ),
        (
            json!({"joyndpay": {"ipn": {"copies": 0}}}),
            "joyndpay.ipn.copies",
        ),
        (
            json!({"joyndpay": {"initiate": {"delay_ms": -1}}}),
            "joyndpay.initiate.delay_ms",
        ),
        (
            json!({"joyndpay": {"initiate": {"delay_ms": 600_001}}}),
            "joyndpay.initiate.delay_ms must be at most 600000",
        ),
        (
            json!({"joyndpay": {"initiate": {"http_status": 99}}}),
            "joyndpay.initiate.http_status",
        ),
        (
            json!({"joyndpay": {"verify": {"answer": {"id": 1}}}}),
            "joyndpay.verify.answer has no field \"id\"",
        ),
        (
            json!({"joyndpay": {"checkout": {"coop": "a\nb"}}}),
            "joyndpay.checkout.coop",
        ),
        (json!([]), "The script must hold an object, not a list."),
        (
            json!({"joyndpay": []}),
            "The script must hold an object at joyndpay, not a list.",
        ),
        (
            json!({"joyndpay": {"ipn": []}}),
            "The script must hold an object at joyndpay.ipn, not a list.",
        ),
    ] {
        let answer = sandbox.post("/sandbox/script", &script).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{script}");
        let body = json_of(answer).await;
        let problem = body["error"][0].as_str().unwrap();
        assert!(problem.contains(culprit), "{problem}");
    }
    let after = json_of(sandbox.get("/sandbox/script").await).await["script"].clone();
    assert_eq!(after, before);
}

#[tokio::test]
async fn the_script_documents_itself() {
    let sandbox = Sandbox::start().await;
    let manual = json_of(sandbox.get("/sandbox/script").await).await;
    assert!(manual["keys"].as_array().unwrap().len() > 10);
    let example = sandbox.post("/sandbox/script", &manual["example"]).await;
    assert_eq!(example.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let sandbox = Sandbox::start().await;
    let page = sandbox.pay_page("ORD-RESET-01", NOWHERE).await;
    sandbox.script(json!({"verify": {"fault": "empty"}})).await;
    let fresh = json_of(Sandbox::start().await.get("/sandbox/script").await).await;
    sandbox.post("/sandbox/reset", &json!({})).await;
    assert_eq!(
        json_of(sandbox.get("/sandbox/ledger").await).await,
        json!({"payments": []})
    );
    assert_eq!(
        json_of(sandbox.get("/sandbox/calls").await).await,
        json!({"calls": [], "forgotten": 0})
    );
    assert_eq!(json_of(sandbox.get("/sandbox/script").await).await, fresh);
    let gone = sandbox.http.get(&page).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        sandbox
            .initiate(&order("ORD-RESET-01", NOWHERE))
            .await
            .status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_front_page_lists_the_payments() {
    let sandbox = Sandbox::start().await;
    sandbox.pay_page("ORD-LISTED-1", NOWHERE).await;
    for path in ["/", "/sandbox"] {
        let html = sandbox.get(path).await.text().await.unwrap();
        assert!(html.contains("No money moves") && html.contains("ORD-LISTED-1"));
        assert!(html.contains("/joyndpay/make/payment/test/"));
    }
}
