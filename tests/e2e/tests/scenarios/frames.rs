//! The button in a frame of another site's page, or in a sandboxed one.

use std::time::Duration;

use malipo_e2e::browser::{Kind, Options};
use malipo_e2e::checkout::Checkout;
use malipo_e2e::fault::Answer;
use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::story;
use malipo_e2e::wait::until;
use malipo_e2e::world::{Setup, World, in_browser, run};

/// A page at `host`, which holds the shop's in a frame with these attributes.
async fn framed(world: &World, order_id: &str, same_origin: bool, attributes: &str) -> Shop {
    let button = Button::for_order(order_id).html();
    world.stack.shop.page("/shop", page(&button));
    let html = format!(
        "<!doctype html><title>Around</title><iframe id=\"frame\" style=\"width:90vw;height:80vh\" {attributes} src=\"{}\"></iframe>",
        world.shop_url()
    );
    let host = if same_origin {
        &world.stack.shop
    } else {
        &world.stack.provider
    };
    host.page("/around", Answer::new(200, "text/html", html));
    let tab = world
        .browser
        .open(&format!("{}/around", host.origin()))
        .await;
    Shop(tab.frame("#frame"))
}

#[test]
fn a_button_in_another_sites_frame_opens_a_tab_and_learns_the_outcome() {
    in_browser(async |world| {
        let shop = framed(world, "ORDER-2400", false, "").await;
        shop.press().await;
        world.pay(&shop).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn a_button_in_another_sites_frame_without_cookies_pays() {
    let browser = Options::default()
        .preferring(Kind::Chromium, "profile.block_third_party_cookies", true)
        .preferring(Kind::Firefox, "network.cookie.cookieBehavior", 1);
    let setting = "MiniBrowser has no setting for it; WebKit partitions and blocks by default";
    run(
        Setup::browser(browser).except(Kind::WebKit, setting),
        async |world| {
            let shop = framed(world, "ORDER-2401", false, "").await;
            shop.press().await;
            world.pay(&shop).await;
        },
    );
}

/// A sandbox that lets tabs be opened, and does not sandbox them.
const OPEN: &str = "sandbox=\"allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox\"";
/// One that lets no tab be opened, but a click lead the whole page away.
const TOP: &str = "sandbox=\"allow-scripts allow-same-origin allow-forms allow-top-navigation-by-user-activation\"";

#[test]
fn a_button_in_a_sandbox_that_allows_popups_pays() {
    in_browser(async |world| {
        let shop = framed(world, "ORDER-2402", false, OPEN).await;
        shop.press().await;
        world.pay(&shop).await;
    });
}

/// Pays by way of the link, which leads the whole page to the checkout page.
async fn leads_the_whole_page(world: &World, shop: &Shop, most: usize) {
    // Chromium says so there, whatever a script catches.
    world.expect_on_console("'allow-popups' permission is not set");
    shop.press().await;
    shop.part("link").await;
    let top = world.browser.tabs().await.remove(0);
    let mut clicks = 0;
    let led = until(Duration::from_secs(20), async || {
        if shop.shown("link").await.is_some() {
            shop.click_away("link").await;
            clicks += 1;
        }
        let soon = Duration::from_secs(3);
        let is_there = async || top.url().await.contains("/make/payment/").then_some(());
        until(soon, is_there).await
    });
    assert!(led.await.is_some(), "{clicks} clicks led nowhere");
    world.saw(format!("click {clicks} led the whole page there"));
    // A parent of its own origin can be asked what it allows.
    assert!(clicks <= most, "{clicks} clicks");
    Checkout::reached(top).await.pay().await;
    let back = Shop(world.browser.tabs().await.remove(0));
    back.0.reaches("/shop").await;
    let detail = back.event("pay-success").await;
    assert_eq!(detail["resumed"], true);
    world.browser.has_tabs(1).await;
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

#[test]
fn a_button_in_a_sandbox_without_popups_leads_the_whole_page_by_the_link() {
    in_browser(async |world| {
        let shop = framed(world, "ORDER-2403", true, TOP).await;
        leads_the_whole_page(world, &shop, 1).await;
    });
}

#[test]
fn a_button_in_another_sites_sandbox_without_popups_leads_the_whole_page_by_the_link() {
    in_browser(async |world| {
        let shop = framed(world, "ORDER-2404", false, TOP).await;
        leads_the_whole_page(world, &shop, 2).await;
    });
}

#[test]
fn a_frame_where_a_tab_is_refused_shows_a_link_that_pays() {
    in_browser(async |world| {
        let shop = framed(world, "ORDER-2405", false, "").await;
        // A click is good for one tab, and the page around takes this one's.
        let greedy = "document.addEventListener('pay-start', () => window.open('about:blank'), { once: true })";
        shop.0.script(greedy, vec![]).await;
        shop.press().await;
        let other = world.browser.other_tab(&[&shop.0]).await;
        story::pays_through_the_link(world, &shop, &[&other]).await;
    });
}
