//! The shell in a real browser: what host tests cannot see. Run with `make wasm-test`.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a failed set-up is a failed test")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Reflect};
use malipo::api::Handle;
use malipo::browser::clock::Clock;
use malipo::browser::host::Host;
use malipo::browser::listener::Listener;
use malipo::browser::{fields, http, storage};
use malipo::checkout::answer::{Fields, Value};
use malipo::checkout::{Moment, Record};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Event, EventTarget};

wasm_bindgen_test_configure!(run_in_browser);

/// Runs a script of the page.
fn js(code: &str) -> JsValue {
    Function::new_no_args(code).call0(&JsValue::NULL).unwrap()
}

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
    storage::signal("malipo:seen", "1");
    js(
        "for (const it of ['getItem', 'setItem', 'removeItem']) { Storage.prototype[it] = Storage.prototype['kept_' + it] }",
    );
    assert_eq!(loaded, None);
}

#[wasm_bindgen_test]
fn the_clock_takes_the_larger_of_both_and_never_runs_backwards() {
    let clock = Clock::start();
    let start = clock.now().0;
    assert_eq!(
        clock.reading(start + 5_000, 0).0,
        start + 5_000,
        "awake, or woken from sleep"
    );
    assert_eq!(
        clock.reading(start - 3_600_000, 0).0,
        start + 5_000,
        "set back"
    );
    let hour = clock.reading(0, 1 << 40).0;
    assert!(
        start + (1 << 39) < hour,
        "the monotonic clock goes on alone"
    );
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

#[wasm_bindgen_test]
fn a_dropped_listener_hears_nothing() {
    let target = EventTarget::new().unwrap();
    let heard = Rc::new(Cell::new(0));
    let counter = heard.clone();
    let listener = Listener::new(move |_| counter.set(counter.get() + 1)).on(&target, &["a", "b"]);
    for kind in ["a", "b", "c"] {
        target.dispatch_event(&Event::new(kind).unwrap()).unwrap();
    }
    assert_eq!(heard.get(), 2);
    drop(listener);
    target.dispatch_event(&Event::new("a").unwrap()).unwrap();
    assert_eq!(heard.get(), 2);
}

/// The page's half, written down: what the handle tells it, and what it answers.
struct Page {
    handle: Rc<RefCell<Option<Handle>>>,
    told: Rc<RefCell<Vec<String>>>,
    _emit: Closure<dyn FnMut(String, JsValue) -> bool>,
}

impl Page {
    /// A page with these options; `heard` is called with each event's name, inside of it.
    fn new(options: &str, heard: impl Fn(&str, &Handle) + 'static) -> Self {
        Self::of(options, false, heard)
    }

    /// The same for `<pay-status>`.
    fn of(options: &str, status_only: bool, heard: impl Fn(&str, &Handle) + 'static) -> Self {
        let told = Rc::new(RefCell::new(Vec::new()));
        let handle: Rc<RefCell<Option<Handle>>> = Rc::default();
        let (log, own) = (told.clone(), handle.clone());
        let emit = Closure::new(move |name: String, detail: JsValue| {
            let code = Reflect::get(&detail, &"code".into()).unwrap_or_default();
            log.borrow_mut().push(
                [
                    name.clone(),
                    code.as_string()
                        .map(|it| [":", &it].concat())
                        .unwrap_or_default(),
                ]
                .concat(),
            );
            if let Some(handle) = &*own.borrow() {
                heard(&name, handle);
            }
            true
        });
        let host = js(&[
            "return {settled: [], options: () => [", options,
            ", [], document.baseURI, location.href], open: () => window.tab ?? null, face() {}, checked() {}, warn() {}, \
             settle(ok, value) { this.settled.push(ok ? value.status : value.code) }}",
        ].concat());
        Reflect::set(&host, &"emit".into(), emit.as_ref()).unwrap();
        let host: Host = host.unchecked_into();
        *handle.borrow_mut() = Some(Handle::new(host, None, None, false, status_only));
        Self {
            handle,
            told,
            _emit: emit,
        }
    }

    fn handle(&self) -> std::cell::Ref<'_, Handle> {
        std::cell::Ref::map(self.handle.borrow(), |it| it.as_ref().unwrap())
    }

    fn told(&self) -> Vec<String> {
        self.told.borrow().clone()
    }
}

