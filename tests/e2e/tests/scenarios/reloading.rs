//! Reloads in every state, second copies of a tab: what was begun goes on, and nothing is begun again.

use std::time::Duration;

use malipo_e2e::fault::Fault;
use malipo_e2e::shop::{Button, Shop};
use malipo_e2e::story;
use malipo_e2e::wait::until;
use malipo_e2e::world::in_browser;
use serde_json::json;

#[test]
fn a_page_reloaded_while_it_asks_for_the_payment_asks_with_the_same_key() {
    in_browser(async |world| {
        let (rule, gate) = world.stack.shop.gate("/pay/initiate");
        let shop = world.shop(&Button::for_order("ORDER-2100")).await;
        shop.press().await;
        world.browser.has_tabs(2).await;
        let asked = until(Duration::from_secs(20), async || {
            (world.stack.shop.count("/pay/initiate") == 1).then_some(())
        });
        assert!(asked.await.is_some());
        shop.reload().await;
        gate.open();
        world.stack.shop.lift(rule);
        // A blank tab that nobody will ever send anywhere is not left behind.
        world.only_the_shop_is_open(&shop).await;
        shop.press().await;
        world.pay(&shop).await;
        story::one_key_and_one_provider_order(world, 2).await;
    });
}

#[test]
fn a_page_reloaded_before_the_wasm_of_its_press_leaves_no_blank_tab() {
    in_browser(async |world| {
        let (rule, gate) = world.stack.shop.gate(story::rust_half());
        let shop = world.shop(&Button::for_order("ORDER-2108")).await;
        shop.press().await;
        world.browser.has_tabs(2).await;
        assert_eq!(shop.state().await, "initiating");
        shop.reload().await;
        world.only_the_shop_is_open(&shop).await;
        gate.open();
        world.stack.shop.lift(rule);
        shop.press().await;
        world.pay(&shop).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn a_page_reloaded_before_the_link_was_followed_offers_the_checkout_page() {
    in_browser(async |world| {
        let shop = world
            .shop(&Button::for_order("ORDER-2101").with("mode", "link"))
            .await;
        shop.press().await;
        shop.becomes("opening").await;
        shop.part("link").await;
        shop.reload().await;
        shop.click("reopen").await;
        world.checkout(&shop).await.pay().await;
        let detail = shop.event("pay-success").await;
        assert_eq!(detail["resumed"], true);
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn a_page_reloaded_after_it_failed_asks_for_nothing_and_can_pay() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-2102")).await;
        shop.press().await;
        world.checkout(&shop).await.fail().await;
        shop.becomes("failed").await;
        shop.reload().await;
        shop.part("button").await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
        shop.press().await;
        world.pay(&shop).await;
        assert_eq!(world.stack.ledger().await.len(), 2);
    });
}

#[test]
fn a_page_reloaded_after_the_deadline_still_learns_that_it_is_paid() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-2103").with("timeout", "1000");
        let shop = world.shop(&button).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.event("pay-expired").await;
        shop.reload().await;
        checkout.pay().await;
        let detail = shop.event("pay-success").await;
        assert_eq!(detail["resumed"], true);
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn a_page_reloaded_after_it_was_cancelled_says_no_wrong_word_and_can_pay() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-2104")).await;
        shop.press().await;
        world.checkout(&shop).await.0.close().await;
        shop.becomes("waiting").await;
        shop.click("cancel").await;
        shop.becomes("cancelled").await;
        shop.reload().await;
        shop.press().await;
        world.pay(&shop).await;
        assert_eq!(world.stack.payment().await["times_paid"], 1);
    });
}

#[test]
fn a_page_reloaded_after_it_was_paid_begins_nothing() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-2105")).await;
        shop.press().await;
        world.pay(&shop).await;
        world.only_the_shop_is_open(&shop).await;
        shop.reload().await;
        shop.press().await;
        shop.event("pay-success").await;
        world.browser.has_tabs(1).await;
        assert_eq!(world.stack.payment().await["opened"], 1);
    });
}

#[test]
fn a_tab_duplicated_while_it_waits_resumes_and_both_tell() {
    in_browser(async |world| {
        let opens = "<button id=\"twin\" onclick=\"window.open(location.href)\">twin</button>";
        let button = Button::for_order("ORDER-2106").html();
        let answer = malipo_e2e::shop::page(&[opens, &button].concat());
        let shop = world.shop_page(answer).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.becomes("waiting").await;
        // A tab that a page opens gets a copy of its sessionStorage, as a duplicated one does.
        shop.0.click("#twin").await;
        let twin = Shop(world.browser.other_tab(&[&shop.0, &checkout.0]).await);
        twin.becomes("waiting").await;
        checkout.pay().await;
        shop.event("pay-success").await;
        assert_eq!(twin.event("pay-success").await["resumed"], true);
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
        assert_eq!(world.stack.payment().await["times_paid"], 1);
    });
}

#[test]
fn a_reload_while_the_backend_is_away_goes_on_waiting() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-2107")).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.becomes("waiting").await;
        let gone = world.stack.shop.always("/pay/*", Fault::Refused);
        shop.reload().await;
        let error = shop.event("pay-error").await;
        assert_eq!(
            (&error["code"], &error["terminal"]),
            (&json!("network"), &json!(false))
        );
        assert_eq!(shop.state().await, "waiting");
        world.stack.shop.lift(gone);
        checkout.pay().await;
        shop.event_within("pay-success", Duration::from_secs(30))
            .await;
    });
}
