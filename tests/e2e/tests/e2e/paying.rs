//! The ways of an ordinary payment.

use std::time::Duration;

use malipo_e2e::checkout::Checkout;
use malipo_e2e::shop::Button;
use malipo_e2e::story;
use malipo_e2e::world::in_browser;
use serde_json::json;
use tokio::time::sleep;

#[test]
fn a_paid_order_turns_the_page_to_paid_and_closes_the_checkout_tab() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0001")).await;
        shop.press().await;
        let initiated = shop.event("pay-initiated").await;
        assert_eq!(initiated["orderId"], "ORDER-0001");
        assert_eq!(initiated["test"], true);
        let detail = world.pay(&shop).await;
        assert_eq!(
            detail,
            json!({ "orderId": "ORDER-0001", "status": "success", "amount": "25000", "currency": "UGX" })
        );
        shop.becomes("success").await;
        world.only_the_shop_is_open(&shop).await;
        assert_eq!(
            shop.story_of_events().await,
            ["pay-start", "pay-initiated", "pay-opened", "pay-success"]
        );
        assert!(shop.says().await.contains("Paid"), "{}", shop.says().await);
        let payment = world.stack.payment().await;
        assert_eq!(
            (
                &payment["status"],
                &payment["opened"],
                &payment["times_paid"]
            ),
            (&json!("success"), &json!(1), &json!(1))
        );
        let order = world.stack.order_becomes("ORDER-0001", "success").await;
        assert_eq!(
            (&order["amount"], &order["currency"], &order["test"]),
            (&json!("25000"), &json!("UGX"), &json!(true))
        );
    });
}

#[test]
fn the_amount_of_an_attempt_is_shown_until_its_end_whatever_becomes_of_the_attribute() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0009")).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        let change = "document.querySelector('#pay').amount = '99000'";
        shop.0.script(change, vec![]).await;
        let shows = async |part: &str| shop.part(part).await.text().await.unwrap();
        assert!(shows("amount").await.contains("25,000"));
        checkout.pay().await;
        shop.event("pay-success").await;
        shop.comes_to_say("Paid. Thank you!").await;
        assert!(shows("hints").await.contains("25,000"));
    });
}

#[test]
fn an_order_of_the_catalogue_is_paid_at_the_catalogues_price() {
    in_browser(async |world| {
        let button = Button::bare()
            .endpoints("")
            .with("sku", "kitenge-tee")
            .with("quantity", "3");
        let shop = world.shop(&button).await;
        shop.press().await;
        let detail = world.pay(&shop).await;
        assert_eq!(
            (&detail["amount"], &detail["currency"]),
            (&json!("75000"), &json!("UGX"))
        );
        assert_eq!(world.stack.payment().await["amount"], "75000");
    });
}

#[test]
fn a_payment_that_fails_on_the_providers_page_is_told_and_can_be_tried_again() {
    in_browser(async |world| story::fails_and_pays_the_next(world, "ORDER-0002").await);
}

#[test]
fn a_tab_closed_before_paying_is_reopened_and_paid() {
    in_browser(async |world| story::reopens_a_closed_tab(world, "ORDER-0003").await);
}

#[test]
fn two_clicks_open_one_tab_and_initiate_once() {
    in_browser(async |world| {
        let (rule, gate) = world.stack.shop.gate("/pay/initiate");
        let shop = world.shop(&Button::for_order("ORDER-0004")).await;
        shop.0.show().await;
        let button = shop.part("button").await;
        shop.0
            .show()
            .await
            .action_chain()
            .double_click_element(&button)
            .perform()
            .await
            .unwrap();
        shop.press().await;
        world.browser.has_tabs(2).await;
        gate.open();
        world.stack.shop.lift(rule);
        world.pay(&shop).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
        assert_eq!(world.stack.ledger().await.len(), 1);
    });
}

#[test]
fn a_checkout_page_that_cuts_the_tab_off_by_coop_is_never_taken_for_cancelled() {
    in_browser(async |world| story::never_takes_coop_for_cancelled(world, "ORDER-0005").await);
}

#[test]
fn giving_up_asks_first_and_then_says_so() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0006")).await;
        shop.press().await;
        world.checkout(&shop).await;
        shop.click("cancel").await;
        let detail = shop.event("pay-cancelled").await;
        assert_eq!(detail["status"], "cancelled");
        assert!(
            shop.says().await.contains("do not pay again"),
            "{}",
            shop.says().await
        );
        assert_eq!(world.stack.shop.count("/pay/cancel"), 1);
    });
}

#[test]
fn a_destroyed_widget_is_silent_ever_after() {
    in_browser(async |world| {
        let shop = world
            .shop(&Button::for_order("ORDER-0007").with("poll-interval", "1000"))
            .await;
        shop.press().await;
        let checkout: Checkout = world.checkout(&shop).await;
        shop.becomes("waiting").await;
        shop.0
            .script("document.querySelector('#pay').destroy()", vec![])
            .await;
        // The checkout tab comes back to a shop page of its own, which asks for itself: only this page's requests count.
        let heard = "return [seen.events.length, performance.getEntriesByType('resource').length]";
        let before = shop.0.script(heard, vec![]).await;
        checkout.pay().await;
        world.stack.order_becomes("ORDER-0007", "success").await;
        sleep(Duration::from_secs(3)).await;
        assert_eq!(shop.0.script(heard, vec![]).await, before);
        assert!(shop.shown("button").await.is_none());
    });
}
