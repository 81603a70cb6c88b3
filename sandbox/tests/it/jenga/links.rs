//! Creating and updating links.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, bulk, refusal, single};
use crate::sandbox::{Sandbox, json_of};

/// The provider's sample request for one customer, as it stands there.
const SAMPLE: &str = r#"{
    "customers": [
        {
            "firstName": "John",
            "lastName": "Doe",
            "email": "johndoe902@gmail.com",
            "phoneNumber": "254764848636",
            "firstAddress": "",
            "countryCode": "KE",
            "postalOrZipCode": "00100",
            "customerExternalRef": "575657788779"
        }
    ],
    "paymentLink": {
        "expiryDate": "2024-03-22",
        "saleDate": "2024-02-20",
        "paymentLinkType": "SINGLE",
        "saleType": "SERVICE",
        "name": "Hotel Reservation",
        "description": "Hotel Reservation",
        "externalRef": "575657788779",
        "paymentLinkRef": "",
        "redirectURL": "https://v3.jengahq.io",
        "amountOption": "OPEN",
        "amount": 400,
        "currency": "KES"
    },
    "notifications": [
        "EMAIL",
        "SMS"
    ]
}"#;

#[tokio::test]
async fn the_documented_sample_is_answered_with_exactly_the_documented_fields() {
    let jenga = Jenga::start().await;
    let body: Value = serde_json::from_str(SAMPLE).unwrap();
    let answer = jenga.create(&body).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = json_of(answer).await;
    let link_ref = answer["data"]["paymentLinkRef"].as_str().unwrap();
    assert!(link_ref.len() == 15 && link_ref.bytes().all(|it| it.is_ascii_digit()));
    let created = answer["data"]["dateCreated"].as_u64().unwrap();
    assert!(created > 1_700_000_000_000, "milliseconds");
    assert_eq!(
        answer,
        json!({"status": true, "code": 200, "message": "Payment link successfully generated", "metadata": {},
            "data": {"dateCreated": created, "paymentLinkRef": link_ref, "externalRef": "575657788779",
                "status": {"code": "PEND", "name": "Pending"}}})
    );
}

#[tokio::test]
async fn the_address_is_in_the_answer_only_where_an_option_asks_for_it() {
    let jenga = Jenga::start_with(&[
        "--jenga-signature",
        "optional",
        "--jenga-url-field",
        "paymentLink",
    ])
    .await;
    let answer = json_of(jenga.create(&single("ORD0000000011")).await).await;
    let link_ref = answer["data"]["paymentLinkRef"].as_str().unwrap();
    let port = jenga.sandbox.base.rsplit(':').next().unwrap();
    assert_eq!(
        answer["data"]["paymentLink"],
        format!("http://localhost:{port}/jenga/link/{link_ref}")
    );
}

#[tokio::test]
async fn the_ledger_says_what_was_asked_for() {
    let jenga = Jenga::start().await;
    let mut body = single("ORD0000000012");
    body["paymentLink"]["amount"] = json!(1250.5);
    let link_ref = jenga.link(&body).await;
    let mut entry = jenga.sandbox.payment("ORD0000000012").await;
    let port = jenga.sandbox.base.rsplit(':').next().unwrap();
    assert!(entry["created_at_ms"].take().is_u64());
    assert_eq!(
        entry,
        json!({"provider": "jenga", "mode": "test", "id": link_ref, "order_id": "ORD0000000012", "amount": "1250.5",
            "currency": "KES", "status": "pending", "created_at_ms": null, "opened": 0, "first_opened_at_ms": null,
            "walked_away": 0, "settled_at_ms": null, "paid_at_ms": null, "times_paid": 0, "paid_amount": "0",
            "attempts": [], "checkout_url": format!("http://localhost:{port}/jenga/link/{link_ref}"),
            "redirect_url": "http://shop.example/thanks?order=7", "link_type": "SINGLE", "amount_option": "RESTRICTED",
            "expiry_date": "2099-12-31", "expired": false, "updates": 0,
            "customers": [{"name": "John Doe", "phone": "2547*****636"}], "ipn": []})
    );
}

