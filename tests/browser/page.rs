//! A page around one widget, written down: what it is told, and what it answers.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use js_sys::Reflect;
use malipo::api::Handle;
use malipo::browser::host::Host;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::js;

/// Options of a payment without a name.
pub(crate) const GOOD: &str = "['initiate-url', '/nowhere', 'verify-url', '/nowhere', 'amount', '10000', 'currency', 'UGX', 'mode', 'tab']";
/// Options of the order `o-1`.
pub(crate) const ORDER: &str = "['initiate-url', '/nowhere', 'verify-url', '/verify', 'cancel-url', '/cancel', 'order-id', 'o-1', 'mode', 'tab']";

/// The page's half, written down: what the handle tells it, and what it answers.
pub(crate) struct Page {
    handle: Rc<RefCell<Option<Handle>>>,
    told: Rc<RefCell<Vec<String>>>,
    _emit: Closure<dyn FnMut(String, JsValue) -> bool>,
}

impl Page {
    /// A page with these options; `heard` is called with each event's name, inside of it.
    pub(crate) fn new(options: &str, heard: impl Fn(&str, &Handle) + 'static) -> Self {
        Self::of(options, false, heard)
    }

    /// The same for `<pay-status>`.
    pub(crate) fn of(
        options: &str,
        status_only: bool,
        heard: impl Fn(&str, &Handle) + 'static,
    ) -> Self {
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
            ", [], document.baseURI, location.href], open: () => window.tab ?? null, draw() {}, checked() {}, warn() {}, \
             settle(ok, value) { this.settled.push(ok ? value.status : value.code) }}",
        ].concat());
        Reflect::set(&host, &"emit".into(), emit.as_ref()).unwrap();
        Reflect::set(&host, &"rest".into(), &rest()).unwrap();
        let host: Host = host.unchecked_into();
        *handle.borrow_mut() = Some(Handle::new(host, false, status_only));
        Self {
            handle,
            told,
            _emit: emit,
        }
    }

    pub(crate) fn handle(&self) -> Ref<'_, Handle> {
        Ref::map(self.handle.borrow(), |it| it.as_ref().unwrap())
    }

    pub(crate) fn told(&self) -> Vec<String> {
        self.told.borrow().clone()
    }
}

#[wasm_bindgen(module = "/pkg-template/wakes.js")]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = attend)]
    static ATTEND: JsValue;
}

/// What stands beside the widget: its own ear, and requests in short (`tests/requests.test.mjs` is about those).
fn rest() -> JsValue {
    let rest = js("const ask = (url, init) => fetch(new Request(url, init)); \
         return {listen: async () => window.listens?.(), \
         send: async (said, url, key, body, signal) => ask(url, {method: 'POST', body: JSON.stringify(body), signal}) \
         .then(async (it) => [it, await it.text()])}");
    ATTEND.with(|it| Reflect::set(&rest, &"attend".into(), it).unwrap());
    rest
}

/// A tab that notes where it was sent, in `window.tab`.
pub(crate) fn lend_a_tab() -> JsValue {
    js(
        "return window.tab = {closed: false, went: '', close() { this.closed = true }, \
        location: {href: 'about:blank', replace(url) { tab.went = url }}}",
    )
}
