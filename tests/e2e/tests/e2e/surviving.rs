//! Reloads, lost answers, second tabs, outcomes that come late.

use malipo_e2e::checkout::Checkout;
use malipo_e2e::fault::Fault;
use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::story;
use malipo_e2e::world::in_browser;
use serde_json::json;

#[test]
fn a_page_reloaded_while_waiting_resumes_and_does_not_initiate() {
    in_browser(async |world| story::resumes_after_a_reload(world, "ORDER-0200").await);
}

#[test]
fn a_press_after_a_reload_and_before_the_wasm_goes_on_with_the_payment() {
    in_browser(async |world| {
        // The browser is never idle: the wasm is loaded by the press.
        let busy = "<script>requestIdleCallback = () => {}</script>";
        let button = Button::for_order("ORDER-0220").html();
        let shop = world.shop_page(page(&[busy, &button].concat())).await;
        shop.press().await;
        world.checkout(&shop).await.0.close().await;
        shop.becomes("waiting").await;
        shop.reload().await;
        shop.press().await;
        let detail = world.pay(&shop).await;
        assert_eq!(
            (&detail["orderId"], &detail["resumed"]),
            (&json!("ORDER-0220"), &json!(true))
        );
        assert_eq!(shop.story_of_events().await, ["pay-start", "pay-success"]);
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn an_order_paid_after_our_deadline_is_told_late() {
    in_browser(async |world| {
        let shop = world
            .shop(&Button::for_order("ORDER-0201").with("timeout", "1000"))
            .await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        let expired = shop.event("pay-expired").await;
        assert_eq!(
            (&expired["orderId"], &expired["status"]),
            (&json!("ORDER-0201"), &json!("expired"))
        );
        assert!(
            shop.says().await.contains("don't know yet"),
            "{}",
            shop.says().await
        );
        checkout.pay().await;
        let detail = shop.event("pay-success").await;
        assert_eq!(
            (&detail["status"], &detail["late"]),
            (&json!("success"), &json!(true))
        );
        shop.becomes("success").await;
    });
}

#[test]
fn a_press_that_gets_nowhere_does_not_lose_the_attempt_that_expired() {
    in_browser(async |world| {
        let shop = world
            .shop(&Button::for_order("ORDER-0207").with("timeout", "1000"))
            .await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.event("pay-expired").await;
        world.stack.shop.always("/pay/initiate", Fault::Refused);
        shop.press().await;
        story::network_error(&shop).await;
        let says = shop.says().await;
        assert!(
            says.contains("If you have paid, do not pay again"),
            "{says}"
        );
        assert!(!says.contains("Nothing was paid"), "{says}");
        // A reload finds it all the same.
        shop.reload().await;
        shop.becomes("expired").await;
        checkout.pay().await;
        let detail = shop.event("pay-success").await;
        assert_eq!(
            (&detail["orderId"], &detail["late"]),
            (&json!("ORDER-0207"), &json!(true))
        );
        assert_eq!(world.stack.ledger().await.len(), 1);
    });
}

#[test]
fn what_an_early_cancel_says_stays_when_the_wasm_comes() {
    in_browser(async |world| {
        let (_, gate) = world.stack.shop.gate(story::rust_half());
        let shop = world.shop(&Button::for_order("ORDER-0208")).await;
        shop.press().await;
        let cancel = "await document.querySelector('#pay').cancel()";
        shop.0.run(cancel).await;
        shop.comes_to_say("You stopped this payment.").await;
        gate.open();
        let rests = "const pay = document.querySelector('#pay'); await pay.ready; \
             await new Promise((done) => setTimeout(done, 200)); return pay.state";
        assert_eq!(shop.0.run(rests).await, "cancelled");
        let says = shop.says().await;
        assert!(says.contains("You stopped this payment."), "{says}");
        shop.press().await;
        world.pay(&shop).await;
    });
}

#[test]
fn one_lost_answer_to_initiate_is_asked_for_again_with_the_same_key() {
    in_browser(async |world| {
        world
            .stack
            .shop
            .times(1, "/pay/initiate", Fault::AnswerLost);
        let shop = world.shop(&Button::for_order("ORDER-0202")).await;
        shop.press().await;
        world.pay(&shop).await;
        assert!(shop.events("pay-error").await.is_empty());
        story::one_key_and_one_provider_order(world, 2).await;
    });
}

#[test]
fn answers_to_initiate_lost_for_good_end_clearly_and_a_second_press_takes_the_same_key() {
    in_browser(async |world| story::takes_the_same_key_again(world, "ORDER-0203").await);
}

#[test]
fn a_page_reloaded_after_lost_answers_still_takes_the_same_key() {
    in_browser(async |world| {
        let shop = story::loses_every_answer(world, "ORDER-0204").await;
        shop.reload().await;
        shop.press().await;
        world.pay(&shop).await;
        story::one_key_and_one_provider_order(world, 4).await;
    });
}

#[test]
fn two_shop_tabs_on_one_order_share_one_checkout_page() {
    in_browser(async |world| {
        let first = world.shop(&Button::for_order("ORDER-0205")).await;
        first.press().await;
        let checkout = world.checkout(&first).await;
        let second = Shop(world.browser.open_tab(&world.shop_url()).await);
        second.press().await;
        let other = world
            .browser
            .other_tab(&[&first.0, &second.0, &checkout.0])
            .await;
        let other = Checkout::reached(other).await;
        assert_eq!(other.0.url().await, checkout.0.url().await);
        other.pay().await;
        first.event("pay-success").await;
        second.event("pay-success").await;
        let payment = world.stack.payment().await;
        assert_eq!(
            (&payment["times_paid"], &payment["opened"]),
            (&json!(1), &json!(2))
        );
    });
}

#[test]
fn an_order_paid_already_is_told_without_another_checkout_page() {
    in_browser(async |world| {
        let first = world.shop(&Button::for_order("ORDER-0206")).await;
        first.press().await;
        world.pay(&first).await;
        world.only_the_shop_is_open(&first).await;
        let second = Shop(world.browser.open_tab(&world.shop_url()).await);
        second.press().await;
        second.event("pay-success").await;
        world.browser.has_tabs(2).await;
        assert_eq!(world.stack.payment().await["opened"], 1);
    });
}
