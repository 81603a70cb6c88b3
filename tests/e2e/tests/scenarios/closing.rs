//! The shopper closes the payment tab.

use malipo_e2e::fault::Fault;
use malipo_e2e::shop::Button;
use malipo_e2e::world::in_browser;

#[test]
fn a_tab_closed_after_paying_is_asked_about_at_once() {
    in_browser(async |world| {
        // No stream, and a poll that comes too late for this test: only the closing can bring the news.
        world.stack.shop.always("/pay/events", Fault::Refused);
        let button = Button::for_order("ORDER-2050").with("poll-interval", "120000");
        let shop = world.shop(&button).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.becomes("waiting").await;
        world.stack.settle("succeed").await;
        checkout.0.close().await;
        shop.event("pay-success").await;
        world.only_the_shop_is_open(&shop).await;
    });
}
