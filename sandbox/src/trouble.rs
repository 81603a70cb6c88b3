//! Spoils an answer as the script says, whichever provider gave it.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use serde_json::Value;

use crate::{
    script::{CallScript, Fault},
    serve::HangUp,
};

/// What a provider would answer if nothing went wrong.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    /// `Retry-After`, in seconds.
    pub(crate) retry_after_s: Option<u64>,
}

/// What a provider's answers look like when they are spoilt.
#[derive(Debug)]
pub(crate) struct Spoilt {
    /// The body of `http_500`.
    pub(crate) server_error: Value,
    /// The body of `http_429`.
    pub(crate) too_many: Value,
    /// The body of `wrong_types`.
    pub(crate) wrong_types: Value,
}

impl Spoilt {
    /// The errors of a framework that many providers use, where the provider's pages show none.
    pub(crate) fn common(wrong_types: Value) -> Self {
        Self {
            server_error: serde_json::json!({"message": "Server Error"}),
            too_many: serde_json::json!({"message": "Too Many Attempts."}),
            wrong_types,
        }
    }
}

impl Reply {
    /// An answer with no header of its own.
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            body,
            retry_after_s: None,
        }
    }

    /// The answer as it is.
    pub(crate) fn into_response(self) -> Response {
        let response = json(self.status, self.body.to_string());
        with_retry_after(response, self.retry_after_s)
    }
}

/// Answers `reply` with the trouble that `script` asks for.
///
/// `reply` is None exactly where the fault comes before the work.
pub(crate) async fn answer(script: &CallScript, reply: Option<Reply>, spoilt: Spoilt) -> Response {
    tokio::time::sleep(Duration::from_millis(script.delay_ms)).await;
    let reply = reply.unwrap_or_else(|| Reply::new(StatusCode::OK, Value::Null));
    let Reply { status, body, .. } = &reply;
    let mut response = match script.fault {
        Fault::None => reply.into_response(),
        Fault::Refuse | Fault::CloseAfterCreate => HangUp::response(),
        Fault::TimeoutAfterCreate => {
            // The caller has long given up by then; nothing may wait forever.
            tokio::time::sleep(NEVER).await;
            HangUp::response()
        }
        Fault::Http500 => json(
            StatusCode::INTERNAL_SERVER_ERROR,
            spoilt.server_error.to_string(),
        ),
        Fault::Http429 => {
            let response = json(StatusCode::TOO_MANY_REQUESTS, spoilt.too_many.to_string());
            with_retry_after(response, script.retry_after_s.map(u64::from))
        }
        Fault::HtmlPage => (
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            CAPTIVE_PORTAL,
        )
            .into_response(),
        Fault::MalformedJson => {
            let mut half = body.to_string().into_bytes();
            half.truncate(half.len() / 2);
            json(*status, half)
        }
        Fault::WrongTypes => json(*status, spoilt.wrong_types.to_string()),
        Fault::Empty => json(*status, ""),
        Fault::BigBody => json(*status, padded(body.to_string())),
    };
    if let Some(status) = script
        .http_status
        .and_then(|it| StatusCode::from_u16(it).ok())
    {
        *response.status_mut() = status;
    }
    response
}

fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.into(),
    )
        .into_response()
}

fn with_retry_after(mut response: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        let value = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// 10 MiB of white space and then the text, without saying its length: valid JSON for a reader without a limit.
fn padded(text: String) -> Body {
    let spaces = Bytes::from_static(&[b' '; CHUNK]);
    let chunks = std::iter::repeat_n(spaces, CHUNKS).chain([Bytes::from(text)]);
    Body::from_stream(stream::iter(chunks.map(Ok::<_, Infallible>)))
}

const NEVER: Duration = Duration::from_secs(600);
const CHUNK: usize = 64 * 1024;
const CHUNKS: usize = 160;
const CAPTIVE_PORTAL: &str = "<!doctype html><html><head><title>Welcome</title></head><body>\
<h1>Welcome to the airport's Wi-Fi</h1><p>Please accept the terms to go online.</p></body></html>";
