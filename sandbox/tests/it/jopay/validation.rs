//! What create refuses, and with which code.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{EUR_SHOP, JPY_SHOP, JoPay, LIVE_SHOP, error, order, refused};

/// Room for every call of a test.
const NO_LIMITS: &str = r#"{"limits": {"calls": 10000}}"#;

#[tokio::test]
async fn every_bad_field_has_its_code() {
    let jopay = without_limits().await;
    let long = |count| "é".repeat(count);
    for (name, bad, code) in [
        ("merchant_id", Value::Null, "invalid_merchant_id"),
        ("merchant_id", json!(""), "invalid_merchant_id"),
        ("merchant_id", json!("mrc_1"), "invalid_merchant_id"),
        ("merchant_id", json!(7), "invalid_merchant_id"),
        ("fiat_amount_int", Value::Null, "invalid_fiat_amount"),
        ("fiat_amount_int", json!("2500"), "invalid_fiat_amount"),
        ("fiat_amount_int", json!(0), "invalid_fiat_amount"),
        ("fiat_amount_int", json!(-1), "invalid_fiat_amount"),
        ("fiat_amount_int", json!(25.5), "invalid_fiat_amount"),
        (
            "fiat_amount_int",
            json!(2_147_483_648_u64),
            "invalid_fiat_amount",
        ),
        ("fiat_currency_code", json!(978), "invalid_currency"),
        ("memo", json!(long(501)), "invalid_memo"),
        ("memo", json!(["x"]), "invalid_memo"),
        (
            "idempotency_key",
            json!("k".repeat(31)),
            "invalid_idempotency_key",
        ),
        (
            "idempotency_key",
            json!("k".repeat(65)),
            "invalid_idempotency_key",
        ),
        (
            "idempotency_key",
            json!(format!("{}=", "k".repeat(40))),
            "invalid_idempotency_key",
        ),
        (
            "idempotency_key",
            json!("é".repeat(20)),
            "invalid_idempotency_key",
        ),
        ("idempotency_key", json!(1), "invalid_idempotency_key"),
        ("metadata", json!("ORD-1"), "invalid_metadata"),
        ("metadata", json!({"order_id": 7}), "invalid_metadata"),
        ("metadata", json!({"order_id": null}), "invalid_metadata"),
        ("metadata", keys(21), "metadata_too_many_keys"),
        ("metadata", json!({long(41): ""}), "metadata_key_too_long"),
        (
            "metadata",
            json!({"k": long(501)}),
            "metadata_value_too_long",
        ),
        ("payment_mode", json!("later"), "invalid_payment_mode"),
        ("payment_mode", json!(1), "invalid_payment_mode"),
    ] {
        let mut body = order("ORD-BAD");
        body[name] = bad.clone();
        let answer = jopay.create(&body).await;
        assert_eq!(refused(answer).await, (400, error(code)), "{name}: {bad}");
    }
    assert!(nothing_was_created(&jopay).await);
}

#[tokio::test]
async fn a_number_with_a_point_or_an_exponent_is_no_integer() {
    let jopay = without_limits().await;
    for number in ["25.0", "2.5e3", "1e0", "-0", "18446744073709551616"] {
        let text = order("ORD-DECIMAL").to_string().replace("2500", number);
        let call = jopay.call(Method::POST, "/requests/create").body(text);
        let answer = call
            .header("Content-Type", "application/json")
            .send()
            .await
            .unwrap();
        assert_eq!(
            refused(answer).await,
            (400, error("invalid_fiat_amount")),
            "{number}"
        );
    }
}

#[tokio::test]
async fn the_outermost_good_values_are_taken_and_given_back() {
    let jopay = without_limits().await;
    for amount in [1, 2_147_483_647] {
        let mut body = order("ORD-AMOUNT");
        body["fiat_amount_int"] = json!(amount);
        assert_eq!(jopay.created(&body).await["amount"]["fiat_int"], amount);
    }
    for key in ["k".repeat(32), format!("{}_-9Z", "a".repeat(60))] {
        let mut body = order("ORD-KEY");
        body["idempotency_key"] = json!(key);
        jopay.created(&body).await;
    }
    let mut body = order("ORD-LONG");
    body["memo"] = json!("é".repeat(500));
    let mut metadata = keys(20);
    metadata["order_id"] = json!("ORD-LONG");
    metadata.as_object_mut().unwrap().remove("k0");
    metadata.as_object_mut().unwrap().remove("k1");
    metadata["é".repeat(40)] = json!("é".repeat(500));
    body["metadata"] = metadata.clone();
    assert_eq!(metadata.as_object().unwrap().len(), 20);
    assert_eq!(jopay.created(&body).await["metadata"], metadata);
    for nothing in [
        "memo",
        "idempotency_key",
        "metadata",
        "payment_mode",
        "fiat_currency_code",
    ] {
        let mut body = order("ORD-NULL");
        body[nothing] = Value::Null;
        jopay.created(&body).await;
    }
}

