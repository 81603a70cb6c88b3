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
use crate::docs;
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
    /// The folder of the documentation; it need not be there.
    pub(crate) docs: PathBuf,
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
            .merge(docs::router(&self.docs, &self.backend))
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
mod tests;
