//! The control API's part about Jenga.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, bulk, single};
use crate::{
    merchant::Merchant,
    sandbox::{Sandbox, json_of},
};

#[tokio::test]
async fn links_are_settled_without_a_browser_by_either_reference() {
    let jenga = Jenga::start().await;
    let link_ref = jenga.link(&single("ORD0000000071")).await;
    let answer = jenga.settle("ORD0000000071/fail?method=card").await;
    assert_eq!(
        (&answer["result"], &answer["payment"]["id"]),
        (&json!("failed"), &json!(link_ref))
    );
    let answer = jenga
        .settle(&format!("{link_ref}/succeed?method=equity&amount=399.50"))
        .await;
    assert_eq!(
        (&answer["result"], &answer["payment"]["status"]),
        (&json!("paid"), &json!("success"))
    );
    let seen: Vec<_> = answer["payment"]["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(part)
        .collect();
    assert_eq!(
        seen,
        ["control card 400 failed", "control equity 399.50 paid"]
    );
    assert_eq!(answer["payment"]["paid_amount"], "399.5");
}

#[tokio::test]
async fn a_reference_used_twice_means_the_newest_link() {
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000072")).await;
    let newest = jenga.link(&single("ORD0000000072")).await;
    assert_eq!(
        jenga.settle("ORD0000000072/succeed").await["payment"]["id"],
        newest.as_str()
    );
}

#[tokio::test]
async fn a_paid_link_is_charged_again_only_on_purpose() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    jenga.link(&single("ORD0000000073")).await;
    for (step, result, times_paid) in [
        ("succeed", "paid", 1),
        ("succeed", "already_paid", 1),
        ("fail", "already_paid", 1),
        ("succeed?again=true", "paid", 2),
    ] {
        let answer = jenga.settle(&format!("ORD0000000073/{step}")).await;
        assert_eq!(answer["result"], result, "{step}");
        assert_eq!(answer["payment"]["times_paid"], times_paid, "{step}");
    }
    let got = merchant.wait_for(2).await;
    assert_ne!(
        reference_of(&got[0].body),
        reference_of(&got[1].body),
        "two transactions"
    );
}

#[tokio::test]
async fn an_expired_link_still_gets_a_payment_that_was_under_way() {
    let jenga = Jenga::start().await;
    let page = jenga.page(&single("ORD0000000074")).await;
    let answer = jenga.settle("ORD0000000074/expire").await;
    assert_eq!(
        (&answer["result"], &answer["payment"]["expired"]),
        (&json!("expired"), &json!(true))
    );
    assert_eq!(jenga.html(&page).await.0, StatusCode::GONE);
    let answer = jenga.settle("ORD0000000074/succeed").await;
    assert_eq!(
        (&answer["result"], &answer["payment"]["status"]),
        (&json!("paid"), &json!("success"))
    );
}

#[tokio::test]
async fn the_customers_of_a_bulk_link_pay_in_turn_unless_one_is_named() {
    let jenga = Jenga::start().await;
    jenga.link(&bulk("ORD0000000075")).await;
    let answer = jenga.settle("ORD0000000075/succeed?customer=2").await;
    assert_eq!(answer["payment"]["attempts"][0]["phone"], "2547*****556");
    let answer = jenga.settle("ORD0000000075/succeed").await;
    assert_eq!(answer["payment"]["attempts"][1]["customer"], 1);
    assert_eq!(answer["payment"]["status"], "success");
}

#[tokio::test]
async fn what_cannot_be_settled_is_named() {
    let jenga = Jenga::start().await;
    jenga.link(&single("ORD0000000076")).await;
    let query = "The query may only hold method, customer, amount and again=true.";
    let customer = "customer must be the number of one of the link's customers, from 1.";
    for (path, status, problem) in [
        (
            "NO-SUCH/succeed",
            404,
            "There is no link with the paymentLinkRef or externalRef NO-SUCH.",
        ),
        (
            "ORD0000000076/refund",
            404,
            "The last part of the path must be succeed, fail or expire.",
        ),
        ("ORD0000000076/succeed?agian=true", 400, query),
        ("ORD0000000076/succeed?again=maybe", 400, query),
        ("ORD0000000076/succeed?customer=0", 400, customer),
        ("ORD0000000076/succeed?customer=2", 400, customer),
        (
            "ORD0000000076/succeed?method=shells",
            400,
            "method must be mpesa, card or equity.",
        ),
        (
            "ORD0000000076/succeed?amount=-1",
            400,
            "The amount must be greater than zero.",
        ),
    ] {
        let path = format!("/sandbox/jenga/payments/{path}");
        let answer = jenga.sandbox.post(&path, &json!({})).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert_eq!(json_of(answer).await, json!({"error": [problem]}));
    }
    assert_eq!(
        jenga.sandbox.payment("ORD0000000076").await["attempts"],
        json!([])
    );
}

#[tokio::test]
async fn whom_to_notify_is_registered_and_the_password_is_never_shown() {
    let first = Merchant::start().await;
    let second = Merchant::start().await;
    let jenga = Jenga::telling(&first).await;
    let register = json!({"url": second.ipn_url, "username": "shop", "password": "open sesame"});
    let answer = jenga.sandbox.post("/sandbox/jenga/ipn", &register).await;
    let shown = json!({"ipn": {"url": second.ipn_url, "username": "shop"}});
    assert_eq!(json_of(answer).await, shown);
    assert_eq!(
        json_of(jenga.sandbox.get("/sandbox/jenga/ipn").await).await,
        shown
    );
    jenga.link(&single("ORD0000000077")).await;
    jenga.settle("ORD0000000077/fail").await;
    assert_eq!(
        second.wait_for(1).await[0].authorization,
        "Basic c2hvcDpvcGVuIHNlc2FtZQ=="
    );
    jenga
        .sandbox
        .post("/sandbox/jenga/ipn", &json!({"url": first.ipn_url}))
        .await;
    jenga.settle("ORD0000000077/succeed").await;
    assert_eq!(
        first.wait_for(1).await[0].authorization,
        "Basic c2hvcDpvcGVuIHNlc2FtZQ==",
        "what is left out stays"
    );
    assert_eq!(second.got().len(), 1);
}

#[tokio::test]
async fn a_bad_registration_is_refused_with_a_sentence_and_changes_nothing() {
    let sandbox = Sandbox::start().await;
    for (body, said) in [
        (
            json!({"url": "ftp://x"}),
            "url: it must be an http or https address",
        ),
        (
            json!({"url": "http://x", "username": "a:b"}),
            "username: it must not be empty",
        ),
        (
            json!({"url": "http://x", "pass": "b"}),
            "unknown field `pass`",
        ),
        (json!([]), "The body must be {url, username?, password?}"),
    ] {
        let answer = sandbox.post("/sandbox/jenga/ipn", &body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
        let answer = json_of(answer).await;
        assert!(
            answer["error"][0].as_str().unwrap().contains(said),
            "{answer}"
        );
    }
    let shown = json!({"ipn": {"url": null, "username": "ipnuser"}});
    assert_eq!(
        json_of(sandbox.get("/sandbox/jenga/ipn").await).await,
        shown
    );
}

fn part(attempt: &Value) -> String {
    ["via", "method", "amount", "result"]
        .map(|it| attempt[it].as_str().unwrap())
        .join(" ")
}

fn reference_of(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    body["transaction"]["reference"]
        .as_str()
        .unwrap()
        .to_owned()
}