#[tokio::test]
async fn two_creations_with_one_reference_are_two_links() {
    let jenga = Jenga::start().await;
    let first = jenga.link(&single("ORD0000000013")).await;
    let second = jenga.link(&single("ORD0000000013")).await;
    assert_ne!(first, second);
    assert_eq!(
        jenga.messages().await.len(),
        4,
        "and two SMS and two e-mails"
    );
}

#[tokio::test]
async fn an_update_replaces_what_was_asked_for() {
    let jenga = Jenga::start().await;
    let link_ref = jenga.link(&single("ORD0000000014")).await;
    let mut body = single("ORD0000000014");
    body["paymentLink"]["paymentLinkRef"] = json!(link_ref);
    body["paymentLink"]["amount"] = json!(500);
    body["paymentLink"]["expiryDate"] = json!("2098-01-02");
    let before = jenga.sandbox.payment("ORD0000000014").await;
    let answer = json_of(jenga.create(&body).await).await;
    assert_eq!(answer["data"]["paymentLinkRef"], link_ref.as_str());
    assert_eq!(answer["data"]["dateCreated"], before["created_at_ms"]);
    let ledger = json_of(jenga.sandbox.get("/sandbox/ledger").await).await;
    assert_eq!(ledger["payments"].as_array().unwrap().len(), 1);
    let after = &ledger["payments"][0];
    assert_eq!(
        (&after["amount"], &after["updates"]),
        (&json!("500"), &json!(1))
    );
    assert_eq!(after["expiry_date"], "2098-01-02");
}

#[tokio::test]
async fn a_paid_link_cannot_be_edited() {
    let jenga = Jenga::start().await;
    let link_ref = jenga.link(&single("ORD0000000015")).await;
    jenga.settle("ORD0000000015/succeed").await;
    let mut body = single("ORD0000000015");
    body["paymentLink"]["paymentLinkRef"] = json!(link_ref);
    let answer = jenga.create(&body).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let message =
        "Payment already completed for this Link, editing of this payment link is not allowed";
    assert_eq!(json_of(answer).await, refusal(400, message));
    body["paymentLink"]["paymentLinkRef"] = json!("100000000000000");
    let answer = jenga.create(&body).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let message = "There is no payment link with this paymentLinkRef.";
    assert_eq!(json_of(answer).await, refusal(404, message));
}

#[tokio::test]
async fn a_bulk_link_can_be_edited_until_somebody_has_paid() {
    let jenga = Jenga::start().await;
    let link_ref = jenga.link(&bulk("ORD0000000016")).await;
    let mut body = bulk("ORD0000000016");
    body["paymentLink"]["paymentLinkRef"] = json!(link_ref);
    for (outcome, status) in [
        ("fail", StatusCode::OK),
        ("succeed", StatusCode::BAD_REQUEST),
    ] {
        jenga.settle(&format!("{link_ref}/{outcome}")).await;
        assert_eq!(
            jenga.create(&body).await.status(),
            status,
            "after {outcome}"
        );
    }
}

#[tokio::test]
async fn amounts_keep_their_digits() {
    let jenga = Jenga::start().await;
    for (number, amount) in ["400", "400.00", "10.05", "9007199254740993"]
        .into_iter()
        .enumerate()
    {
        let external_ref = format!("ORD000000010{number}");
        let text = single(&external_ref)
            .to_string()
            .replace("\"amount\":400", &format!("\"amount\":{amount}"));
        let request = jenga.post(&json!({})).body(text);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
        assert_eq!(jenga.sandbox.payment(&external_ref).await["amount"], amount);
    }
}

#[tokio::test]
async fn wrong_methods_and_paths_get_the_documented_error_shape() {
    let sandbox = Sandbox::start().await;
    for (path, status, message) in [
        (super::CREATE, 405, "The method is not supported here."),
        (
            "/jenga/api-checkout/api/v1/nothing",
            404,
            "There is no such endpoint.",
        ),
    ] {
        let answer = sandbox.get(path).await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(json_of(answer).await, refusal(status.into(), message));
    }
}
