//! Every documented rule of both endpoints, and the sentence for each breach.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::{NOWHERE, Sandbox, json_of, order};

/// Sends a good request with `changes` in it (null removes a field) and expects exactly these problems.
async fn check(sandbox: &Sandbox, changes: Value, problems: &[&str]) {
    let mut body = order("ORD-VALIDATION", NOWHERE);
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = sandbox.initiate(&body).await;
    let status = answer.status();
    let answer = json_of(answer).await;
    assert_eq!(
        answer,
        json!({"status": "error", "error": problems}),
        "{changes}"
    );
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{changes}");
}

#[tokio::test]
async fn initiate_names_every_bad_field() {
    let sandbox = Sandbox::start().await;
    let currency = "The currency field must be an ISO code that the checkout supports (UGX, USD, KES, TZS, RWF, EUR, GBP).";
    let length = "The order_id field must be 10 to 20 characters long.";
    let long = "d".repeat(501);
    let cases = [
        (json!({"currency": null}), "The currency field is required."),
        (json!({"currency": ""}), "The currency field is required."),
        (
            json!({"currency": 800}),
            "The currency field must be a string.",
        ),
        (json!({"currency": "ugx"}), currency),
        (json!({"currency": "XXX"}), currency),
        (json!({"amount": null}), "The amount field is required."),
        (
            json!({"amount": "10000"}),
            "The amount field must be a number.",
        ),
        (json!({"amount": [1]}), "The amount field must be a number."),
        (
            json!({"amount": 0}),
            "The amount must be greater than zero.",
        ),
        (
            json!({"amount": -1}),
            "The amount must be greater than zero.",
        ),
        (
            json!({"order_id": 1234567890}),
            "The order_id field must be a string.",
        ),
        (json!({"order_id": ""}), length),
        (json!({"order_id": "nine-char"}), length),
        (json!({"order_id": "twenty-one-characters"}), length),
        (json!({"order_id": "x".repeat(1_000_000)}), length),
        (
            json!({"order_id": "with\u{0}control"}),
            "The order_id field must not contain control characters.",
        ),
        (json!({"ipn_url": null}), "The ipn_url field is required."),
        (
            json!({"ipn_url": "/ipn"}),
            "The ipn_url field must be a full http or https URL.",
        ),
        (
            json!({"ipn_url": "http://with space/"}),
            "The ipn_url field must be a full http or https URL.",
        ),
        (
            json!({"callback_url": null}),
            "The callback_url field is required.",
        ),
        (
            json!({"callback_url": "javascript:alert(1)"}),
            "The callback_url field must be a full http or https URL.",
        ),
        (
            json!({"callback_url": {"a": 1}}),
            "The callback_url field must be a string.",
        ),
        (json!({"meta": "Ada"}), "The meta field must be an object."),
        (
            json!({"meta": {"customer_name": 1}}),
            "The meta.customer_name field must be a string.",
        ),
        (
            json!({"meta": {"customer_email": false}}),
            "The meta.customer_email field must be a string.",
        ),
        (
            json!({"meta": {"description": long}}),
            "The meta.description field must not be longer than 500 characters.",
        ),
    ];
    for (changes, problem) in cases {
        check(&sandbox, changes, &[problem]).await;
    }
    let ledger = json_of(sandbox.get("/sandbox/ledger").await).await;
    assert_eq!(ledger, json!({"payments": []}), "nothing was created");
}

#[tokio::test]
async fn all_problems_are_told_at_once() {
    let sandbox = Sandbox::start().await;
    let changes = json!({"currency": null, "amount": -3, "order_id": "short", "ipn_url": "x", "callback_url": null, "meta": 1});
    let problems = [
        "The currency field is required.",
        "The amount must be greater than zero.",
        "The order_id field must be 10 to 20 characters long.",
        "The ipn_url field must be a full http or https URL.",
        "The callback_url field is required.",
        "The meta field must be an object.",
    ];
    check(&sandbox, changes, &problems).await;
}

