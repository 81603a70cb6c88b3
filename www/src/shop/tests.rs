//! The shop's routes, asked one by one.

#![expect(clippy::indexing_slicing, reason = "a test may fail by a panic")]

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

fn router() -> Router {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shop = Shop {
        config: Config::read(&home.join("malipo.toml")).unwrap(),
        origin: "http://127.0.0.1:8".to_owned(),
        backend: "http://127.0.0.1:9".to_owned(),
        sandbox: "http://localhost:9".to_owned(),
        provider: Provider::default(),
        root: home.join("pages"),
        widget: home.join("pages"),
        docs: home.join("docs/theme"),
        http: loopback_client().unwrap(),
    };
    shop.router().unwrap()
}

async fn send(request: Request<Body>) -> (StatusCode, axum::http::HeaderMap, String) {
    let answer = router().oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (parts.status, parts.headers, text)
}

async fn ask(cart: Value) -> (StatusCode, Value) {
    let request = Request::post("/shop/quote")
        .header("content-type", "application/json")
        .body(Body::from(cart.to_string()))
        .unwrap();
    let (status, _, text) = send(request).await;
    (status, serde_json::from_str(&text).unwrap())
}

async fn page(path: &str) -> (StatusCode, axum::http::HeaderMap, String) {
    send(Request::get(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_quote_holds_the_catalogues_price_whatever_the_page_says() {
    let cart = json!({"amount": "1", "lines": [{"sku": "coffee", "quantity": 2, "price": "1"}]});
    let (status, body) = ask(cart).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["amount"], "76000");
    assert_eq!(body["currency"], "UGX");
    assert_eq!(body["quote"].as_str().unwrap().split('.').count(), 3);
}

#[tokio::test]
async fn what_cannot_be_sold_is_refused_with_a_sentence() {
    for (sku, quantity, culprit) in [
        ("yacht", 1, "yacht"),
        ("coffee", 0, "coffee"),
        ("coffee", 1000, "999"),
    ] {
        let (status, body) = ask(json!({"lines": [{"sku": sku, "quantity": quantity}]})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body["error"].as_str().unwrap().contains(culprit), "{body}");
    }
}

#[tokio::test]
async fn what_is_no_basket_is_refused_with_a_sentence() {
    for cart in [
        json!(null),
        json!({"lines": 5}),
        json!({"lines": [{"sku": "coffee", "quantity": -1}]}),
    ] {
        let (status, body) = ask(cart).await;
        assert!(status.is_client_error());
        assert!(body["error"].is_string());
    }
}

#[tokio::test]
async fn every_page_comes_with_the_strict_policy() {
    for path in [
        "/",
        "/states.html",
        "/return.html",
        "/shop.js",
        "/nothing-here",
    ] {
        let (_, headers, _) = page(path).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{path}"
        );
        assert!(
            policy.contains("require-trusted-types-for 'script'"),
            "{path}"
        );
        assert!(
            policy.contains("connect-src 'self' http://127.0.0.1:9;"),
            "{path}"
        );
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
    }
}

#[tokio::test]
async fn pages_hold_the_catalogues_prices_and_nothing_inline() {
    for path in ["/", "/states.html", "/return.html"] {
        let (status, _, text) = page(path).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains("{{"));
        assert_eq!(
            text.matches("<script").count(),
            text.matches("<script ").count()
        );
    }
    let (_, _, text) = page("/").await;
    assert!(text.contains(r#"amount="38000" currency="UGX""#));
}

#[tokio::test]
async fn neither_keys_nor_sources_are_served() {
    for path in [
        "/malipo.toml",
        "/../malipo.toml",
        "/%2e%2e/malipo.toml",
        "/src/main.rs",
        "/malipo/../malipo.toml",
    ] {
        let (status, _, text) = page(path).await;
        assert!(status.is_client_error(), "{path}: {status}");
        assert!(!text.contains("sandbox key"), "{path}");
    }
}

#[tokio::test]
async fn a_backend_that_is_down_is_said_to_be_down() {
    let (status, _, text) = page("/shop/orders/DUKA1").await;
    assert_eq!(status, StatusCode::BAD_GATEWAY, "{text}");
    let (status, _, _) = page("/shop/orders/..%2f..%2fpay").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_way_to_pay_has_its_own_prices_and_only_a_link_asks_whom_it_goes_to() {
    for (provider, price, asks) in [
        ("joyndpay", "UGX 38,000", false),
        ("jopay", "USD 10.40", false),
        ("jenga", "KES 1,350.00", true),
    ] {
        let path = format!("/?provider={provider}");
        let (status, _, page) = page(&path).await;
        assert_eq!(status, StatusCode::OK);
        let initiate = format!("/pay/initiate?provider={provider}\"");
        assert!(
            page.contains(&initiate) && page.contains(price),
            "{provider}"
        );
        assert_eq!(page.contains("id=\"customer\""), asks, "{provider}");
        assert_eq!(page.contains("name=\"customer_phone\""), asks, "{provider}");
    }
}

#[tokio::test]
async fn a_way_to_pay_that_is_none_shows_the_shop_as_it_starts() {
    for query in ["?provider=cash", "?provider=", "?%"] {
        let (_, _, page) = page(&format!("/{query}")).await;
        assert!(page.contains("?provider=joyndpay\""), "{query}");
    }
}

#[tokio::test]
async fn the_documentation_is_told_where_its_examples_find_a_backend() {
    let (status, _, text) = page("/docs/demo.json").await;
    assert_eq!(status, StatusCode::OK);
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        body,
        json!({"backend": "http://127.0.0.1:9", "provider": "joyndpay"})
    );
}

#[tokio::test]
async fn the_documentation_is_served_as_a_folder_and_linked_only_where_it_is_built() {
    let (status, headers, _) = page("/docs").await;
    assert_eq!(status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(headers["location"], "/docs/");
    let (status, headers, text) = page("/docs/docs.css").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert!(headers.contains_key("content-security-policy"));
    let (_, _, shop) = page("/").await;
    assert!(!shop.contains("/docs/"), "the theme has no index.html");
}
