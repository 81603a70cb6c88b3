//! Notifications (IPN): their payload, where the references stand, their retries, and the ways in which they go wrong.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, single};
use crate::{
    merchant::Merchant,
    sandbox::{NOWHERE, json_of},
};

/// `ipnuser:ipnpass`, the example of the provider notes.
const GOOD: &str = "Basic aXBudXNlcjppcG5wYXNz";

#[tokio::test]
async fn the_payload_has_exactly_the_documented_fields() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let mut body = single("ORD0000000041");
    body["paymentLink"]["amount"] = json!(150);
    let link_ref = jenga.link(&body).await;
    jenga
        .settle(&format!("{link_ref}/succeed?method=card"))
        .await;
    let got = merchant.wait_for(1).await;
    assert_eq!(got[0].content_type, "application/json");
    assert_eq!(got[0].authorization, GOOD);
    let mut sent: Value = serde_json::from_str(&got[0].body).unwrap();
    let date = sent["transaction"]["date"].take();
    let form = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    assert!(
        time::PrimitiveDateTime::parse(date.as_str().unwrap(), &form).is_ok(),
        "{date}"
    );
    let entry = jenga.sandbox.payment("ORD0000000041").await;
    let reference = entry["attempts"][0]["transaction_reference"].clone();
    assert_eq!(
        sent,
        json!({"callbackType": "IPN",
            "customer": {"name": "John Doe", "mobileNumber": "254764848636", "reference": link_ref},
            "transaction": {"date": null, "reference": reference, "paymentMode": "CARD", "amount": 150, "currency": "KES",
                "billNumber": "ORD0000000041", "servedBy": "EQ", "additionalInfo": "CARD", "orderAmount": 150,
                "serviceCharge": 5.25, "orderCurrency": "KES", "status": "SUCCESS", "remarks": "00:Approved"},
            "bank": {"reference": reference, "transactionType": "C", "account": null}})
    );
}

#[tokio::test]
async fn the_references_stand_where_the_script_puts_them() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let places = [
        ("billNumber", "/transaction/billNumber"),
        ("customer.reference", "/customer/reference"),
        ("transaction.reference", "/transaction/reference"),
        ("bank.reference", "/bank/reference"),
        ("additionalInfo", "/transaction/additionalInfo"),
        ("none", ""),
    ];
    for (key, made_up) in [
        ("external_ref_in", "payment_link_ref_in"),
        ("payment_link_ref_in", "external_ref_in"),
    ] {
        for (place, pointer) in places {
            jenga
                .script(json!({"ipn": {key: place, made_up: "none"}}))
                .await;
            let sent = merchant.got().len();
            let link_ref = jenga.link(&single("ORD0000000042")).await;
            jenga.settle(&format!("{link_ref}/succeed")).await;
            let got = merchant.wait_for(sent + 1).await;
            let reference = if key == "external_ref_in" {
                "ORD0000000042"
            } else {
                &link_ref
            };
            let body: Value = serde_json::from_str(&got[sent].body).unwrap();
            let found: Vec<_> = places
                .iter()
                .filter(|(_, it)| !it.is_empty() && body.pointer(it).unwrap() == reference)
                .map(|(_, it)| *it)
                .collect();
            let expected: &[&str] = if pointer.is_empty() { &[] } else { &[pointer] };
            assert_eq!(found, expected, "{key} {place}");
        }
    }
}

#[tokio::test]
async fn fields_can_be_replaced_while_the_ledger_keeps_the_truth() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let fields = json!({"transaction.amount": 1, "transaction.orderAmount": "", "transaction.currency": "USD",
        "callbackType": "ALT", "transaction.status": "FAILED"});
    jenga.script(json!({"ipn": {"fields": fields}})).await;
    jenga.link(&single("ORD0000000043")).await;
    jenga.settle("ORD0000000043/succeed").await;
    let got = merchant.wait_for(1).await;
    let body: Value = serde_json::from_str(&got[0].body).unwrap();
    for (path, value) in fields.as_object().unwrap() {
        let pointer = format!("/{}", path.replace('.', "/"));
        assert_eq!(body.pointer(&pointer).unwrap(), value, "{path}");
    }
    let entry = jenga.sandbox.payment("ORD0000000043").await;
    assert_eq!(
        (&entry["status"], &entry["paid_amount"]),
        (&json!("success"), &json!("400"))
    );
}

