//! `malipo-server jopay merchants ...`: the real program, beside a JoPay of a few lines.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::config::GOOD;

type Seen = Arc<Mutex<Vec<(String, Value)>>>;

async fn answer(State(seen): State<Seen>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    let call = format!("{} {}", parts.method, parts.uri);
    let sent = serde_json::from_slice(&body).unwrap_or(Value::Null);
    seen.lock().unwrap().push((call, sent.clone()));
    let path = parts.uri.path();
    if parts.headers["authorization"] != "Bearer jo_test_CANARY-7" {
        let error = json!({"ok":false,"error":"unauthorized"});
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let merchant = |id: &str| json!({"merchant_id":id,"onboarding_status":"complete","display_name":"Mugs\u{1b}[2J","display_currency":"EUR"});
    match (parts.method, path, parts.uri.query()) {
        (Method::POST, _, _) if sent["country"] == "XX" => {
            let error = json!({"ok":false,"error":"invalid_country"});
            (StatusCode::BAD_REQUEST, Json(error)).into_response()
        }
        (Method::POST, _, _) if sent["country"] == "YY" => StatusCode::BAD_GATEWAY.into_response(),
        (Method::POST, _, _) => Json(
            json!({"ok":true,"merchant_id":"m-1","onboarding_status":"incomplete",
            "onboarding_url":"https://admin.jopay.app/onboard/m-1","wallet_address":null}),
        )
        .into_response(),
        (_, "/api/v1/merchants", None) => {
            Json(json!({"ok":true,"merchants":[merchant("m-1")],"next_cursor":"a b"}))
                .into_response()
        }
        (_, "/api/v1/merchants", Some("cursor=a+b")) => {
            Json(json!({"ok":true,"merchants":[merchant("m-2")],"next_cursor":null}))
                .into_response()
        }
        (_, "/api/v1/merchants/m-1", None) => {
            let mut one = merchant("m-1");
            one["ok"] = json!(true);
            Json(one).into_response()
        }
        _ => {
            let error = json!({"ok":false,"error":"not_found"});
            (StatusCode::NOT_FOUND, Json(error)).into_response()
        }
    }
}

/// A folder with a configuration that has neither a merchant nor a webhook secret yet.
async fn prepare(key: &str) -> (tempfile::TempDir, Seen) {
    let seen = Seen::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("m.sqlite");
    let text = format!(
        "provider = \"jopay\"\nstore.sqlite = \"{}\"\njopay.api_key = \"{key}\"\njopay.base_url = \"{base}/api/v1\"\n{GOOD}",
        file.display()
    );
    std::fs::write(folder.path().join("malipo.toml"), text).unwrap();
    (folder, seen)
}

async fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let merchants = ["jopay", "merchants"];
    crate::process::run(folder, &[&merchants, arguments].concat()).await
}

#[tokio::test]
async fn a_merchant_is_created_with_every_field_and_its_next_step_is_shown() {
    let (folder, seen) = prepare("jo_test_CANARY-7").await;
    let fields = [
        ("email", "shop@shop.example"),
        ("display_name", "Mugs"),
        ("business_name", "Mugs Ltd"),
        ("country", "DE"),
        ("phone", "+49 30 1"),
        ("website", "https://shop.example"),
        ("instagram", "@mugs"),
        ("industry", "retail"),
        ("display_currency", "EUR"),
        ("account_type", "business"),
        (
            "wallet_address",
            "0xabababababababababababababababababababab",
        ),
    ];
    let mut arguments = vec!["create".to_owned()];
    for (name, value) in fields {
        arguments.push(format!("--{}={value}", name.replace('_', "-")));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (code, out, err) = run(folder.path(), &arguments).await;
    assert_eq!(code, 0, "{err}");
    assert_eq!(
        out,
        "merchant_id: m-1\nonboarding_status: incomplete\nonboarding_url: https://admin.jopay.app/onboard/m-1\n"
    );
    let sent: Value = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(
        *seen.lock().unwrap(),
        [("POST /api/v1/merchants".to_owned(), sent)]
    );
    // Nothing is sent that was not said.
    let (code, out, _) = run(folder.path(), &["create", "--json"]).await;
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &json["merchant_id"]), (0, &json!("m-1")));
    assert_eq!(seen.lock().unwrap().last().unwrap().1, json!({}));
}

#[tokio::test]
async fn values_beyond_jopays_limits_are_refused_before_anything_is_sent() {
    let (folder, seen) = prepare("jo_test_CANARY-7").await;
    let long = |name: &str, most: usize| format!("--{name}={}", "x".repeat(most + 1));
    for wrong in [
        format!("--email={}@x.example", "x".repeat(250)),
        "--email=shop".to_owned(),
        long("display-name", 120),
        long("business-name", 120),
        "--country=de".to_owned(),
        "--country=DEU".to_owned(),
        long("phone", 32),
        long("website", 200),
        long("instagram", 200),
        long("industry", 80),
        "--industry=".to_owned(),
        "--display-currency=KES".to_owned(),
        "--wallet-address=0xab".to_owned(),
        "--colour=red".to_owned(),
    ] {
        let (code, _, err) = run(folder.path(), &["create", &wrong]).await;
        assert_eq!(code, 2, "{wrong}: {err}");
        assert!(err.contains(wrong.split('=').next().unwrap()), "{err}");
    }
    let (code, _, err) = run(folder.path(), &["show", "../requests"]).await;
    assert_eq!(code, 2, "{err}");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn merchants_are_listed_page_by_page_and_shown() {
    let (folder, seen) = prepare("jo_test_CANARY-7").await;
    let (code, out, err) = run(folder.path(), &["list"]).await;
    assert_eq!(code, 0, "{err}");
    assert_eq!(
        out,
        "m-1  complete  EUR  Mugs[2J\nm-2  complete  EUR  Mugs[2J\n"
    );
    assert_eq!(seen.lock().unwrap().len(), 2);
    let (_, out, _) = run(folder.path(), &["list", "--json"]).await;
    let all: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(all[1]["merchant_id"], "m-2");
    let (code, out, _) = run(folder.path(), &["show", "m-1"]).await;
    assert_eq!(code, 0);
    assert!(
        out.starts_with("merchant_id: m-1\nonboarding_status: complete\n"),
        "{out}"
    );
}

#[tokio::test]
async fn what_jopay_refuses_is_said_and_what_is_unknown_too() {
    let (folder, _) = prepare("jo_test_CANARY-7").await;
    for (arguments, words) in [
        (["show", "m-9"], "not_found"),
        (["create", "--country=XX"], "invalid_country"),
        (
            ["create", "--country=YY"],
            "list the merchants before you try again",
        ),
    ] {
        let (code, out, err) = run(folder.path(), &arguments).await;
        assert_eq!((code, out.as_str()), (3, ""), "{err}");
        assert!(err.contains(words), "{err}");
    }
    let (folder, _) = prepare("jo_test_revoked").await;
    let (code, _, err) = run(folder.path(), &["list"]).await;
    assert!(
        code == 3 && err.contains("unauthorized: JoPay does not take the API key"),
        "{err}"
    );
}
