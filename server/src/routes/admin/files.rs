//! The pages' style and script.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::random;
use crate::routes::widget_files;

pub(super) async fn css(headers: HeaderMap) -> Response {
    file(&headers, "text/css; charset=utf-8", CSS)
}

pub(super) async fn js(headers: HeaderMap) -> Response {
    file(&headers, "text/javascript; charset=utf-8", JS)
}

/// A file that a browser keeps, and asks about each time: it changes with the server.
fn file(headers: &HeaderMap, media_type: &'static str, text: &'static str) -> Response {
    let tag = format!("\"{}\"", hex::encode(random::hash(text)));
    let mut response = if widget_files::is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, media_type)], text).into_response()
    };
    let set = response.headers_mut();
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        set.insert(header::ETAG, tag);
    }
    response
}

const CSS: &str = include_str!("../../../assets/admin.css");
const JS: &str = include_str!("../../../assets/admin.js");
