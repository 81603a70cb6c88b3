//! A page in which others run too: scripts that forge hints, pages that took the browser's own parts away, texts that want
//! to be markup.

use std::time::Duration;

use malipo_e2e::fault::{Answer, Fault};
use malipo_e2e::shop::{Button, page};
use malipo_e2e::wait::{PATIENCE, until};
use malipo_e2e::world::{Setup, in_chromium, run};
use serde_json::json;

/// Every way in which another script or tab of the page's origin can say "look at this order", or seem to say "it is paid".
const FORGE: &str = "
    const [order, each] = arguments;
    window.forgedAt = performance.now();
    const said = [
        { type: 'malipo:returned', orderId: order },
        { type: 'malipo:returned', orderId: 'ORDER-9999', status: 'success' },
        { type: 'malipo:returned' }, { type: 'malipo:seen', orderId: order }, { type: 'pay-success', orderId: order },
        'success', null, 1, [], { type: 'malipo:returned', orderId: { toString() { throw 1 } }.x },
    ];
    const channel = new BroadcastChannel('malipo');
    for (let nth = 0; nth < each; nth += 1) {
        const it = said[nth % said.length];
        channel.postMessage(it);
        window.postMessage(it, '*');
        dispatchEvent(new StorageEvent('storage', { key: 'malipo:returned', newValue: JSON.stringify(it) }));
        dispatchEvent(new StorageEvent('storage', { key: 'malipo:returned', newValue: '{' + nth }));
        for (const name of ['focus', 'online', 'pageshow']) dispatchEvent(new Event(name));
        document.dispatchEvent(new Event('visibilitychange'));
        localStorage.setItem('malipo:returned', JSON.stringify({ ...it, nth }));
    }
    localStorage.clear();
    return 9 * each";

#[test]
fn ten_thousand_forged_hints_are_a_few_questions_and_settle_nothing() {
    in_chromium(async |world| {
        let lie = json!({"order_id": "ORDER-0700", "status": "success", "amount": "25000", "currency": "UGX"});
        let lies = format!("event: status\ndata: {lie}\n\n").repeat(1_000);
        let stream = Answer::new(200, "text/event-stream", lies);
        world
            .stack
            .shop
            .always("/pay/events", Fault::Answer(stream));
        let shop = world.shop(&Button::for_order("ORDER-0700")).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        let before = world.stack.shop.count("/pay/verify");
        let forged = shop
            .0
            .script(FORGE, vec!["ORDER-0700".into(), 1_200.into()]);
        assert_eq!(forged.await, json!(10_800));
        // The script is done long before the page has read all of them: six times the half second between two questions.
        let since = "return Math.ceil(performance.now() - forgedAt)";
        let since = async || shop.0.script(since, vec![]).await.as_u64().unwrap();
        let over = until(PATIENCE, async || (3_000 < since().await).then_some(()));
        over.await.expect("the page's clock stands still");
        let asked = world.stack.shop.count("/pay/verify") - before;
        let ms = usize::try_from(since().await).unwrap();
        assert!(0 < asked, "nobody heard anything");
        assert!(
            asked <= ms / 500 + 2,
            "{asked} questions for 10,800 hints in {ms} ms"
        );
        assert_eq!(shop.state().await, "waiting");
        assert!(shop.events("pay-success").await.is_empty());
        checkout.pay().await;
        shop.event("pay-success").await;
        assert_eq!(world.stack.ledger().await.len(), 1);
    });
}

#[test]
fn the_checkout_page_has_no_way_back_into_the_shop() {
    in_chromium(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0701")).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        // Which shop it is, the provider knows; which of its pages the shopper came from is nobody's business.
        let reach = "return [window.opener === null, document.referrer]";
        let origin = format!("{}/", world.stack.shop.origin());
        let reached = checkout.0.script(reach, vec![]).await;
        assert_eq!(reached, json!([true, origin]));
        let link = "const it = document.querySelector('#pay').shadowRoot.querySelector('[part=link]'); return it.rel";
        assert_eq!(
            shop.0.script(link, vec![]).await,
            json!("noopener noreferrer")
        );
        checkout.pay().await;
        shop.event("pay-success").await;
    });
}

#[test]
fn a_click_by_script_opens_nothing() {
    in_chromium(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0704")).await;
        shop.part("button").await;
        let click = "const button = document.querySelector('#pay').shadowRoot.querySelector('[part=button]');
            for (let nth = 0; nth < 100; nth += 1) { button.click(); button.dispatchEvent(new MouseEvent('click', { bubbles: true })) }";
        shop.0.script(click, vec![]).await;
        assert_eq!(shop.state().await, "idle");
        world.browser.has_tabs(1).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 0);
        shop.press().await;
        world.pay(&shop).await;
    });
}