const GOOD: &str = "['initiate-url', '/nowhere', 'verify-url', '/nowhere', 'amount', '10000', 'currency', 'UGX', 'mode', 'tab']";

#[wasm_bindgen_test]
fn a_refused_tab_is_told_and_the_attempt_goes_on() {
    let page = Page::new(GOOD, |_, _| ());
    assert!(page.handle().press(JsValue::UNDEFINED, JsValue::UNDEFINED));
    assert_eq!(page.told(), ["pay-start", "pay-change", "pay-blocked"]);
    page.handle().destroy();
}

#[wasm_bindgen_test]
fn a_tab_refused_before_wasm_came_is_told_as_well() {
    let page = Page::new(GOOD, |_, _| ());
    let early = js(&["return [", GOOD, ", [], document.baseURI, location.href]"].concat());
    page.handle().press(early, JsValue::NULL);
    assert_eq!(page.told(), ["pay-change", "pay-blocked"]);
    page.handle().destroy();
}

#[wasm_bindgen_test]
fn a_listener_may_remove_the_widget_in_the_middle_of_a_press() {
    for moment in ["pay-start", "pay-change", "pay-blocked"] {
        let page = Page::new(GOOD, move |name, handle| {
            if name == moment {
                handle.destroy();
                handle.destroy();
            }
        });
        page.handle().press(JsValue::UNDEFINED, JsValue::UNDEFINED);
        assert_eq!(
            page.told().last().map(String::as_str),
            Some(moment),
            "silent after it"
        );
        page.handle().press(JsValue::UNDEFINED, JsValue::UNDEFINED);
        page.handle().check();
        page.handle().cancel();
        assert!(!page.handle().reopen());
        assert_eq!(
            page.told().last().map(String::as_str),
            Some(moment),
            "silent ever after"
        );
    }
}

/// A tab that notes where it was sent, in `window.tab`.
fn lend_a_tab() -> JsValue {
    js(
        "return window.tab = {closed: false, went: '', close() { this.closed = true }, \
        location: {href: 'about:blank', replace(url) { tab.went = url }}}",
    )
}

#[wasm_bindgen_test]
fn a_widget_removed_as_soon_as_its_tab_is_open_closes_it() {
    let page = Page::new(GOOD, |name, handle| {
        if name == "pay-change" {
            handle.destroy();
        }
    });
    lend_a_tab();
    page.handle().press(JsValue::UNDEFINED, JsValue::UNDEFINED);
    assert_eq!(js("return tab.closed").as_bool(), Some(true));
    js("delete window.tab");
}

const ORDER: &str = "['initiate-url', '/nowhere', 'verify-url', '/verify', 'cancel-url', '/cancel', 'order-id', 'o-1', 'mode', 'tab']";

#[wasm_bindgen_test]
fn a_press_before_wasm_after_a_reload_goes_on_with_the_payment() {
    js("sessionStorage.clear()");
    let before = Page::new(ORDER, |_, _| ());
    before
        .handle()
        .resume(Some("o-1".into()), Some("t".into()), false);
    before.handle().destroy();
    js(
        "const [name] = Object.keys(sessionStorage).filter((it) => it.startsWith('malipo:')); \
        const record = {...JSON.parse(sessionStorage[name]), redirectUrl: 'https://pay.example/p/1'}; \
        sessionStorage[name] = JSON.stringify(record)",
    );
    let page = Page::new(ORDER, |_, _| ());
    page.handle().resume(None, None, true);
    let early = js(&["return [", ORDER, ", [], document.baseURI, location.href]"].concat());
    page.handle().press(early, lend_a_tab());
    assert_eq!(page.told(), ["pay-change"], "nothing is initiated");
    assert_eq!(
        js("return tab.went").as_string().as_deref(),
        Some("https://pay.example/p/1")
    );
    page.handle().destroy();
    js("delete window.tab; sessionStorage.clear()");
}

