//! How the checkout page comes before the shopper, and how one attempt goes from one way to the next without a new order.

use malipo_e2e::checkout::Checkout;
use malipo_e2e::fault::Answer;
use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::world::{World, in_browser, in_chromium};
use serde_json::{Value, json};

#[test]
fn a_popup_is_asked_for_in_the_middle_of_the_shops_window_and_pays() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-0801").with("mode", "popup");
        // A browser without a screen gives its popups the size it likes: what is asked of it is looked at.
        let asked = "<script>const real = open; window.open = (...all) => { window.asked = all[2]; return real(...all) }</script>";
        let shop = world
            .shop_page(page(&format!("{asked}{}", button.html())))
            .await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        let off_centre = "const asked = new URLSearchParams(window.asked.replaceAll(',', '&')); const of = (name) => Number(asked.get(name)); \
                          return asked.has('popup') && [of('left') + of('width') / 2 - screenX - outerWidth / 2, \
                                  of('top') + of('height') / 2 - screenY - outerHeight / 2].map(Math.abs)";
        let off_centre = shop.0.script(off_centre, vec![]).await;
        let is_centred = |it: &Value| it.as_f64().is_some_and(|it| it <= 1.0);
        assert!(
            off_centre.as_array().unwrap().iter().all(is_centred),
            "{off_centre}"
        );
        shop.comes_to_say("Complete the payment in the other window.")
            .await;
        checkout.pay().await;
        assert_eq!(shop.event("pay-opened").await["mode"], "popup");
        shop.event("pay-success").await;
        world.only_the_shop_is_open(&shop).await;
    });
}

#[test]
fn in_an_apps_own_browser_auto_takes_the_whole_page_there_and_back() {
    in_chromium(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0802")).await;
        let agent = "Mozilla/5.0 (Linux; Android 14; SM-A146P; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36";
        shop.0
            .devtools(
                "Emulation.setUserAgentOverride",
                json!({ "userAgent": agent }),
            )
            .await;
        shop.press().await;
        pays_in_the_shops_tab(world, &shop).await;
    });
}

#[test]
fn a_frame_that_may_open_no_tabs_sends_the_whole_page_and_one_order_is_begun() {
    in_browser(async |world| {
        world.expect_on_console("Blocked opening");
        let whole = framed(
            world,
            &Button::for_order("ORDER-0803"),
            "allow-scripts allow-same-origin allow-top-navigation-by-user-activation",
        )
        .await;
        let shop = Shop(whole.frame("iframe"));
        shop.press().await;
        shop.click("link").await;
        pays_in_the_shops_tab(world, &Shop(whole)).await;
    });
}

#[test]
fn a_frame_that_may_open_tabs_opens_one_by_its_link() {
    in_browser(async |world| {
        let whole = framed(
            world,
            &Button::for_order("ORDER-0804").with("mode", "link"),
            "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox",
        )
        .await;
        let shop = Shop(whole.frame("iframe"));
        shop.press().await;
        shop.click("link").await;
        world.checkout(&Shop(whole)).await.pay().await;
        shop.event("pay-success").await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn an_attempt_begun_in_a_tab_goes_on_with_the_whole_page() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-0805");
        let shop = world.shop(&button).await;
        shop.press().await;
        world.checkout(&shop).await.0.close().await;
        shop.0.show().await;
        // The shop's next page has another mode for the same payment.
        let shop = world.shop(&button.with("mode", "redirect")).await;
        shop.becomes("waiting").await;
        shop.click("reopen").await;
        pays_in_the_shops_tab(world, &shop).await;
    });
}

/// The shop's page in a frame of another page, with what `sandbox` allows.
async fn framed(world: &World, button: &Button, sandbox: &str) -> malipo_e2e::tab::Tab {
    world.stack.shop.page("/shop", page(&button.html()));
    let frame = format!(
        "<!doctype html><title>Around</title><link rel=\"icon\" href=\"data:,\">\
         <iframe src=\"/shop\" sandbox=\"{sandbox}\" width=\"500\" height=\"600\"></iframe>"
    );
    let around = Answer::new(200, "text/html; charset=utf-8", frame);
    world.stack.shop.page("/around", around);
    let address = format!("{}/around", world.stack.shop.origin());
    world.browser.open(&address).await
}

/// The checkout page has taken the shop's place, and gives it back when it is paid; one order was begun.
async fn pays_in_the_shops_tab(world: &World, shop: &Shop) {
    Checkout::reached(shop.0.clone()).await.pay().await;
    shop.0.reaches("/shop").await;
    let detail = shop.event("pay-success").await;
    assert_eq!(detail["resumed"], true);
    world.browser.has_tabs(1).await;
    assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
}
