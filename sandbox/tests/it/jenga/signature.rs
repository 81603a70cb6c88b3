//! Signatures, with vectors that were computed apart from this program.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Jenga, PUBLIC_KEY, SIGNED_DETAILS, SIGNED_LINK, refusal, single};
use crate::{
    command_line::{run, run_with},
    sandbox::json_of,
};

/// The request that the signature of the vectors is over.
fn signed() -> Value {
    let mut body = single("ORD0000012345");
    body["paymentLink"]["expiryDate"] = json!("2026-12-31");
    body
}

/// Sends `body`, with `signature` where it is not "".
async fn check(jenga: &Jenga, body: String, signature: &str, expected: Result<(), &str>) {
    let mut request = jenga.post(&json!({})).body(body);
    if !signature.is_empty() {
        request = request.header("Signature", signature);
    }
    let answer = request.send().await.unwrap();
    match expected {
        Ok(()) => assert_eq!(answer.status(), StatusCode::OK),
        Err(message) => {
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
            assert_eq!(json_of(answer).await, refusal(900_100, message));
        }
    }
}

#[tokio::test]
async fn a_creation_must_carry_the_signature_over_its_own_fields() {
    for key in [PUBLIC_KEY.to_owned(), block()] {
        let jenga = Jenga::start_with(&["--jenga-public-key", &key]).await;
        let body = signed().to_string();
        let padded = body.replace("\"amount\":400", "\"amount\" : 400 ");
        let other_text = body.replace("\"amount\":400", "\"amount\":400.00");
        let other_order = body.replace("ORD0000012345", "ORD0000012346");
        check(&jenga, body.clone(), SIGNED_LINK, Ok(())).await;
        check(&jenga, padded, SIGNED_LINK, Ok(())).await;
        check(&jenga, other_text, SIGNED_LINK, Err("Invalid signature.")).await;
        check(&jenga, other_order, SIGNED_LINK, Err("Invalid signature.")).await;
        check(
            &jenga,
            body.clone(),
            SIGNED_DETAILS,
            Err("Invalid signature."),
        )
        .await;
        check(&jenga, body.clone(), "%%%", Err("Invalid signature.")).await;
        check(&jenga, body, "", Err("The Signature header is missing.")).await;
        let ledger = json_of(jenga.sandbox.get("/sandbox/ledger").await).await;
        assert_eq!(
            ledger["payments"].as_array().unwrap().len(),
            2,
            "only what was signed well"
        );
    }
}

#[tokio::test]
async fn the_details_must_carry_the_signature_over_the_reference() {
    let jenga = Jenga::start_with(&["--jenga-public-key", PUBLIC_KEY]).await;
    let request = jenga.post(&signed()).header("Signature", SIGNED_LINK);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    jenga.settle("ORD0000012345/succeed").await;
    let path = "/jenga/v3-apis/transaction-api/v3.0/transactions/details/ORD0000012345";
    for (signature, status) in [(SIGNED_DETAILS, 200), (SIGNED_LINK, 400)] {
        let request = jenga
            .sandbox
            .http
            .get(format!("{}{path}", jenga.sandbox.base));
        let request = request
            .bearer_auth(&jenga.token)
            .header("Signature", signature);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        let code = if status == 200 { 0 } else { 900_100 };
        assert_eq!(json_of(answer).await["code"], code);
    }
}

#[tokio::test]
async fn without_a_public_key_no_signature_is_good() {
    let jenga = Jenga::start_with(&[]).await;
    let message =
        "Invalid signature: the merchant has registered no public key (--jenga-public-key).";
    check(&jenga, signed().to_string(), SIGNED_LINK, Err(message)).await;
}

#[tokio::test]
async fn where_it_is_optional_only_a_signature_that_is_sent_must_be_good() {
    let jenga = Jenga::start_with(&[
        "--jenga-signature",
        "optional",
        "--jenga-public-key",
        PUBLIC_KEY,
    ])
    .await;
    check(&jenga, signed().to_string(), "", Ok(())).await;
    check(&jenga, signed().to_string(), SIGNED_LINK, Ok(())).await;
    check(
        &jenga,
        signed().to_string(),
        SIGNED_DETAILS,
        Err("Invalid signature."),
    )
    .await;
}

#[tokio::test]
async fn options_and_variables_that_cannot_be_used_are_named() {
    for (option, value, said) in [
        ("--jenga-public-key", "AAAA", "it is not a public key"),
        ("--jenga-signature", "maybe", "optional"),
        ("--jenga-ipn-url", "ftp://x", "http or https"),
        ("--jenga-ipn-username", "a:b", "colon"),
        ("--jenga-url-field", "status", "must not be empty or one of"),
    ] {
        let name = option
            .trim_start_matches("--")
            .replace('-', "_")
            .to_uppercase();
        let variable = format!("MALIPO_SANDBOX_{name}");
        for printed in [
            run(&[option, value]).await,
            run_with(&[], &[(&variable, value)]).await,
        ] {
            assert!(
                printed.contains(option) && printed.contains(said),
                "{printed}"
            );
        }
    }
}

/// The key as it is pasted into the portal.
fn block() -> String {
    PUBLIC_KEY
        .lines()
        .filter(|it| !it.starts_with('-'))
        .collect()
}
