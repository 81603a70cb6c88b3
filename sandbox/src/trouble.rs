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
}

impl Reply {
    /// The answer as it is.
    pub(crate) fn into_response(self) -> Response {
        json(self.status, self.body.to_string())
    }
}

/// Answers `reply` with the trouble that `script` asks for.
///
/// `reply` is None exactly where the fault comes before the work. `wrong_types` is the body of that fault.
pub(crate) async fn answer(
    script: &CallScript,
    reply: Option<Reply>,
    wrong_types: Value,
) -> Response {
    tokio::time::sleep(Duration::from_millis(script.delay_ms)).await;
    let Reply { status, body } = reply.unwrap_or(Reply {
        status: StatusCode::OK,
        body: Value::Null,
    });
    let mut response = match script.fault {
        Fault::None => json(status, body.to_string()),
        Fault::Refuse | Fault::CloseAfterCreate => HangUp::response(),
        Fault::TimeoutAfterCreate => {
            // The caller has long given up by then; nothing may wait forever.
            tokio::time::sleep(NEVER).await;
            HangUp::response()
        }
        Fault::Http500 => json(
            StatusCode::INTERNAL_SERVER_ERROR,
            serde_json::json!({"message": "Server Error"}).to_string(),
        ),
        Fault::Http429 => {
            let body = serde_json::json!({"message": "Too Many Attempts."}).to_string();
            let mut response = json(StatusCode::TOO_MANY_REQUESTS, body);
            if let Some(seconds) = script.retry_after_s {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
        Fault::HtmlPage => (
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            CAPTIVE_PORTAL,
        )
            .into_response(),
        Fault::MalformedJson => {
            let mut half = body.to_string().into_bytes();
            half.truncate(half.len() / 2);
            json(status, half)
        }
        Fault::WrongTypes => json(status, wrong_types.to_string()),
        Fault::Empty => json(status, ""),
        Fault::BigBody => json(status, padded(body.to_string())),
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
