//! The other providers, through the same button.

use malipo_e2e::checkout::Checkout;
use malipo_e2e::shop::{Button, Shop};
use malipo_e2e::world::{World, in_browser};
use serde_json::json;

/// The pay page of JoPay in the one tab that the widget opened.
async fn jopay(world: &World, shop: &Shop) -> Checkout {
    let tab = world.browser.other_tab(&[&shop.0]).await;
    Checkout::reached_at(tab, "/jopay/pay/").await
}

#[test]
fn usdc_through_jopay_is_paid_and_the_shopper_is_told_to_come_back() {
    in_browser(async |world| {
        let button = Button::through("jopay", "ORDER-JO-1", "24.50", "USD");
        let shop = world.shop(&button).await;
        shop.press().await;
        let page = jopay(world, &shop).await;
        shop.becomes("waiting").await;
        // JoPay's page never sends anybody back.
        let says = shop.says().await;
        assert!(says.contains("ome back here"), "{says}");
        page.choose("#send-exact").await;
        let detail = shop.event("pay-success").await;
        assert_eq!(
            detail,
            json!({ "orderId": "ORDER-JO-1", "status": "success", "amount": "24.50", "currency": "USD" })
        );
        let order = world.stack.order_becomes("ORDER-JO-1", "success").await;
        assert_eq!(
            (&order["provider"], &order["test"]),
            (&json!("jopay"), &json!(true))
        );
        assert_eq!(world.stack.payment().await["provider"], "jopay");
    });
}

#[test]
fn a_cancel_in_the_page_is_a_cancel_at_jopay() {
    in_browser(async |world| {
        let button = Button::through("jopay", "ORDER-JO-2", "24.50", "USD");
        let shop = world.shop(&button).await;
        shop.press().await;
        jopay(world, &shop).await;
        shop.becomes("waiting").await;
        shop.0.show().await;
        shop.click("cancel").await;
        shop.event("pay-cancelled").await;
        let order = world.stack.order_becomes("ORDER-JO-2", "failed").await;
        assert_eq!(order["reason"], "cancelled");
        assert_eq!(world.stack.payment().await["request_status"], "cancelled");
    });
}

#[test]
fn a_currency_that_jopay_does_not_take_is_refused_before_anything_is_begun() {
    in_browser(async |world| {
        let button = Button::through("jopay", "ORDER-JO-3", "25000", "UGX");
        let shop = world.shop(&button).await;
        shop.press().await;
        let error = shop.event("pay-error").await;
        assert_eq!(error["terminal"], true);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("UGX"), "{message}");
        world.only_the_shop_is_open(&shop).await;
        assert_eq!(world.stack.ledger().await.len(), 0);
    });
}
