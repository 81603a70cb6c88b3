//! The backend's HTTP: which request goes where, and how answers are dressed.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a fault concerns one place, and the others take no notice of it"
)]

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::backend::Backend;
use super::fault::Fault;

pub(super) async fn serve(
    State(backend): State<Backend>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    backend.counts(&headers);
    let origin = header(&headers, "origin");
    if method == Method::OPTIONS {
        return backend.preflight(origin);
    }
    let is_initiate = uri.path() == "/pay/initiate";
    let query = uri.query().unwrap_or_default();
    let text = String::from_utf8_lossy(&body);
    let is_plain = query.is_empty()
        && text.contains("token-of-")
        && text.len() < 1000
        && !text.contains("paid");
    if backend.has(Fault::Silent) && !is_initiate && is_plain {
        std::future::pending::<()>().await;
    }
    if backend.has(Fault::Redirects) && !is_initiate && method == Method::POST {
        let mut response = (
            StatusCode::PERMANENT_REDIRECT,
            [("location", "/pay/verify/")],
        )
            .into_response();
        backend.allow(&mut response, origin);
        return response;
    }
    if method == Method::GET {
        backend.notes(query);
    }
    if backend.has(Fault::LargeIsCut) && 64 * 1024 < text.len() {
        return cut();
    }
    let taken = method == Method::POST
        || (is_initiate && backend.has(Fault::GetInitiates))
        || (!is_initiate && backend.has(Fault::GetVerifies));
    let done = if !taken {
        Err(match backend.fault() {
            Fault::GetBreaks => (500, "a failure"),
            Fault::GetIsUnknown => (404, "there is nothing here"),
            _ => (405, "POST alone"),
        })
    } else if is_initiate && method == Method::GET {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        backend.initiate(query, &headers, "{}")
    } else if is_initiate {
        backend.initiate("", &headers, &text)
    } else if method == Method::GET {
        let pairs: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        backend.verify("", &json!(pairs).to_string())
    } else {
        backend.verify(query, &text)
    };
    let mut response = match done {
        Ok(json) => reply(StatusCode::OK, &json),
        Err((status, sentence)) => backend.refusal(status, sentence),
    };
    backend.allow(&mut response, origin);
    backend.dress(&mut response, is_initiate);
    if backend.has(Fault::ByteOrderMark) {
        let (mut parts, body) = response.into_parts();
        parts.headers.remove("content-length");
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        return (parts, [b"\xef\xbb\xbf", &body[..]].concat()).into_response();
    }
    response
}

/// The connection is closed in the middle of the answer.
fn cut() -> Response {
    let broken =
        futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
    axum::body::Body::from_stream(broken).into_response()
}

pub(super) fn reply(status: StatusCode, json: &Value) -> Response {
    (
        status,
        [("content-type", "application/json")],
        json.to_string(),
    )
        .into_response()
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |it| it.to_str().unwrap())
}

/// The answer with its amount as a number, its digits as written.
pub(super) fn number(answer: &Value, digits: &str) -> Value {
    let mut answer = answer.clone();
    answer["amount"] = serde_json::from_str(digits).unwrap();
    answer
}
