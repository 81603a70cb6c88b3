//! Jenga in a real browser: there is no page to open, the link comes by SMS and e-mail.

use malipo_e2e::browser::Options;
use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::tab::Tab;
use malipo_e2e::world::{Setup, World, in_browser, run};
use serde_json::json;

/// Opens the newest SMS of the sandbox's outbox page in a tab of its own, and the link in it, as on a phone.
async fn link_of_the_newest_sms(world: &World) -> Tab {
    let outbox = format!("{}/outbox", world.stack.provider.origin());
    let phone = world.browser.open_tab(&outbox).await;
    phone.click(".message.sms a").await;
    phone.reaches("/jenga/link/").await;
    phone
}

/// What a press leads to in every mode: no page of any kind, the words, and a payment on the phone.
async fn check(world: &World, mode: &str, order_id: &str) {
    let shop = world
        .shop(&Button::by_link(order_id).with("mode", mode))
        .await;
    shop.press().await;
    let sent = shop.event("pay-sent").await;
    assert_eq!(
        sent,
        json!({"orderId": order_id, "sentTo": [{"channel": "sms", "to": "...678"}, {"channel": "email", "to": "a...@example.test"}]}),
        "{mode}"
    );
    // A blank tab that was opened in the click has been closed, and the shop's page is still there.
    world.only_the_shop_is_open(&shop).await;
    assert_eq!(shop.0.url().await, world.shop_url(), "{mode}");
    let says = shop.says().await;
    assert!(says.contains("...678, a...@example.test"), "{mode}: {says}");
    assert_eq!(shop.state().await, "waiting", "{mode}");

    let phone = link_of_the_newest_sms(world).await;
    phone.click("#pay-succeed").await;
    let paid = shop.event("pay-success").await;
    assert_eq!(
        paid,
        json!({"orderId": order_id, "status": "success", "amount": "1350.00", "currency": "KES"}),
        "{mode}"
    );
    assert_eq!(
        shop.story_of_events().await,
        ["pay-start", "pay-initiated", "pay-sent", "pay-success"],
        "{mode}"
    );
    let order = world.stack.order_becomes(order_id, "success").await;
    assert_eq!(order["provider"], "jenga", "{mode}");
    if phone.is_open().await {
        phone.close().await;
    }
    shop.0.show().await;
}

#[test]
fn a_link_by_sms_is_paid_on_the_phone_in_every_mode() {
    in_browser(async |world| {
        let modes = ["link", "auto", "tab", "popup", "redirect"];
        for (nth, mode) in modes.into_iter().enumerate() {
            check(world, mode, &format!("ORDERJENGA{nth}")).await;
        }
        assert_eq!(world.stack.ledger().await.len(), modes.len());
    });
}

#[test]
fn a_declined_try_says_so_and_the_same_link_pays() {
    in_browser(async |world| {
        let shop = world.shop(&Button::by_link("ORDERJENGA6")).await;
        shop.press().await;
        shop.event("pay-sent").await;
        let phone = link_of_the_newest_sms(world).await;
        phone.click("#pay-fail").await;
        phone.find("#failed").await;
        shop.0.show().await;
        shop.comes_to_say("The last try did not go through").await;
        phone.click("#pay-succeed").await;
        shop.event("pay-success").await;
        assert!(shop.events("pay-failed").await.is_empty());
        assert_eq!(world.stack.payment().await["times_paid"], 1);
    });
}

#[test]
fn after_a_reload_the_link_that_was_sent_still_counts() {
    in_browser(async |world| {
        let shop = world.shop(&Button::by_link("ORDERJENGA7")).await;
        shop.press().await;
        shop.event("pay-sent").await;
        shop.reload().await;
        shop.becomes("waiting").await;
        let phone = link_of_the_newest_sms(world).await;
        phone.click("#pay-succeed").await;
        let paid = shop.event("pay-success").await;
        assert_eq!(paid["resumed"], true);
        assert_eq!(world.stack.messages().await.len(), 2, "one SMS, one e-mail");
    });
}

#[test]
fn without_script_the_form_leads_to_a_page_that_tells_of_the_payment_by_itself() {
    let setup = Setup::browser(Options::default().without_script());
    run(setup, async |world| {
        let button = Button::by_link("ORDERJENGA8");
        let form = format!(
            "<form method=\"post\" action=\"/pay/checkout?provider=jenga\"><input type=\"hidden\" name=\"quote\" value=\"{}\"><button id=\"go\">Pay</button></form>",
            button.quote()
        );
        let shop = world.shop_page(page(&button.holding(&form).html())).await;
        shop.0.click("#go").await;
        shop.0.reaches("/pay/link/").await;
        let text = shop.0.text().await;
        assert!(
            text.contains("Check your phone") && text.contains("...678"),
            "{text}"
        );
        let phone = link_of_the_newest_sms(world).await;
        phone.click("#pay-succeed").await;
        // Nothing is pressed here: the page looks again by itself.
        let Shop(tab) = &shop;
        tab.find(".mark.success").await;
        let text = tab.text().await;
        assert!(text.contains("Payment received"), "{text}");
        tab.click("a.button").await;
        tab.reaches("#malipo_order=ORDERJENGA8&malipo_token=").await;
    });
}
