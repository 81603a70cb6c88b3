//! Pages that stand still for a while: frozen, asleep, without a network, or on another one.

use std::time::Duration;

use malipo_e2e::browser::{Kind, Options};
use malipo_e2e::shop::{Button, Shop};
use malipo_e2e::wait::{now, until};
use malipo_e2e::world::{Setup, World, in_browser, run};
use serde_json::json;
use tokio::time::sleep;

/// How long a page stands still; the payment is made in the middle.
const STILL: Duration = Duration::from_secs(30);
const OFFLINE: Duration = Duration::from_secs(60);
/// News must come by itself within this; the poll beside a healthy stream takes 15 s and more.
const SOON: Duration = Duration::from_secs(10);

/// A shop that waits, its checkout page open in another tab.
async fn waits(world: &World, order_id: &str) -> Shop {
    let shop = world.shop(&Button::for_order(order_id)).await;
    shop.press().await;
    world.checkout(&shop).await;
    shop.becomes("waiting").await;
    shop
}

/// Waits for the success, and writes down how long it took since `since`.
async fn tells(world: &World, shop: &Shop, since: &str) {
    let began = now();
    shop.event_within("pay-success", SOON).await;
    let took = (now() - began).as_millis();
    world.saw(format!("told {took} ms after {since}"));
}

#[test]
fn a_page_frozen_while_it_is_paid_tells_when_it_thaws() {
    let setup = Setup::default()
        .only_chromium("no driver but Chromium's freezes a page")
        .within(Duration::from_secs(120));
    run(setup, async |world| {
        let shop = waits(world, "ORDER-2060").await;
        shop.0.show().await;
        let state = async |state: &str| {
            let parameters = json!({ "state": state });
            shop.0
                .devtools("Page.setWebLifecycleState", parameters)
                .await;
        };
        state("frozen").await;
        // Nobody looks at a frozen page, and one that is looked at thaws.
        world.browser.other_tab(&[&shop.0]).await.show().await;
        // What was on its way may still arrive.
        let verifies = || world.stack.shop.count("/pay/verify");
        let quiet = until(STILL, async || {
            let before = verifies();
            sleep(Duration::from_secs(3)).await;
            (verifies() == before).then_some(before)
        });
        let before = quiet.await.unwrap();
        world.stack.settle("succeed").await;
        sleep(STILL).await;
        assert_eq!(
            world.stack.shop.count("/pay/verify"),
            before,
            "it is not frozen"
        );
        shop.0.show().await;
        state("active").await;
        tells(world, &shop, "it thawed").await;
    });
}

#[test]
fn a_computer_that_slept_while_it_was_paid_tells_when_it_wakes() {
    run(
        Setup::default().within(Duration::from_secs(120)),
        async |world| {
            let shop = waits(world, "ORDER-2061").await;
            let paid = async {
                world.stack.settle("succeed").await;
                world.stack.order_becomes("ORDER-2061", "success").await;
            };
            tokio::join!(world.browser.sleep(STILL), paid);
            tells(world, &shop, "it woke").await;
        },
    );
}

#[test]
fn a_page_that_was_offline_for_a_minute_tells_when_it_is_online() {
    // Firefox counts the machine itself as reachable without a network.
    let pref = "network.disable-localhost-when-offline";
    let browser = Options::default()
        .open_to_tests()
        .preferring(Kind::Firefox, pref, true);
    let setup = Setup::browser(browser)
        .except(
            Kind::WebKit,
            "its driver cannot take the network away from a page",
        )
        .within(Duration::from_secs(180));
    run(setup, async |world| {
        let shop = waits(world, "ORDER-2062").await;
        shop.0.show().await;
        let offline = async |offline| take_network(world, &shop, offline).await;
        offline(true).await;
        let online = "return navigator.onLine";
        assert_eq!(shop.0.script(online, vec![]).await, false);
        // Its stream is a connection that was open before, and goes on: a phone's would not.
        world.stack.shop.cut();
        world.stack.settle("succeed").await;
        sleep(OFFLINE).await;
        assert_eq!(shop.state().await, "waiting");
        offline(false).await;
        tells(world, &shop, "it was online").await;
        let errors = shop.events("pay-error").await;
        assert!(
            errors.iter().all(|it| it["terminal"] == false),
            "{errors:?}"
        );
    });
}

/// Takes the network away from the page, or gives it back.
async fn take_network(world: &World, shop: &Shop, offline: bool) {
    if world.browser.kind() == Kind::Firefox {
        let script = format!("Services.io.offline = {offline}; return 0");
        world.browser.in_itself(&script).await;
        return;
    }
    shop.0.devtools("Network.enable", json!({})).await;
    let all = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    shop.0
        .devtools("Network.emulateNetworkConditions", all)
        .await;
}

/// The same as seen by the network alone, which any browser can be shown.
#[test]
fn a_backend_out_of_reach_for_a_minute_ends_nothing() {
    run(
        Setup::default().within(Duration::from_secs(180)),
        async |world| {
            let shop = waits(world, "ORDER-2063").await;
            let gone = world
                .stack
                .shop
                .always("/pay/*", malipo_e2e::fault::Fault::Refused);
            world.stack.shop.cut();
            world.stack.settle("succeed").await;
            sleep(OFFLINE).await;
            assert_eq!(shop.state().await, "waiting");
            world.stack.shop.lift(gone);
            // Nothing says that it is back: the next poll finds out, which by now are 20 s apart.
            let began = now();
            shop.event_within("pay-success", Duration::from_secs(40))
                .await;
            world.saw(format!(
                "told {} s after it was back",
                (now() - began).as_secs()
            ));
            assert_eq!(
                shop.events("pay-error").await.len(),
                1,
                "once a spell of trouble"
            );
        },
    );
}

#[test]
fn a_phone_that_changes_networks_goes_on() {
    in_browser(async |world| {
        let shop = waits(world, "ORDER-2064").await;
        for _ in 0..3 {
            world.stack.shop.cut();
        }
        world.stack.settle("succeed").await;
        tells(world, &shop, "the change").await;
    });
}
