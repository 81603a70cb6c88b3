//! `GET /malipo/*`: the widget's files, compressed beforehand.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use malipo_wire::ErrorCode;

use super::error::ApiError;
use crate::app::App;
use crate::widget::File;

pub(super) async fn file(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let path = path.map(|Path(it)| it).unwrap_or_default();
    let Some(file) = app.widget.file(&path) else {
        let mut response = ApiError::new(
            StatusCode::NOT_FOUND,
            ErrorCode::BadOption,
            "no such file in the server's widget_dir",
        )
        .into_response();
        shared(response.headers_mut());
        return response;
    };
    let (bytes, encoding) = choose(file, &headers);
    let tag = format!("\"{}-{}\"", file.tag, encoding.unwrap_or("plain"));
    let mut response = if is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(bytes.clone()));
        let set = response.headers_mut();
        set.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(file.media_type),
        );
        if let Some(encoding) = encoding {
            set.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let set = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        set.insert(header::ETAG, tag);
    }
    let caching = if file.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    shared(set);
    response
}

/// Pages of every origin may load these files.
fn shared(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
}

fn choose<'a>(file: &'a File, headers: &HeaderMap) -> (&'a Bytes, Option<&'static str>) {
    if let Some(bytes) = &file.brotli
        && accepts(headers, "br")
    {
        return (bytes, Some("br"));
    }
    if let Some(bytes) = &file.gzip
        && accepts(headers, "gzip")
    {
        return (bytes, Some("gzip"));
    }
    (&file.plain, None)
}

fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|it| it.eq_ignore_ascii_case(coding));
            // `q=0`, `q=0.0`, ...: named, but refused.
            let refused = parts.any(|it| {
                it.strip_prefix("q=")
                    .is_some_and(|q| q.bytes().all(|digit| matches!(digit, b'0' | b'.')))
            });
            named && !refused
        })
}

/// Whether the caller has what this tag names.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .map(|it| it.trim().trim_start_matches("W/"))
        .any(|it| it == tag || it == "*")
}
