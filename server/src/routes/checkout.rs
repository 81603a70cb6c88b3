//! `POST /pay/checkout`: the form without script. It answers with a redirect to the checkout page, or to our own page about
//! the link that was sent, or with a page that says what is wrong and leads back.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use malipo_wire::{Customer, ErrorCode, InitiateRequest, Status};
use sha2::{Digest, Sha256};
use url::Url;

use super::error::{ApiError, Logged};
use super::page::{self, ErrorPage};
use super::{body, gate, initiate, link_page};
use crate::app::App;
use crate::config::Origin;
use crate::opening::{self, Intent};
use crate::texts::Texts;

pub(super) async fn checkout(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let say = Texts::asked_for(&headers);
    let mut back = app
        .config
        .shop_origins
        .first()
        .map_or_else(|| "/".to_owned(), |it| format!("{}/", it.as_str()));
    match redirect(&app, query.as_deref(), &headers, body, &mut back).await {
        Ok(url) => match HeaderValue::from_str(&url) {
            Ok(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response(),
            Err(_) => problem(
                &app,
                say,
                &ApiError::bad("the checkout page's URL is no URL"),
                &back,
            ),
        },
        Err(error) => problem(&app, say, &error, &back),
    }
}

/// Where to send the shopper; `back` is made better as soon as the form says more.
async fn redirect(
    app: &Arc<App>,
    query: Option<&str>,
    headers: &HeaderMap,
    body: Body,
    back: &mut String,
) -> Result<String, ApiError> {
    if let Some(origin) = gate::origin(&app.config, headers)? {
        *back = format!("{origin}/");
    } else if !refers_to_shop(app, headers) {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            ErrorCode::Backend,
            "Origin: missing, and the Referer is no page of the server's shop_origins",
        ));
    }
    if !body::is_of(headers, "application/x-www-form-urlencoded") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::BadOption,
            "Content-Type: accepted: application/x-www-form-urlencoded",
        ));
    }
    let mut request = form(&body::bytes(body).await?)?;
    if !request.return_url.is_empty() {
        *back = initiate::return_url(app, &request.return_url)?;
    }
    let provider = initiate::provider(app, query)?;
    let basket = initiate::basket(app, &request)?;
    if let Some(order_id) = &basket.order_id {
        app.limits
            .initiates
            .count(&order_id.to_string())
            .map_err(ApiError::rate_limited)?;
    }
    request.return_url.clear();
    let payload = serde_json::to_vec(&request).unwrap_or_default();
    let intent = Intent {
        basket,
        provider,
        key: None,
        payload_hash: Sha256::digest(&payload).into(),
        return_url: back.clone(),
    };
    let answer = opening::open(app, intent).await?;
    match (answer.redirect_url, answer.status) {
        (Some(url), _) => Ok(url),
        // Paid already: the shop's page says so, with the token that it is given.
        (None, Some(Status::Success)) => Ok(paid(back, &answer.order_id, answer.token.as_deref())),
        (None, _) => match answer.token {
            Some(token) if !answer.sent_to.is_empty() => Ok(link_page::address(app, &token)),
            _ => Err(ApiError::busy("the checkout page is not known yet", 3)),
        },
    }
}

fn paid(back: &str, order_id: &str, token: Option<&str>) -> String {
    let (Ok(mut url), Some(token)) = (Url::parse(back), token) else {
        return back.to_owned();
    };
    url.set_fragment(Some(&format!(
        "malipo_order={order_id}&malipo_token={token}"
    )));
    url.into()
}

fn refers_to_shop(app: &App, headers: &HeaderMap) -> bool {
    let referer = headers.get(header::REFERER).and_then(|it| it.to_str().ok());
    referer
        .and_then(|it| Url::parse(it).ok())
        .and_then(|it| Origin::of(&it))
        .is_some_and(|it| app.config.shop_origins.contains(&it))
}

fn form(bytes: &[u8]) -> Result<InitiateRequest, ApiError> {
    if std::str::from_utf8(bytes).is_err() {
        return Err(ApiError::bad("the form is not UTF-8"));
    }
    let mut request = InitiateRequest::default();
    let mut customer = Customer::default();
    for (name, value) in url::form_urlencoded::parse(bytes) {
        let value = value.into_owned();
        if value.is_empty() {
            continue;
        }
        let slot = match name.as_ref() {
            "quote" => &mut request.quote,
            "sku" => &mut request.sku,
            "description" => &mut request.description,
            "customer_name" => &mut customer.name,
            "customer_email" => &mut customer.email,
            "customer_phone" => &mut customer.phone,
            "return_url" => {
                request.return_url = value;
                continue;
            }
            "quantity" => {
                request.quantity = Some(value.parse().map_err(|_| {
                    ApiError::bad("quantity: accepted: a whole number from 1 to 999")
                })?);
                continue;
            }
            _ => {
                return Err(ApiError::bad(
                    "the form has an unknown field; accepted: quote, or sku and quantity; customer_name, customer_email, customer_phone, description, return_url; never an amount",
                ));
            }
        };
        if slot.replace(value).is_some() {
            return Err(ApiError::bad("the form has a field twice"));
        }
    }
    if customer != Customer::default() {
        request.customer = Some(customer);
    }
    if request.quote.is_none() && request.sku.is_none() {
        return Err(ApiError::bad("the form has neither a quote nor a sku"));
    }
    Ok(request)
}

fn problem(app: &App, say: &Texts, error: &ApiError, back: &str) -> Response {
    let (heading, text) = match error.code {
        ErrorCode::Busy => (say.busy, say.busy_next),
        ErrorCode::QuoteExpired => (say.offer_too_old, say.offer_too_old_next),
        ErrorCode::Network | ErrorCode::Timeout | ErrorCode::RateLimited => {
            (say.unreachable, say.unreachable_next)
        }
        ErrorCode::BadOption
        | ErrorCode::SecretInBrowser
        | ErrorCode::InsecureUrl
        | ErrorCode::UnsafeRedirectUrl
        | ErrorCode::Backend
        | ErrorCode::Protocol
        | ErrorCode::OrderMismatch
        | ErrorCode::OrderChanged
        | ErrorCode::AmountMismatch
        | ErrorCode::Aborted
        | ErrorCode::Destroyed
        | ErrorCode::Unsupported => (say.not_started, say.not_started_next),
    };
    let mut response = page::page(
        error.status,
        &ErrorPage {
            say,
            shop: &app.config.shop,
            test: app.test(),
            heading,
            text,
            detail: &error.sentence,
            css: page::CSS,
            back,
        },
    );
    if let Some(seconds) = error.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response.extensions_mut().insert(Logged {
        code: error.code,
        text: error
            .cause
            .clone()
            .unwrap_or_else(|| error.sentence.clone()),
    });
    response
}
