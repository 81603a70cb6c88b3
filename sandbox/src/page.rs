//! Pages for people: rendering, the headers that all of them carry, and times as text.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};

/// Renders a template. Nothing may be loaded but our own style, nothing may be framed, nothing is cached.
pub(crate) fn render(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (
            status,
            [
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::CACHE_CONTROL, "no-store"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ],
            Html(html),
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// 303 to an address, sent unchanged where a header can hold it, percent-encoded otherwise.
pub(crate) fn see_other(address: &str) -> Response {
    let encoded = || url::Url::parse(address).ok().map(String::from);
    let location = if address.is_ascii() {
        HeaderValue::from_str(address).ok()
    } else {
        encoded().and_then(|it| HeaderValue::from_str(&it).ok())
    };
    match location {
        Some(location) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";
