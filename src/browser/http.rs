//! Requests to the backend.

use gloo_net::http::Response;
use js_sys::Promise;
use malipo_wire::number;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Headers, Request, RequestCredentials, RequestInit};

use super::clock::{wall_ms, whole};
use super::{fields, storage};
use crate::checkout::answer::{Answer, BODY_MOST, Reply};
use crate::checkout::texts::join;
use crate::checkout::{self, RawOptions};

#[wasm_bindgen]
extern "C" {
    // gloo-net's own `send` panics where a page's replacement of fetch throws, or rejects with something odd.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(request: &Request) -> Result<Promise, JsValue>;
}

/// How requests are sent: frozen with the options at the press.
#[derive(Debug)]
pub struct Manner {
    headers: Vec<(String, String)>,
    credentials: RequestCredentials,
}

impl Manner {
    /// As the page says: with its own headers, and its word of `credentials`.
    #[must_use]
    pub fn new(raw: RawOptions) -> Self {
        let credentials = raw.values.iter().find(|it| it.0 == "credentials");
        let credentials = match credentials.map(|it| it.1.trim()) {
            Some("include") => RequestCredentials::Include,
            Some("omit") => RequestCredentials::Omit,
            _ => RequestCredentials::SameOrigin,
        };
        Self {
            headers: raw.headers,
            credentials,
        }
    }

    /// A request that carries the page's headers and, on top of them, ours: a POST where it has a body. (gloo-net's builder takes
    /// the URL apart and puts it together again, for queries that we have none of: 1 KB.)
    pub(super) fn request(
        &self,
        url: &str,
        body: Option<&str>,
        own: &[(&str, &str)],
        signal: &AbortSignal,
    ) -> Option<Request> {
        let headers = Headers::new().ok()?;
        let page = self.headers.iter().map(|it| (it.0.as_str(), it.1.as_str()));
        for (name, value) in page.chain(own.iter().copied()) {
            // A name or value that no header may have: the request goes without, and the backend says what it misses.
            let _ = headers.set(name, value);
        }
        let init = RequestInit::new();
        init.set_headers(&headers);
        init.set_credentials(self.credentials);
        init.set_signal(Some(signal));
        if let Some(body) = body {
            init.set_method("POST");
            init.set_body(&body.into());
        }
        Request::new_with_str_and_init(url, &init).ok()
    }
}

/// A request or stream that is aborted when dropped.
#[must_use = "dropping it aborts the request"]
#[derive(Debug)]
pub struct Flight {
    /// The request's or the stream's.
    pub epoch: u32,
    controller: AbortController,
}

impl Flight {
    /// One that has not begun; `None` where the browser cannot abort.
    #[must_use]
    pub fn new(epoch: u32) -> Option<Self> {
        let controller = AbortController::new().ok()?;
        Some(Self { epoch, controller })
    }

    /// For the request.
    #[must_use]
    pub fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.controller.abort();
    }
}

/// Sends a request and reads its answer to the end.
pub async fn post(request: &checkout::Request, manner: &Manner, signal: &AbortSignal) -> Reply {
    try_post(request, manner, signal)
        .await
        .map_or(Reply::Unreachable, Reply::Answer)
}

async fn try_post(
    request: &checkout::Request,
    manner: &Manner,
    signal: &AbortSignal,
) -> Option<Answer> {
    let json = storage::to_json(&request.body)?;
    let key = request.key.as_ref().map(|it| join(&["\"", it, "\""], ""));
    let mut own = vec![
        ("content-type", "application/json"),
        ("accept", "application/json"),
    ];
    own.extend(key.as_ref().map(|it| ("idempotency-key", it.as_str())));
    let request = manner.request(&request.url, Some(&json), &own, signal)?;
    let response = send(&request).await?;
    let header = |name| header(&response, name);
    let length = header("content-length").and_then(|it| number(&it));
    let retry_after_ms = header("retry-after").and_then(|it| retry_after_ms(&it));
    let http_status = response.status();
    let is_too_long = |it: u64| usize::try_from(it).is_ok_and(|it| BODY_MOST < it);
    let text = if length.is_some_and(is_too_long) {
        None
    } else {
        Some(text(response).await?)
    };
    let body = text
        .filter(|it| it.len() <= BODY_MOST)
        .and_then(|it| fields::parse_object(it.strip_prefix('\u{feff}').unwrap_or(&it)))
        .map(|it| fields::read(&it));
    Some(Answer {
        http_status,
        retry_after_ms,
        body,
    })
}

/// Sends a request; `None` where nothing that is an answer came back.
pub(super) async fn send(request: &Request) -> Option<Response> {
    let response = JsFuture::from(fetch(request).ok()?).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    Some(response.into())
}

/// The whole body; `None` where it broke off.
async fn text(response: Response) -> Option<String> {
    let response: web_sys::Response = response.into();
    JsFuture::from(response.text().ok()?)
        .await
        .ok()?
        .as_string()
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().into_raw().get(name).ok()?
}

/// `Retry-After`: seconds, or an HTTP date.
#[must_use]
pub fn retry_after_ms(value: &str) -> Option<u64> {
    if let Some(seconds) = number(value.trim()) {
        return Some(seconds.saturating_mul(1_000));
    }
    let date = js_sys::Date::parse(value);
    date.is_finite()
        .then(|| whole(date).saturating_sub(wall_ms()))
}
