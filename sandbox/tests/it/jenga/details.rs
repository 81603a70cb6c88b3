//! The details of a transaction.

use serde_json::{Value, json};

use super::{Jenga, refusal, single};
use crate::sandbox::json_of;

#[tokio::test]
async fn they_hold_exactly_the_documented_fields() {
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000091")).await;
    let paid = jenga.settle("ORD0000000091/succeed").await;
    let reference = paid["payment"]["attempts"][0]["transaction_reference"]
        .as_str()
        .unwrap();
    let (status, mut body) = details(&jenga, reference).await;
    assert_eq!(status, 200);
    let date = body["data"]["dateCreated"].take();
    let form = time::macros::format_description!(
        "[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:3]"
    );
    assert!(
        time::PrimitiveDateTime::parse(date.as_str().unwrap(), &form).is_ok(),
        "{date}"
    );
    assert_eq!(
        body,
        json!({"status": true, "code": 0, "message": "success", "data": {"state": "Success", "stateCode": 2,
            "dateCreated": null, "code": 0, "message": "Success", "amount": 400, "charge": 14,
            "transactionReference": reference, "serviceName": "Payment Link", "biller": "9000000001"}})
    );
}

#[tokio::test]
async fn a_failed_payment_is_a_successful_call() {
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000092")).await;
    jenga.settle("ORD0000000092/fail").await;
    let (status, body) = details(&jenga, "ORD0000000092").await;
    assert_eq!(
        (status, &body["status"], &body["code"]),
        (200, &json!(true), &json!(0))
    );
    assert_eq!(
        (&body["data"]["state"], &body["data"]["stateCode"]),
        (&json!("Failed"), &json!(1))
    );
}

#[tokio::test]
async fn either_reference_of_a_link_finds_its_newest_attempt() {
    let jenga = Jenga::start().await;
    let link_ref = jenga.link(&single("ORD0000000093")).await;
    jenga.settle("ORD0000000093/fail").await;
    jenga.settle("ORD0000000093/succeed").await;
    // Changes nothing, so it is no transaction.
    jenga.settle("ORD0000000093/fail").await;
    for reference in ["ORD0000000093", &link_ref] {
        let (_, body) = details(&jenga, reference).await;
        assert_eq!(body["data"]["state"], "Success", "{reference}");
    }
}

#[tokio::test]
async fn what_was_never_tried_is_unknown() {
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000094")).await;
    for reference in ["ORD0000000094", "ORD0000000095"] {
        let answer = details(&jenga, reference).await;
        assert_eq!(
            answer,
            (
                404,
                refusal(404, "There is no transaction with this reference.")
            )
        );
    }
}

#[tokio::test]
async fn they_need_a_token() {
    let mut jenga = Jenga::start().await;
    jenga.token = "other".to_owned();
    let (status, body) = details(&jenga, "ORD0000000096").await;
    assert_eq!((status, &body["code"]), (401, &json!(401)));
}

#[tokio::test]
async fn an_unknown_outcome_is_a_script() {
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000097")).await;
    jenga.settle("ORD0000000097/fail").await;
    let unknown = json!({"code": 400_105, "stateCode": -1});
    jenga.script(json!({"details": {"answer": unknown}})).await;
    let (_, body) = details(&jenga, "ORD0000000097").await;
    assert_eq!(
        (&body["data"]["code"], &body["data"]["stateCode"]),
        (&json!(400_105), &json!(-1))
    );
}

async fn details(jenga: &Jenga, reference: &str) -> (u16, Value) {
    let path = "/jenga/v3-apis/transaction-api/v3.0/transactions/details";
    let request = jenga
        .sandbox
        .http
        .get(format!("{}{path}/{reference}", jenga.sandbox.base));
    let answer = request.bearer_auth(&jenga.token).send().await.unwrap();
    (answer.status().as_u16(), json_of(answer).await)
}
