//! Merchants: shells, their onboarding, and what can be asked about them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    EUR_SHOP, JPY_SHOP, JoPay, LIVE_KEY, LIVE_SHOP, USD_SHOP, error, order, refused, text,
};
use crate::sandbox::json_of;

const WALLET: &str = "0xABCDEFabcdef0123456789012345678901234567";

#[tokio::test]
async fn a_shell_is_incomplete_and_has_what_was_said_about_it() {
    let jopay = JoPay::start().await;
    let said = json!({"email": "ada@example.com", "display_name": "Ada", "business_name": "Ada's shirts", "country": "DE",
        "phone": "+49 30 1", "website": "https://ada.example", "instagram": "@ada", "industry": "shirts",
        "display_currency": "EUR", "account_type": "business"});
    let mut answer = created(&jopay, &said).await;
    let id = text(&answer["merchant_id"]);
    assert!(answer["created_at"].take().is_string());
    let port = jopay.sandbox.base.rsplit(':').next().unwrap();
    let mut expected = said;
    for (name, value) in [
        ("ok", json!(true)),
        ("merchant_id", json!(id)),
        ("onboarding_status", json!("incomplete")),
        (
            "onboarding_url",
            json!(format!("http://localhost:{port}/jopay/onboarding/{id}")),
        ),
        ("wallet_address", Value::Null),
        ("created_at", Value::Null),
    ] {
        expected[name] = value;
    }
    assert_eq!(answer, expected);
    let mut shown = json_of(jopay.get(&format!("/merchants/{id}")).await).await;
    shown["created_at"].take();
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_merchant_takes_payments_once_a_person_has_onboarded_it() {
    let jopay = JoPay::start().await;
    let answer = created(
        &jopay,
        &json!({"display_currency": "GBP", "display_name": "Ada"}),
    )
    .await;
    let id = text(&answer["merchant_id"]);
    let mut body = order("ORD-1");
    body["merchant_id"] = json!(id);
    let invalid = (400, error("invalid_merchant_id"));
    assert_eq!(
        refused(jopay.create(&body).await).await,
        invalid,
        "it has no wallet"
    );

    let page = format!("{}/jopay/onboarding/{id}", jopay.sandbox.base);
    let (status, html) = jopay.html(&page).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        html.contains("Set up Ada") && html.contains(r#"id="wallet-address""#),
        "{html}"
    );
    for (fields, problem) in [
        (
            &[("wallet_address", "0x12"), ("terms", "yes")][..],
            "40 hex digits",
        ),
        (&[("wallet_address", WALLET)], "accept the terms"),
    ] {
        let answer = jopay.sandbox.press(&page, fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().await.unwrap().contains(problem));
    }
    assert_eq!(refused(jopay.create(&body).await).await, invalid);

    let answer = jopay
        .sandbox
        .press(&page, &[("wallet_address", WALLET), ("terms", "yes")])
        .await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let (_, html) = jopay.html(&page).await;
    assert!(
        html.contains(r#"id="onboarded""#) && html.contains(WALLET),
        "{html}"
    );
    let shown = json_of(jopay.get(&format!("/merchants/{id}")).await).await;
    assert_eq!(
        (
            &shown["onboarding_status"],
            &shown["onboarding_url"],
            &shown["wallet_address"]
        ),
        (&json!("complete"), &Value::Null, &json!(WALLET))
    );
    assert_eq!(jopay.created(&body).await["amount"]["fiat_code"], "GBP");
}

#[tokio::test]
async fn a_merchant_that_names_no_currency_has_the_partners() {
    let jopay = JoPay::start().await;
    let answer = created(&jopay, &json!({"wallet_address": WALLET})).await;
    assert_eq!(
        (
            &answer["display_currency"],
            &answer["wallet_address"],
            &answer["onboarding_status"]
        ),
        (&json!("USD"), &json!(WALLET), &json!("incomplete"))
    );
}

#[tokio::test]
async fn the_merchants_of_the_command_line_are_there_newest_first() {
    let jopay = JoPay::start().await;
    let list = json_of(jopay.get("/merchants").await).await;
    assert_eq!(ids(&list), [JPY_SHOP, EUR_SHOP, USD_SHOP]);
    assert_eq!(
        (&list["ok"], &list["next_cursor"]),
        (&json!(true), &Value::Null)
    );
    let page = json_of(jopay.get("/merchants?limit=2").await).await;
    assert_eq!(page["next_cursor"], EUR_SHOP);
    let page = json_of(
        jopay
            .get(&format!("/merchants?limit=2&cursor={EUR_SHOP}"))
            .await,
    )
    .await;
    assert_eq!(ids(&page), [USD_SHOP]);
    let live = jopay
        .call_with(LIVE_KEY, Method::GET, "/merchants")
        .send()
        .await
        .unwrap();
    assert_eq!(ids(&json_of(live).await), [LIVE_SHOP]);

    let jopay = JoPay::start_with(&[
        "--jopay-merchants",
        "10000000-0000-4000-8000-0000000000aa=ZAR",
    ])
    .await;
    let list = json_of(jopay.get("/merchants").await).await;
    assert_eq!(ids(&list), ["10000000-0000-4000-8000-0000000000aa"]);
    assert_eq!(list["merchants"][0]["display_currency"], "ZAR");
}

#[tokio::test]
async fn a_merchant_of_the_other_mode_is_not_found() {
    let jopay = JoPay::start().await;
    for id in [LIVE_SHOP, "00000000-0000-4000-8000-000000000000", "1"] {
        let answer = jopay.get(&format!("/merchants/{id}")).await;
        assert_eq!(refused(answer).await, (404, error("not_found")), "{id}");
    }
}

#[tokio::test]
async fn every_bad_field_has_its_code_and_the_longest_good_one_is_taken() {
    let jopay = JoPay::start().await;
    for (name, longest) in [
        ("display_name", 120),
        ("business_name", 120),
        ("phone", 32),
        ("website", 200),
        ("instagram", 200),
        ("industry", 80),
    ] {
        let good = "é".repeat(longest);
        assert_eq!(
            created(&jopay, &json!({name: good})).await[name],
            good.as_str()
        );
        for bad in [json!("é".repeat(longest + 1)), json!(7)] {
            check_bad(&jopay, name, &bad, &format!("invalid_{name}")).await;
        }
    }
    let longest = format!("a@{}", "b".repeat(252));
    assert_eq!(
        created(&jopay, &json!({"email": longest})).await["email"],
        longest.as_str()
    );
    for (name, bad, code) in [
        ("email", json!(format!("{longest}c")), "invalid_email"),
        ("email", json!("ada"), "invalid_email"),
        ("email", json!("a@b@c"), "invalid_email"),
        ("country", json!("de"), "invalid_country"),
        ("country", json!("DEU"), "invalid_country"),
        ("account_type", json!("charity"), "invalid_account_type"),
        ("display_currency", json!("KES"), "invalid_currency"),
        ("wallet_address", json!("0x12"), "invalid_wallet_address"),
        (
            "wallet_address",
            json!(WALLET.replace("0x", "")),
            "invalid_wallet_address",
        ),
    ] {
        check_bad(&jopay, name, &bad, code).await;
    }
    let call = jopay.call(Method::POST, "/merchants").body("[]");
    let call = call.header("Content-Type", "application/json");
    assert_eq!(
        refused(call.send().await.unwrap()).await,
        (400, error("invalid_json"))
    );
}

#[track_caller]
fn check_bad(jopay: &JoPay, name: &str, bad: &Value, code: &str) -> impl Future<Output = ()> {
    let call = jopay
        .call(Method::POST, "/merchants")
        .json(&json!({name: bad}))
        .send();
    let (said, expected) = (format!("{name}: {bad}"), (400, error(code)));
    async move { assert_eq!(refused(call.await.unwrap()).await, expected, "{said}") }
}

async fn created(jopay: &JoPay, body: &Value) -> Value {
    let call = jopay.call(Method::POST, "/merchants").json(body);
    let answer = call.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{body}");
    json_of(answer).await
}

fn ids(list: &Value) -> Vec<&str> {
    let merchants = list["merchants"].as_array().unwrap().iter();
    merchants
        .map(|it| it["merchant_id"].as_str().unwrap())
        .collect()
}
