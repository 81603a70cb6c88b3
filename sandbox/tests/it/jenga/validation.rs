//! Every rule of a request to create a link, and the sentence for each breach.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, bulk, refusal, single};
use crate::sandbox::json_of;

/// Sends `body` and expects exactly this message.
async fn check(jenga: &Jenga, body: &Value, message: &str) {
    let answer = jenga.create(body).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{message}");
    assert_eq!(json_of(answer).await, refusal(400, message));
}

#[tokio::test]
async fn every_bad_field_of_the_link_is_named() {
    let jenga = Jenga::start().await;
    let day = "must be a day as yyyy-MM-dd.";
    for (field, value, what) in [
        ("expiryDate", json!(null), "is required."),
        ("expiryDate", json!("31-12-2026"), day),
        ("expiryDate", json!("2026-02-30"), day),
        ("saleDate", json!(""), "is required."),
        ("saleDate", json!("2026-12-31T00:00:00Z"), day),
        ("saleType", json!(null), "is required."),
        ("saleType", json!("service"), "must be SERVICE or PRODUCT."),
        ("paymentLinkType", json!(null), "is required."),
        (
            "paymentLinkType",
            json!("DOUBLE"),
            "must be SINGLE or BULK.",
        ),
        ("name", json!(null), "is required."),
        ("name", json!(7), "must be a string."),
        ("description", json!(""), "is required."),
        ("externalRef", json!(null), "is required."),
        (
            "externalRef",
            json!(565_657_788_779_u64),
            "must be a string.",
        ),
        ("paymentLinkRef", json!(456), "must be a string."),
        (
            "redirectURL",
            json!("/thanks"),
            "must be a full http or https URL.",
        ),
        (
            "redirectURL",
            json!("javascript:alert(1)"),
            "must be a full http or https URL.",
        ),
        ("amountOption", json!(null), "is required."),
        (
            "amountOption",
            json!("FIXED"),
            "must be OPEN or RESTRICTED.",
        ),
        ("amount", json!(null), "is required."),
        ("amount", json!("400"), "must be a number."),
        ("currency", json!(["KES"]), "must be a string."),
        (
            "currency",
            json!("kes"),
            "must be one of KES, USD, EUR, GBP, UGX, TZS, RWF.",
        ),
    ] {
        let mut body = single("ORD0000000131");
        body["paymentLink"][field] = value;
        check(
            &jenga,
            &body,
            &format!("The paymentLink.{field} field {what}"),
        )
        .await;
    }
    for (amount, what) in [
        (json!(0), "The amount must be greater than zero."),
        (json!(-400), "The amount must be greater than zero."),
        (
            json!(10.055),
            "The amount must not have more than 2 decimals.",
        ),
    ] {
        let mut body = single("ORD0000000131");
        body["paymentLink"]["amount"] = amount;
        check(&jenga, &body, &format!("paymentLink: {what}")).await;
    }
    assert_eq!(
        json_of(jenga.sandbox.get("/sandbox/ledger").await).await,
        json!({"payments": []})
    );
}

#[tokio::test]
async fn every_bad_field_of_a_customer_is_named() {
    let jenga = Jenga::start().await;
    let phone = "must be 9 to 15 digits with the country's code, such as 254712345678.";
    for (field, value, what) in [
        ("firstName", json!(null), "is required."),
        ("lastName", json!(""), "is required."),
        ("email", json!(null), "is required."),
        ("email", json!("john"), "must be an e-mail address."),
        (
            "email",
            json!("john doe@mail.example"),
            "must be an e-mail address.",
        ),
        ("countryCode", json!(null), "is required."),
        (
            "countryCode",
            json!("Kenya"),
            "must be an alpha-2 country code such as KE.",
        ),
        (
            "countryCode",
            json!("ke"),
            "must be an alpha-2 country code such as KE.",
        ),
        ("phoneNumber", json!("+254764848636"), phone),
        ("phoneNumber", json!("0764"), phone),
        (
            "phoneNumber",
            json!(null),
            "is needed where notifications has SMS.",
        ),
        ("postalOrZipCode", json!(100), "must be a string."),
        ("customerExternalRef", json!(1), "must be a string."),
        ("firstAddress", json!({}), "must be a string."),
    ] {
        let mut body = bulk("ORD0000000132");
        body["customers"][1][field] = value;
        check(
            &jenga,
            &body,
            &format!("The customers[1].{field} field {what}"),
        )
        .await;
    }
}

