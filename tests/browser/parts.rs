//! The shell's parts one by one: storage, the clock, headers.

use malipo::browser::clock::Clock;
use malipo::browser::{http, storage};
use malipo::checkout::{Moment, Record};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::js;

#[wasm_bindgen_test]
fn a_record_is_read_back_as_it_was_written() {
    let record = Record {
        order_id: Some("o-1".into()),
        token: Some("t".into()),
        deadline: 1_800_000_000_000,
        saved_at: 1_790_000_000_000,
        test: Some(true),
        ..Record::default()
    };
    storage::save("malipo:test", &record);
    let now = Moment(record.saved_at + 1);
    assert_eq!(storage::load("malipo:test", now), Some(record.clone()));
    let a_day_later = Moment(record.saved_at + 24 * 60 * 60 * 1_000);
    assert_eq!(storage::load("malipo:test", a_day_later), None);
    assert_eq!(storage::load("malipo:test", now), None, "it was removed");
}

#[wasm_bindgen_test]
fn storage_that_throws_is_no_storage() {
    js("for (const it of ['getItem', 'setItem', 'removeItem']) { \
        Storage.prototype['kept_' + it] = Storage.prototype[it]; Storage.prototype[it] = () => { throw 'no' } }");
    storage::save("malipo:test", &Record::default());
    let loaded = storage::load("malipo:test", Moment(0));
    storage::forget("malipo:test");
    js(
        "for (const it of ['getItem', 'setItem', 'removeItem']) { Storage.prototype[it] = Storage.prototype['kept_' + it] }",
    );
    assert_eq!(loaded, None);
}

#[wasm_bindgen_test]
fn the_clock_shows_the_time_and_never_runs_backwards() {
    let clock = Clock::start();
    let first = clock.now();
    assert!(1_700_000_000_000 < first.0, "{first:?}");
    assert!(first <= clock.now());
}

#[wasm_bindgen_test]
fn retry_after_is_seconds_or_a_date() {
    assert_eq!(http::retry_after_ms(" 3 "), Some(3_000));
    assert_eq!(
        http::retry_after_ms("Thu, 01 Jan 1970 00:00:00 GMT"),
        Some(0)
    );
    assert!(
        http::retry_after_ms("Fri, 01 Jan 2100 00:00:00 GMT").is_some_and(|it| 1_000_000_000 < it)
    );
    assert_eq!(http::retry_after_ms("soon"), None);
}
