//! Requests to the backend.

use gloo_net::http::{Headers, Method, RequestBuilder, Response};
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, RequestCredentials};

use super::clock::{wall_ms, whole};
use super::{fields, storage};
use crate::checkout::answer::{Answer, BODY_MOST, Reply};
use crate::checkout::{Body, Request};

#[wasm_bindgen]
extern "C" {
    // gloo-net's own `send` panics where a page's replacement of fetch throws, or rejects with something odd.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(request: &web_sys::Request) -> Result<Promise, JsValue>;
}

/// How requests are sent: frozen with the options at the press.
#[derive(Clone, Debug)]
pub struct Manner {
    headers: Vec<(String, String)>,
    credentials: RequestCredentials,
}

impl Manner {
    /// With the page's own headers, and the word of `credentials`.
    #[must_use]
    pub fn new(headers: Vec<(String, String)>, credentials: &str) -> Self {
        let credentials = match credentials.trim() {
            "include" => RequestCredentials::Include,
            "omit" => RequestCredentials::Omit,
            _ => RequestCredentials::SameOrigin,
        };
        Self {
            headers,
            credentials,
        }
    }

    /// A request that carries the page's headers and, on top of them, ours.
    pub(super) fn request(
        &self,
        method: Method,
        url: &str,
        own: &[(&str, &str)],
        signal: &AbortSignal,
    ) -> Option<RequestBuilder> {
        let headers = web_sys::Headers::new().ok()?;
        let page = self.headers.iter().map(|it| (it.0.as_str(), it.1.as_str()));
        for (name, value) in page.chain(own.iter().copied()) {
            // A name or value that no header may have: the request goes without, and the backend says what it misses.
            let _ = headers.set(name, value);
        }
        Some(
            RequestBuilder::new(url)
                .method(method)
                .headers(Headers::from_raw(headers))
                .credentials(self.credentials)
                .abort_signal(Some(signal)),
        )
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
pub async fn post(request: &Request, manner: &Manner, signal: &AbortSignal) -> Reply {
    try_post(request, manner, signal)
        .await
        .map_or(Reply::Unreachable, Reply::Answer)
}

async fn try_post(request: &Request, manner: &Manner, signal: &AbortSignal) -> Option<Answer> {
    let json = match &request.body {
        Body::Initiate(it) => storage::to_json(it),
        Body::Order(it) => storage::to_json(it),
    };
    let key = request.key.as_ref().map(|it| ["\"", it, "\""].concat());
    let mut own = vec![
        ("content-type", "application/json"),
        ("accept", "application/json"),
    ];
    own.extend(key.as_ref().map(|it| ("idempotency-key", it.as_str())));
    let built = manner.request(Method::POST, &request.url, &own, signal)?;
    let response = send(built.body(json?).ok()?).await?;
    let header = |name| header(&response, name);
    let length = header("content-length").and_then(|it| it.parse::<usize>().ok());
    let retry_after_ms = header("retry-after").and_then(|it| retry_after_ms(&it));
    let http_status = response.status();
    let text = if length.is_some_and(|it| BODY_MOST < it) {
        None
    } else {
        Some(text(response).await?)
    };
    let body = text
        .filter(|it| it.len() <= BODY_MOST)
        .and_then(|it| fields::parse_object(it.trim_start_matches('\u{feff}')))
        .map(|it| fields::read(&it));
    Some(Answer {
        http_status,
        retry_after_ms,
        body,
    })
}

/// Sends a request; `None` where nothing that is an answer came back.
pub(super) async fn send(request: gloo_net::http::Request) -> Option<Response> {
    let promise = fetch(&request.into()).ok()?;
    let response = JsFuture::from(promise).await.ok()?;
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
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let date = js_sys::Date::parse(value);
    date.is_finite()
        .then(|| whole(date).saturating_sub(wall_ms()))
}
