//! Pages and browsers that deny something: storage, scripts, what old engines never had.

use malipo_e2e::browser::{Kind, Options};
use malipo_e2e::checkout::Checkout;
use malipo_e2e::fault::{Answer, Fault};
use malipo_e2e::shop::{Button, page};
use malipo_e2e::world::{Setup, World, in_browser, run};

/// Pays in a page that runs this script before anything else.
async fn pays_after(world: &World, script: &str, order_id: &str) {
    let button = Button::for_order(order_id).html();
    let mut answer = page(&button);
    let head = format!("<head><script>{script}</script>");
    answer.body = answer.body.replacen("<head>", &head, 1);
    let shop = world.shop_page(answer).await;
    shop.press().await;
    world.pay(&shop).await;
    world.only_the_shop_is_open(&shop).await;
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

/// Every access throws, as it does with cookies blocked.
const NO_STORAGE: &str = "for (const name of ['sessionStorage', 'localStorage', 'indexedDB', 'caches']) \
     Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } });";

#[test]
fn a_page_whose_storage_throws_pays() {
    in_browser(async |world| pays_after(world, NO_STORAGE, "ORDER-2600").await);
}

#[test]
fn a_full_storage_pays() {
    in_browser(async |world| {
        let full = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }";
        pays_after(world, full, "ORDER-2601").await;
    });
}

#[test]
fn a_browser_that_blocks_all_cookies_pays() {
    let browser = Options::default()
        .preferring(
            Kind::Chromium,
            "profile.default_content_setting_values.cookies",
            2,
        )
        .preferring(Kind::Firefox, "network.cookie.cookieBehavior", 2);
    let setup = Setup::browser(browser).except(
        Kind::WebKit,
        "MiniBrowser has no setting that blocks cookies",
    );
    run(setup, async |world| {
        let shop = world.shop(&Button::for_order("ORDER-2602")).await;
        let denied = "try { return sessionStorage.length, 'there' } catch (it) { return it.name }";
        assert_eq!(shop.0.script(denied, vec![]).await, "SecurityError");
        shop.press().await;
        world.pay(&shop).await;
    });
}

#[test]
fn a_private_window_pays_and_survives_a_reload() {
    let kind = Kind::of_this_run();
    let mut browser =
        Options::default().preferring(Kind::Firefox, "browser.privatebrowsing.autostart", true);
    if kind == Kind::Chromium {
        browser.arguments.push("--incognito".into());
    }
    let setup = Setup::browser(browser).except(
        Kind::WebKit,
        "a driven MiniBrowser keeps nothing in any case",
    );
    run(setup, async |world| {
        malipo_e2e::story::resumes_after_a_reload(world, "ORDER-2603").await;
    });
}

#[test]
fn a_browser_without_broadcastchannel_closes_the_tab_by_the_storage_event() {
    in_browser(async |world| {
        let script = "delete window.BroadcastChannel";
        pays_after(world, script, "ORDER-2604").await;
    });
}

#[test]
fn an_engine_without_streams_broadcastchannel_and_style_sheets_pays() {
    in_browser(async |world| {
        let script = "delete window.BroadcastChannel; delete window.ReadableStream; delete window.AbortSignal.timeout; \
             Object.defineProperty(Response.prototype, 'body', { get() { return undefined } }); \
             window.CSSStyleSheet = undefined; delete window.requestIdleCallback;";
        pays_after(world, script, "ORDER-2605").await;
    });
}

/// The form in the tag of a page whose script does not come: it is what shows, and it pays.
async fn the_form_pays(world: &World, order_id: &str, change: impl FnOnce(Answer) -> Answer) {
    let button = Button::for_order(order_id);
    let form = format!(
        "<form method=\"post\" action=\"/pay/checkout\"><input type=\"hidden\" name=\"quote\" value=\"{}\"><button id=\"plain\">Pay</button></form>",
        button.quote()
    );
    let shop = world
        .shop_page(change(page(&button.holding(&form).html())))
        .await;
    shop.0.click("#plain").await;
    Checkout::reached(shop.0.clone()).await.pay().await;
    shop.0.reaches("/pay/return").await;
    world.stack.order_becomes(order_id, "success").await;
}

#[test]
fn a_script_that_does_not_come_leaves_the_form_which_pays() {
    in_browser(async |world| {
        world.stack.shop.always("/malipo/malipo.js", Fault::Refused);
        the_form_pays(world, "ORDER-2606", |it| it).await;
    });
}

#[test]
fn a_script_that_breaks_off_leaves_the_form_which_pays() {
    in_browser(async |world| {
        world.expect_on_console("SyntaxError");
        let broken = Answer::new(200, "text/javascript", "import { ");
        world
            .stack
            .shop
            .always("/malipo/malipo.js", Fault::Answer(broken));
        the_form_pays(world, "ORDER-2607", |it| it).await;
    });
}

#[test]
fn a_script_that_is_not_the_pinned_one_leaves_the_form_which_pays() {
    in_browser(async |world| {
        world.expect_on_console("integrity");
        let pinned = "src=\"/malipo/malipo.js\" integrity=\"sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC\"";
        the_form_pays(world, "ORDER-2608", |mut it| {
            it.body = it.body.replace("src=\"/malipo/malipo.js\"", pinned);
            it
        })
        .await;
    });
}

#[test]
fn a_policy_that_refuses_every_script_leaves_the_form_which_pays() {
    in_browser(async |world| {
        world.expect_on_console("Content Security Policy");
        world.expect_on_console("script-src");
        the_form_pays(world, "ORDER-2609", |it| {
            it.header(
                "content-security-policy",
                "default-src 'none'; form-action 'self' http://localhost:*",
            )
        })
        .await;
    });
}
