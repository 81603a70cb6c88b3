//! Logging in, and what a token is good for.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, authenticate, log_in, refusal, single};
use crate::sandbox::{LIMIT, Sandbox, json_of};

#[tokio::test]
async fn the_answer_holds_exactly_the_documented_fields() {
    let sandbox = Sandbox::start().await;
    let answer = json_of(authenticate(&sandbox).send().await.unwrap()).await;
    let names: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "accessToken",
            "expiresIn",
            "issuedAt",
            "refreshToken",
            "tokenType"
        ]
    );
    assert_eq!(answer["tokenType"], "Bearer");
    let [issued, ends] = ["issuedAt", "expiresIn"].map(|it| seconds(answer[it].as_str().unwrap()));
    assert_eq!(ends - issued, 900, "15 minutes");
    let token = answer["accessToken"].as_str().unwrap();
    assert_eq!(token.split('.').count(), 3);
    let claims = decoded(token.split('.').nth(1).unwrap());
    assert_eq!(claims["tokenType"], "MERCHANT");
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        900
    );
}

#[tokio::test]
async fn the_lifetime_and_its_form_are_a_script() {
    let jenga = Jenga::start().await;
    for (form, expected) in [("seconds", json!(60)), ("seconds_text", json!("60"))] {
        jenga
            .script(json!({"token": {"lifetime_s": 60, "expires_in": form}}))
            .await;
        let answer = json_of(authenticate(&jenga.sandbox).send().await.unwrap()).await;
        assert_eq!(answer["expiresIn"], expected);
    }
    jenga.script(json!({"token": {"lifetime_s": 60}})).await;
    let answer = json_of(authenticate(&jenga.sandbox).send().await.unwrap()).await;
    let [issued, ends] = ["issuedAt", "expiresIn"].map(|it| seconds(answer[it].as_str().unwrap()));
    assert_eq!(ends - issued, 60);
}

#[tokio::test]
async fn bad_credentials_are_answered_401() {
    let sandbox = Sandbox::start().await;
    let good =
        json!({"merchantCode": "9000000001", "consumerSecret": "sandbox-jenga-consumer-secret"});
    let with = |name: &str, value: &str| {
        let mut body = good.clone();
        body[name] = json!(value);
        body
    };
    let pair =
        "Unauthorised: the merchantCode and the consumerSecret do not belong to the Api-Key.";
    for (key, body, status, message) in [
        (
            "",
            good.clone(),
            401,
            "Unauthorised: the Api-Key header is missing.",
        ),
        (
            "other",
            good.clone(),
            401,
            "Unauthorised: the Api-Key is not known.",
        ),
        (
            "sandbox-jenga-api-key",
            with("merchantCode", "1"),
            401,
            pair,
        ),
        (
            "sandbox-jenga-api-key",
            with("consumerSecret", "x"),
            401,
            pair,
        ),
        (
            "sandbox-jenga-api-key",
            json!({"merchantCode": 1}),
            400,
            "The merchantCode field must be a string. The consumerSecret field is required.",
        ),
    ] {
        let request = authenticate(&sandbox).build().unwrap().url().clone();
        let request = sandbox
            .http
            .post(request)
            .header("Api-Key", key)
            .json(&body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{message}");
        assert_eq!(json_of(answer).await, refusal(status.into(), message));
    }
}

#[tokio::test]
async fn the_credentials_are_options() {
    let sandbox = Sandbox::start_with(&[
        "--jenga-api-key",
        "k",
        "--jenga-merchant-code",
        "m",
        "--jenga-consumer-secret",
        "s",
    ])
    .await;
    let url = authenticate(&sandbox).build().unwrap().url().clone();
    let request = sandbox.http.post(url).header("Api-Key", "k");
    let request = request.json(&json!({"merchantCode": "m", "consumerSecret": "s"}));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(
        authenticate(&sandbox).send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_call_without_a_good_token_is_answered_401_and_does_nothing() {
    let mut jenga = Jenga::start().await;
    jenga.token = "other".to_owned();
    let body = single("ORD0000000001");
    let answer = jenga.create(&body).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let message = "Unauthorised: the access token is not valid.";
    assert_eq!(json_of(answer).await, refusal(401, message));
    let url = jenga.post(&body).build().unwrap().url().clone();
    let answer = jenga
        .sandbox
        .http
        .post(url)
        .json(&body)
        .send()
        .await
        .unwrap();
    let message = "Unauthorised: the Authorization header must be Bearer and an access token.";
    assert_eq!(json_of(answer).await, refusal(401, message));
    let ledger = json_of(jenga.sandbox.get("/sandbox/ledger").await).await;
    assert_eq!(ledger, json!({"payments": []}));
}

#[tokio::test]
async fn a_token_ends_with_its_lifetime() {
    let mut jenga = Jenga::start().await;
    jenga.script(json!({"token": {"lifetime_s": 1}})).await;
    jenga.token = log_in(&jenga.sandbox).await;
    let expired = async {
        loop {
            let answer = jenga.create(&single("ORD0000000002")).await;
            if answer.status() == StatusCode::UNAUTHORIZED {
                return json_of(answer).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let answer = tokio::time::timeout(LIMIT, expired).await.unwrap();
    assert_eq!(
        answer,
        refusal(401, "Unauthorised: the access token has expired.")
    );
}

#[tokio::test]
async fn a_revoked_token_is_never_good_again_and_a_new_one_is() {
    let mut jenga = Jenga::start().await;
    let body = single("ORD0000000003");
    jenga.script(json!({"token": {"refuse_calls": 1}})).await;
    for _ in 0..2 {
        assert_eq!(jenga.create(&body).await.status(), StatusCode::UNAUTHORIZED);
    }
    jenga.token = log_in(&jenga.sandbox).await;
    assert_eq!(jenga.create(&body).await.status(), StatusCode::OK);
    jenga.script(json!({"token": {"refuse_calls": 2}})).await;
    for _ in 0..2 {
        assert_eq!(jenga.create(&body).await.status(), StatusCode::UNAUTHORIZED);
        jenga.token = log_in(&jenga.sandbox).await;
    }
    assert_eq!(jenga.create(&body).await.status(), StatusCode::OK);
}

/// The seconds of a `yyyy-MM-ddTHH:mm:ssZ`.
fn seconds(text: &str) -> i64 {
    let at = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339);
    assert!(text.len() == 20 && text.ends_with('Z'), "{text}");
    at.unwrap().unix_timestamp()
}

fn decoded(part: &str) -> Value {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