#[tokio::test]
async fn the_currency_is_the_merchants_and_asserting_another_is_a_mismatch() {
    let jopay = without_limits().await;
    for (merchant, own, other) in [
        (EUR_SHOP, "EUR", "USD"),
        (JPY_SHOP, "JPY", "KES"),
        (EUR_SHOP, "EUR", "eur"),
    ] {
        let mut body = order("ORD-CURRENCY");
        body["merchant_id"] = json!(merchant);
        body["fiat_currency_code"] = json!(own);
        assert_eq!(jopay.created(&body).await["amount"]["fiat_code"], own);
        body["fiat_currency_code"] = json!(other);
        let expected =
            json!({"ok": false, "error": "currency_mismatch", "expected_fiat_code": own});
        assert_eq!(
            refused(jopay.create(&body).await).await,
            (400, expected),
            "{other}"
        );
    }
}

#[tokio::test]
async fn a_merchant_of_nobody_or_of_the_other_mode_is_not_found() {
    let jopay = without_limits().await;
    for merchant in [LIVE_SHOP, "00000000-0000-4000-8000-000000000000"] {
        let mut body = order("ORD-FOREIGN");
        body["merchant_id"] = json!(merchant);
        assert_eq!(
            refused(jopay.create(&body).await).await,
            (404, error("not_found"))
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let jopay = without_limits().await;
    let json = "application/json";
    for (content_type, text) in [
        (json, ""),
        (json, "[]"),
        (json, "{"),
        (json, "\"x\""),
        (json, "\u{0}"),
        ("text/plain", "{}"),
    ] {
        let call = jopay.call(Method::POST, "/requests/create").body(text);
        let answer = call
            .header("Content-Type", content_type)
            .send()
            .await
            .unwrap();
        assert_eq!(
            refused(answer).await,
            (400, error("invalid_json")),
            "{text:?}"
        );
    }
    assert!(nothing_was_created(&jopay).await);
}

#[tokio::test]
async fn wrong_methods_and_paths_get_the_documented_error_shape() {
    let jopay = without_limits().await;
    for (path, status, code) in [
        ("/requests/create/x", 404, "not_found"),
        ("/refunds", 404, "not_found"),
        ("/requests/1/cancel", 405, "method_not_allowed"),
    ] {
        let answer = jopay.get(path).await;
        assert_eq!(refused(answer).await, (status, error(code)), "{path}");
    }
}

#[tokio::test]
async fn the_status_of_refusals_is_a_script() {
    let jopay = JoPay::start().await;
    for status in [200, 418] {
        jopay.script(json!({"error_status": status})).await;
        let code = "invalid_merchant_id";
        assert_eq!(
            refused(jopay.create(&json!({})).await).await,
            (status, error(code))
        );
        let nobody = jopay.call_with("jo_test_nobody", Method::GET, "/requests");
        let answer = nobody.send().await.unwrap();
        assert_eq!(refused(answer).await, (status, error("unauthorized")));
        let limits = json!({"error_status": status, "limits": {"calls": 0}});
        jopay.script(limits).await;
        assert_eq!(
            refused(jopay.get("/requests").await).await,
            (status, error("rate_limited"))
        );
    }
}

async fn without_limits() -> JoPay {
    let jopay = JoPay::start().await;
    jopay.script(serde_json::from_str(NO_LIMITS).unwrap()).await;
    jopay
}

async fn nothing_was_created(jopay: &JoPay) -> bool {
    let answer = jopay.sandbox.get("/sandbox/ledger").await;
    answer.text().await.unwrap() == r#"{"payments":[]}"#
}

fn keys(count: usize) -> Value {
    let keys = (0..count).map(|it| (format!("k{it}"), json!("")));
    Value::Object(keys.collect::<Map<_, _>>())
}
