//! Reading request bodies: bounded in size and time, and errors that name the field.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use malipo_wire::ErrorCode;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// The bytes of a body of at most 64 KiB that comes within 10 s.
pub(super) async fn bytes(body: Body) -> Result<Bytes, ApiError> {
    let read = axum::body::to_bytes(body, MOST_BYTES);
    match tokio::time::timeout(TIME_TO_READ, read).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_large(&error) => Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::BadOption,
            "the body is too large; accepted: 64 KiB",
        )),
        Ok(Err(_)) => Err(ApiError::bad("the body broke off")),
        Err(_) => Err(ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            ErrorCode::Timeout,
            "the body did not come within 10 s",
        )),
    }
}

/// A JSON body. `fields` says what each field accepts.
pub(super) async fn json<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    fields: &[(&str, &str)],
) -> Result<T, ApiError> {
    if !is_of(headers, "application/json") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::BadOption,
            "Content-Type: accepted: application/json",
        ));
    }
    let bytes = bytes(body).await?;
    let first = bytes.iter().find(|it| !it.is_ascii_whitespace());
    if first.is_some_and(|it| matches!(it, b'[' | b'"')) {
        // By itself, serde would take an array by its positions.
        return Err(not_an_object(fields));
    }
    if let Ok(parsed) = serde_json::from_slice(&bytes) {
        return Ok(parsed);
    }
    // Once more, with an eye on where: that costs as much again, and a body is right as a rule.
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let parsed = serde_path_to_error::deserialize::<_, T>(&mut reader)
        .map_err(|error| explain(&error, fields))?;
    reader
        .end()
        .map_err(|_| ApiError::bad("the body goes on after the JSON object"))?;
    Ok(parsed)
}

/// Whether a body is of this media type, whatever its parameters.
pub(super) fn is_of(headers: &HeaderMap, media_type: &str) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.split(';').next())
        .is_some_and(|it| it.trim().eq_ignore_ascii_case(media_type))
}

/// What is wrong, in words of ours alone: serde's messages repeat values, which may be hostile.
fn explain(
    error: &serde_path_to_error::Error<serde_json::Error>,
    fields: &[(&str, &str)],
) -> ApiError {
    let inner = error.inner();
    let path = error.path().to_string();
    let message = inner.to_string();
    let too_large = message.starts_with("number out of range");
    if !inner.is_data() && !too_large {
        let (line, column) = (inner.line(), inner.column());
        return ApiError::bad(format!(
            "the body is not JSON in UTF-8, or is nested too deeply (line {line}, column {column})"
        ));
    }
    if let Some(field) = between(&message, "missing field `") {
        let name = known(&path_of(&path, field), fields);
        return match name {
            Some((name, accepted)) => {
                ApiError::bad(format!("{name}: missing; accepted: {accepted}"))
            }
            None => ApiError::bad("a field is missing"),
        };
    }
    if let Some(field) = between(&message, "duplicate field `") {
        return match known(&path_of(&path, field), fields) {
            Some((name, _)) => ApiError::bad(format!("{name}: given twice")),
            None => ApiError::bad("a field is given twice"),
        };
    }
    if let Some((name, accepted)) = known(&path, fields) {
        return ApiError::bad(format!("{name}: of a wrong kind; accepted: {accepted}"));
    }
    if message.starts_with("unknown field") {
        let shown = if is_plain(&path) {
            path.as_str()
        } else {
            "a field"
        };
        let names: Vec<_> = fields.iter().map(|it| it.0).collect();
        return ApiError::bad(format!(
            "{shown}: unknown; accepted fields: {}",
            names.join(", ")
        ));
    }
    not_an_object(fields)
}

fn not_an_object(fields: &[(&str, &str)]) -> ApiError {
    let names: Vec<_> = fields.iter().map(|it| it.0).collect();
    ApiError::bad(format!(
        "the body is not a JSON object; accepted fields: {}",
        names.join(", ")
    ))
}

fn known<'a>(path: &str, fields: &'a [(&'a str, &'a str)]) -> Option<(&'a str, &'a str)> {
    fields.iter().find(|it| it.0 == path).copied()
}

fn path_of(path: &str, field: &str) -> String {
    // The path of a missing field ends at its parent; that of a duplicate one may hold it already.
    let parent = path
        .strip_suffix(field)
        .unwrap_or(path)
        .trim_end_matches('.');
    if parent.is_empty() {
        field.to_owned()
    } else {
        format!("{parent}.{field}")
    }
}

fn between<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.split('`').next()
}

fn is_plain(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.'))
}

fn is_too_large(error: &axum::Error) -> bool {
    // to_bytes wraps the limit's own error, which says so in its Display.
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        source = error.source();
    }
    false
}

/// The largest body: 64 KiB. A documented request has less than 4 KiB.
const MOST_BYTES: usize = 64 * 1024;
const TIME_TO_READ: Duration = Duration::from_secs(10);