#[tokio::test]
async fn a_failed_attempt_is_told_unless_only_success_is_wanted() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    jenga.link(&single("ORD0000000044")).await;
    jenga.settle("ORD0000000044/fail").await;
    let got = merchant.wait_for(1).await;
    let body: Value = serde_json::from_str(&got[0].body).unwrap();
    assert_eq!(body["transaction"]["status"], "FAILED");
    assert_eq!(body["transaction"]["billNumber"], "ORD0000000044");
    jenga.script(json!({"ipn": {"success_only": true}})).await;
    jenga.settle("ORD0000000044/fail").await;
    jenga.settle("ORD0000000044/succeed").await;
    let got = merchant.wait_for(2).await;
    assert!(got.len() == 2 && got[1].body.contains("SUCCESS"), "{got:?}");
}

#[tokio::test]
async fn it_is_tried_three_times_until_the_merchant_answers_2xx() {
    let merchant = Merchant::answering(&[204, 500, 302, 404]).await;
    let jenga = Jenga::telling(&merchant).await;
    jenga.script(json!({"ipn": {"retry_ms": 10}})).await;
    for external_ref in ["ORD0000000045", "ORD0000000046"] {
        jenga.link(&single(external_ref)).await;
        jenga.settle(&format!("{external_ref}/succeed")).await;
    }
    let thrice = |it: &Value| it["ipn"].as_array().unwrap().len() == 3;
    let refused = jenga.sandbox.payment_where("ORD0000000046", thrice).await;
    assert_eq!(tries(&refused), [(1, 500), (2, 302), (3, 404)]);
    // By now a second try of the first, which was due 10 ms after it, would have come.
    let taken = jenga.sandbox.payment("ORD0000000045").await;
    assert_eq!(tries(&taken), [(1, 204)]);
    assert_eq!(merchant.got().len(), 4);
}

#[tokio::test]
async fn duplicates_are_equal() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    jenga.script(json!({"ipn": {"copies": 3}})).await;
    jenga.link(&single("ORD0000000047")).await;
    jenga.settle("ORD0000000047/succeed").await;
    let got = merchant.wait_for(3).await;
    assert!(got.iter().all(|it| it.body == got[0].body));
}

#[tokio::test]
async fn one_can_come_before_the_answer_to_create() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    jenga
        .script(json!({"ipn": {"mode": "before_answer"}}))
        .await;
    let answer = json_of(jenga.create(&single("ORD0000000048")).await).await;
    assert_eq!(merchant.got().len(), 1);
    assert_eq!(answer["data"]["status"]["code"], "PEND");
    let entry = jenga.sandbox.payment("ORD0000000048").await;
    assert_eq!(
        (&entry["status"], &entry["attempts"][0]["via"]),
        (&json!("success"), &json!("script"))
    );
}

#[tokio::test]
async fn a_forged_one_has_a_wrong_password_and_claims_what_is_not_true() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    jenga.script(json!({"ipn": {"mode": "forged"}})).await;
    jenga.link(&single("ORD0000000049")).await;
    let got = merchant.wait_for(1).await;
    assert!(got[0].body.contains(r#""status":"SUCCESS""#) && got[0].body.contains("ORD0000000049"));
    assert!(got[0].authorization.starts_with("Basic ") && got[0].authorization != GOOD);
    let entry = jenga
        .sandbox
        .payment_where("ORD0000000049", |it| it["ipn"][0].is_object())
        .await;
    assert_eq!(entry["ipn"][0]["forged"], true);
    assert_eq!(
        (&entry["times_paid"], &entry["attempts"]),
        (&json!(0), &json!([]))
    );
}

#[tokio::test]
async fn the_basic_authentication_is_a_script() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    for (number, auth) in ["good", "wrong", "none"].into_iter().enumerate() {
        jenga.script(json!({"ipn": {"auth": auth}})).await;
        let link_ref = jenga.link(&single("ORD0000000050")).await;
        jenga.settle(&format!("{link_ref}/succeed")).await;
        let got = merchant.wait_for(number + 1).await;
        let sent = &got[number].authorization;
        match auth {
            "good" => assert_eq!(sent, GOOD),
            "wrong" => assert!(sent.starts_with("Basic ") && sent != GOOD, "{sent}"),
            _ => assert_eq!(sent, ""),
        }
    }
}

