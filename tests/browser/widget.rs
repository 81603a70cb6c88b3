//! The widget in its page: told, interrupted, thrown at, and gone without a trace.

use js_sys::{Array, Reflect};
use malipo::api::Handle;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::js;
use crate::page::{GOOD, ORDER, Page, lend_a_tab};

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
async fn a_word_of_the_stream_is_asked_about_at_once_and_told_without_a_timer() {
    let wait = async |code: &str| {
        let promise: js_sys::Promise = js(code).unchecked_into();
        JsFuture::from(promise).await.unwrap();
    };
    js(
        "window.own = fetch; window.ownTimeout = setTimeout; window.seen = []; window.status = 'pending'; \
          window.listens = () => new ReadableStream({start(it) { window.stream = it }}).getReader(); \
          window.fetch = (it) => { if (it.signal.aborted) return Promise.reject(it.signal.reason); seen.push(new URL(it.url).pathname); \
          return Promise.resolve(new Response(JSON.stringify({order_id: 'o-1', status: window.status}))) }",
    );
    let events = ORDER.replace("'mode'", "'events-url', '/events', 'mode'");
    let page = Page::new(&events, |name, _| {
        js(&["seen.push('", name, "')"].concat());
    });
    page.handle()
        .resume(Some("o-1".into()), Some("t".into()), false);
    // Longer than the half second that lies between two verifies.
    wait("return new Promise((done) => ownTimeout(done, 700))").await;
    js("seen.length = 0; window.setTimeout = () => 0; window.status = 'success'");
    js(
        "stream.enqueue(new TextEncoder().encode('event: status\\ndata: {\"status\": \"success\"}\\n\\n'))",
    );
    wait("return new Promise((done) => { const look = () => seen.includes('pay-success') ? done() : ownTimeout(look, 5); look(); ownTimeout(done, 5000) })").await;
    let seen = js("return seen.join(' ')").as_string().unwrap();
    page.handle().destroy();
    js(
        "window.setTimeout = ownTimeout; window.fetch = own; delete window.seen; delete window.listens; sessionStorage.clear()",
    );
    assert_eq!(seen, "/verify pay-change pay-success");
}

#[wasm_bindgen_test]
async fn a_page_that_came_back_is_answered_before_anything_else_is_done() {
    js(
        "localStorage.removeItem('malipo:seen'); window.own = fetch; window.seen = []; \
          window.fetch = (it) => { if (it.signal.aborted) return Promise.reject(it.signal.reason); \
          seen.push(JSON.parse(localStorage.getItem('malipo:seen'))?.orderId ?? 'unanswered'); \
          return Promise.resolve(new Response(JSON.stringify({order_id: 'o-1', status: 'pending'}))) }",
    );
    let page = Page::new(ORDER, |_, _| ());
    page.handle()
        .resume(Some("o-1".into()), Some("t".into()), false);
    // Longer than the half second that lies between two verifies.
    let wait = js("return new Promise((done) => setTimeout(done, 700))");
    JsFuture::from(wait.unchecked_into::<js_sys::Promise>())
        .await
        .unwrap();
    js("seen.length = 0");
    for order in ["o-2", "o-1"] {
        js(&[
            "dispatchEvent(new StorageEvent('storage', {key: 'malipo:returned', newValue: JSON.stringify({orderId: '",
            order,
            "'})}))",
        ]
        .concat());
    }
    let seen = js("return seen.join(' ')").as_string().unwrap();
    page.handle().destroy();
    js(
        "window.fetch = own; delete window.seen; sessionStorage.clear(); localStorage.removeItem('malipo:seen')",
    );
    assert_eq!(seen, "o-1", "the order answered when the backend was asked");
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
    let handle = Handle::new(host.unchecked_into(), false, false);
    handle.judge();
    handle.press(JsValue::UNDEFINED, JsValue::UNDEFINED);
    handle.resume(Some("o-1".into()), None, false);
    handle.cancel();
    handle.destroy();
}

#[wasm_bindgen_test]
fn what_the_page_s_side_throws_is_said_on_the_console() {
    js("window.said = []");
    let host = js("const no = (what) => () => { throw what }; \
         return {rest: {attend: no('no ear')}, warn: (it) => said.push(it), draw: no('no face'), emit: no('no event'), settle: no('no promise'), \
         options: () => [], open: () => null, checked() {}}");
    let handle = Handle::new(host.unchecked_into(), false, false);
    assert_eq!(js("return said.join()").as_string().unwrap(), "no ear");
    handle.press(JsValue::UNDEFINED, JsValue::UNDEFINED);
    let said = js("return [...new Set(said)].sort().join()").as_string();
    handle.destroy();
    js("delete window.said");
    assert_eq!(said.unwrap(), "no ear,no event,no face,no promise");
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
fn what_is_to_be_seen_is_told_by_name() {
    let host = js(&[
        "return {drawn: [], options: () => [",
        GOOD,
        ", [], document.baseURI, location.href], open: () => null, \
                     emit: () => true, draw(...all) { this.drawn.push(JSON.stringify(all)) }, settle() {}}",
    ]
    .concat());
    let drawn = || {
        let drawn = Reflect::get(&host, &"drawn".into()).unwrap();
        let drawn: Array = drawn.unchecked_into();
        drawn.pop().as_string().unwrap()
    };
    let handle = Handle::new(host.clone().unchecked_into(), false, false);
    handle.judge();
    assert_eq!(drawn(), r#"["idle","-","","","",2,0]"#);
    handle.press(JsValue::UNDEFINED, JsValue::UNDEFINED);
    assert_eq!(drawn(), r#"["initiating","starting","","","",19,0]"#);
}
