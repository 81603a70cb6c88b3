//! Reads server-sent events by fetch, which can carry the token in a header; `EventSource` would put it into the URL.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStreamDefaultReader};

use super::fields;
use super::http::{self, Manner};
use super::sse::{Message, Parser};
use crate::checkout::StreamEvent;
use crate::checkout::texts::join;

/// Reads until the stream ends, telling `report` what came; its last word is `Ended` or `Refused`.
pub async fn read(
    url: &str,
    token: Option<&str>,
    manner: &Manner,
    signal: &AbortSignal,
    report: impl Fn(StreamEvent),
) {
    let last = match try_read(url, token, manner, signal, &report).await {
        Some(refused) => refused,
        None => StreamEvent::Ended,
    };
    report(last);
}

async fn try_read(
    url: &str,
    token: Option<&str>,
    manner: &Manner,
    signal: &AbortSignal,
    report: &impl Fn(StreamEvent),
) -> Option<StreamEvent> {
    let bearer = token.map(|it| join(&["Bearer ", it], ""));
    let mut own = vec![("accept", "text/event-stream")];
    own.extend(bearer.as_ref().map(|it| ("authorization", it.as_str())));
    let request = manner.request(url, None, &own, signal)?;
    let response = http::send(&request).await?;
    let status = response.status();
    if status == 204 || (400..500).contains(&status) {
        return Some(StreamEvent::Refused);
    }
    if status != 200 {
        return None;
    }
    let reader: ReadableStreamDefaultReader = response.body()?.get_reader().dyn_into().ok()?;
    let mut parser = Parser::default();
    while let Some(bytes) = next(&reader).await {
        report(StreamEvent::Alive);
        for word in parser.push(&bytes).ok()?.iter().filter_map(status_word) {
            report(StreamEvent::Status(word));
        }
    }
    None
}

/// The next bytes; `None` at the end, and where the stream broke.
async fn next(reader: &ReadableStreamDefaultReader) -> Option<Vec<u8>> {
    let chunk = JsFuture::from(reader.read()).await.ok()?;
    let value = Reflect::get(&chunk, &JsValue::from_str("value")).ok()?;
    Some(value.dyn_ref::<Uint8Array>()?.to_vec())
}

/// The status that an event names. It only ever causes a verify.
fn status_word(message: &Message) -> Option<String> {
    if message.event != "status" {
        return None;
    }
    fields::text(&fields::parse_object(&message.data)?, "status")
}
