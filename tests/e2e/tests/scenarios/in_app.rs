//! Browsers inside apps: no tabs, or odd ones.

use malipo_e2e::browser::{Kind, Options};
use malipo_e2e::checkout::Checkout;
use malipo_e2e::shop::{Button, page};
use malipo_e2e::story;
use malipo_e2e::world::{Setup, World, in_browser, run};

/// Pays in the one tab that there is.
async fn pays_in_one_tab(world: &World, order_id: &str) {
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    Checkout::reached(shop.0.clone()).await.pay().await;
    shop.0.reaches("/shop").await;
    assert_eq!(shop.event("pay-success").await["resumed"], true);
    world.browser.has_tabs(1).await;
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

fn says_that_it_is(agent: &'static str, order_id: &str) {
    let browser = Options {
        user_agent: Some(agent),
        ..Options::default()
    };
    let setup = Setup::browser(browser).except(
        Kind::WebKit,
        "MiniBrowser cannot be told to say that it is another",
    );
    run(setup, async |world| pays_in_one_tab(world, order_id).await);
}

#[test]
fn an_android_webview_goes_there_and_back_in_its_one_tab() {
    says_that_it_is(
        "Mozilla/5.0 (Linux; Android 14; SM-A155F Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36",
        "ORDER-2500",
    );
}

#[test]
fn facebooks_browser_goes_there_and_back_in_its_one_tab() {
    says_that_it_is(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22A3354 [FBAN/FBIOS;FBAV/480.0]",
        "ORDER-2501",
    );
}

/// Pays where `window.open` is replaced by this.
fn opens_so(script: &'static str, order_id: &str) {
    in_browser(async |world| {
        let button = Button::for_order(order_id).html();
        let answer = page(&format!("<script>window.open = {script}</script>{button}"));
        let shop = world.shop_page(answer).await;
        shop.press().await;
        story::pays_through_the_link(world, &shop, &[]).await;
    });
}

#[test]
fn a_browser_whose_open_gives_nothing_shows_a_link_that_pays() {
    opens_so("() => undefined", "ORDER-2502");
}

#[test]
fn a_browser_whose_open_gives_this_very_window_shows_a_link_that_pays() {
    opens_so("() => window", "ORDER-2503");
}

#[test]
fn a_browser_whose_open_throws_shows_a_link_that_pays() {
    opens_so("() => { throw new Error('no windows here') }", "ORDER-2504");
}

#[test]
fn a_browser_without_any_open_goes_there_and_back_in_its_one_tab() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-2505").html();
        let answer = page(&format!("<script>window.open = undefined</script>{button}"));
        let shop = world.shop_page(answer).await;
        shop.press().await;
        Checkout::reached(shop.0.clone()).await.pay().await;
        shop.0.reaches("/shop").await;
        assert_eq!(shop.event("pay-success").await["resumed"], true);
    });
}
