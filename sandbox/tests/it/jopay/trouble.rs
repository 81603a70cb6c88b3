//! Trouble on demand: every way in which a call goes wrong.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{JoPay, error, order, refused, statuses, text};
use crate::sandbox::{header, json_of};

#[tokio::test]
async fn an_answer_can_be_lost_before_or_after_the_request_exists() {
    let jopay = JoPay::start().await;
    for (fault, exists) in [("refuse", false), ("close_after_create", true)] {
        let script = json!({"fault": fault, "times": 1});
        jopay.script(json!({"create": script})).await;
        let mut body = order(fault);
        body["idempotency_key"] = json!(format!("{fault:k<40}"));
        let call = jopay.call(Method::POST, "/requests/create").json(&body);
        assert!(call.send().await.is_err(), "{fault}");
        let again = jopay.request(&body).await;
        let entry = jopay.sandbox.payment(fault).await;
        assert_eq!(
            (&entry["id"], &entry["replays"]),
            (&json!(again), &json!(u32::from(exists)))
        );
    }
}

#[tokio::test]
async fn an_answer_can_stay_out_after_the_request_exists() {
    let jopay = JoPay::start().await;
    jopay
        .script(json!({"create": {"fault": "timeout_after_create", "times": 1}}))
        .await;
    let body = order("ORD-LOST");
    let call = jopay.call(Method::POST, "/requests/create").json(&body);
    let call = tokio::spawn(call.send());
    let id = loop {
        let list = json_of(jopay.get("/requests").await).await;
        if let Some(id) = list["requests"][0]["request_id"].as_str() {
            break id.to_owned();
        }
    };
    assert!(!call.is_finished());
    assert_eq!(jopay.sandbox.payment("ORD-LOST").await["id"], id.as_str());
    call.abort();
}

