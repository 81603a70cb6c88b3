//! Links for several payers: each pays the amount.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, bulk};
use crate::merchant::Merchant;

#[tokio::test]
async fn each_payer_pays_through_a_page_of_their_own() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let page = jenga.page(&bulk("ORD0000000061")).await;
    let (_, html) = jenga.html(&format!("{page}?to=2")).await;
    assert!(html.contains(r#"value="Cliff Sed""#) && html.contains(r#"value="254722577556""#));
    jenga.press(&format!("{page}?to=1"), "succeed", &[]).await;
    let entry = jenga.sandbox.payment("ORD0000000061").await;
    assert_eq!(
        (&entry["status"], &entry["times_paid"]),
        (&json!("pending"), &json!(1))
    );
    let (_, html) = jenga.html(&format!("{page}?to=1")).await;
    assert!(html.contains(r#"id="already-paid""#) && html.contains("can still pay their part"));
    jenga
        .press(&format!("{page}?to=2"), "succeed", &[("name", "Cliff Sed")])
        .await;
    let entry = jenga.sandbox.payment("ORD0000000061").await;
    assert_eq!(
        (&entry["status"], &entry["times_paid"]),
        (&json!("success"), &json!(2))
    );
    assert_eq!(entry["paid_amount"], "800");
    assert_eq!(payers(&entry), [json!(1), json!(2)]);
    let told: Vec<_> = merchant
        .wait_for(2)
        .await
        .iter()
        .map(|it| name_of(&it.body))
        .collect();
    assert_eq!(told, ["John Doe", "Cliff Sed"]);
}

#[tokio::test]
async fn a_payer_is_charged_once() {
    let merchant = Merchant::start().await;
    let jenga = Jenga::telling(&merchant).await;
    let page = jenga.page(&bulk("ORD0000000062")).await;
    for _ in 0..2 {
        jenga.press(&format!("{page}?to=1"), "succeed", &[]).await;
    }
    let entry = jenga.sandbox.payment("ORD0000000062").await;
    assert_eq!(entry["times_paid"], 1);
    assert_eq!(entry["attempts"][1]["result"], "already_paid");
    assert_eq!(merchant.got().len(), 1);
}

#[tokio::test]
async fn somebody_whom_the_shop_did_not_name_may_pay_too() {
    let jenga = Jenga::start().await;
    let page = jenga.page(&bulk("ORD0000000063")).await;
    for address in [page.clone(), format!("{page}?to=0"), format!("{page}?to=3")] {
        let (status, html) = jenga.html(&address).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            !html.contains("John Doe") && html.contains(r#"id="pay-succeed""#),
            "{html}"
        );
    }
    jenga
        .press(&page, "succeed", &[("name", "Mary Major")])
        .await;
    let entry = jenga.sandbox.payment("ORD0000000063").await;
    assert_eq!(payers(&entry), [Value::Null]);
    assert_eq!(entry["status"], "pending", "nobody's part was paid");
}

fn payers(entry: &Value) -> Vec<Value> {
    let attempts = entry["attempts"].as_array().unwrap().iter();
    attempts.map(|it| it["customer"].clone()).collect()
}

fn name_of(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    body["customer"]["name"].as_str().unwrap().to_owned()
}
