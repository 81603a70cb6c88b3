//! Webhooks: when they come, how often, in which order, and when they are given up.

use serde_json::{Value, json};

use super::{
    JoPay, order,
    webhooks::{SECRET, event, read, verify},
};
use crate::{
    merchant::{Merchant, SILENCE},
    sandbox::NOWHERE,
};

#[tokio::test]
async fn silence_5xx_and_429_are_tried_again_with_a_new_signature_and_the_same_body() {
    let merchant = Merchant::answering(&[SILENCE, 500, 503, 429, 302, 204]).await;
    let jopay = JoPay::telling(&merchant).await;
    let webhook = json!({"timeout_ms": 1500, "retry_ms": [1100, 10, 10, 10, 10, 10, 10]});
    jopay.script(json!({"webhook": webhook})).await;
    jopay.request(&order("ORD-3")).await;
    jopay.control("ORD-3/attach").await;
    let all = |it: &Value| it["ipn"].as_array().unwrap().len() == 6;
    let entry = jopay.sandbox.payment_where("ORD-3", all).await;
    let tries = entry["ipn"].as_array().unwrap().iter();
    let tries: Vec<_> = tries
        .map(|it| (it["attempt"].as_u64().unwrap(), it["http_status"].as_u64()))
        .collect();
    assert_eq!(
        tries,
        [
            (1, None),
            (2, Some(500)),
            (3, Some(503)),
            (4, Some(429)),
            (5, Some(302)),
            (6, Some(204))
        ]
    );
    let got = merchant.wait_for(6).await;
    assert!(
        got.iter().all(|it| it.body == got[0].body),
        "delivery_id included"
    );
    let times: Vec<_> = got
        .iter()
        .map(|it| verify(it, SECRET.as_bytes()).unwrap())
        .collect();
    assert!(times[1] > times[0] && times.is_sorted(), "{times:?}");
    // 2xx ended it: the next webhook is the next request's.
    jopay.request(&order("ORD-4")).await;
    jopay.control("ORD-4/attach").await;
    assert!(merchant.wait_for(7).await[6].body.contains("ORD-4"));
}

#[tokio::test]
async fn any_other_4xx_abandons_a_webhook_at_once() {
    for status in [400, 401, 404, 409, 422] {
        let merchant = Merchant::answering(&[status]).await;
        let jopay = JoPay::telling(&merchant).await;
        jopay
            .script(json!({"webhook": {"retry_ms": [1, 1, 1]}}))
            .await;
        jopay.request(&order("ORD-5")).await;
        jopay.control("ORD-5/attach").await;
        // The other event goes out all the same, and by then a second try would have.
        jopay.control("ORD-5/verify").await;
        let told = |it: &Value| it["ipn"].as_array().unwrap().len() == 2;
        let entry = jopay.sandbox.payment_where("ORD-5", told).await;
        assert_eq!(entry["ipn"][0]["http_status"], status);
        let got = merchant.got();
        assert_eq!(
            (got.len(), event(&got[1].body)),
            (2, "payment.proof_verified".to_owned())
        );
    }
}

#[tokio::test]
async fn a_list_of_pauses_says_how_often_it_is_tried() {
    let jopay = JoPay::start_with(&["--jopay-webhook-url", NOWHERE]).await;
    for (order_id, pauses, tries) in [("ORD-6", json!([]), 1), ("ORD-7", json!([1, 1]), 3)] {
        jopay.script(json!({"webhook": {"retry_ms": pauses}})).await;
        jopay.request(&order(order_id)).await;
        jopay.control(&format!("{order_id}/attach")).await;
        let all = |it: &Value| it["ipn"].as_array().unwrap().len() == tries;
        let entry = jopay.sandbox.payment_where(order_id, all).await;
        assert!(
            entry["ipn"][0]["error"]
                .as_str()
                .unwrap()
                .contains("refused")
        );
    }
}

#[tokio::test]
async fn duplicates_are_equal() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    jopay.script(json!({"webhook": {"copies": 3}})).await;
    jopay.request(&order("ORD-8")).await;
    jopay.control("ORD-8/attach").await;
    let got = merchant.wait_for(3).await;
    assert!(
        got.iter().all(|it| it.body == got[0].body),
        "delivery_id included"
    );
}

#[tokio::test]
async fn both_can_come_before_the_answer_to_create() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    jopay
        .script(json!({"webhook": {"mode": "before_answer"}}))
        .await;
    let answer = jopay.created(&order("ORD-9")).await;
    let got = merchant.got();
    let events: Vec<_> = got.iter().map(|it| event(&it.body)).collect();
    assert_eq!(events, ["payment.proof_attached", "payment.proof_verified"]);
    assert_eq!(super::statuses(&answer), ("requested", "none"));
    assert_eq!(read(&got[1].body)["request_id"], answer["request_id"]);
    let entry = jopay.sandbox.payment("ORD-9").await;
    assert_eq!(
        (&entry["status"], &entry["attempts"][0]["via"]),
        (&json!("success"), &json!("script"))
    );
}

#[tokio::test]
async fn the_order_can_be_reversed() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    jopay
        .script(json!({"webhook": {"order": "reversed"}}))
        .await;
    jopay.request(&order("ORD-12")).await;
    jopay.control("ORD-12/attach").await;
    assert_eq!(merchant.got().len(), 0, "held back");
    jopay.control("ORD-12/verify").await;
    let got = merchant.wait_for(2).await;
    let events: Vec<_> = got.iter().map(|it| event(&it.body)).collect();
    assert_eq!(events, ["payment.proof_verified", "payment.proof_attached"]);
    assert_eq!(read(&got[1].body)["proof_status"], "attached");
}

#[tokio::test]
async fn late_ones_do_not_hold_up_the_browser() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    let script = json!({"webhook": {"delay_ms": 3000}, "checkout": {"verify_ms": null}});
    jopay.script(script).await;
    let page = jopay.page(&order("ORD-13")).await;
    jopay.press(&page, "send").await;
    assert_eq!(merchant.got().len(), 0);
    merchant.wait_for(1).await;
    let recorded = |it: &Value| it["ipn"][0].is_object();
    let entry = jopay.sandbox.payment_where("ORD-13", recorded).await;
    let late =
        entry["ipn"][0]["sent_at_ms"].as_u64().unwrap() - entry["paid_at_ms"].as_u64().unwrap();
    assert!(late >= 3000, "{late}");
}

#[tokio::test]
async fn none_is_sent_where_there_is_no_address_or_the_script_says_never() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::start().await;
    jopay.request(&order("ORD-15")).await;
    jopay.control("ORD-15/succeed").await;
    let register = json!({"url": merchant.ipn_url});
    jopay
        .sandbox
        .post("/sandbox/jopay/webhook", &register)
        .await;
    jopay.script(json!({"webhook": {"mode": "never"}})).await;
    jopay.request(&order("ORD-16")).await;
    jopay.control("ORD-16/succeed").await;
    // The next one's webhook arrives, so an earlier one would have.
    jopay.script(json!({})).await;
    jopay.request(&order("ORD-17")).await;
    jopay.control("ORD-17/attach").await;
    let got = merchant.wait_for(1).await;
    assert!(got.len() == 1 && got[0].body.contains("ORD-17"), "{got:?}");
    for order_id in ["ORD-15", "ORD-16"] {
        assert_eq!(jopay.sandbox.payment(order_id).await["ipn"], json!([]));
    }
}
