//! One policy with one shape: the page is opened, pressed and paid, and what the policy stopped is counted.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::{Policy, Shape};
use crate::checkout::Checkout;
use crate::fault::Answer;
use crate::shop::Shop;
use crate::tab::Tab;
use crate::wait::until;
use crate::world::World;

/// How a payment was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the widget, in WebAssembly.
    Wasm,
    /// By the widget, in JavaScript.
    JavaScript,
    /// By the form in the tag, which is all that there is.
    Form,
    /// By the form in the tag, which shows below the button after a press.
    FormAfterPress,
    /// Not at all.
    None,
}

/// What a trial found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How the payment was made.
    pub way: Way,
    /// What the policy stopped: directive and what it was.
    pub stopped: BTreeSet<String>,
}

/// Tries it. `order_id` is one that was not tried before.
///
/// # Panics
/// If the page says that it is paid where the backend does not, or the other way round.
pub async fn check(world: &World, policy: &Policy, shape: Shape, order_id: &str) -> Found {
    let front = &world.stack.shop;
    shape.furnish(front);
    front.page("/violations", Answer::new(204, "text/plain", ""));
    let before = front.seen("*").len();
    let paid_before = paid(world).await;
    let shop = opened(world, policy, shape, order_id).await;
    let mut stopped = BTreeSet::new();
    let way = pay(world, &shop, &mut stopped).await;
    let paid = paid(world).await - paid_before;
    if way == Way::None {
        assert_eq!(paid, 0);
        assert_ne!(world.stack.order(order_id).await["status"], "success");
    } else {
        assert_eq!(paid, 1);
        if !policy.by_sku {
            world.stack.order_becomes(order_id, "success").await;
        }
    }
    let requests = front.seen("*").split_off(before);
    for it in requests.iter().filter(|it| it.path == "/violations") {
        stopped.insert(reported(&it.body));
    }
    // The test's own script, and what a browser asks for by itself.
    let counts = |it: &String| !it.contains("/recorder.js") && !it.contains("/favicon.ico");
    stopped.retain(counts);
    let mut said = world.browser.policy_messages().await;
    said.retain(counts);
    // A WebAssembly that was refused is not always on the console.
    assert!(said.is_empty() || !stopped.is_empty(), "{said:#?}");
    close_others(world, &shop).await;
    Found { way, stopped }
}

/// How many payments the provider holds for paid.
async fn paid(world: &World) -> usize {
    let ledger = world.stack.ledger().await;
    ledger.iter().filter(|it| it["status"] == "success").count()
}

async fn opened(world: &World, policy: &Policy, shape: Shape, order_id: &str) -> Shop {
    let front = &world.stack.shop;
    let provider = world.stack.provider.origin();
    front.page("/shop", policy.page(shape, order_id, provider));
    let Some(sandbox) = policy.sandbox else {
        return Shop(world.browser.open(&world.shop_url()).await);
    };
    let frame = format!(
        "<!doctype html><title>Outside</title><iframe sandbox=\"{sandbox}\" src=\"/shop\" width=\"900\" height=\"700\"></iframe>"
    );
    front.page("/outside", Answer::new(200, "text/html", frame));
    let outside = format!("{}/outside", front.origin());
    Shop(world.browser.open(&outside).await.frame("iframe"))
}

/// Pays, as a shopper who takes what there is.
async fn pay(world: &World, shop: &Shop, stopped: &mut BTreeSet<String>) -> Way {
    let tab = &shop.0;
    let drawn = "return Boolean(document.querySelector('#pay').shadowRoot)";
    if tab.script(drawn, vec![]).await == false {
        note_events(shop, stopped).await;
        return pay_by_form(world, shop, Way::Form).await;
    }
    shop.press().await;
    let began = until(Duration::from_secs(30), async || began(shop).await).await;
    match began.expect("nothing came of the press") {
        Began::Opened => (),
        Began::Linked => shop.click("link").await,
        Began::Failed => {
            note_events(shop, stopped).await;
            return pay_by_form(world, shop, Way::FormAfterPress).await;
        }
    }
    let opened = until(PATIENCE, async || {
        (world.browser.tabs().await.len() > 1).then_some(())
    });
    if opened.await.is_none() {
        note_events(shop, stopped).await;
        return Way::None;
    }
    let checkout = Checkout::reached(world.browser.other_tab(&[tab]).await).await;
    checkout.pay().await;
    shop.event("pay-success").await;
    note_events(shop, stopped).await;
    half(shop).await
}

