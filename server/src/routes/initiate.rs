//! `POST /pay/initiate`: start paying an order.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use malipo_wire::{Customer, InitiateAnswer, InitiateRequest};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use url::Url;

use super::body;
use super::error::ApiError;
use crate::app::App;
use crate::config::Origin;
use crate::opening::{self, Intent};
use crate::payment::price::{self, Basket};
use crate::payment::quote;

pub(super) async fn initiate(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<InitiateAnswer>, ApiError> {
    let provider = provider(&app, query.as_deref())?;
    let mut request: InitiateRequest = body::json(&headers, body, FIELDS).await?;
    let key = idempotency_key(&headers)?;
    let return_url = return_url(&app, &request.return_url)?;
    let basket = basket(&app, &request)?;
    let counted = basket.order_id.as_ref();
    let counted = counted.map_or_else(|| key.clone(), ToString::to_string);
    app.limits
        .initiates
        .count(&counted)
        .map_err(ApiError::rate_limited)?;
    request.return_url.clear();
    let payload = serde_json::to_vec(&request).unwrap_or_default();
    let intent = Intent {
        basket,
        provider,
        key: Some(key),
        payload_hash: Sha256::digest(&payload).into(),
        return_url,
    };
    opening::open(&app, intent).await.map(Json)
}

/// The provider that the route's query names, `?provider=jopay`; else the configured one.
///
/// It is no part of the payload: a press that names another provider finds the attempt that is under way.
pub(super) fn provider(app: &App, query: Option<&str>) -> Result<&'static str, ApiError> {
    let named = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "provider");
    let Some((_, name)) = named else {
        return Ok(app.config.providers.default);
    };
    let desk = app.desk(&name).ok_or_else(|| {
        let there: Vec<_> = app.desks().map(|it| it.provider.id()).collect();
        let there = there.join(", ");
        ApiError::bad(format!(
            "provider: not one of this server's; accepted: {there}"
        ))
    })?;
    Ok(desk.provider.id())
}

/// What the request is charged, its texts checked.
pub(super) fn basket(app: &App, request: &InitiateRequest) -> Result<Basket, ApiError> {
    let quote = match (&request.quote, &app.config.quote_key) {
        (None, _) => None,
        (Some(_), None) => {
            return Err(ApiError::bad(
                "quote: this server has no quote.key, so it accepts none",
            ));
        }
        (Some(text), Some(key)) => {
            let key = key.expose_secret().as_bytes();
            let now = app.now().seconds();
            let read = quote::read(text, key, &app.config.audience(), now);
            Some(read.map_err(|error| ApiError::bad(format!("quote: {error}")))?)
        }
    };
    texts(request.description.as_deref(), request.customer.as_ref())?;
    let config = &app.config;
    let basket = price::decide(
        request,
        quote,
        &config.catalogue,
        config.allow_client_amounts,
    )?;
    texts(basket.description.as_deref(), Some(&basket.customer))?;
    Ok(basket)
}

/// A page of a shop (or of ours) to come back to, without its fragment.
///
/// # Errors
/// 400 that names `return_url`.
pub(super) fn return_url(app: &App, text: &str) -> Result<String, ApiError> {
    let wrong = || {
        ApiError::bad(
            "return_url: accepted: the absolute URL of a page on one of the server's shop_origins, 2048 characters at most",
        )
    };
    if MOST_URL_BYTES < text.len() {
        return Err(wrong());
    }
    let mut url = Url::parse(text).map_err(|_| wrong())?;
    let origin = Origin::of(&url).ok_or_else(wrong)?;
    let known =
        app.config.shop_origins.contains(&origin) || *app.config.public_url.origin() == origin;
    if !known || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    url.set_fragment(None);
    Ok(url.into())
}

/// The key of draft-ietf-httpapi-idempotency-key-header: a UUID v4, with quotes around it or without.
fn idempotency_key(headers: &HeaderMap) -> Result<String, ApiError> {
    let wrong = || {
        ApiError::bad(
            "Idempotency-Key: accepted: one header with a version 4 UUID, such as \"8e03978e-40d5-43e8-bc93-6894a57f9324\"",
        )
    };
    let mut values = headers.get_all("idempotency-key").iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(wrong());
    };
    let text = value.to_str().map_err(|_| wrong())?.trim();
    let text = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').ok_or_else(wrong)?,
        None => text,
    };
    let uuid = uuid::Uuid::try_parse(text).map_err(|_| wrong())?;
    if text.len() != 36 || uuid.get_version_num() != 4 {
        return Err(wrong());
    }
    Ok(uuid.to_string())
}

fn texts(description: Option<&str>, customer: Option<&Customer>) -> Result<(), ApiError> {
    let customer = customer.cloned().unwrap_or_default();
    let fields = [
        ("description", description, 2000),
        ("customer.name", customer.name.as_deref(), 200),
        ("customer.email", customer.email.as_deref(), 254),
        ("customer.phone", customer.phone.as_deref(), 32),
    ];
    for (name, text, most) in fields {
        let text = text.unwrap_or_default();
        if most < text.chars().count() || text.contains('\0') {
            return Err(ApiError::bad(format!(
                "{name}: accepted: a text of at most {most} characters, without NUL"
            )));
        }
    }
    Ok(())
}

/// What each field accepts.
pub(super) const FIELDS: &[(&str, &str)] = &[
    (
        "order_id",
        "a text of 1 to 64 characters out of A-Z, a-z, 0-9, '.', '_' and '-'",
    ),
    (
        "amount",
        "a decimal text in major units, such as \"10000\" or \"1250.50\"",
    ),
    ("currency", "an ISO 4217 code as a text, such as \"UGX\""),
    ("quote", "a compact JWT as a text"),
    ("sku", "an article of the server's catalogue, as a text"),
    ("quantity", "a whole number from 1 to 999"),
    ("description", "a text"),
    (
        "customer",
        "an object with name, email and phone, each a text",
    ),
    ("customer.name", "a text"),
    ("customer.email", "a text"),
    ("customer.phone", "a text"),
    (
        "return_url",
        "the absolute URL of the page to come back to, as a text",
    ),
];
const MOST_URL_BYTES: usize = 2048;
