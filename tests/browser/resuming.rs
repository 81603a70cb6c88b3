//! What an earlier load of the page left in storage, and to which button it belongs.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::js;
use crate::page::{ORDER, Page, lend_a_tab};

/// A widget of an earlier load that left the record of `o-1` in storage, with this in it besides.
fn leave_behind(fields: &str) {
    js("sessionStorage.clear()");
    let before = Page::new(ORDER, |_, _| ());
    before
        .handle()
        .resume(Some("o-1".into()), Some("t".into()), false);
    before.handle().destroy();
    js(&[
        "const [name] = Object.keys(sessionStorage).filter((it) => it.startsWith('malipo:')); \
        sessionStorage[name] = JSON.stringify({...JSON.parse(sessionStorage[name]), ",
        fields,
        "})",
    ]
    .concat());
}

#[wasm_bindgen_test]
fn a_press_before_wasm_after_a_reload_goes_on_with_the_payment() {
    leave_behind("redirectUrl: 'https://pay.example/p/1'");
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
    leave_behind("ended: 'expired'");
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
