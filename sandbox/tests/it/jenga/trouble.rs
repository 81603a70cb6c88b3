//! Every kind of trouble, with logging in and with creating: what the caller sees, and whether the work was done.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::{Jenga, authenticate, single};
use crate::sandbox::{header, json_of};

#[tokio::test]
async fn an_answer_can_be_lost_before_or_after_the_link_exists() {
    for (fault, links) in [("refuse", 0), ("close_after_create", 1)] {
        let jenga = Jenga::start().await;
        jenga
            .script(json!({"create": {"fault": fault, "times": 1}}))
            .await;
        assert!(
            jenga.post(&single("ORD0000000111")).send().await.is_err(),
            "{fault}"
        );
        let ledger = json_of(jenga.sandbox.get("/sandbox/ledger").await).await;
        assert_eq!(
            ledger["payments"].as_array().unwrap().len(),
            links,
            "{fault}"
        );
        assert_eq!(
            jenga.messages().await.len(),
            links * 2,
            "and so do its messages: {fault}"
        );
        jenga
            .script(json!({"authenticate": {"fault": fault, "times": 1}}))
            .await;
        assert!(
            authenticate(&jenga.sandbox).send().await.is_err(),
            "{fault}"
        );
        assert_eq!(
            authenticate(&jenga.sandbox).send().await.unwrap().status(),
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn an_answer_can_stay_out_after_the_link_exists() {
    let jenga = Jenga::start().await;
    jenga
        .script(json!({"create": {"fault": "timeout_after_create"}}))
        .await;
    let request = jenga.post(&single("ORD0000000112"));
    let sent = request
        .timeout(std::time::Duration::from_secs(3))
        .send()
        .await;
    assert!(sent.unwrap_err().is_timeout());
    assert_eq!(
        jenga.sandbox.payment("ORD0000000112").await["status"],
        "pending"
    );
}

#[tokio::test]
async fn servers_that_are_down_or_busy_do_nothing() {
    let jenga = Jenga::start().await;
    for (script, status, retry_after) in [
        (json!({"fault": "http_500"}), 500, ""),
        (json!({"fault": "http_429"}), 429, ""),
        (json!({"fault": "http_429", "retry_after_s": 7}), 429, "7"),
        (json!({"fault": "http_500", "http_status": 503}), 503, ""),
    ] {
        jenga
            .script(json!({"authenticate": script, "create": script}))
            .await;
        for request in both(&jenga, "ORD0000000113") {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status);
            assert_eq!(header(&answer, "retry-after"), retry_after);
        }
    }
    let ledger = json_of(jenga.sandbox.get("/sandbox/ledger").await).await;
    assert_eq!(ledger, json!({"payments": []}));
}

#[tokio::test]
async fn answers_can_be_garbage() {
    let jenga = Jenga::start().await;
    for (number, fault) in [
        "html_page",
        "malformed_json",
        "wrong_types",
        "empty",
        "big_body",
    ]
    .into_iter()
    .enumerate()
    {
        let external_ref = format!("ORD000000012{number}");
        jenga
            .script(json!({"authenticate": {"fault": fault}, "create": {"fault": fault}}))
            .await;
        for request in both(&jenga, &external_ref) {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{fault}");
            let content_type = header(&answer, "content-type").to_owned();
            let text = answer.text().await.unwrap();
            let json: Result<Value, _> = serde_json::from_str(&text);
            match fault {
                "html_page" => {
                    assert!(content_type.starts_with("text/html") && text.contains("<html>"))
                }
                "malformed_json" => assert!(text.starts_with('{') && json.is_err(), "{text}"),
                "wrong_types" => {
                    let json = json.unwrap();
                    assert!(
                        json["accessToken"].is_object()
                            || json["data"]["paymentLinkRef"].is_number()
                    );
                }
                "empty" => assert_eq!(text, ""),
                _ => assert!(text.len() > 10 * 1024 * 1024 && json.is_ok()),
            }
        }
        let ledger = jenga
            .sandbox
            .get("/sandbox/ledger")
            .await
            .text()
            .await
            .unwrap();
        assert_eq!(
            ledger.contains(&external_ref),
            fault != "html_page",
            "{fault}"
        );
    }
}

#[tokio::test]
async fn answers_can_be_slow_and_their_fields_replaced() {
    let jenga = Jenga::start().await;
    let create =
        json!({"delay_ms": 1500, "answer": {"paymentLinkRef": null, "status": {"code": "PAID"}}});
    let log_in = json!({"delay_ms": 1500, "answer": {"expiresIn": "soon"}});
    jenga
        .script(json!({"create": create, "authenticate": log_in}))
        .await;
    let answer = json_of(jenga.create(&single("ORD0000000114")).await).await;
    assert_eq!(answer["data"]["paymentLinkRef"], Value::Null);
    assert_eq!(answer["data"]["status"]["code"], "PAID");
    let answer = json_of(authenticate(&jenga.sandbox).send().await.unwrap()).await;
    assert_eq!(answer["expiresIn"], "soon");
    let calls = json_of(jenga.sandbox.get("/sandbox/calls").await).await;
    let took: Vec<_> = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["took_ms"].as_u64().unwrap())
        .collect();
    assert!(
        took.len() == 3 && took[1] >= 1500 && took[2] >= 1500,
        "{took:?}"
    );
}

#[tokio::test]
async fn the_status_of_refusals_can_be_replaced() {
    let jenga = Jenga::start().await;
    for status in [200, 401] {
        jenga.script(json!({"error_status": status})).await;
        let answer = jenga.create(&json!({})).await;
        assert_eq!(answer.status().as_u16(), status);
        let answer = json_of(answer).await;
        assert_eq!(
            (&answer["status"], &answer["code"]),
            (&json!(false), &json!(400))
        );
    }
}

/// Logging in and creating.
fn both(jenga: &Jenga, external_ref: &str) -> [RequestBuilder; 2] {
    [
        authenticate(&jenga.sandbox),
        jenga.post(&single(external_ref)),
    ]
}
