//! The resume records in sessionStorage.
//!
//! Storage may be missing, and every access may throw (cookies blocked, private windows, a full disk): everything else
//! works without it, so what fails here is silent.

use js_sys::JSON;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use web_sys::Storage;

use super::fields;
use crate::checkout::timer::KEEP_MS;
use crate::checkout::{Moment, Record};

/// The record under `name`; one that is too old is removed.
#[must_use]
pub fn load(name: &str, now: Moment) -> Option<Record> {
    let text = session()?.get_item(name).ok()??;
    let record = fields::parse_object(&text).map(|it| fields::read_record(&it));
    let fresh = record.filter(|it| now.since(Moment(it.saved_at)) < KEEP_MS);
    if fresh.is_none() {
        forget(name);
    }
    fresh
}

/// Writes the record under `name`.
pub fn save(name: &str, record: &Record) {
    if let (Some(storage), Some(text)) = (session(), to_json(record)) {
        let _ = storage.set_item(name, &text);
    }
}

/// Removes the record under `name`.
pub fn forget(name: &str) {
    if let Some(storage) = session() {
        let _ = storage.remove_item(name);
    }
}

/// A value as one of JavaScript's.
#[must_use]
pub fn to_js<T: Serialize>(value: &T) -> Option<JsValue> {
    value.serialize(&Serializer::json_compatible()).ok()
}

/// A value as JSON.
#[must_use]
pub fn to_json<T: Serialize>(value: &T) -> Option<String> {
    JSON::stringify(&to_js(value)?).ok()?.as_string()
}

fn session() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}
