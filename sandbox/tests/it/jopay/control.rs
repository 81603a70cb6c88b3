//! Paying without a browser, and what is forgotten by a reset.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{JoPay, error, order, refused, statuses};
use crate::{merchant::Merchant, sandbox::json_of};

#[tokio::test]
async fn each_step_is_a_call_and_says_what_came_of_it() {
    let jopay = JoPay::start().await;
    let id = jopay.request(&order("ORD-1")).await;
    assert_eq!(
        jopay.control("ORD-1/verify").await["result"],
        "nothing_to_verify"
    );
    for (what, result, proof, times_paid) in [
        ("mismatch", "attached", "attached", 0),
        ("attach", "attached", "attached", 1),
        ("attach", "already_sent", "attached", 1),
        ("verify", "verified", "verified", 1),
        ("verify", "already_verified", "verified", 1),
        ("mismatch", "already_sent", "verified", 1),
    ] {
        let answer = jopay.control(&format!("{id}/{what}")).await;
        assert_eq!(answer["result"], result, "{what}");
        let payment = &answer["payment"];
        assert_eq!(
            (&payment["proof_status"], &payment["times_paid"]),
            (&json!(proof), &json!(times_paid))
        );
        assert_eq!(payment["id"], id.as_str());
    }
    let answer = jopay.control("ORD-1/succeed").await;
    assert_eq!(
        answer["result"],
        json!({"sent": "already_sent", "verified": "already_verified"})
    );
}

#[tokio::test]
async fn a_success_can_come_late_after_the_deadline_or_the_cancellation() {
    let merchant = Merchant::start().await;
    let jopay = JoPay::telling(&merchant).await;
    for (order_id, status) in [("ORD-2", "expired"), ("ORD-3", "cancelled")] {
        let id = jopay.request(&order(order_id)).await;
        if status == "expired" {
            assert_eq!(jopay.control("ORD-2/expire").await["result"], "expired");
        } else {
            jopay.cancel(&id).await;
        }
        assert_eq!(statuses(&jopay.shown(&id).await), (status, "none"));
        let answer = jopay.control(&format!("{order_id}/succeed")).await;
        assert_eq!(
            answer["result"],
            json!({"sent": "attached", "verified": "verified"})
        );
        assert_eq!(answer["payment"]["status"], "success");
        assert_eq!(statuses(&jopay.shown(&id).await), (status, "verified"));
    }
    assert_eq!(merchant.wait_for(4).await.len(), 4);
}

#[tokio::test]
async fn what_was_verified_in_time_does_not_expire() {
    let jopay = JoPay::start().await;
    jopay.script(json!({"expiry": {"pos_s": 1}})).await;
    let id = jopay.request(&order("ORD-4")).await;
    jopay.control("ORD-4/succeed").await;
    // Another one of the same second expires.
    jopay.request(&order("ORD-5")).await;
    let expired = |it: &Value| it["request_status"] == "expired";
    jopay.sandbox.payment_where("ORD-5", expired).await;
    assert_eq!(statuses(&jopay.shown(&id).await), ("requested", "verified"));
}

#[tokio::test]
async fn an_order_id_names_the_newest_request() {
    let jopay = JoPay::start().await;
    jopay.request(&order("ORD-6")).await;
    let newest = jopay.request(&order("ORD-6")).await;
    assert_eq!(
        jopay.control("ORD-6/attach").await["payment"]["id"],
        newest.as_str()
    );
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let jopay = JoPay::start().await;
    jopay.request(&order("ORD-7")).await;
    for (path, said) in [
        ("ORD-8/succeed", "ORD-8"),
        ("ORD-7/fail", "succeed, attach, mismatch, verify or expire"),
    ] {
        let path = format!("/sandbox/jopay/payments/{path}");
        let answer = jopay.sandbox.post(&path, &json!({})).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        let problem = json_of(answer).await["error"][0].to_string();
        assert!(problem.contains(said), "{problem}");
    }
}

#[tokio::test]
async fn a_reset_forgets_requests_and_added_merchants_and_ends_what_is_under_way() {
    let merchant = Merchant::answering(&[500]).await;
    let jopay = JoPay::telling(&merchant).await;
    jopay.script(json!({"webhook": {"retry_ms": [2000]}})).await;
    let mut body = order("ORD-9");
    body["idempotency_key"] = json!("k".repeat(32));
    let id = jopay.request(&body).await;
    jopay.control("ORD-9/attach").await;
    let added = jopay
        .call(reqwest::Method::POST, "/merchants")
        .json(&json!({}));
    let added = json_of(added.send().await.unwrap()).await;
    let added = format!("/merchants/{}", added["merchant_id"].as_str().unwrap());
    jopay.sandbox.post("/sandbox/reset", &json!({})).await;

    for path in [format!("/requests/{id}"), added] {
        assert_eq!(
            refused(jopay.get(&path).await).await,
            (404, error("not_found"))
        );
    }
    assert_ne!(jopay.request(&body).await, id, "the key is free again");
    jopay.script(json!({"webhook": {"delay_ms": 3000}})).await;
    jopay.control("ORD-9/attach").await;
    let got = merchant.wait_for(2).await;
    assert!(
        !got[1].body.contains(&id),
        "the try that was due before did not come"
    );
}

#[tokio::test]
async fn the_front_page_lists_its_payments() {
    let jopay = JoPay::start().await;
    let mut body = order("ORD-10");
    body["fiat_amount_int"] = json!(123_456);
    jopay.request(&body).await;
    body["metadata"] = Value::Null;
    let unnamed = jopay.request(&body).await;
    let (_, html) = jopay.html(&jopay.sandbox.base).await;
    for part in [
        "<td>ORD-10</td>",
        "JoPay",
        "EUR 1,234.56",
        &format!("<td>{unnamed}</td>"),
        "/jopay/pay/",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}