#[test]
fn what_others_write_is_shown_as_text() {
    in_chromium(async |world| {
        let markup =
            "<img src=x onerror=window.hacked=1><script>window.hacked=2</script>{{7*7}}\u{202e}";
        let no = json!({ "status": "error", "error": [markup] }).to_string();
        let no = Answer::new(422, "application/json", no);
        world
            .stack
            .shop
            .times(1, "/pay/initiate", Fault::Answer(no));
        let button = Button::for_order("ORDER-0702").with("label", markup);
        let shop = world.shop(&button).await;
        assert!(shop.says().await.contains("<img src=x"), "the label");
        shop.press().await;
        let error = shop.event("pay-error").await;
        assert!(error["message"].as_str().unwrap().contains("<img"));
        assert_eq!(shop.says().await.matches("<img src=x").count(), 2);
        let found = "return [window.hacked ?? null, document.querySelector('#pay').shadowRoot.querySelectorAll('img, script').length]";
        assert_eq!(shop.0.script(found, vec![]).await, json!([null, 0]));
        shop.press().await;
        world.pay(&shop).await;
    });
}

#[test]
fn what_the_page_keeps_opens_nothing_but_a_status_and_goes_with_success() {
    in_chromium(async |world| {
        let button = Button::for_order("ORDER-0703")
            .with("customer-name", "Amina Canary")
            .with("customer-email", "amina.canary@x.example")
            .with("customer-phone", "0700123777");
        let shop = world.shop(&button).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        let kept =
            "return JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie])";
        let text = async || {
            let kept = shop.0.script(kept, vec![]).await;
            kept.as_str().unwrap().to_owned()
        };
        let before = text().await;
        assert!(before.contains("ORDER-0703"), "{before}");
        let (quote, signature) = button.quote().rsplit_once('.').unwrap();
        for secret in [quote, signature, "Canary", "canary", "0700123777"] {
            assert!(!before.contains(secret), "{secret} in {before}");
        }
        checkout.pay().await;
        shop.event("pay-success").await;
        let after = text().await;
        assert!(!after.contains("token"), "{after}");
        assert!(!after.contains("redirectUrl"), "{after}");
    });
}

/// What a page did before the button came, with what it did it for.
const PAGES: [(&str, &str); 9] = [
    (
        "every object has fields of an answer",
        "for (const [name, value] of Object.entries({ status: 'success', ok: true, data: { status: 'success' }, redirect_url: 'javascript:alert(1)',\
         order_id: 'ORDER-9999', token: 'x', amount: '1', sent_to: [{ channel: 'x' }] }))\
         Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })",
    ),
    (
        // Until the button is there: the driver's own scripts stumble over these.
        "every loop over an object's names has one more",
        "Object.prototype.extra = 'x'; Object.prototype.each = function () {};\
         customElements.whenDefined('pay-button').then(() => { delete Object.prototype.extra; delete Object.prototype.each })",
    ),
    (
        "every list and text has more than it should",
        "Array.prototype.last = function () { return 1 }; Array.prototype.toJSON = undefined; String.prototype.extra = 1; Function.prototype.extra = 1",
    ),
    ("no BroadcastChannel", "delete window.BroadcastChannel"),
    (
        "storage that throws",
        "for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError') } })",
    ),
    (
        "answers without streams",
        "Object.defineProperty(Response.prototype, 'body', { get() { return null } })",
    ),
    (
        "a fetch of the page's own",
        "const plain = fetch; window.fetch = async function (...all) { await null; return plain.apply(this, all) }",
    ),
    (
        "no style sheets that can be adopted",
        "delete Document.prototype.adoptedStyleSheets; delete ShadowRoot.prototype.adoptedStyleSheets",
    ),
    (
        "a random number that is none",
        "Math.random = () => 0.5; Date.prototype.getTime = () => NaN",
    ),
];

#[test]
fn a_page_that_took_the_browser_apart_still_pays_its_own_order_once() {
    let setup = Setup {
        limit: Some(Duration::from_secs(240)),
        ..Setup::default()
    };
    run(setup, async |world| {
        for (nth, (name, script)) in PAGES.iter().enumerate() {
            let order = format!("ORDER-071{nth}");
            let mut answer = page(&Button::for_order(&order).html());
            let first = "<script src=\"/recorder.js\">";
            answer.body = answer
                .body
                .replace(first, &format!("<script>{script}</script>{first}"));
            let shop = world.shop_page(answer).await;
            shop.press().await;
            let detail = world.pay(&shop).await;
            assert_eq!(detail["orderId"], order.as_str(), "{name}: {detail}");
            assert_eq!(detail["status"], "success", "{name}: {detail}");
            assert_eq!(detail["amount"], "25000", "{name}: {detail}");
            world.only_the_shop_is_open(&shop).await;
            assert_eq!(world.stack.ledger().await.len(), nth + 1, "{name}");
        }
        // A page whose relative addresses lead elsewhere: absolute ones are not touched by that.
        let origin = world.stack.shop.origin();
        let button = Button::for_order("ORDER-0719").endpoints(origin);
        let html = format!("<base href=\"https://evil.example/\">{}", button.html());
        let shop = world.shop_page(page(&html)).await;
        shop.press().await;
        world.pay(&shop).await;
    });
}
