//! Who may call: keys, scopes, revocation.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{JoPay, LIVE_KEY, TEST_KEY, error, order, refused};
use crate::{
    command_line::run,
    sandbox::{Sandbox, json_of},
};

#[tokio::test]
async fn a_missing_malformed_or_unknown_key_is_unauthorized() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/jopay/api/v1/requests", sandbox.base);
    for sent in [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer "),
        Some(TEST_KEY),
        Some("Basic jo_test_malipo_sandbox"),
        Some("Bearer jo_test_other"),
        Some("Bearer jo_test_malipo_sandbox2"),
    ] {
        let mut request = sandbox.http.get(&url);
        if let Some(sent) = sent {
            request = request.header("Authorization", sent);
        }
        let answer = refused(request.send().await.unwrap()).await;
        assert_eq!(answer, (401, error("unauthorized")), "{sent:?}");
    }
    let good = sandbox
        .http
        .get(&url)
        .header("authorization", format!("bearer {TEST_KEY}"));
    assert_eq!(good.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_restricted_key_may_do_what_its_scopes_say() {
    let id = "00000000-0000-4000-8000-000000000000";
    let calls = [
        (Method::GET, "/requests".to_owned(), "requests:read"),
        (Method::GET, format!("/requests/{id}"), "requests:read"),
        (
            Method::POST,
            "/requests/create".to_owned(),
            "requests:write",
        ),
        (
            Method::POST,
            format!("/requests/{id}/cancel"),
            "requests:write",
        ),
        (Method::GET, "/merchants".to_owned(), "merchants:read"),
        (Method::GET, format!("/merchants/{id}"), "merchants:read"),
        (Method::POST, "/merchants".to_owned(), "merchants:write"),
    ];
    let scopes = [
        "requests:read",
        "requests:write",
        "merchants:read",
        "merchants:write",
    ];
    let keys = scopes.map(|scope| format!("jo_test_{}={scope}", scope.replace(':', "_")));
    let arguments: Vec<_> = keys
        .iter()
        .flat_map(|it| ["--jopay-restricted-key", it])
        .collect();
    let jopay = JoPay::start_with(&arguments).await;
    for scope in scopes {
        let key = format!("jo_test_{}", scope.replace(':', "_"));
        for (method, path, needed) in &calls {
            let call = jopay.call_with(&key, method.clone(), path).json(&json!({}));
            let (status, body) = refused(call.send().await.unwrap()).await;
            if *needed == scope {
                assert!(status != 401 && status != 403, "{key} {path}: {body}");
            } else {
                let expected =
                    json!({"ok": false, "error": "insufficient_scope", "required_scope": needed});
                assert_eq!((status, body), (403, expected), "{key} {path}");
            }
        }
    }
    assert_eq!(
        json_of(jopay.get("/requests").await).await["requests"],
        json!([]),
        "nothing was created"
    );
}

#[tokio::test]
async fn a_key_with_two_scopes_has_both_and_one_with_none_has_none() {
    let jopay = JoPay::start_with(&[
        "--jopay-restricted-key",
        "jo_test_both=requests:read,merchants:read",
        "--jopay-restricted-key",
        "jo_live_none=",
    ])
    .await;
    for (key, status) in [("jo_test_both", 200), ("jo_live_none", 403)] {
        for path in ["/requests", "/merchants"] {
            let answer = jopay
                .call_with(key, Method::GET, path)
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status().as_u16(), status, "{key} {path}");
        }
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_from_the_next_call_on() {
    let jopay = JoPay::start().await;
    assert_eq!(jopay.get("/requests").await.status(), StatusCode::OK);
    let answer = jopay
        .sandbox
        .post("/sandbox/jopay/keys/test/revoke", &json!({}))
        .await;
    assert_eq!(
        json_of(answer).await,
        json!({"key_id": "test", "revoked": true})
    );
    assert_eq!(
        refused(jopay.get("/requests").await).await,
        (401, error("unauthorized"))
    );
    let live = jopay.call_with(LIVE_KEY, Method::GET, "/requests");
    assert_eq!(live.send().await.unwrap().status(), StatusCode::OK);
    jopay
        .sandbox
        .post("/sandbox/jopay/keys/test/restore", &json!({}))
        .await;
    assert_eq!(jopay.get("/requests").await.status(), StatusCode::OK);

    for path in ["nobody/revoke", "test/burn"] {
        let path = format!("/sandbox/jopay/keys/{path}");
        let answer = jopay.sandbox.post(&path, &json!({})).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn keys_are_listed_and_calls_recorded_by_name_and_never_by_key() {
    let jopay =
        JoPay::start_with(&["--jopay-restricted-key", "jo_live_reader=requests:read"]).await;
    let answer = jopay
        .sandbox
        .get("/sandbox/jopay/keys")
        .await
        .text()
        .await
        .unwrap();
    let keys: Value = serde_json::from_str(&answer).unwrap();
    let all = [
        "requests:read",
        "requests:write",
        "merchants:read",
        "merchants:write",
    ];
    assert_eq!(
        keys,
        json!({"keys": [
            {"key_id": "test", "mode": "test", "scopes": all, "revoked": false},
            {"key_id": "live", "mode": "live", "scopes": all, "revoked": false},
            {"key_id": "restricted-1", "mode": "live", "scopes": ["requests:read"], "revoked": false},
        ]})
    );
    let id = jopay.request(&order("ORD-1")).await;
    for (key, path) in [
        (LIVE_KEY, format!("/requests/{id}")),
        ("jo_live_reader", "/requests?limit=1".to_owned()),
        ("jo_live_unknown", "/requests".to_owned()),
    ] {
        jopay
            .call_with(key, Method::GET, &path)
            .send()
            .await
            .unwrap();
    }
    let text = jopay
        .sandbox
        .get("/sandbox/calls")
        .await
        .text()
        .await
        .unwrap();
    assert!(!(text + &answer).contains("jo_"), "a key is nowhere");
    let calls = json_of(jopay.sandbox.get("/sandbox/calls").await).await;
    let calls: Vec<_> = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            assert!(it["at_ms"].is_u64() && it["provider"] == "jopay");
            (
                it["key_id"].clone(),
                it["path"].as_str().unwrap(),
                it["order_id"].clone(),
                it["http_status"].clone(),
            )
        })
        .collect();
    let base = "/jopay/api/v1/requests";
    assert_eq!(
        calls,
        [
            (
                json!("test"),
                format!("{base}/create").as_str(),
                json!("ORD-1"),
                json!(200)
            ),
            (
                json!("live"),
                format!("{base}/{id}").as_str(),
                json!("ORD-1"),
                json!(404)
            ),
            (json!("restricted-1"), base, Value::Null, json!(200)),
            (Value::Null, base, Value::Null, json!(401)),
        ]
    );
}

#[tokio::test]
async fn options_that_cannot_be_used_are_named_and_secrets_are_not_repeated_in_help() {
    for (option, value, problem) in [
        (
            "--jopay-api-key",
            "jo_live_x",
            "it must begin with jo_test_",
        ),
        (
            "--jopay-live-api-key",
            "sk_live_x",
            "it must be jo_test_ or jo_live_",
        ),
        (
            "--jopay-restricted-key",
            "jo_test_x",
            "it must be KEY=SCOPE,SCOPE",
        ),
        (
            "--jopay-restricted-key",
            "jo_test_x=requests:all",
            "there is no scope",
        ),
        ("--jopay-merchants", "1=EUR", "is no UUID"),
        (
            "--jopay-merchants",
            "10000000-0000-4000-8000-000000000404=KES",
            "none of JoPay's 28 currencies",
        ),
        ("--jopay-webhook-url", "ftp://x", "http or https"),
        ("--jopay-webhook-secret", "abc", "64 hex characters"),
        ("--jopay-webhook-key-form", "base64", "utf8, hex"),
    ] {
        let said = run(&[option, value]).await;
        assert!(said.contains(option) && said.contains(problem), "{said}");
    }
    let help = run(&["--help"]).await;
    for part in [
        "--jopay-api-key",
        "jo_test_malipo_sandbox",
        "10000000-0000-4000-8000-000000000978=EUR",
        "MALIPO_SANDBOX_JOPAY_WEBHOOK_URL",
        "/jopay/api/v1/requests/create",
        "jopay.webhook.retry_ms",
        "/sandbox/jopay/payments/{id}/mismatch",
    ] {
        assert!(help.contains(part), "{part} is missing in {help}");
    }
}
