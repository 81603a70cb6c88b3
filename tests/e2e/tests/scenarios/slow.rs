//! A slow phone on a slow network.

use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::wait::now;
use malipo_e2e::world::{Setup, run};
use serde_json::json;
use std::time::Duration;

#[test]
fn a_slow_phone_on_a_slow_network_pays() {
    let why = "no driver but Chromium's slows a page down";
    let setup = Setup::default()
        .only_chromium(why)
        .within(Duration::from_secs(120));
    run(setup, async |world| {
        world
            .stack
            .shop
            .page("/shop", page(&Button::for_order("ORDER-2800").html()));
        let tab = world.browser.open("about:blank").await;
        tab.devtools("Network.enable", json!({})).await;
        // Lighthouse's slow 3G; a phone of the cheaper kind.
        let slow = json!({ "offline": false, "latency": 400, "downloadThroughput": 51_200, "uploadThroughput": 51_200 });
        tab.devtools("Network.emulateNetworkConditions", slow).await;
        tab.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": 6 }))
            .await;
        let began = now();
        let shop = Shop(world.browser.open(&world.shop_url()).await);
        shop.press().await;
        world.saw(format!("pressed {} ms after the page was asked for, a machine that tests other things meanwhile", (now() - began).as_millis()));
        world.pay(&shop).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}
