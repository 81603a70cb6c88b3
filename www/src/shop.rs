//! The shop's own server: pages, the widget's files, quotes, and a look at the backend's record of an order.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, get_service, post};
use axum::{Json, Router};
use malipo_wire::OrderId;
use serde::{Deserialize, Serialize};
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::cart::{Cart, PricedLine};
use crate::config::Config;
use crate::error::ShopError;
use crate::pages::Pages;
use crate::quote::{Quote, new_order_id};
use crate::ways::Provider;

/// Everything that the shop's server knows.
pub(crate) struct Shop {
    pub(crate) config: Config,
    /// Origin of the shop itself.
    pub(crate) origin: String,
    /// Origin of the backend, as the browser reaches it.
    pub(crate) backend: String,
    /// Origin of the provider's sandbox.
    pub(crate) sandbox: String,
    /// The way to pay that the page starts with.
    pub(crate) provider: Provider,
    /// The folder of the pages.
    pub(crate) root: PathBuf,
    /// The folder of the widget's files.
    pub(crate) widget: PathBuf,
    pub(crate) http: reqwest::Client,
}

/// A client for the backend beside the shop: plain HTTP, so that no certificates need be installed.
///
/// # Errors
/// Where the TLS library does not start.
pub(crate) fn loopback_client() -> Result<reqwest::Client, reqwest::Error> {
    // Somebody else in this process may have chosen already, and chosen the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
}

impl Shop {
    /// Every route of the shop, with its headers.
    pub(crate) fn router(self) -> anyhow::Result<Router> {
        let policy = HeaderValue::try_from(content_security_policy(&self))?;
        let widget = ServeDir::new(&self.widget)
            .precompressed_br()
            .precompressed_gzip();
        let files = ServeDir::new(&self.root);
        let icon = ServeFile::new(self.root.join("img/icon.svg"));
        let pages = Arc::new(Pages::new(&self));
        let start = self.provider;
        let page = |name: &'static str| {
            let pages = Arc::clone(&pages);
            get(move |way: Result<Query<Choice>, QueryRejection>| {
                // What is none of ours shows the page as it starts.
                let chosen = way.ok().and_then(|Query(it)| it.provider);
                std::future::ready(show(pages.render(name, chosen.unwrap_or(start))))
            })
        };
        Ok(Router::new()
            .route("/", page("index.html"))
            .route("/index.html", page("index.html"))
            .route("/return.html", page("return.html"))
            .route("/states.html", page("states.html"))
            .route("/shop/quote", post(quote))
            .route("/shop/orders/{order_id}", get(order))
            .route("/favicon.ico", get_service(icon))
            .nest_service("/malipo", widget)
            .fallback_service(files)
            .layer(DefaultBodyLimit::max(MOST_BYTES))
            .layer(set(header::CONTENT_SECURITY_POLICY, policy))
            .layer(set(
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ))
            // The backend judges the Origin of the form without script, which "no-referrer" would turn to "null".
            .layer(set(
                header::REFERRER_POLICY,
                HeaderValue::from_static("strict-origin-when-cross-origin"),
            ))
            .layer(set(
                header::CACHE_CONTROL,
                HeaderValue::from_static("no-cache"),
            ))
            .with_state(Arc::new(self)))
    }
}

/// Which way to pay a page shows: `?provider=jopay`.
#[derive(Deserialize)]
struct Choice {
    provider: Option<Provider>,
}

/// As strict as a shop's policy may be. The widget needs `'wasm-unsafe-eval'` and a way to the backend, nothing else.
fn content_security_policy(shop: &Shop) -> String {
    let (backend, sandbox) = (&shop.backend, &shop.sandbox);
    [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data:",
        &format!("connect-src 'self' {backend}"),
        // The form without script goes to the backend, which redirects it to the provider's page.
        &format!("form-action 'self' {backend} {sandbox}"),
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
    .join("; ")
}

fn set(name: HeaderName, value: HeaderValue) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, value)
}

fn show(page: Result<String, minijinja::Error>) -> Response {
    match page {
        Ok(text) => Html(text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

/// `POST /shop/quote`: what a basket costs, signed.
async fn quote(
    State(shop): State<Arc<Shop>>,
    cart: Result<Json<Cart>, JsonRejection>,
) -> Result<Json<QuoteBody>, ShopError> {
    let Json(cart) = cart?;
    let customer = cart.customer.clone();
    let priced = cart.price(&shop.config.catalogue)?;
    let order_id = new_order_id();
    let audience = &shop.config.audience;
    let quote = Quote::new(
        &order_id,
        priced.total,
        audience,
        &priced.description,
        customer.as_ref(),
        unix_now(),
    );
    let expires_at = quote.expires_at();
    let text = quote
        .sign(&shop.config.quote_key)
        .map_err(|error| ShopError::Internal(error.to_string()))?;
    Ok(Json(QuoteBody {
        quote: text,
        amount: priced.total.to_decimal(),
        currency: priced.total.currency().to_string(),
        expires_at,
        lines: priced.lines,
        order_id,
    }))
}

#[derive(Serialize)]
struct QuoteBody {
    order_id: String,
    quote: String,
    amount: String,
    currency: String,
    expires_at: u64,
    lines: Vec<PricedLine>,
}

/// `GET /shop/orders/{order_id}`: the backend's record, which is the truth; asked with a key that no page knows.
async fn order(
    State(shop): State<Arc<Shop>>,
    Path(order_id): Path<String>,
) -> Result<Response, ShopError> {
    // Parsed, since it becomes part of a URL.
    let order_id: OrderId = order_id.parse().map_err(|_| ShopError::NoSuchOrder)?;
    let url = format!("{}/api/orders/{}", shop.backend, order_id.as_str());
    let ask = shop.http.get(url).bearer_auth(&shop.config.shop_api_key);
    let answer = ask
        .timeout(BACKEND_TIMEOUT)
        .send()
        .await
        .map_err(|_| ShopError::BackendDown)?;
    let status = answer.status();
    if status == StatusCode::NOT_FOUND {
        return Err(ShopError::NoSuchOrder);
    }
    if !status.is_success() {
        return Err(ShopError::Internal(format!(
            "the backend answered {status}"
        )));
    }
    let body = answer.bytes().await.map_err(|_| ShopError::BackendDown)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the shop's one clock: when a quote ends"
)]
fn unix_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |it| it.as_secs())
}

/// A basket of 20 lines takes 2 KB.
const MOST_BYTES: usize = 16 * 1024;
const BACKEND_TIMEOUT: Duration = Duration::from_secs(5);

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may fail by a panic")]
mod tests {
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
        let cart =
            json!({"amount": "1", "lines": [{"sku": "coffee", "quantity": 2, "price": "1"}]});
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
}
