//! JavaScript objects read by own property, one path at a time.
//!
//! Never by the prototype: a page whose `Object.prototype` was given a `status` must not turn an empty answer into money.

use js_sys::{Array, JSON, Number, Object, Reflect};
use malipo_wire::{SentTo, cut};
use wasm_bindgen::{JsCast, JsValue};

use super::clock::whole;
use crate::checkout::Record;
use crate::checkout::answer::{Fields, PATHS, Value};

/// Parses JSON; `None` where it is not an object.
#[must_use]
pub fn parse_object(text: &str) -> Option<Object> {
    JSON::parse(text)
        .ok()
        .filter(|it| it.is_object() && !Array::is_array(it))
        .map(JsCast::unchecked_into)
}

/// An own property's value; `null` is absent.
#[must_use]
pub fn own(object: &Object, key: &str) -> Option<JsValue> {
    let key = JsValue::from_str(key);
    if !Object::has_own(object, &key) {
        return None;
    }
    Reflect::get(object, &key)
        .ok()
        .filter(|it| !it.is_null() && !it.is_undefined())
}

/// An own property that is a string.
#[must_use]
pub fn text(object: &Object, key: &str) -> Option<String> {
    own(object, key)?.as_string()
}

/// Every path of [`PATHS`] that the object has.
#[must_use]
pub fn read(object: &Object) -> Fields {
    let mut fields = Fields::default();
    for &path in PATHS {
        let value = match cut(path, b'.') {
            None => own(object, path),
            Some((parent, key)) => inner(object, parent).and_then(|it| own(&it, key)),
        };
        if let Some(value) = value {
            fields.set(path, value_of(&value));
        }
    }
    fields.sent_to = items(object, "sent_to", |it| {
        let it = it.dyn_ref::<Object>()?;
        Some(SentTo {
            channel: text(it, "channel")?,
            to: text(it, "to"),
        })
    });
    fields.errors = items(object, "error", |it| it.as_string());
    fields
}

/// Reads a resume record; whatever is of another type is absent.
#[must_use]
pub fn read_record(object: &Object) -> Record {
    let number = |key| own(object, key).and_then(|it| it.as_f64()).map_or(0, whole);
    Record {
        key: text(object, "key"),
        payload: text(object, "payload").unwrap_or_default(),
        order_id: text(object, "orderId"),
        token: text(object, "token"),
        reference: text(object, "reference"),
        redirect_url: text(object, "redirectUrl"),
        events_url: text(object, "eventsUrl"),
        amount: text(object, "amount"),
        currency: text(object, "currency"),
        deadline: number("deadline"),
        saved_at: number("savedAt"),
        ended: text(object, "ended"),
        test: own(object, "test").and_then(|it| it.as_bool()),
    }
}

fn inner(object: &Object, key: &str) -> Option<Object> {
    own(object, key)
        .filter(|it| it.is_object() && !Array::is_array(it))
        .map(JsCast::unchecked_into)
}

fn items<T>(object: &Object, key: &str, read: impl Fn(JsValue) -> Option<T>) -> Vec<T> {
    let mut items = Vec::new();
    if let Some(list) = own(object, key).filter(Array::is_array) {
        let list: Array = list.unchecked_into();
        // As many as anyone could read; a list may be as long as the body allows.
        for index in 0..list.length().min(20) {
            if let Some(item) = read(list.get(index)) {
                items.push(item);
            }
        }
    }
    items
}

fn value_of(value: &JsValue) -> Value {
    if let Some(text) = value.as_string() {
        Value::Text(text)
    } else if let Some(flag) = value.as_bool() {
        Value::Flag(flag)
    } else if let Some(number) = value.dyn_ref::<Number>() {
        // JavaScript writes the digits: formatting floats would cost 9 KB here.
        number
            .to_string_with_radix(10)
            .map_or(Value::Other, |it| Value::Number(it.into()))
    } else {
        Value::Other
    }
}
