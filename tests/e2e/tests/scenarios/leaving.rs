//! Leaving the shop's page in its own tab, and coming back: the back/forward cache.

use malipo_e2e::checkout::Checkout;
use malipo_e2e::fault::Answer;
use malipo_e2e::shop::{Button, Shop};
use malipo_e2e::world::{World, in_browser};

/// Whether the page was taken from the cache rather than loaded.
async fn was_kept(shop: &Shop) -> bool {
    shop.0.script("return seen.kept", vec![]).await == true
}

async fn goes_back(world: &World, shop: &Shop) {
    shop.0.show().await.back().await.unwrap();
    shop.0.reaches("/shop").await;
    let kept = was_kept(shop).await;
    let how = if kept {
        "came from the cache"
    } else {
        "was loaded again"
    };
    world.saw(format!("the page {how}"));
}

#[test]
fn a_shop_left_and_come_back_to_tells_what_happened_meanwhile() {
    in_browser(async |world| {
        let other = Answer::new(200, "text/html", "<!doctype html><title>Other</title>other");
        world.stack.shop.page("/other", other);
        let shop = world.shop(&Button::for_order("ORDER-2200")).await;
        shop.press().await;
        world.checkout(&shop).await;
        shop.becomes("waiting").await;
        let url = format!("{}/other", world.stack.shop.origin());
        shop.0.show().await.goto(&url).await.unwrap();
        world.stack.settle("succeed").await;
        world.stack.order_becomes("ORDER-2200", "success").await;
        goes_back(world, &shop).await;
        shop.event("pay-success").await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn a_shopper_who_goes_back_from_the_checkout_page_sees_how_it_stands() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-2201").with("mode", "redirect");
        let shop = world.shop(&button).await;
        shop.press().await;
        Checkout::reached(shop.0.clone()).await;
        goes_back(world, &shop).await;
        shop.becomes("waiting").await;
        // What there is to do now: go there again, or give up.
        shop.click("reopen").await;
        let again = Checkout::reached(shop.0.clone()).await;
        again.pay().await;
        shop.0.reaches("/shop").await;
        shop.event("pay-success").await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn a_shopper_who_paid_and_went_back_is_told_so() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-2202").with("mode", "redirect");
        let shop = world.shop(&button).await;
        shop.press().await;
        Checkout::reached(shop.0.clone()).await;
        world.stack.settle("succeed").await;
        world.stack.order_becomes("ORDER-2202", "success").await;
        goes_back(world, &shop).await;
        shop.event("pay-success").await;
        assert_eq!(world.stack.payment().await["times_paid"], 1);
    });
}
