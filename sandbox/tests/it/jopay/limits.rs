//! Quotas: a true sliding window for each key.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{JoPay, LIVE_KEY, TEST_KEY, error, refused};
use crate::sandbox::{header, json_of};

#[tokio::test]
async fn the_61st_call_of_a_minute_is_refused_and_another_key_has_its_own_minute() {
    let jopay =
        JoPay::start_with(&["--jopay-restricted-key", "jo_test_reader=requests:read"]).await;
    let id = "00000000-0000-4000-8000-000000000000";
    let mut statuses = Vec::new();
    for number in 0..62 {
        // All endpoints count, good answers or not.
        let (method, path) = match number % 4 {
            0 => (Method::GET, "/requests".to_owned()),
            1 => (Method::GET, format!("/requests/{id}")),
            2 => (Method::POST, "/requests/create".to_owned()),
            _ => (Method::GET, "/merchants".to_owned()),
        };
        let answer = jopay.call(method, &path).send().await.unwrap();
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses.iter().filter(|it| **it == 429).count(), 2);
    assert_eq!(statuses[60..], [429, 429]);
    let answer = jopay.get("/requests").await;
    assert_eq!(header(&answer, "retry-after"), "", "none is documented");
    assert_eq!(refused(answer).await, (429, error("rate_limited")));
    for key in [LIVE_KEY, "jo_test_reader"] {
        let answer = jopay
            .call_with(key, Method::GET, "/requests")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }
}

#[tokio::test]
async fn the_calls_prove_that_no_window_held_more_than_the_limit() {
    let jopay = JoPay::start().await;
    let limits = json!({"calls": 5, "window_ms": 1000});
    jopay.script(json!({"limits": limits})).await;
    let mut answered = 0;
    while answered < 16 {
        let at_once = (0..4).map(|_| jopay.get("/requests"));
        for answer in futures_util::future::join_all(at_once).await {
            let status = answer.status().as_u16();
            assert!(status == 200 || status == 429);
            answered += usize::from(status == 200);
        }
    }
    let calls = json_of(jopay.sandbox.get("/sandbox/calls").await).await;
    let calls = calls["calls"].as_array().unwrap().iter();
    let good = calls.filter(|it| it["http_status"] == 200 && it["key_id"] == "test");
    let mut times: Vec<_> = good.map(|it| it["at_ms"].as_u64().unwrap()).collect();
    times.sort_unstable();
    let between = times.windows(6).map(|it| it[5] - it[0]);
    let least = between.min().unwrap();
    assert!(least >= 1000, "six calls within {least} ms: {times:?}");
}

#[tokio::test]
async fn a_retry_after_says_when_the_next_call_is_answered() {
    let jopay = JoPay::start().await;
    let limits = json!({"calls": 1, "window_ms": 3000, "retry_after": true});
    jopay.script(json!({"limits": limits})).await;
    assert_eq!(jopay.get("/requests").await.status(), 200);
    let answer = jopay.get("/requests").await;
    let seconds: u64 = header(&answer, "retry-after").parse().unwrap();
    assert!((1..=3).contains(&seconds), "{seconds}");
    assert_eq!(refused(answer).await, (429, error("rate_limited")));
    tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
    assert_eq!(jopay.get("/requests").await.status(), 200);
}

#[tokio::test]
async fn the_31st_merchant_of_a_minute_is_refused_and_other_calls_are_not() {
    let jopay = JoPay::start().await;
    for number in 1..=32 {
        let answer = create_merchant(&jopay).await;
        let expected = if number <= 30 { 200 } else { 429 };
        assert_eq!(answer.status().as_u16(), expected, "{number}");
    }
    assert_eq!(jopay.get("/merchants").await.status(), 200);
}

#[tokio::test]
async fn an_unknown_key_uses_up_nobodys_quota() {
    let jopay = JoPay::start().await;
    jopay.script(json!({"limits": {"calls": 1}})).await;
    for _ in 0..3 {
        let answer = jopay.call_with("jo_test_nobody", Method::GET, "/requests");
        assert_eq!(answer.send().await.unwrap().status(), 401);
    }
    assert_eq!(jopay.get("/requests").await.status(), 200);
    assert_eq!(jopay.get("/requests").await.status(), 429);
    // A reset is a new minute.
    jopay.sandbox.post("/sandbox/reset", &json!({})).await;
    assert_eq!(jopay.get("/requests").await.status(), 200);
}

#[tokio::test]
async fn a_call_that_trouble_spoils_uses_the_quota_all_the_same() {
    let jopay = JoPay::start().await;
    let script = json!({"limits": {"calls": 2}, "list": {"fault": "http_500", "times": 2}});
    jopay.script(script).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(jopay.get("/requests").await.status().as_u16());
    }
    assert_eq!(statuses, [500, 500, 429]);
}

async fn create_merchant(jopay: &JoPay) -> Response {
    let call = jopay.call_with(TEST_KEY, Method::POST, "/merchants");
    let body: Value = json!({});
    call.json(&body).send().await.unwrap()
}