#[tokio::test]
async fn order_ids_of_10_and_20_characters_are_taken() {
    let sandbox = Sandbox::start().await;
    for order_id in ["0123456789", "01234567890123456789", "ÄÖÜäöüßéèê"] {
        let answer = sandbox.initiate(&order(order_id, NOWHERE)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{order_id}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_with_a_sentence() {
    let sandbox = Sandbox::start().await;
    let deep = "[".repeat(10_000);
    for endpoint in ["/initiate/payment", "/verify/payment"] {
        for (body, start) in [
            ("", "The request body is not JSON: "),
            ("{\"amount\": 1,}", "The request body is not JSON: "),
            ("{\"amount\": NaN}", "The request body is not JSON: "),
            (&deep, "The request body is not JSON: "),
            ("[1]", "The request body must be a JSON object."),
            ("null", "The request body must be a JSON object."),
        ] {
            let request = sandbox.joyndpay(endpoint).body(body.to_owned());
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            let answer = json_of(answer).await;
            let problem = answer["error"][0].as_str().unwrap();
            assert!(problem.starts_with(start), "{problem}");
        }
    }
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/joyndpay/api/verify/payment", sandbox.base);
    let request = sandbox
        .http
        .post(url)
        .header("ApiKey", "sandbox-test-public-key")
        .header("SecretKey", "sandbox-test-secret-key")
        .form(&[("order_id", "ORD0000012345")]);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem = "The Content-Type header must be application/json.";
    assert_eq!(
        json_of(answer).await,
        json!({"status": "error", "error": [problem]})
    );
}

#[tokio::test]
async fn verify_needs_an_order_id_that_exists() {
    let sandbox = Sandbox::start().await;
    for (body, status, problem) in [
        (json!({}), 422, "The order_id field is required."),
        (
            json!({"order_id": null}),
            422,
            "The order_id field is required.",
        ),
        (
            json!({"order_id": ""}),
            422,
            "The order_id field is required.",
        ),
        (
            json!({"order_id": 5}),
            422,
            "The order_id field must be a string.",
        ),
        (
            json!({"order_id": "ORD-UNKNOWN"}),
            404,
            "There is no payment with the order_id ORD-UNKNOWN.",
        ),
    ] {
        let request = sandbox.joyndpay("/verify/payment").body(body.to_string());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{body}");
        assert_eq!(
            json_of(answer).await,
            json!({"status": "error", "error": [problem]})
        );
    }
}

#[tokio::test]
async fn keys_are_checked_whatever_the_case_of_their_headers() {
    const PUBLIC: &str = "sandbox-test-public-key";
    const SECRET: &str = "sandbox-test-secret-key";
    type Headers = &'static [(&'static str, &'static str)];
    let sandbox = Sandbox::start().await;
    let missing_both: &[&str] = &[
        "The ApiKey header is missing.",
        "The SecretKey header is missing.",
    ];
    let cases: [(Headers, u16, &[&str]); 8] = [
        (&[], 401, missing_both),
        (&[("ApiKey", ""), ("SecretKey", "")], 401, missing_both),
        (
            &[("ApiKey", PUBLIC)],
            401,
            &["The SecretKey header is missing."],
        ),
        (
            &[("SecretKey", SECRET)],
            401,
            &["The ApiKey header is missing."],
        ),
        (
            &[("ApiKey", "guess"), ("SecretKey", SECRET)],
            401,
            &["The ApiKey is not known."],
        ),
        (
            &[("ApiKey", PUBLIC), ("SecretKey", "guess")],
            401,
            &["The SecretKey does not belong to the ApiKey."],
        ),
        (
            &[("ApiKey", PUBLIC), ("SecretKey", "sandbox-live-secret-key")],
            401,
            &["The SecretKey does not belong to the ApiKey."],
        ),
        (
            &[("APIKEY", PUBLIC), ("secretkey", SECRET)],
            422,
            &["The order_id field is required."],
        ),
    ];
    for (headers, status, problems) in cases {
        let url = format!("{}/joyndpay/api/verify/payment", sandbox.base);
        let mut request = sandbox.http.post(url).json(&json!({}));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{headers:?}");
        assert_eq!(
            json_of(answer).await,
            json!({"status": "error", "error": problems})
        );
    }
}

#[tokio::test]
async fn the_live_pair_needs_https_and_knows_no_test_payment() {
    let sandbox = Sandbox::start().await;
    let live = |endpoint: &str, body: Value| {
        let url = format!("{}/joyndpay/api{endpoint}", sandbox.base);
        sandbox
            .http
            .post(url)
            .header("ApiKey", "sandbox-live-public-key")
            .header("SecretKey", "sandbox-live-secret-key")
            .json(&body)
            .send()
    };
    let order_id = "ORD-LIVE-AND-TEST";
    let answer = live("/initiate/payment", order(order_id, NOWHERE))
        .await
        .unwrap();
    let problem = "The ipn_url field must use https in live mode.";
    assert_eq!(
        json_of(answer).await,
        json!({"status": "error", "error": [problem]})
    );

    let answer = live(
        "/initiate/payment",
        order(order_id, "https://shop.example/ipn"),
    )
    .await
    .unwrap();
    let body = json_of(answer).await;
    let url = body["data"]["redirect_url"].as_str().unwrap();
    assert!(url.contains("/joyndpay/make/payment/live/"), "{url}");

    // The order id is free in the other mode, and each mode sees its own.
    assert_eq!(
        sandbox.verify(order_id).await.status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        sandbox.initiate(&order(order_id, NOWHERE)).await.status(),
        StatusCode::OK
    );
    let test_only = "ORD-TEST-ONLY";
    assert_eq!(
        sandbox.initiate(&order(test_only, NOWHERE)).await.status(),
        StatusCode::OK
    );
    let answer = live("/verify/payment", json!({"order_id": test_only}))
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}
