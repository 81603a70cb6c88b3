//! Answers as the browser's own JSON parser gives them.

use malipo::browser::fields;
use malipo::checkout::answer::{Fields, Value};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::js;

fn read(code: &str) -> Fields {
    fields::read(js(&["return ", code].concat()).unchecked_ref())
}

fn fields(values: &[(&'static str, Value)]) -> Fields {
    let mut fields = Fields::default();
    for (path, value) in values {
        fields.set(path, value.clone());
    }
    fields
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[wasm_bindgen_test]
fn an_answer_is_read_path_by_path() {
    let number = |it: &str| Value::Number(it.into());
    let answer = read(
        "{order_id: 7, amount: 1250.5, test: true, token: null, status: 'success', data: {id: '9', amount: 1e21}, other: 1}",
    );
    let expected = fields(&[
        ("order_id", number("7")),
        ("amount", number("1250.5")),
        ("test", Value::Flag(true)),
        ("status", text("success")),
        ("data", Value::Other),
        ("data.id", text("9")),
        ("data.amount", number("1e+21")),
    ]);
    assert_eq!(answer, expected);
}

#[wasm_bindgen_test]
fn lists_are_read_as_far_as_they_are_of_the_right_shape() {
    let answer = read(
        "{sent_to: [{channel: 'sms', to: '...123'}, {to: 'x'}, 'y', null], error: ['a', 1, 'b']}",
    );
    assert_eq!(answer.sent_to.len(), 1);
    assert_eq!(answer.errors, ["a", "b"]);
}

#[wasm_bindgen_test]
fn a_polluted_prototype_adds_nothing() {
    js(
        "Object.prototype.status = 'success'; Object.prototype.order_id = 'o-1'; Object.prototype.data = {status: 'success'}",
    );
    let (empty, nested) = (read("{}"), read("{metadata: {}}"));
    js(
        "delete Object.prototype.status; delete Object.prototype.order_id; delete Object.prototype.data",
    );
    assert_eq!(empty, Fields::default());
    assert_eq!(nested, Fields::default());
}

#[wasm_bindgen_test]
fn a_property_that_throws_is_absent() {
    let answer = read("{get status() { throw 1 }, order_id: 'o-1', hasOwnProperty: 1}");
    assert_eq!(answer, fields(&[("order_id", text("o-1"))]));
}

#[wasm_bindgen_test]
fn only_a_json_object_is_an_object() {
    for text in ["", "[]", "1", "null", "\"{}\"", "{", "<html>"] {
        assert!(fields::parse_object(text).is_none(), "{text}");
    }
    assert!(fields::parse_object("{\"__proto__\": {\"status\": \"success\"}}").is_some());
}
