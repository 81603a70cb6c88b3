//! Stories that are told in Chromium and in Firefox alike; what only one browser has to show stands in its own tests.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::browser::all_without_wasm;
use crate::checkout::Checkout;
use crate::fault::{Answer, Fault};
use crate::shop::{Button, Shop, page};
use crate::tab::Tab;
use crate::wait::until;
use crate::world::World;

/// The Rust half's file, whatever its hash.
#[must_use]
pub fn rust_half() -> &'static str {
    if all_without_wasm() {
        "/malipo/compat-*.js"
    } else {
        "/malipo/core-*.wasm"
    }
}

/// Longer than any browser remembers a click.
const CLICK_FORGOTTEN: Duration = Duration::from_secs(6);
/// A press and its two automatic retries.
const TRIES: usize = 3;

/// A provider's page that fails the payment, and the next press that pays.
///
/// # Panics
/// If it goes otherwise.
pub async fn fails_and_pays_the_next(world: &World, order_id: &str) {
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    world.checkout(&shop).await.fail().await;
    let detail = shop.event("pay-failed").await;
    assert_eq!(
        (&detail["orderId"], &detail["status"]),
        (&json!(order_id), &json!("failed"))
    );
    shop.becomes("failed").await;
    world.only_the_shop_is_open(&shop).await;

    shop.press().await;
    world.pay(&shop).await;
    let ledger = world.stack.ledger().await;
    let statuses: Vec<_> = ledger
        .iter()
        .map(|it| it["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["failed", "success"]);
    assert_ne!(
        ledger[0]["order_id"], ledger[1]["order_id"],
        "each attempt has a reference of its own"
    );
}

/// A tab closed before paying, opened again at the same page, and paid in.
///
/// # Panics
/// If it goes otherwise.
pub async fn reopens_a_closed_tab(world: &World, order_id: &str) {
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    let checkout = world.checkout(&shop).await;
    let url = checkout.0.url().await;
    checkout.0.close().await;
    shop.click("reopen").await;
    let again = world.checkout(&shop).await;
    assert_eq!(again.0.url().await, url);
    again.pay().await;
    shop.event("pay-success").await;
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    assert_eq!(world.stack.payment().await["opened"], 2);
}

/// An initiate that takes its time: the tab is there from the click on.
///
/// # Panics
/// If it goes otherwise.
pub async fn opens_though_initiate_takes(world: &World, time: Duration, order_id: &str) {
    let shop = &world.stack.shop;
    shop.times(1, "/pay/initiate", Fault::Late(time));
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    world.browser.has_tabs(2).await;
    shop.event_within("pay-opened", time + Duration::from_secs(10))
        .await;
    world.pay(&shop).await;
    assert!(shop.events("pay-blocked").await.is_empty());
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

/// A press long before the WebAssembly: one tab, one initiate, paid.
///
/// # Panics
/// If it goes otherwise.
pub async fn opens_before_the_wasm(world: &World, order_id: &str) {
    let (_, gate) = world.stack.shop.gate(rust_half());
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    world.browser.has_tabs(2).await;
    assert_eq!(shop.state().await, "initiating");
    sleep(CLICK_FORGOTTEN).await;
    assert_eq!(world.stack.shop.count("/pay/initiate"), 0);
    gate.open();
    world.pay(&shop).await;
    assert_eq!(
        shop.story_of_events().await,
        ["pay-start", "pay-initiated", "pay-opened", "pay-success"]
    );
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    world.only_the_shop_is_open(&shop).await;
}

/// WebAssembly that fails to load: the tab is closed, and the next press loads it again.
///
/// # Panics
/// If it goes otherwise.
pub async fn loads_the_wasm_again(world: &World, order_id: &str) {
    let (rule, gate) = world.stack.shop.gate(rust_half());
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    world.browser.has_tabs(2).await;
    gate.shatter();
    network_error(&shop).await;
    world.only_the_shop_is_open(&shop).await;
    assert_eq!(shop.state().await, "error");
    world.stack.shop.lift(rule);
    shop.press().await;
    world.pay(&shop).await;
    assert_eq!(
        shop.story_of_events().await,
        [
            "pay-start",
            "pay-error",
            "pay-start",
            "pay-initiated",
            "pay-opened",
            "pay-success"
        ]
    );
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

/// What comes beside the Rust half does not, or comes broken, as this `fault` has it: the tab is closed, and the next press
/// loads it again.
///
/// # Panics
/// If it goes otherwise.
pub async fn loads_the_rest_again(world: &World, fault: Fault, order_id: &str) {
    let rule = world.stack.shop.always(REST, fault);
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    network_error(&shop).await;
    world.only_the_shop_is_open(&shop).await;
    assert_eq!(shop.state().await, "error");
    assert_eq!(world.stack.shop.count("/pay/initiate"), 0);
    world.stack.shop.lift(rule);
    shop.press().await;
    world.pay(&shop).await;
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

/// It is missing once; the page presses again as soon as it is told so, in its listener, and that press pays.
///
/// # Panics
/// If it goes otherwise.
pub async fn loads_the_rest_again_for_a_listener(world: &World, order_id: &str) {
    let again = "<script>document.addEventListener('pay-error', ({ target }) => target.start(), { once: true })</script>";
    // So that it is the press that loads.
    let busy = "<script>window.requestIdleCallback = () => 0</script>";
    // The second press is no click, and opens no tab.
    let button = Button::for_order(order_id).with("mode", "link").html();
    let missing = Answer::new(404, "text/html", "<h1>404 Not Found</h1>");
    world.stack.shop.times(1, REST, Fault::Answer(missing));
    let shop = world
        .shop_page(page(&[again, busy, &button].concat()))
        .await;
    shop.press().await;
    network_error(&shop).await;
    shop.part("link").await;
    assert_eq!(
        shop.story_of_events().await,
        ["pay-start", "pay-error", "pay-start", "pay-initiated"]
    );
    world.stack.settle("succeed").await;
    shop.event("pay-success").await;
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

/// What comes beside the Rust half, whatever its hash.
const REST: &str = "/malipo/rest-*.js";

/// Browsers refuse no tab in a click, whatever their settings say of popups; but a click is good for one tab only, and
/// this page takes it for its own. The link pays.
///
/// # Panics
/// If it goes otherwise.
pub async fn pays_where_the_tab_is_refused(world: &World, order_id: &str) {
    let greedy =
        "<script>document.addEventListener('pay-start', () => window.open('about:blank'))</script>";
    let button = Button::for_order(order_id).html();
    let shop = world.shop_page(page(&[greedy, &button].concat())).await;
    shop.press().await;
    let other = world.browser.other_tab(&[&shop.0]).await;
    pays_through_the_link(world, &shop, &[&other]).await;
}

/// Pays through the link of a shop whose tab was refused; `others` are open besides.
///
/// # Panics
/// If it goes otherwise.
pub async fn pays_through_the_link(world: &World, shop: &Shop, others: &[&Tab]) {
    shop.event("pay-blocked").await;
    let link = shop.part("link").await;
    let href = link.attr("href").await.unwrap().unwrap();
    assert!(href.contains("/make/payment/test/"), "{href}");
    shop.click("link").await;
    let known: Vec<_> = others.iter().copied().chain([&shop.0]).collect();
    let checkout = Checkout::reached(world.browser.other_tab(&known).await).await;
    let opener = "return window.opener === null";
    assert_eq!(checkout.0.script(opener, vec![]).await, true);
    checkout.pay().await;
    shop.event("pay-success").await;
    let story = shop.story_of_events().await;
    let blocked = story.iter().filter(|it| *it == "pay-blocked").count();
    assert_eq!(blocked, 1, "{story:?}");
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

/// Pays by the form in the tag, to the return page.
///
/// # Panics
/// If it goes otherwise.
pub async fn pays_by_the_form(world: &World, shop: &Shop, order_id: &str) {
    shop.0.click("#plain").await;
    Checkout::reached(shop.0.clone()).await.pay().await;
    shop.0.reaches("/pay/return").await;
    let text = shop.0.text().await;
    assert!(text.contains("Payment received"), "{text}");
    assert_eq!(world.stack.payment().await["status"], "success");
    world.stack.order_becomes(order_id, "success").await;
}

/// A checkout page that cuts the tab off by COOP: it reads as closed, and is never taken for cancelled.
///
/// # Panics
/// If it goes otherwise.
pub async fn never_takes_coop_for_cancelled(world: &World, order_id: &str) {
    world
        .stack
        .script(&json!({ "joyndpay": { "checkout": { "coop": "same-origin" } } }))
        .await;
    world.stack.shop.always("/pay/events", Fault::Refused);
    let shop = world
        .shop(&Button::for_order(order_id).with("poll-interval", "1000"))
        .await;
    shop.press().await;
    let checkout = world.checkout(&shop).await;
    // The tab reads as closed within a second or so; three checks are more than that.
    let checks = until(Duration::from_secs(20), async || {
        let last = shop.events("pay-pending").await.pop()?;
        (last["checks"].as_u64()? >= 3).then_some(())
    });
    assert!(checks.await.is_some());
    assert_eq!(shop.state().await, "waiting");
    checkout.pay().await;
    shop.event("pay-success").await;
    assert_eq!(
        shop.story_of_events().await,
        ["pay-start", "pay-initiated", "pay-opened", "pay-success"]
    );
}

/// A reload while waiting: the payment is resumed, and nothing is initiated.
///
/// # Panics
/// If it goes otherwise.
pub async fn resumes_after_a_reload(world: &World, order_id: &str) {
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    let checkout = world.checkout(&shop).await;
    shop.becomes("waiting").await;
    shop.reload().await;
    shop.becomes("waiting").await;
    checkout.pay().await;
    let detail = shop.event("pay-success").await;
    assert_eq!(
        detail,
        json!({ "orderId": order_id, "status": "success", "amount": "25000", "currency": "UGX", "resumed": true })
    );
    assert!(shop.events("pay-initiated").await.is_empty());
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

/// A shop whose press lost every answer to initiate, retries included: it has ended clearly and left no tab.
///
/// # Panics
/// If it goes otherwise.
pub async fn loses_every_answer(world: &World, order_id: &str) -> Shop {
    let shop = &world.stack.shop;
    shop.times(TRIES, "/pay/initiate", Fault::AnswerLost);
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    network_error(&shop).await;
    world.only_the_shop_is_open(&shop).await;
    shop
}

/// Answers lost for good: a second press takes the same key, and the provider knows one order.
///
/// # Panics
/// If it goes otherwise.
pub async fn takes_the_same_key_again(world: &World, order_id: &str) {
    let shop = loses_every_answer(world, order_id).await;
    shop.press().await;
    world.pay(&shop).await;
    one_key_and_one_provider_order(world, TRIES + 1).await;
}

/// So many initiates arrived, with one key, and were one order at the provider.
///
/// # Panics
/// If it was otherwise.
pub async fn one_key_and_one_provider_order(world: &World, requests: usize) {
    let initiates = world.stack.shop.seen("/pay/initiate");
    assert_eq!(initiates.len(), requests);
    let keys: HashSet<_> = initiates
        .iter()
        .map(|it| it.headers["idempotency-key"].clone())
        .collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(world.stack.payment().await["times_paid"], 1);
}

/// Waits for the terminal error of a request that did not get through.
///
/// # Panics
/// If another one comes, or none.
pub async fn network_error(shop: &Shop) {
    let error: Value = shop
        .event_within("pay-error", Duration::from_secs(30))
        .await;
    assert_eq!(
        (&error["code"], &error["terminal"], &error["retryable"]),
        (&json!("network"), &json!(true), &json!(true))
    );
}
