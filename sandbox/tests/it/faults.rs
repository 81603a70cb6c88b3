//! Every kind of trouble, on both endpoints: what the caller sees, and whether the work was done.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::{NOWHERE, Sandbox, header, json_of, order};

#[tokio::test]
async fn connections_are_closed_without_an_answer() {
    let sandbox = Sandbox::start().await;
    for (fault, created) in [("refuse", false), ("close_after_create", true)] {
        let order_id = format!("ORD-{fault:.10}");
        sandbox
            .script(json!({"initiate": {"fault": fault, "times": 1}}))
            .await;
        let body = order(&order_id, NOWHERE).to_string();
        let sent = sandbox
            .joyndpay("/initiate/payment")
            .body(body)
            .send()
            .await;
        assert!(sent.is_err(), "{fault}");
        let found = sandbox.verify(&order_id).await.status() == StatusCode::OK;
        assert_eq!(found, created, "{fault}");
    }
    let order_id = "ORD-REFUSE-VERIFY";
    sandbox.initiate(&order(order_id, NOWHERE)).await;
    sandbox
        .script(json!({"verify": {"fault": "refuse", "times": 1}}))
        .await;
    let body = json!({"order_id": order_id}).to_string();
    let sent = sandbox.joyndpay("/verify/payment").body(body).send().await;
    assert!(sent.is_err());
    assert_eq!(sandbox.status(order_id).await, "pending");
    let calls = json_of(sandbox.get("/sandbox/calls").await).await;
    let refused = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["fault"] == "refuse");
    let statuses: Vec<_> = refused.map(|it| it["http_status"].clone()).collect();
    assert_eq!(statuses, [Value::Null, Value::Null]);
}

#[tokio::test]
async fn a_timeout_comes_after_the_payment_was_created() {
    let sandbox = Sandbox::start().await;
    sandbox
        .script(json!({"initiate": {"fault": "timeout_after_create", "times": 1}}))
        .await;
    let order = order("ORD-TIMEOUT-1", NOWHERE);
    let request = sandbox
        .joyndpay("/initiate/payment")
        .body(order.to_string());
    let sent = request.timeout(Duration::from_secs(3)).send().await;
    assert!(sent.unwrap_err().is_timeout());
    assert_eq!(sandbox.status("ORD-TIMEOUT-1").await, "pending");
    assert_eq!(
        sandbox.initiate(&order).await.status(),
        StatusCode::CONFLICT
    );
}

#[tokio::test]
async fn servers_that_are_down_or_busy_do_nothing() {
    let sandbox = Sandbox::start().await;
    sandbox
        .script(json!({"initiate": {"fault": "http_500"}}))
        .await;
    let answer = sandbox.initiate(&order("ORD-DOWN-001", NOWHERE)).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(json_of(answer).await, json!({"message": "Server Error"}));

    for (retry_after_s, expected) in [(json!(7), "7"), (json!(null), "")] {
        let busy = json!({"fault": "http_429", "retry_after_s": retry_after_s});
        sandbox
            .script(json!({"initiate": busy, "verify": busy}))
            .await;
        let answer = sandbox.initiate(&order("ORD-DOWN-001", NOWHERE)).await;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(header(&answer, "retry-after"), expected);
        let answer = sandbox.verify("ORD-DOWN-001").await;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(header(&answer, "retry-after"), expected);
    }
    sandbox.script(json!({})).await;
    assert_eq!(
        sandbox.verify("ORD-DOWN-001").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn answers_can_be_garbage() {
    let sandbox = Sandbox::start().await;
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
        let order_id = format!("ORD-GARBAGE-{number}");
        sandbox
            .script(json!({"initiate": {"fault": fault}, "verify": {"fault": fault}}))
            .await;
        let initiated = sandbox.initiate(&order(&order_id, NOWHERE)).await;
        let verified = sandbox.verify(&order_id).await;
        for answer in [initiated, verified] {
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
                        json["data"]["order_id"].is_number() && json["data"]["amount"].is_string()
                    );
                }
                "empty" => assert_eq!(text, ""),
                _ => {
                    assert!(text.len() > 10 * 1024 * 1024);
                    assert_eq!(json.unwrap()["data"]["order_id"], order_id.as_str());
                }
            }
        }
        sandbox.script(json!({})).await;
        let found = sandbox.verify(&order_id).await.status() == StatusCode::OK;
        assert_eq!(found, fault != "html_page", "{fault}");
    }
}