#[tokio::test]
async fn customers_and_notifications_must_be_lists_of_the_right_size() {
    let jenga = Jenga::start().await;
    let list = "The customers field must be an array of one or more customers.";
    let channels = "The notifications field must be an array of SMS and EMAIL.";
    let two = bulk("ORD0000000133")["customers"].clone();
    let one = "The customers field must hold one customer where paymentLinkType is SINGLE.";
    for (field, value, message) in [
        ("customers", json!(null), "The customers field is required."),
        ("customers", json!([]), list),
        ("customers", json!({"firstName": "John"}), list),
        ("customers", two, one),
        (
            "customers",
            json!(["John"]),
            "The customers[0] field must be an object.",
        ),
        ("notifications", json!("SMS"), channels),
        ("notifications", json!(["sms"]), channels),
        ("notifications", json!(["FAX"]), channels),
        (
            "paymentLink",
            json!(null),
            "The paymentLink field is required.",
        ),
        (
            "paymentLink",
            json!([]),
            "The paymentLink field must be an object.",
        ),
    ] {
        let mut body = single("ORD0000000133");
        body[field] = value;
        check(&jenga, &body, message).await;
    }
}

#[tokio::test]
async fn what_may_be_left_out_may_be_left_out() {
    let jenga = Jenga::start().await;
    let mut body = single("ORD0000000134");
    for name in [
        "firstAddress",
        "postalOrZipCode",
        "customerExternalRef",
        "phoneNumber",
    ] {
        body["customers"][0].as_object_mut().unwrap().remove(name);
    }
    for name in ["paymentLinkRef", "redirectURL", "currency"] {
        body["paymentLink"].as_object_mut().unwrap().remove(name);
    }
    body.as_object_mut().unwrap().remove("notifications");
    jenga.link(&body).await;
    let entry = jenga.sandbox.payment("ORD0000000134").await;
    assert_eq!(
        (&entry["currency"], &entry["redirect_url"]),
        (&json!("KES"), &Value::Null)
    );
}

#[tokio::test]
async fn all_problems_are_told_at_once() {
    let jenga = Jenga::start().await;
    let mut body = single("ORD0000000135");
    body["customers"][0]["email"] = json!("");
    body["paymentLink"]["name"] = json!("");
    body["paymentLink"]["amount"] = json!(0);
    let message = "The customers[0].email field is required. The paymentLink.name field is required. \
        paymentLink: The amount must be greater than zero.";
    check(&jenga, &body, message).await;
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_with_a_sentence() {
    let jenga = Jenga::start().await;
    for (body, message) in [
        ("[]".to_owned(), "The request body must be a JSON object."),
        (
            "{".to_owned(),
            "The request body is not JSON: EOF while parsing an object at line 1 column 1.",
        ),
        (
            single("ORD0000000136")
                .to_string()
                .replace("\"amount\":400", "\"amount\":1,\"amount\":400"),
            "The body must hold paymentLink.amount once.",
        ),
    ] {
        let answer = jenga.post(&json!({})).body(body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert_eq!(json_of(answer).await, refusal(400, message));
    }
    let url = jenga.post(&json!({})).build().unwrap().url().clone();
    let request = jenga.sandbox.http.post(url).bearer_auth(&jenga.token);
    let request = request.header("Content-Type", "text/plain").body("{}");
    let answer = json_of(request.send().await.unwrap()).await;
    assert_eq!(
        answer,
        refusal(400, "The Content-Type header must be application/json.")
    );
}

#[tokio::test]
async fn the_currencies_are_a_setting() {
    let jenga =
        Jenga::start_with(&["--jenga-signature", "optional", "--jenga-currencies", "BHD"]).await;
    let mut body = single("ORD0000000137");
    body["paymentLink"]["currency"] = json!("BHD");
    jenga.link(&body).await;
    body["paymentLink"]["currency"] = json!("KES");
    check(
        &jenga,
        &body,
        "The paymentLink.currency field must be one of BHD.",
    )
    .await;
}
