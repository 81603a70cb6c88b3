//! The tab: opened in the click, whatever comes late or not at all.

use std::time::Duration;

use malipo_e2e::checkout::Checkout;
use malipo_e2e::fault::Fault;
use malipo_e2e::shop::{Button, page};
use malipo_e2e::world::{World, in_chromium};
use tokio::time::sleep;

/// The WebAssembly file, whatever its hash.
const WASM: &str = "/malipo/core-*.wasm";

#[test]
fn a_tab_opens_when_initiate_takes_a_tenth_of_a_second() {
    in_chromium(async |world| opens_though_initiate_takes(world, Duration::from_millis(100)).await);
}

#[test]
fn a_tab_opens_when_initiate_takes_four_seconds() {
    in_chromium(async |world| opens_though_initiate_takes(world, Duration::from_secs(4)).await);
}

#[test]
fn a_tab_opens_when_initiate_takes_eight_seconds() {
    in_chromium(async |world| opens_though_initiate_takes(world, Duration::from_secs(8)).await);
}

async fn opens_though_initiate_takes(world: &World, time: Duration) {
    world
        .stack
        .shop
        .times(1, "/pay/initiate", Fault::Late(time));
    let shop = world.shop(&Button::for_order("ORDER-0100")).await;
    shop.press().await;
    world.browser.has_tabs(2).await;
    shop.event_within("pay-opened", time + Duration::from_secs(10))
        .await;
    world.pay(&shop).await;
    assert!(shop.events("pay-blocked").await.is_empty());
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

#[test]
fn a_press_six_seconds_before_the_wasm_opens_one_tab_and_pays() {
    in_chromium(async |world| {
        let (_, gate) = world.stack.shop.gate(WASM);
        let shop = world.shop(&Button::for_order("ORDER-0101")).await;
        shop.press().await;
        world.browser.has_tabs(2).await;
        assert_eq!(shop.state().await, "initiating");
        // Longer than a browser remembers the click.
        sleep(Duration::from_secs(6)).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 0);
        gate.open();
        world.pay(&shop).await;
        assert_eq!(
            shop.story_of_events().await,
            ["pay-start", "pay-initiated", "pay-opened", "pay-success"]
        );
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
        world.only_the_shop_is_open(&shop).await;
    });
}

#[test]
fn wasm_that_fails_to_load_closes_the_tab_and_the_next_press_loads_it_again() {
    in_chromium(async |world| {
        let (rule, gate) = world.stack.shop.gate(WASM);
        let shop = world.shop(&Button::for_order("ORDER-0102")).await;
        shop.press().await;
        world.browser.has_tabs(2).await;
        gate.shatter();
        let error = shop.event("pay-error").await;
        assert_eq!(
            (
                error["code"].as_str(),
                error["terminal"].as_bool(),
                error["retryable"].as_bool()
            ),
            (Some("network"), Some(true), Some(true))
        );
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
    });
}

#[test]
fn a_page_without_window_open_shows_a_link_that_pays() {
    in_chromium(async |world| {
        let button = Button::for_order("ORDER-0103").html();
        let shop = world
            .shop_page(page(&format!(
                "<script>window.open = () => null</script>{button}"
            )))
            .await;
        shop.press().await;
        pays_through_the_link(world, &shop, &[]).await;
    });
}

/// Chromium never refuses a tab in a click, whatever its settings say of popups; but a click is good for one tab only.
#[test]
fn a_tab_refused_by_the_popup_blocker_shows_a_link_that_pays() {
    in_chromium(async |world| {
        let button = Button::for_order("ORDER-0104").html();
        let greedy = "<script>document.addEventListener('pay-start', () => window.open('about:blank'))</script>";
        let shop = world.shop_page(page(&format!("{greedy}{button}"))).await;
        shop.press().await;
        let other = world.browser.other_tab(&[&shop.0]).await;
        pays_through_the_link(world, &shop, &[&other]).await;
    });
}

async fn pays_through_the_link(
    world: &World,
    shop: &malipo_e2e::shop::Shop,
    others: &[&malipo_e2e::tab::Tab],
) {
    shop.event("pay-blocked").await;
    let link = shop.part("link").await;
    let href = link.attr("href").await.unwrap().unwrap();
    assert!(href.contains("/make/payment/test/"), "{href}");
    shop.click("link").await;
    let known: Vec<_> = others.iter().copied().chain([&shop.0]).collect();
    let checkout = Checkout::reached(world.browser.other_tab(&known).await).await;
    assert_eq!(
        checkout
            .0
            .script("return window.opener === null", vec![])
            .await,
        true
    );
    checkout.pay().await;
    shop.event("pay-success").await;
    let story = shop.story_of_events().await;
    assert_eq!(
        story.iter().filter(|it| *it == "pay-blocked").count(),
        1,
        "{story:?}"
    );
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}

#[test]
fn redirect_mode_takes_the_whole_page_there_and_back() {
    in_chromium(async |world| {
        let shop = world
            .shop(&Button::for_order("ORDER-0105").with("mode", "redirect"))
            .await;
        shop.press().await;
        let checkout = Checkout::reached(shop.0.clone()).await;
        checkout.pay().await;
        shop.0.reaches("/shop").await;
        let detail = shop.event("pay-success").await;
        assert_eq!(detail["resumed"], true);
        assert_eq!(
            shop.0.url().await,
            world.shop_url(),
            "the keys are taken out of the address"
        );
        world.browser.has_tabs(1).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}
