//! Requests to the backend: `pkg-template/requests.js` sends them, and what came back is read here, by gloo-net's `Response`
//! (ARCHITECTURE.md says why by that, and by no more of it).

use gloo_net::http::Response;
use js_sys::Array;
use malipo_wire::{number, trimmed};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, AbortSignal};

use super::clock::{wall_ms, whole};
use super::fields;
use crate::checkout::answer::{Answer, BODY_MOST, Reply};
use crate::checkout::timer::ms_of;

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

/// What [`super::host::Rest::send`] resolved to, if to anything.
#[must_use]
pub fn reply(sent: Option<JsValue>) -> Reply {
    sent.and_then(answer)
        .map_or(Reply::Unreachable, Reply::Answer)
}

fn answer(sent: JsValue) -> Option<Answer> {
    let sent: Array = sent.dyn_into().ok()?;
    let response: web_sys::Response = sent.get(0).dyn_into().ok()?;
    let response = Response::from(response);
    let retry_after = response.headers().into_raw().get("retry-after").ok()?;
    let body = sent.get(1).as_string();
    Some(Answer {
        http_status: response.status(),
        retry_after_ms: retry_after.and_then(|it| retry_after_ms(&it)),
        body: body
            .filter(|it| it.len() <= BODY_MOST)
            .and_then(|it| fields::parse_object(it.strip_prefix('\u{feff}').unwrap_or(&it)))
            .map(|it| fields::read(&it)),
    })
}

/// `Retry-After`: seconds, or an HTTP date.
#[must_use]
pub fn retry_after_ms(value: &str) -> Option<u64> {
    if let Some(seconds) = number(trimmed(value)) {
        return Some(ms_of(seconds));
    }
    let date = js_sys::Date::parse(value);
    date.is_finite()
        .then(|| whole(date).saturating_sub(wall_ms()))
}