#[tokio::test]
async fn none_is_sent_where_nobody_is_registered_or_the_script_says_never() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000051")).await;
    jenga.settle("ORD0000000051/succeed").await;
    let register = json!({"url": merchant.ipn_url});
    jenga.sandbox.post("/sandbox/jenga/ipn", &register).await;
    jenga.script(json!({"ipn": {"mode": "never"}})).await;
    jenga.link(&single("ORD0000000052")).await;
    jenga.settle("ORD0000000052/succeed").await;
    // The next one's notification arrives, so an earlier one would have.
    jenga.script(json!({})).await;
    jenga.link(&single("ORD0000000053")).await;
    jenga.settle("ORD0000000053/succeed").await;
    let got = merchant.wait_for(1).await;
    assert!(
        got.len() == 1 && got[0].body.contains("ORD0000000053"),
        "{got:?}"
    );
    for external_ref in ["ORD0000000051", "ORD0000000052"] {
        assert_eq!(jenga.sandbox.payment(external_ref).await["ipn"], json!([]));
    }
}

#[tokio::test]
async fn a_late_one_does_not_hold_up_the_browser() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    jenga.script(json!({"ipn": {"delay_ms": 3000}})).await;
    let page = jenga.page(&single("ORD0000000054")).await;
    let answer = jenga.press(&page, "succeed", &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(merchant.got().len(), 0);
    merchant.wait_for(1).await;
    let entry = jenga
        .sandbox
        .payment_where("ORD0000000054", |it| it["ipn"][0].is_object())
        .await;
    let late =
        entry["ipn"][0]["sent_at_ms"].as_u64().unwrap() - entry["paid_at_ms"].as_u64().unwrap();
    assert!(late >= 3000, "{late}");
}

#[tokio::test]
async fn the_ledger_keeps_neither_the_password_nor_the_number() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    jenga.link(&single("ORD0000000055")).await;
    jenga.settle("ORD0000000055/succeed").await;
    let recorded = |it: &Value| it["ipn"][0].is_object();
    let entry = jenga
        .sandbox
        .payment_where("ORD0000000055", recorded)
        .await
        .to_string();
    assert!(entry.contains("2547*****636"), "{entry}");
    for secret in ["254764848636", "ipnpass", "aXBudXNlcjppcG5wYXNz"] {
        assert!(!entry.contains(secret), "{secret}");
    }
    assert!(
        merchant.got()[0].body.contains("254764848636"),
        "the merchant gets it whole"
    );
}

#[tokio::test]
async fn a_merchant_that_cannot_be_reached_is_recorded_with_the_reason() {
    let jenga =
        Jenga::start_with(&["--jenga-signature", "optional", "--jenga-ipn-url", NOWHERE]).await;
    jenga.script(json!({"ipn": {"attempts": 1}})).await;
    jenga.link(&single("ORD0000000056")).await;
    jenga.settle("ORD0000000056/succeed").await;
    let recorded = |it: &Value| it["ipn"][0].is_object();
    let entry = jenga.sandbox.payment_where("ORD0000000056", recorded).await;
    assert_eq!(entry["ipn"][0]["http_status"], Value::Null);
    assert!(
        entry["ipn"][0]["error"]
            .as_str()
            .unwrap()
            .contains("refused")
    );
}

/// Number and answer of each try.
fn tries(entry: &Value) -> Vec<(u64, u64)> {
    let ipn = entry["ipn"].as_array().unwrap().iter();
    ipn.map(|it| {
        let number = |key| it[key].as_u64().unwrap();
        (number("attempt"), number("http_status"))
    })
    .collect()
}