#[wasm_bindgen_test]
fn options_that_turn_bad_after_an_unknown_end_leave_it_as_it_is() {
    js("sessionStorage.clear()");
    let before = Page::new(ORDER, |_, _| ());
    before
        .handle()
        .resume(Some("o-1".into()), Some("t".into()), false);
    before.handle().destroy();
    js(
        "const [name] = Object.keys(sessionStorage).filter((it) => it.startsWith('malipo:')); \
        sessionStorage[name] = JSON.stringify({...JSON.parse(sessionStorage[name]), ended: 'expired'})",
    );
    js(&["window.said = ", ORDER].concat());
    let page = Page::new("window.said", |_, _| ());
    page.handle().resume(None, None, true);
    js("window.said = [...said, 'amount', '0']");
    page.handle().judge();
    page.handle().judge();
    assert_eq!(page.told(), ["pay-change", "pay-error:bad-option"]);
    assert!(!page.handle().error().is_undefined());
    js(&["window.said = ", ORDER].concat());
    page.handle().judge();
    assert_eq!(page.told(), ["pay-change", "pay-error:bad-option"]);
    assert!(page.handle().error().is_undefined());
    page.handle().destroy();
    js("sessionStorage.clear()");
}

#[wasm_bindgen_test]
fn what_another_button_of_the_page_began_is_not_taken_over() {
    js("sessionStorage.clear()");
    js(&["window.said = ", &ORDER.replace("o-1", "o-2")].concat());
    let page = Page::new("window.said", |_, _| ());
    page.handle().resume(None, None, true);
    js(&["window.said = ", ORDER].concat());
    page.handle().resume(None, None, true);
    let other = Page::new(ORDER, |_, _| ());
    other
        .handle()
        .resume(Some("o-1".into()), Some("t".into()), false);
    page.handle().resume(None, None, true);
    assert!(page.told().is_empty(), "{:?}", page.told());
    js(&["window.said = ", &ORDER.replace("o-1", "o-2")].concat());
    page.handle().resume(None, None, true);
    js(&["window.said = ", ORDER].concat());
    page.handle().resume(None, None, true);
    assert_eq!(page.told(), ["pay-change"], "named anew, it is found");
    page.handle().destroy();
    other.handle().destroy();
    js("sessionStorage.clear()");
}

#[wasm_bindgen_test]
fn a_status_page_of_one_order_does_not_show_another() {
    js("sessionStorage.clear()");
    let page = Page::of(ORDER, true, |_, _| ());
    page.handle()
        .resume(Some("o-2".into()), Some("t".into()), true);
    assert!(page.told().is_empty(), "{:?}", page.told());
    page.handle()
        .resume(Some("o-1".into()), Some("t".into()), true);
    assert_eq!(page.told(), ["pay-change"]);
    page.handle().destroy();
    js("sessionStorage.clear()");
}

#[wasm_bindgen_test]
async fn a_widget_removed_after_a_cancel_lets_the_backend_hear_of_it() {
    // Verify says pending once, and from then on nothing is answered. What widgets of other tests left behind is aborted.
    js(
        "window.sent = {}; window.own = fetch; window.fetch = (it) => { \
          if (it.signal.aborted) return Promise.reject(it.signal.reason); const path = new URL(it.url).pathname; const first = !sent[path]; sent[path] = it.signal; \
          const body = JSON.stringify({order_id: 'o-1', status: 'pending'}); \
          return first && path === '/verify' ? Promise.resolve(new Response(body)) : new Promise(() => {}) }",
    );
    let page = Page::new(ORDER, |name, handle| {
        if name == "pay-pending" {
            handle.cancel();
        }
    });
    page.handle()
        .resume(Some("o-1".into()), Some("t".into()), false);
    let told = js(
        "return new Promise((done) => { const id = setInterval(() => sent['/cancel'] && done(clearInterval(id)), 20) })",
    );
    JsFuture::from(told.unchecked_into::<js_sys::Promise>())
        .await
        .unwrap();
    page.handle().destroy();
    assert_eq!(
        js("return sent['/cancel'].aborted").as_bool(),
        Some(false),
        "the cancel"
    );
    let page = Page::new(ORDER, |_, _| ());
    js(
        "delete sent['/verify']; window.fetch = (it) => { if (!it.signal.aborted) sent['/verify'] = it.signal; return new Promise(() => {}) }",
    );
    page.handle()
        .resume(Some("o-1".into()), Some("t".into()), false);
    let sent = js("return new Promise((done) => setTimeout(done))");
    JsFuture::from(sent.unchecked_into::<js_sys::Promise>())
        .await
        .unwrap();
    page.handle().destroy();
    assert_eq!(
        js("return sent['/verify'].aborted").as_bool(),
        Some(true),
        "a verify"
    );
    js("window.fetch = own; sessionStorage.clear()");
}

