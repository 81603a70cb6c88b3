//! Notifications: their forms, their retries, and the ways in which they go wrong.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::{
    merchant::Merchant,
    sandbox::{CARD, NOWHERE, Sandbox, json_of, order},
};

#[tokio::test]
async fn json_is_the_default_form() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    let page = sandbox.pay_page("ORD-JSON-001", &merchant.ipn_url).await;
    sandbox.press(&page, &CARD).await;
    let got = merchant.wait_for(1).await;
    assert_eq!(got[0].content_type, "application/json");
    let body: Value = serde_json::from_str(&got[0].body).unwrap();
    let trx_id = body["trx_id"].as_str().unwrap();
    assert!(trx_id.starts_with("TRX-"));
    assert_eq!(
        body,
        json!({"order_id": "ORD-JSON-001", "status": "success", "trx_id": trx_id, "amount": 10000, "currency": "UGX"})
    );
    let payment = sandbox
        .payment_where("ORD-JSON-001", |it| it["ipn"][0].is_object())
        .await;
    let delivery = &payment["ipn"][0];
    assert_eq!(delivery["http_status"], 200);
    assert_eq!(delivery["copy"], 1);
    assert_eq!(delivery["attempt"], 1);
    assert_eq!(delivery["forged"], false);
    assert_eq!(delivery["error"], Value::Null);
    assert_eq!(delivery["body"], got[0].body.as_str());
}

#[tokio::test]
async fn the_form_encoding_carries_the_same_fields() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    sandbox.script(json!({"ipn": {"encoding": "form"}})).await;
    sandbox.pay_page("ORD FORM & 1", &merchant.ipn_url).await;
    sandbox
        .post(
            "/sandbox/joyndpay/payments/ORD%20FORM%20&%201/fail",
            &json!({}),
        )
        .await;
    let got = merchant.wait_for(1).await;
    assert_eq!(got[0].content_type, "application/x-www-form-urlencoded");
    let fields: HashMap<String, String> = serde_urlencoded::from_str(&got[0].body).unwrap();
    assert_eq!(fields["order_id"], "ORD FORM & 1");
    assert_eq!(fields["status"], "failed");
    assert_eq!(fields["amount"], "10000");
    assert_eq!(fields["currency"], "UGX");
    assert!(fields["trx_id"].starts_with("TRX-"));
}

#[tokio::test]
async fn it_is_tried_again_until_the_merchant_answers_200() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::answering(&[500, 302, 204]).await;
    sandbox.script(json!({"ipn": {"retry_ms": 10}})).await;
    let page = sandbox.pay_page("ORD-RETRY-01", &merchant.ipn_url).await;
    sandbox.press(&page, &CARD).await;
    let payment = sandbox
        .payment_where("ORD-RETRY-01", |it| {
            it["ipn"].as_array().unwrap().len() == 4
        })
        .await;
    let tries: Vec<_> = payment["ipn"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["attempt"].as_u64().unwrap(),
                it["http_status"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(tries, [(1, 500), (2, 302), (3, 204), (4, 200)]);
    assert_eq!(merchant.got().len(), 4);
}

#[tokio::test]
async fn it_gives_up_after_the_last_attempt() {
    let sandbox = Sandbox::start().await;
    sandbox
        .script(json!({"ipn": {"retry_ms": 10, "attempts": 2}}))
        .await;
    let page = sandbox.pay_page("ORD-GIVEUP-1", NOWHERE).await;
    sandbox.press(&page, &CARD).await;
    let payment = sandbox
        .payment_where("ORD-GIVEUP-1", |it| {
            it["ipn"].as_array().unwrap().len() == 2
        })
        .await;
    assert_eq!(payment["ipn"][1]["http_status"], Value::Null);
    let error = payment["ipn"][1]["error"].as_str().unwrap();
    assert!(error.contains("refused"), "{error}");
    assert!(
        !error.contains("/ipn"),
        "the address may hold a token: {error}"
    );
}

#[tokio::test]
async fn duplicates_are_equal() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    sandbox.script(json!({"ipn": {"copies": 3}})).await;
    let page = sandbox.pay_page("ORD-COPIES-1", &merchant.ipn_url).await;
    sandbox.press(&page, &CARD).await;
    let got = merchant.wait_for(3).await;
    assert!(got.iter().all(|it| it.body == got[0].body));
    let payment = sandbox
        .payment_where("ORD-COPIES-1", |it| {
            it["ipn"].as_array().unwrap().len() == 3
        })
        .await;
    let mut copies: Vec<_> = (0..3)
        .map(|it| payment["ipn"][it]["copy"].as_u64().unwrap())
        .collect();
    copies.sort_unstable();
    assert_eq!(copies, [1, 2, 3]);
}

#[tokio::test]
async fn none_is_sent_where_the_script_says_never() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    sandbox.script(json!({"ipn": {"mode": "never"}})).await;
    let page = sandbox.pay_page("ORD-NEVER-01", &merchant.ipn_url).await;
    sandbox.press(&page, &CARD).await;
    // The next payment's notification arrives, so an earlier one would have.
    sandbox.script(json!({})).await;
    let page = sandbox.pay_page("ORD-NEVER-02", &merchant.ipn_url).await;
    sandbox.press(&page, &CARD).await;
    let got = merchant.wait_for(1).await;
    assert!(
        got.len() == 1 && got[0].body.contains("ORD-NEVER-02"),
        "{got:?}"
    );
    assert_eq!(sandbox.payment("ORD-NEVER-01").await["ipn"], json!([]));
}

#[tokio::test]
async fn a_late_one_does_not_hold_up_the_browser() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    sandbox.script(json!({"ipn": {"delay_ms": 3000}})).await;
    let page = sandbox.pay_page("ORD-LATE-001", &merchant.ipn_url).await;
    sandbox.press(&page, &CARD).await;
    assert_eq!(merchant.got().len(), 0);
    merchant.wait_for(1).await;
    let payment = sandbox
        .payment_where("ORD-LATE-001", |it| it["ipn"][0].is_object())
        .await;
    let late = payment["ipn"][0]["sent_at_ms"].as_u64().unwrap()
        - payment["settled_at_ms"].as_u64().unwrap();
    assert!(late >= 3000, "{late}");
}

#[tokio::test]
async fn one_can_come_before_the_answer_to_initiate() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    sandbox
        .script(json!({"ipn": {"mode": "before_answer"}}))
        .await;
    let answer = json_of(
        sandbox
            .initiate(&order("ORD-EARLY-01", &merchant.ipn_url))
            .await,
    )
    .await;
    assert_eq!(merchant.got().len(), 1);
    assert_eq!(answer["data"]["order_id"], "ORD-EARLY-01");
    assert_eq!(sandbox.status("ORD-EARLY-01").await, "success");
}

#[tokio::test]
async fn a_forged_one_claims_what_is_not_true() {
    let sandbox = Sandbox::start().await;
    let merchant = Merchant::start().await;
    sandbox.script(json!({"ipn": {"mode": "forged"}})).await;
    sandbox.pay_page("ORD-FORGED-1", &merchant.ipn_url).await;
    let got = merchant.wait_for(1).await;
    assert!(got[0].body.contains(r#""status":"success""#));
    let payment = sandbox
        .payment_where("ORD-FORGED-1", |it| it["ipn"][0].is_object())
        .await;
    assert_eq!(payment["ipn"][0]["forged"], true);
    assert_eq!(payment["times_paid"], 0);
    assert_eq!(sandbox.status("ORD-FORGED-1").await, "pending");
}