#[tokio::test]
async fn servers_that_are_down_or_busy_do_nothing() {
    let jopay = JoPay::start().await;
    let down = json!({"fault": "http_500"});
    jopay
        .script(
            json!({"create": down, "get": down, "list": down, "cancel": down, "merchants": down}),
        )
        .await;
    for answer in all(&jopay, "1").await {
        assert_eq!(refused(answer).await, (500, error("internal_error")));
    }
    for (retry_after_s, expected) in [(json!(7), "7"), (Value::Null, "")] {
        let busy = json!({"fault": "http_429", "retry_after_s": retry_after_s});
        jopay.script(json!({"create": busy, "get": busy, "list": busy, "cancel": busy, "merchants": busy})).await;
        for answer in all(&jopay, "1").await {
            assert_eq!(header(&answer, "retry-after"), expected);
            assert_eq!(refused(answer).await, (429, error("rate_limited")));
        }
    }
    jopay.script(json!({})).await;
    assert_eq!(
        json_of(jopay.get("/requests").await).await["requests"],
        json!([])
    );
    let merchants = json_of(jopay.get("/merchants").await).await;
    assert_eq!(merchants["merchants"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn answers_can_be_garbage() {
    let jopay = JoPay::start().await;
    jopay.script(json!({"limits": {"calls": 1000}})).await;
    for fault in [
        "html_page",
        "malformed_json",
        "wrong_types",
        "empty",
        "big_body",
    ] {
        let id = jopay.request(&order(fault)).await;
        let bad = json!({"fault": fault});
        let script = json!({"create": bad, "get": bad, "list": bad, "cancel": bad, "merchants": bad,
            "limits": {"calls": 1000}});
        jopay.script(script).await;
        for answer in all(&jopay, &id).await {
            assert_eq!(answer.status(), StatusCode::OK, "{fault}");
            let content_type = header(&answer, "content-type").to_owned();
            let text = answer.text().await.unwrap();
            let json: Result<Value, _> = serde_json::from_str(&text);
            match fault {
                "html_page" => {
                    assert!(content_type.starts_with("text/html") && text.contains("<html>"));
                }
                "malformed_json" => assert!(text.starts_with('{') && json.is_err(), "{text}"),
                "wrong_types" => {
                    let json = json.unwrap();
                    assert!(
                        json["request_id"].is_number() && json["amount"]["fiat_int"].is_string()
                    );
                }
                "empty" => assert_eq!(text, ""),
                _ => {
                    assert!(text.len() > 10 * 1024 * 1024);
                    assert_eq!(json.unwrap()["ok"], true);
                }
            }
        }
        jopay.script(json!({"limits": {"calls": 1000}})).await;
        let cancelled = jopay.shown(&id).await["status"] == "cancelled";
        assert_eq!(
            cancelled,
            fault != "html_page",
            "{fault}: done before it was spoilt"
        );
    }
}

#[tokio::test]
async fn answers_can_be_slow_while_the_request_exists() {
    let jopay = JoPay::start().await;
    jopay
        .script(json!({"create": {"delay_ms": 3000}, "get": {"delay_ms": 1000}}))
        .await;
    let body = order("ORD-SLOW");
    let mut slow = std::pin::pin!(jopay.created(&body));
    let watch =
        async { while json_of(jopay.get("/requests").await).await["requests"] == json!([]) {} };
    tokio::select! {
        _ = &mut slow => panic!("the answer came before the request could be seen"),
        () = watch => {}
    }
    let id = text(&slow.await["request_id"]);
    jopay.shown(&id).await;
    let calls = json_of(jopay.sandbox.get("/sandbox/calls").await).await;
    let took = |path: &str| {
        let mut calls = calls["calls"].as_array().unwrap().iter();
        let call = calls
            .find(|it| it["path"].as_str().unwrap().ends_with(path))
            .unwrap();
        call["took_ms"].as_u64().unwrap()
    };
    assert!(took("/create") >= 3000 && took(&id) >= 1000);
}

#[tokio::test]
async fn fields_of_an_answer_can_be_replaced_and_the_ledger_keeps_the_truth() {
    let jopay = JoPay::start().await;
    let script = json!({
        "create": {"answer": {"pay_page_url": "javascript:alert(1)", "amount.fiat_int": 1}},
        "get": {"answer": {"amount.fiat_int": 1, "amount.fiat_code": "JPY", "proof_status": "verified", "status": "paid"}},
        "cancel": {"answer": {"status": "canceled"}},
        "list": {"answer": {"requests": null}},
        "merchants": {"answer": {"onboarding_status": 7}},
    });
    jopay.script(script).await;
    let created = jopay.created(&order("ORD-LIES")).await;
    assert_eq!(
        (&created["pay_page_url"], &created["amount"]["fiat_int"]),
        (&json!("javascript:alert(1)"), &json!(1))
    );
    let id = text(&created["request_id"]);
    let shown = jopay.shown(&id).await;
    assert_eq!(statuses(&shown), ("paid", "verified"));
    assert_eq!(
        shown["amount"],
        json!({"fiat_int": 1, "fiat_code": "JPY", "usdc_micro": "29069767"})
    );
    assert_eq!(
        json_of(jopay.get("/requests").await).await["requests"],
        Value::Null
    );
    let merchant = json_of(jopay.get(&format!("/merchants/{}", super::EUR_SHOP)).await).await;
    assert_eq!(merchant["onboarding_status"], 7);
    let entry = jopay.sandbox.payment("ORD-LIES").await;
    assert_eq!(
        (
            &entry["fiat_int"],
            &entry["currency"],
            &entry["proof_status"],
            &entry["request_status"]
        ),
        (
            &json!(2500),
            &json!("EUR"),
            &json!("none"),
            &json!("requested")
        )
    );
    assert_eq!(json_of(jopay.cancel(&id).await).await["status"], "canceled");
}

#[tokio::test]
async fn trouble_ends_after_so_many_calls() {
    let jopay = JoPay::start().await;
    jopay
        .script(json!({"list": {"http_status": 503, "times": 2}}))
        .await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(jopay.get("/requests").await.status().as_u16());
    }
    assert_eq!(statuses, [503, 503, 200]);
}

#[tokio::test]
async fn a_script_that_cannot_be_is_refused_with_every_culprit() {
    let jopay = JoPay::start().await;
    for (script, culprit) in [
        (json!({"creat": {}}), "creat"),
        (
            json!({"create": {"answer": {"utr": 1}}}),
            "jopay.create.answer has no field \"utr\"",
        ),
        (
            json!({"get": {"answer": {"amount.minor": 1}}}),
            "jopay.get.answer",
        ),
        (
            json!({"list": {"answer": {"status": 1}}}),
            "jopay.list.answer",
        ),
        (
            json!({"cancel": {"delay_ms": 600_001}}),
            "jopay.cancel.delay_ms",
        ),
        (
            json!({"merchants": {"http_status": 100}}),
            "jopay.merchants.http_status",
        ),
        (json!({"error_status": 600}), "jopay.error_status"),
        (
            json!({"limits": {"window_ms": 600_001}}),
            "jopay.limits.window_ms",
        ),
        (json!({"limits": {"calls": -1}}), "jopay.limits.calls"),
        (
            json!({"expiry": {"pos_s": 31_536_001}}),
            "jopay.expiry.pos_s",
        ),
        (
            json!({"expiry": {"invoice_s": 31_536_001}}),
            "jopay.expiry.invoice_s",
        ),
        (json!({"webhook": {"mode": "twice"}}), "jopay.webhook.mode"),
        (json!({"webhook": {"copies": 0}}), "jopay.webhook.copies"),
        (
            json!({"webhook": {"retry_ms": vec![1; 21]}}),
            "jopay.webhook.retry_ms",
        ),
        (
            json!({"webhook": {"retry_ms": [86_400_001]}}),
            "jopay.webhook.retry_ms",
        ),
        (
            json!({"webhook": {"retry_ms": 5}}),
            "jopay.webhook.retry_ms",
        ),
        (
            json!({"webhook": {"timeout_ms": 600_001}}),
            "jopay.webhook.timeout_ms",
        ),
        (
            json!({"webhook": {"delay_ms": 86_400_001}}),
            "jopay.webhook.delay_ms",
        ),
        (
            json!({"webhook": {"fields": {"amount": 1}}}),
            "jopay.webhook.fields",
        ),
        (
            json!({"webhook": {"order": "reversed", "delay_ms": 1}}),
            "jopay.webhook.order",
        ),
        (
            json!({"checkout": {"verify_ms": 600_001}}),
            "jopay.checkout.verify_ms",
        ),
        (json!({"checkout": {"coop": "a\nb"}}), "jopay.checkout.coop"),
        (json!({"limits": [60]}), "jopay.limits"),
    ] {
        let body = json!({"jopay": script});
        let answer = jopay.sandbox.post("/sandbox/script", &body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{script}");
        let said = json_of(answer).await["error"]
            .to_string()
            .replace("\\\"", "\"");
        assert!(said.contains(culprit), "{said}");
    }
}

/// An answer of every endpoint.
async fn all(jopay: &JoPay, id: &str) -> Vec<Response> {
    let merchant = jopay.call(Method::POST, "/merchants").json(&json!({}));
    vec![
        jopay.create(&order("ORD-ALL")).await,
        jopay.get(&format!("/requests/{id}")).await,
        jopay.get("/requests").await,
        jopay.cancel(id).await,
        merchant.send().await.unwrap(),
        jopay.get("/merchants").await,
        jopay.get(&format!("/merchants/{}", super::EUR_SHOP)).await,
    ]
}
