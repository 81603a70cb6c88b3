//! The samples of the provider's API page, sent as they stand there, down to the placeholders for the keys.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, json_of};

async fn sandbox() -> Sandbox {
    Sandbox::start_with(&[
        "--joyndpay-public-key",
        "YOUR_PUBLIC_KEY",
        "--joyndpay-secret-key",
        "YOUR_SECRET_KEY",
    ])
    .await
}

async fn send(sandbox: &Sandbox, endpoint: &str, body: &str) -> Response {
    let url = format!("{}/joyndpay/api{endpoint}", sandbox.base);
    let request = sandbox
        .http
        .post(url)
        .header("ApiKey", "YOUR_PUBLIC_KEY")
        .header("SecretKey", "YOUR_SECRET_KEY")
        .header("Content-Type", "application/json")
        .body(body.to_owned());
    request.send().await.unwrap()
}

/// What the samples look at: `data.redirect_url` of a success, then `data.status` of verify.
async fn check_taken(sandbox: &Sandbox, body: &str) -> Value {
    let answer = send(sandbox, "/initiate/payment", body).await;
    assert_eq!(answer.status(), StatusCode::OK, "{body}");
    let answer = json_of(answer).await;
    assert_eq!(answer["status"], "success");
    let page = answer["data"]["redirect_url"].as_str().unwrap();
    assert!(page.ends_with(answer["data"]["id"].as_str().unwrap()));
    let ask = json!({"order_id": answer["data"]["order_id"]}).to_string();
    let verified = json_of(send(sandbox, "/verify/payment", &ask).await).await;
    assert_eq!(verified["status"], "success");
    assert_eq!(verified["data"]["status"], "pending");
    assert_eq!(verified["data"]["amount"], 10000);
    assert_eq!(verified["data"]["currency"], "UGX");
    answer
}

#[tokio::test]
async fn the_curl_sample_is_taken() {
    let answer = check_taken(
        &sandbox().await,
        r#"{
"currency": "UGX",
"amount": 10000,
"order_id": "ORD-1795238930",
"ipn_url": "https://yoursite.com/ipn",
"callback_url": "https://yoursite.com/thank-you"
}"#,
    )
    .await;
    assert_eq!(answer["data"]["order_id"], "ORD-1795238930");
    assert_eq!(
        answer["data"]["callback_url"],
        "https://yoursite.com/thank-you"
    );
    assert_eq!(answer["data"]["ipn_url"], "https://yoursite.com/ipn");
}

#[tokio::test]
async fn the_php_sample_is_taken() {
    // 'ORD-' . uniqid(), as PHP's json_encode writes it.
    let body = r#"{"currency":"UGX","amount":10000,"order_id":"ORD-6740a1b2c3d4e","ipn_url":"https:\/\/yoursite.com\/ipn","callback_url":"https:\/\/yoursite.com\/thank-you"}"#;
    let answer = check_taken(&sandbox().await, body).await;
    assert_eq!(answer["data"]["ipn_url"], "https://yoursite.com/ipn");
}

#[tokio::test]
async fn the_javascript_sample_is_taken() {
    // 'ORD-' + Date.now()
    let body = r#"{"currency":"UGX","amount":10000,"order_id":"ORD-1795238930747","ipn_url":"https://yoursite.com/ipn","callback_url":"https://yoursite.com/thank-you"}"#;
    check_taken(&sandbox().await, body).await;
}

#[tokio::test]
async fn the_samples_without_an_order_id_get_one() {
    // React and Python of "payment without redirect".
    let body = r#"{"currency": "UGX", "amount": 10000, "ipn_url": "https://yoursite.com/ipn", "callback_url": "https://yoursite.com/thank-you"}"#;
    let answer = check_taken(&sandbox().await, body).await;
    assert_eq!(
        answer["data"]["order_id"].as_str().unwrap().len(),
        "ORD-XXXXXXXXXXXX".len()
    );
}

#[tokio::test]
async fn the_python_redirect_sample_breaks_the_pages_own_length_rule() {
    // 'ORD-' + str(__import__('time').time()) is longer than the 20 characters that the same page allows.
    let body = r#"{"currency": "UGX", "amount": 10000, "order_id": "ORD-1795238930.7471838", "ipn_url": "https://yoursite.com/ipn", "callback_url": "https://yoursite.com/thank-you"}"#;
    let answer = send(&sandbox().await, "/initiate/payment", body).await;
    let problem = "The order_id field must be 10 to 20 characters long.";
    assert_eq!(
        json_of(answer).await,
        json!({"status": "error", "error": [problem]})
    );
}

#[tokio::test]
async fn the_placeholder_order_of_verify_is_unknown() {
    let answer = send(
        &sandbox().await,
        "/verify/payment",
        r#"{ "order_id": "YOUR_ORDER_ID" }"#,
    )
    .await;
    let answer = json_of(answer).await;
    assert_eq!(answer["status"], "error");
    assert!(answer["error"].is_array());
}