/// Which half the page has loaded; from the browser's cache, perhaps.
async fn half(shop: &Shop) -> Way {
    let names = "return performance.getEntriesByType('resource').map((it) => it.name)";
    let names = shop.0.script(names, vec![]).await;
    let loaded = |start: &str, end: &str| {
        let names = names.as_array().into_iter().flatten();
        let mut names = names.filter_map(Value::as_str);
        names.any(|it| it.contains(start) && it.ends_with(end))
    };
    let wasm = loaded("/core-", ".wasm") || loaded("/bytes-", ".js");
    match (wasm, loaded("/compat-", ".js")) {
        (true, false) => Way::Wasm,
        (false, true) => Way::JavaScript,
        _ => panic!("one half is loaded, and one only: {names}"),
    }
}

enum Began {
    Opened,
    Linked,
    Failed,
}

async fn began(shop: &Shop) -> Option<Began> {
    if !shop.events("pay-opened").await.is_empty() {
        return Some(Began::Opened);
    }
    if shop.shown("link").await.is_some() {
        return Some(Began::Linked);
    }
    let errors = shop.events("pay-error").await;
    let ended = errors.iter().any(|it| it["terminal"] == true);
    ended.then_some(Began::Failed)
}

/// Pays by the form, if it is to be seen and leads anywhere.
async fn pay_by_form(world: &World, shop: &Shop, way: Way) -> Way {
    let tab = &shop.0;
    let form = tab.find("#plain").await;
    if !form.is_displayed().await.unwrap() {
        return Way::None;
    }
    // The driver complains where the browser shows a page of its own instead.
    let _ = form.click().await;
    let Some(page) = until(PATIENCE, async || checkout_page(world, tab).await).await else {
        return Way::None;
    };
    Checkout(page.clone()).pay().await;
    let back = until(PATIENCE, async || {
        page.text().await.contains("Payment received").then_some(())
    });
    assert!(back.await.is_some(), "the form's return page");
    way
}

/// The tab that has come to the checkout page: the form's own, or a new one.
async fn checkout_page(world: &World, tab: &Tab) -> Option<Tab> {
    let others = world.browser.tabs().await;
    let others = others.into_iter().filter(|it| !it.is(tab));
    for it in others.chain([tab.clone()]) {
        if it.url().await.contains("/make/payment/") {
            return Some(it);
        }
    }
    None
}

async fn note_events(shop: &Shop, stopped: &mut BTreeSet<String>) {
    let all = shop
        .0
        .script("return window.seen?.violations ?? []", vec![])
        .await;
    let all = all.as_array().into_iter().flatten();
    for it in all.filter_map(Value::as_str) {
        let mut words = it.split(' ');
        let (directive, what) = (words.next(), words.next());
        stopped.insert(named(
            directive.unwrap_or_default(),
            what.unwrap_or_default(),
        ));
    }
}

/// A report of the browser's.
fn reported(body: &str) -> String {
    let report: Value = serde_json::from_str(body).unwrap();
    let text = |name: &str| report["csp-report"][name].as_str().unwrap_or_default();
    let directive = match text("effective-directive") {
        "" => text("violated-directive"),
        it => it,
    };
    named(directive, text("blocked-uri"))
}

/// What was stopped, as both browsers and both ways to tell have it: without host and hash.
fn named(directive: &str, what: &str) -> String {
    let directive = directive.split(' ').next().unwrap_or_default();
    let path = what.splitn(4, '/').nth(3);
    let path = path.map_or(what.to_owned(), |it| format!("/{it}"));
    let name = match path.rsplit_once('-') {
        Some((start, hashed)) if path.starts_with("/malipo/") => {
            let extension = hashed.rsplit_once('.').map_or("", |it| it.1);
            format!("{start}-*.{extension}")
        }
        _ => path,
    };
    format!("{} {name}", directive.replace("-elem", ""))
}

async fn close_others(world: &World, shop: &Shop) {
    for tab in world.browser.tabs().await {
        // Return pages may close themselves meanwhile.
        if !tab.is(&shop.0)
            && let Some(session) = tab.may_show().await
        {
            let _ = session.close_window().await;
        }
    }
    // The driver stays at a tab that is gone.
    assert!(shop.0.may_show().await.is_some(), "the shop is gone");
}

/// How long a tab or a page may take that may never come; a machine that is busy building needs most of it.
const PATIENCE: Duration = Duration::from_secs(15);