#[tokio::test]
async fn a_delay_is_kept_and_the_payment_exists_meanwhile() {
    let sandbox = Sandbox::start().await;
    sandbox
        .script(json!({"initiate": {"delay_ms": 4000}}))
        .await;
    let order = order("ORD-DELAY-01", NOWHERE);
    let slow = sandbox.initiate(&order);
    let watch = async {
        loop {
            let answer = sandbox.verify("ORD-DELAY-01").await;
            if answer.status() == StatusCode::OK {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut slow = std::pin::pin!(slow);
    tokio::select! {
        _ = &mut slow => panic!("the answer came before the payment could be seen"),
        () = watch => {}
    }
    assert_eq!(slow.await.status(), StatusCode::OK);
    let calls = json_of(sandbox.get("/sandbox/calls").await).await;
    let initiated = calls["calls"].as_array().unwrap().iter();
    let initiated = initiated.filter(|it| it["path"] == "/joyndpay/api/initiate/payment");
    let took: Vec<_> = initiated
        .map(|it| it["took_ms"].as_u64().unwrap())
        .collect();
    assert!(took.len() == 1 && took[0] >= 4000, "{took:?}");
}

#[tokio::test]
async fn trouble_ends_after_so_many_calls() {
    let sandbox = Sandbox::start().await;
    sandbox.initiate(&order("ORD-TIMES-01", NOWHERE)).await;
    sandbox
        .script(json!({"verify": {"fault": "http_500", "times": 2}}))
        .await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(sandbox.verify("ORD-TIMES-01").await.status().as_u16());
    }
    assert_eq!(statuses, [500, 500, 200, 200]);
}

#[tokio::test]
async fn fields_of_an_answer_can_be_replaced() {
    let sandbox = Sandbox::start().await;
    let replaced = json!({"redirect_url": "javascript:alert(1)", "amount": 1.5});
    sandbox
        .script(json!({"initiate": {"answer": replaced}}))
        .await;
    let answer = sandbox
        .initiate(&order("ORD-REPLACE-1", NOWHERE))
        .await
        .text()
        .await
        .unwrap();
    assert!(
        answer.contains(r#""redirect_url":"javascript:alert(1)""#)
            && answer.contains(r#""amount":1.5,"#)
    );

    let lie = json!({"status": "success", "amount": 1, "currency": "USD", "order_id": null});
    sandbox.script(json!({"verify": {"answer": lie}})).await;
    let answer = json_of(sandbox.verify("ORD-REPLACE-1").await).await;
    assert_eq!(answer, json!({"status": "success", "data": lie}));
    assert_eq!(
        sandbox.payment("ORD-REPLACE-1").await["status"],
        "pending",
        "the ledger keeps the truth"
    );
}

#[tokio::test]
async fn statuses_can_be_replaced() {
    let sandbox = Sandbox::start().await;
    sandbox
        .script(json!({"initiate": {"http_status": 503}}))
        .await;
    let answer = sandbox.initiate(&order("ORD-STATUS-1", NOWHERE)).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(json_of(answer).await["status"], "success");
    for status in [200, 400] {
        sandbox.script(json!({"error_status": status})).await;
        let answer = sandbox.verify("ORD-NO-SUCH-1").await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(json_of(answer).await["status"], "error");
        assert_eq!(
            sandbox.verify("ORD-STATUS-1").await.status(),
            StatusCode::OK
        );
    }
}
