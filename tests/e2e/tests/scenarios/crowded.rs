//! More pages than an HTTP/1.1 server gets connections: six for a whole browser.

use std::time::Duration;

use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::world::{Setup, run};

const TABS: usize = 8;

#[test]
fn eight_tabs_that_wait_keep_none_from_asking() {
    run(
        Setup::default().within(Duration::from_secs(150)),
        async |world| {
            let mut shops = Vec::new();
            for number in 0..TABS {
                let path = format!("/shop/{number}");
                // A link opens no tab, so that eight are enough.
                let button = Button::for_order(&format!("ORDER-230{number}")).with("mode", "link");
                world.stack.shop.page(&path, page(&button.html()));
                let url = format!("{}{path}", world.stack.shop.origin());
                let shop = Shop(match number {
                    0 => world.browser.open(&url).await,
                    _ => world.browser.open_tab(&url).await,
                });
                shop.press().await;
                shop.event_within("pay-initiated", Duration::from_secs(20))
                    .await;
                shops.push(shop);
            }
            let streams = world.stack.shop.count("/pay/events");
            world.saw(format!("{streams} streams asked for by {TABS} tabs"));
            for payment in world.stack.ledger().await {
                world.stack.settle_payment(&payment, "succeed").await;
            }
            for shop in &shops {
                shop.event_within("pay-success", Duration::from_secs(40))
                    .await;
            }
        },
    );
}
