//! What both endpoints answer when all is well.

use reqwest::StatusCode;
use serde_json::json;

use crate::sandbox::{NOWHERE, Sandbox, json_of, order};

#[tokio::test]
async fn the_answers_hold_exactly_the_documented_fields() {
    let sandbox = Sandbox::start().await;
    let mut body = order("ORD0000012345", NOWHERE);
    body["meta"] = json!({"customer_name": "Ada", "customer_email": "ada@example.com", "description": "Shirt"});
    let answer = sandbox.initiate(&body).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = json_of(answer).await;
    let id = answer["data"]["id"].as_str().unwrap();
    let port = sandbox.base.rsplit(':').next().unwrap();
    let page = format!("http://localhost:{port}/joyndpay/make/payment/test/{id}");
    assert_eq!(
        answer,
        json!({"status": "success", "data": {"id": id, "order_id": "ORD0000012345", "currency": "UGX", "amount": 10000,
            "redirect_url": page, "callback_url": "http://shop.example/thanks?order=7", "ipn_url": NOWHERE}})
    );
    assert_eq!(
        json_of(sandbox.verify("ORD0000012345").await).await,
        json!({"status": "success", "data": {"order_id": "ORD0000012345", "status": "pending", "amount": 10000,
            "currency": "UGX"}})
    );
}

#[tokio::test]
async fn amounts_keep_their_digits() {
    let sandbox = Sandbox::start().await;
    for (number, amount) in [
        "10000",
        "10000.00",
        "12.5",
        "0.01",
        "9007199254740993",
        "1234567890123456789.01",
    ]
    .into_iter()
    .enumerate()
    {
        let order_id = format!("ORD-DIGITS-{number}");
        let body = format!(
            r#"{{"currency":"USD","amount":{amount},"order_id":"{order_id}","ipn_url":"{NOWHERE}","callback_url":"{NOWHERE}"}}"#
        );
        let answer = sandbox
            .joyndpay("/initiate/payment")
            .body(body)
            .send()
            .await
            .unwrap();
        let written = format!("\"amount\":{amount},");
        let text = answer.text().await.unwrap();
        assert!(text.contains(&written), "{text}");
        let text = sandbox.verify(&order_id).await.text().await.unwrap();
        assert!(text.contains(&written), "{text}");
        assert_eq!(sandbox.payment(&order_id).await["amount"], amount);
    }
}

#[tokio::test]
async fn an_order_id_is_made_where_none_is_sent() {
    let sandbox = Sandbox::start().await;
    for order_id in [json!(null), json!("absent")] {
        let mut body = order("", NOWHERE);
        body["order_id"] = order_id.clone();
        if order_id == "absent" {
            body.as_object_mut().unwrap().remove("order_id");
        }
        let answer = json_of(sandbox.initiate(&body).await).await;
        let made = answer["data"]["order_id"].as_str().unwrap();
        let random = made.strip_prefix("ORD-").unwrap();
        assert_eq!(random.len(), 12);
        assert!(
            random
                .chars()
                .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()),
            "{made}"
        );
        assert_eq!(sandbox.status(made).await, "pending");
    }
}

#[tokio::test]
async fn an_order_id_is_taken_once() {
    let sandbox = Sandbox::start().await;
    let order = order("ORD-TWICE-1", NOWHERE);
    assert_eq!(sandbox.initiate(&order).await.status(), StatusCode::OK);
    let again = sandbox.initiate(&order).await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    let problem = "The order_id ORD-TWICE-1 has already been used.";
    assert_eq!(
        json_of(again).await,
        json!({"status": "error", "error": [problem]})
    );
    let ledger = json_of(sandbox.get("/sandbox/ledger").await).await;
    assert_eq!(ledger["payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn wrong_methods_and_paths_get_the_documented_error_shape() {
    let sandbox = Sandbox::start().await;
    for (path, status, problem) in [
        (
            "/joyndpay/api/verify/payment",
            405,
            "The method is not supported here: use POST.",
        ),
        (
            "/joyndpay/api/refund/payment",
            404,
            "There is no such endpoint.",
        ),
    ] {
        let answer = sandbox.get(path).await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(
            json_of(answer).await,
            json!({"status": "error", "error": [problem]})
        );
    }
}
