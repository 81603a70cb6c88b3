//! The server's own pages, as everybody can use them: where the provider sends the shopper, a link that was sent, and what a form
//! without script is answered. axe-core finds nothing, and nothing is wider than a phone.

use std::time::Duration;

use malipo_e2e::browser::Kind;
use malipo_e2e::fault::{Answer, Fault};
use malipo_e2e::process::project;
use malipo_e2e::shop::{Button, page};
use malipo_e2e::tab::Tab;
use malipo_e2e::wait::until;
use malipo_e2e::world::{Setup, World, in_browser, run};
use serde_json::{Value, json};
use tokio::time::sleep;

#[test]
fn the_servers_pages_break_no_rule_of_accessibility_in_any_language_and_theme() {
    let setup = Setup::of(Kind::Chromium).within(Duration::from_secs(600));
    run(setup, async |world| {
        // The rules look at the page as it is sent: its script leads away from it.
        let waiting = begun(world, "ORDER-0790").await;
        let paid = begun(world, "ORDER-0791").await;
        let failed = begun(world, "ORDER-0792").await;
        world.stack.settle_payment(&paid.payment, "succeed").await;
        world.stack.settle_payment(&failed.payment, "fail").await;
        world.stack.order_becomes("ORDER-0791", "success").await;
        world.stack.order_becomes("ORDER-0792", "failed").await;
        let origin = world.stack.shop.origin();
        let form = page(&format!(
            "<form method=\"post\" action=\"{origin}/pay/checkout\"></form>"
        ));
        world.stack.shop.page("/form", form);
        let pages = [
            ("waiting", waiting.back),
            ("paid", paid.back),
            ("not paid", failed.back),
            ("link", format!("{origin}/pay/link/{}", waiting.token)),
            ("no link", format!("{origin}/pay/link/x")),
            ("no payment", format!("{origin}/pay/return?of=x")),
            ("wrong form", format!("{origin}/form")),
        ];

        let axe = project().join(".tools/npm/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).unwrap();
        // The driver's own page has no answers of the network to look at: a failed page is what some of these are.
        world.expect_on_console("Failed to load resource");
        let tab = world.browser.open(&pages[0].1).await;
        on_a_phone(&tab).await;
        let mut wrong = Vec::new();
        for language in languages() {
            for theme in ["light", "dark"] {
                wear(&tab, language, theme).await;
                for (name, url) in &pages {
                    show(&tab, url).await;
                    tab.script(&axe, vec![]).await;
                    let said = tab.run(LOOK).await;
                    assert_eq!(said["lang"], *language, "{name}: {url}");
                    let found = said["wrong"].as_array().unwrap().iter();
                    wrong.extend(found.map(|it| format!("{name}, {language}, {theme}: {it}")));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn the_page_of_a_link_looks_again_and_comes_anew_only_when_it_says_something_else() {
    in_browser(async |world| {
        let order = begun(world, "ORDER-0793").await;
        let path = format!("/pay/link/{}", order.token);
        let tab = waiting(world, &path).await;
        asks_again(world, &path, 2).await;
        assert_eq!(tab.script("return window.kept", vec![]).await, true);
        world.stack.settle_payment(&order.payment, "succeed").await;
        tab.find(".mark.success").await;
        let text = tab.text().await;
        assert!(text.contains("Payment received"), "{text}");
    });
}

#[test]
fn the_page_of_a_link_that_is_translated_stays_and_still_tells_of_the_payment() {
    in_browser(async |world| {
        let order = begun(world, "ORDER-0794").await;
        let path = format!("/pay/link/{}", order.token);
        let tab = waiting(world, &path).await;
        let translate = "document.querySelector('main h1').textContent = 'Angalia simu yako'";
        tab.script(translate, vec![]).await;
        asks_again(world, &path, 2).await;
        assert_eq!(tab.script("return window.kept", vec![]).await, true);
        world.stack.settle_payment(&order.payment, "succeed").await;
        tab.find(".mark.success").await;
    });
}

#[test]
fn the_page_of_a_link_says_that_it_is_too_old_and_looks_no_more() {
    in_browser(async |world| {
        let order = begun(world, "ORDER-0795").await;
        let path = format!("/pay/link/{}", order.token);
        let tab = waiting(world, &path).await;
        // Of something in between, which knows nothing of payments.
        let foreign = Answer::new(404, "text/html", "<h1>404 Not Found</h1>");
        let front = &world.stack.shop;
        let rule = front.always(&path, Fault::Answer(foreign));
        asks_again(world, &path, 1).await;
        assert_eq!(tab.script("return window.kept", vec![]).await, true);
        front.lift(rule);
        // What the server says of a token after its 24 hours.
        let unknown = format!("{}/pay/link/x", front.origin());
        let unknown = reqwest::get(unknown).await.unwrap();
        assert_eq!(unknown.status(), 404);
        let unknown = Answer::new(
            404,
            "text/html; charset=utf-8",
            unknown.text().await.unwrap(),
        );
        front.always(&path, Fault::Answer(unknown));
        let is_gone = until(PATIENCE, async || {
            let kept = tab.script("return window.kept ?? null", vec![]).await;
            kept.is_null().then_some(())
        });
        assert!(is_gone.await.is_some(), "it still waits");
        tab.find("main").await;
        let asked = front.count(&path);
        sleep(2 * EVERY).await;
        assert_eq!(front.count(&path), asked, "it looks again");
    });
}

#[test]
fn the_page_of_a_link_looks_again_though_an_answer_never_came() {
    in_browser(async |world| {
        let order = begun(world, "ORDER-0796").await;
        let path = format!("/pay/link/{}", order.token);
        let tab = waiting(world, &path).await;
        let (rule, gate) = world.stack.shop.gate(&path);
        asks_again(world, &path, 2).await;
        world.stack.settle_payment(&order.payment, "succeed").await;
        world.stack.shop.lift(rule);
        tab.find(".mark.success").await;
        drop(gate);
    });
}

/// The page of a link, at which nothing is paid yet; `window.kept` is gone when it has come anew.
async fn waiting(world: &World, path: &str) -> Tab {
    let url = format!("{}{path}", world.stack.shop.origin());
    let tab = world.browser.open(&url).await;
    tab.find(".mark.pending").await;
    tab.script("window.kept = true", vec![]).await;
    tab
}

/// Waits until it has asked so many times more.
async fn asks_again(world: &World, path: &str, times: usize) {
    let before = world.stack.shop.count(path);
    let asked = until(PATIENCE, async || {
        (world.stack.shop.count(path) >= before + times).then_some(())
    });
    assert!(asked.await.is_some(), "it does not look again");
}

struct Begun {
    /// As the sandbox's ledger has it.
    payment: Value,
    token: String,
    /// Where the provider sends the shopper afterwards.
    back: String,
}

async fn begun(world: &World, order_id: &str) -> Begun {
    let (origin, before) = (world.stack.shop.origin(), world.stack.ledger().await);
    let (button, digits) = (
        Button::for_order(order_id),
        order_id.trim_start_matches("ORDER-"),
    );
    let initiate = reqwest::Client::new()
        .post(format!("{origin}/pay/initiate"))
        .header("origin", origin)
        .header(
            "idempotency-key",
            format!("\"6c6f6a10-9a3e-4a57-a1b0-6a0c2b0a{digits}\""),
        )
        .json(&json!({ "quote": button.quote(), "return_url": world.shop_url() }));
    let answer: Value = initiate.send().await.unwrap().json().await.unwrap();
    let asked = world.stack.provider.seen("/joyndpay/api/initiate/payment");
    let asked: Value = serde_json::from_str(&asked.last().unwrap().body).unwrap();
    let mut ledger = world.stack.ledger().await.into_iter();
    Begun {
        payment: ledger.find(|it| !before.contains(it)).unwrap(),
        token: answer["token"].as_str().unwrap().to_owned(),
        back: asked["callback_url"].as_str().unwrap().to_owned(),
    }
}

/// All nine with `ALL=1`, as `make a11y` does; else one from left to right and one from right to left.
fn languages() -> &'static [&'static str] {
    match std::env::var_os("ALL") {
        Some(_) => &["en", "fr", "sw", "lg", "rw", "am", "ar", "pt", "es"],
        None => &["sw", "ar"],
    }
}

async fn on_a_phone(tab: &Tab) {
    tab.show().await;
    let phone = json!({ "width": 360, "height": 640, "deviceScaleFactor": 1, "mobile": false });
    tab.devtools("Emulation.setDeviceMetricsOverride", phone)
        .await;
    tab.devtools("Network.enable", json!({})).await;
    let script = json!({ "urls": ["*return-page*.js"] });
    tab.devtools("Network.setBlockedURLs", script).await;
}

async fn wear(tab: &Tab, language: &str, theme: &str) {
    let headers = json!({ "headers": { "accept-language": language } });
    tab.devtools("Network.setExtraHTTPHeaders", headers).await;
    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
    tab.devtools("Emulation.setEmulatedMedia", media).await;
}

async fn show(tab: &Tab, url: &str) {
    tab.show().await.goto(url).await.unwrap();
    if url.ends_with("/form") {
        tab.script("document.forms[0].submit()", vec![]).await;
        tab.find("main").await;
    }
}

/// How often it looks.
const EVERY: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(60);

const LOOK: &str = r#"
const { violations } = await axe.run({ resultTypes: ["violations"] });
const wrong = violations.flatMap(({ id, nodes }) => nodes.map((it) => `${id}: ${it.html}`));
if (document.documentElement.scrollWidth > innerWidth) wrong.push(`${document.documentElement.scrollWidth} px wide`);
if (!matchMedia("(max-width: 360px)").matches) wrong.push("this is no phone");
return { lang: document.documentElement.lang, wrong };
"#;
