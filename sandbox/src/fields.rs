//! Reads the fields of a request and gathers every problem at once, a sentence each.

use axum::{
    body::{Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, header},
};
use serde_json::{Map, Value};
use url::Url;

/// A request's head and its JSON object, or what is wrong with that.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Result<Map<String, Value>, String>,
    /// The body as it was sent.
    pub(crate) raw: Bytes,
}

impl Asked {
    /// Reads the whole request.
    pub(crate) async fn read(request: Request) -> Self {
        let (head, body) = request.into_parts();
        let (body, raw) = match to_bytes(body, MAX_BODY).await {
            Ok(bytes) => (object(&head.headers, &bytes), bytes),
            Err(_) => {
                let problem = format!("The request body is larger than {MAX_BODY} bytes.");
                (Err(problem), Bytes::new())
            }
        };
        Self {
            headers: head.headers,
            body,
            raw,
        }
    }

    /// What the caller calls the order, if it said so.
    pub(crate) fn order_id(&self) -> Option<&str> {
        self.body.as_ref().ok()?.get("order_id")?.as_str()
    }
}

fn object(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Value>, String> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err("The Content-Type header must be application/json.".to_owned());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("The request body must be a JSON object.".to_owned()),
        Err(error) => Err(format!("The request body is not JSON: {error}.")),
    }
}

/// The fields of an object, with the problems found so far.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    prefix: String,
    pub(crate) problems: Vec<String>,
}

impl<'a> Fields<'a> {
    /// `prefix` is what stands before a field's name in a problem: "", "meta." or "customers[0].".
    pub(crate) fn new(object: &'a Map<String, Value>, prefix: impl Into<String>) -> Self {
        Self {
            object,
            prefix: prefix.into(),
            problems: Vec::new(),
        }
    }

    /// A field that must be there. `null` and an empty text are as good as nothing.
    pub(crate) fn required(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.optional(name).filter(|it| it.as_str() != Some(""));
        if value.is_none() {
            self.problem(name, "is required");
        }
        value
    }

    /// A field that may be missing or `null`.
    pub(crate) fn optional(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|it| !it.is_null())
    }

    /// A text that must be there.
    pub(crate) fn required_text(&mut self, name: &str) -> Option<&'a str> {
        let value = self.required(name)?;
        self.text(name, value)
    }

    /// A text that may be missing.
    pub(crate) fn optional_text(&mut self, name: &str) -> Option<&'a str> {
        let value = self.optional(name)?;
        self.text(name, value)
    }

    /// A full address that must be there; with `https`, no other scheme will do.
    pub(crate) fn required_url(&mut self, name: &str, https: bool) -> Option<&'a str> {
        let text = self.required_text(name)?;
        let wanted = if https { "https" } else { "http or https" };
        match Url::parse(text) {
            Ok(url) if https && url.scheme() == "http" => {
                self.problem(name, "must use https in live mode");
                None
            }
            Ok(url)
                if matches!(url.scheme(), "http" | "https")
                    && !text.contains(|it: char| it.is_whitespace() || it.is_control()) =>
            {
                Some(text)
            }
            Ok(_) | Err(_) => {
                self.problem(name, &format!("must be a full {wanted} URL"));
                None
            }
        }
    }

    /// Notes what is wrong with a field.
    pub(crate) fn problem(&mut self, name: &str, what: &str) {
        self.problems
            .push(format!("The {}{name} field {what}.", self.prefix));
    }

    fn text(&mut self, name: &str, value: &'a Value) -> Option<&'a str> {
        let text = value.as_str();
        if text.is_none() {
            self.problem(name, "must be a string");
        }
        text
    }
}

/// Far above any payment; a larger body is refused unread.
const MAX_BODY: usize = 2 * 1024 * 1024;
