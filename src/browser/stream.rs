//! Server-sent events as `pkg-template/requests.js` reads them, piece by piece.

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ReadableStreamDefaultReader;

use super::fields;
use super::sse::{Message, Parser};

/// A stream that is open.
#[derive(Debug)]
pub struct Stream {
    reader: ReadableStreamDefaultReader,
    parser: Parser,
}

impl Stream {
    /// What [`super::host::Rest::listen`] resolved to, where that is a stream.
    #[must_use]
    pub fn new(opened: &JsValue) -> Option<Self> {
        Some(Self {
            reader: opened.dyn_ref::<ReadableStreamDefaultReader>()?.clone(),
            parser: Parser::default(),
        })
    }

    /// Resolves to the next piece.
    pub fn next(&self) -> Promise {
        self.reader.read()
    }

    /// The words of the status events that the piece completes; `None` at the end, and where this is not our stream.
    pub fn words(&mut self, piece: &JsValue) -> Option<Vec<String>> {
        let value = Reflect::get(piece, &JsValue::from_str("value")).ok()?;
        let bytes = value.dyn_ref::<Uint8Array>()?.to_vec();
        let messages = self.parser.push(&bytes).ok()?;
        let mut words = Vec::new();
        for message in &messages {
            if let Some(word) = status_word(message) {
                words.push(word);
            }
        }
        Some(words)
    }
}

/// The status that an event names. It only ever causes a verify.
fn status_word(message: &Message) -> Option<String> {
    if message.event != "status" {
        return None;
    }
    fields::text(&fields::parse_object(&message.data)?, "status")
}