#[wasm_bindgen_test]
fn a_listener_may_call_back_from_anywhere() {
    let page = Page::new(GOOD, |_, handle| {
        handle.check();
        handle.reopen();
        handle.judge();
        handle.error();
        handle.resume(None, None, true);
    });
    page.handle().press(JsValue::UNDEFINED, JsValue::UNDEFINED);
    page.handle().cancel();
    assert_eq!(
        page.told().last().map(String::as_str),
        Some("pay-cancelled")
    );
    page.handle().destroy();
}

#[wasm_bindgen_test]
fn bad_options_are_reported_once_until_they_change() {
    let page = Page::new("window.said", |_, _| ());
    js("window.said = ['verify-url', '/v', 'amount', 'ten', 'currency', 'UGX']");
    page.handle().judge();
    page.handle().judge();
    page.handle().press(JsValue::UNDEFINED, JsValue::UNDEFINED);
    assert_eq!(page.told(), ["pay-change", "pay-error:bad-option"]);
    js("window.said = ['initiate-url', '/i', 'verify-url', '/v', 'order-id', 'whsec_0123456789']");
    page.handle().judge();
    assert_eq!(
        page.told().last().map(String::as_str),
        Some("pay-error:secret-in-browser")
    );
    js("window.said = ['initiate-url', '/i', 'verify-url', '/v']");
    page.handle().judge();
    assert_eq!(
        page.told().last().map(String::as_str),
        Some("pay-change"),
        "at rest again"
    );
    assert!(page.handle().error().is_undefined());
    page.handle().destroy();
}

#[wasm_bindgen_test]
fn a_page_that_throws_from_everything_breaks_nothing() {
    let host = js("return new Proxy({}, {get() { return () => { throw 'no' } }})");
    let handle = Handle::new(host.unchecked_into(), None, None, false, false);
    handle.judge();
    handle.press(JsValue::UNDEFINED, JsValue::UNDEFINED);
    handle.resume(Some("o-1".into()), None, false);
    handle.cancel();
    handle.destroy();
}

#[wasm_bindgen_test]
fn two_hundred_widgets_come_and_go_without_a_trace() {
    js("window.balance = 0; \
        for (const [name, change] of [['addEventListener', 1], ['removeEventListener', -1]]) { \
          const own = EventTarget.prototype[name]; \
          EventTarget.prototype[name] = function (...all) { balance += change; return own.apply(this, all) } }");
    for _ in 0..200 {
        let page = Page::new(GOOD, |_, _| ());
        page.handle().press(JsValue::UNDEFINED, JsValue::UNDEFINED);
        page.handle().destroy();
    }
    assert_eq!(js("return balance").as_f64(), Some(0.0));
}

#[wasm_bindgen_test]
fn the_panel_says_each_headline_once_and_is_emptied() {
    let panel = js(
        "const panel = document.createElement('div'); panel.append(document.createElement('p')); return panel",
    );
    let panel: web_sys::Element = panel.unchecked_into();
    let status: web_sys::Element = panel.first_child().unwrap().unchecked_into();
    let host = js(&[
        "return {options: () => [",
        GOOD,
        ", [], document.baseURI, location.href], open: () => null, \
                     emit: () => true, face() {}, settle() {}}",
    ]
    .concat());
    let handle = Handle::new(
        host.unchecked_into(),
        Some(panel.clone()),
        Some(status.clone()),
        false,
        false,
    );
    assert_eq!(status.text_content().as_deref(), Some(""));
    handle.press(JsValue::UNDEFINED, JsValue::UNDEFINED);
    assert_eq!(
        status.text_content().as_deref(),
        Some("Starting your payment…")
    );
    let changes = Array::new();
    let observer = js(
        "return (node, list) => { const it = new MutationObserver((all) => list.push(...all)); it.observe(node, {childList: true}); return () => list.push(...it.takeRecords()) }",
    );
    let take = observer
        .unchecked_ref::<Function>()
        .call2(&JsValue::NULL, &status, &changes)
        .unwrap();
    handle.judge();
    take.unchecked_ref::<Function>()
        .call0(&JsValue::NULL)
        .unwrap();
    assert_eq!(changes.length(), 0, "nothing has changed, nothing is said");
    handle.destroy();
    assert_eq!(panel.child_element_count(), 1);
    assert_eq!(status.text_content().as_deref(), Some(""));
}
