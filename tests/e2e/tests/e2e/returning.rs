//! The way back from the checkout page.

use std::time::Duration;

use malipo_e2e::browser::{Kind, Options};
use malipo_e2e::checkout::Checkout;
use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::world::{Setup, World, in_browser, run};
use serde_json::{Value, json};

/// A shop whose backend, and the widget with it, has an origin of its own.
async fn split(world: &World, button: Button) -> Shop {
    let backend = world.stack.backend().origin().to_owned();
    let mut answer = page(&button.endpoints(&backend).html());
    let script = format!("{backend}/malipo/malipo.js");
    answer.body = answer.body.replace("/malipo/malipo.js", &script);
    world.shop_page(answer).await
}

#[test]
fn a_backend_on_another_origin_brings_the_shopper_back_to_the_shops_tab() {
    let setup = Setup {
        split: true,
        ..Setup::default()
    };
    run(setup, async |world| {
        let shop = split(world, Button::for_order("ORDER-0300")).await;
        shop.press().await;
        world.pay(&shop).await;
        // By way of the shop's own page, where the element tells the first tab.
        world.only_the_shop_is_open(&shop).await;
        assert_eq!(world.stack.backend().count("/pay/return"), 1);
    });
}

#[test]
fn a_tab_that_may_not_close_itself_says_that_the_shopper_can_go_back() {
    // As shoppers have it: geckodriver lets scripts close any tab.
    let pref = "dom.allow_scripts_to_close_windows";
    let setup = Setup {
        split: true,
        ..Setup::browser(Options::default().preferring(Kind::Firefox, pref, false))
    };
    run(setup, async |world| {
        let button = Button::for_order("ORDER-0304").with("mode", "link");
        let shop = split(world, button).await;
        shop.press().await;
        // No script opens this tab, and browsers let no script close it.
        let detail = shop.event("pay-initiated").await;
        let url = detail["redirectUrl"].as_str().unwrap();
        let checkout = Checkout::reached(world.browser.open_tab(url).await).await;
        checkout.pay().await;
        shop.event("pay-success").await;
        let back = Shop(checkout.0.clone());
        back.0.reaches("/shop").await;
        let rests = "const pay = document.querySelector('#pay'); await pay.ready; \
             await new Promise((done) => setTimeout(done, 200)); return pay.state";
        assert_eq!(back.0.run(rests).await, "idle");
        let says = back.says().await;
        assert!(
            says.contains("You can close this tab and go back"),
            "{says}"
        );
    });
}

#[test]
fn a_shopper_whose_shop_tab_is_gone_comes_back_to_a_page_that_tells_paid() {
    in_browser(async |world| {
        // The quote names the order: this tab knows nothing else of the attempt.
        let shop = world.shop(&Button::for_order("ORDER-0301")).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.becomes("waiting").await;
        shop.0.close().await;
        checkout.pay().await;
        let back = Shop(checkout.0.clone());
        back.0.reaches("/shop").await;
        let detail = back.event("pay-success").await;
        assert_eq!(
            (&detail["orderId"], &detail["resumed"]),
            (&json!("ORDER-0301"), &json!(true))
        );
        assert_eq!(
            back.0.url().await,
            world.shop_url(),
            "the keys are taken out of the address"
        );
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn a_status_page_tells_the_outcome_and_takes_the_keys_out_of_its_address() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-0302");
        let initiate = reqwest::Client::new()
            .post(format!("{}/pay/initiate", world.stack.shop.origin()))
            .header("origin", world.stack.shop.origin())
            .header(
                "idempotency-key",
                "\"6c6f6a10-9a3e-4a57-a1b0-6a0c2b0a7d11\"",
            )
            .json(&json!({ "quote": button.quote(), "return_url": world.shop_url() }));
        let answer: Value = initiate.send().await.unwrap().json().await.unwrap();
        let token = answer["token"].as_str().unwrap();
        world
            .stack
            .shop
            .page("/thanks", page(&Button::status().html()));
        let thanks = format!("{}/thanks", world.stack.shop.origin());
        let shop = Shop(
            world
                .browser
                .open(&format!(
                    "{thanks}?malipo_order=ORDER-0302&malipo_token={token}&from=mail"
                ))
                .await,
        );
        shop.becomes("waiting").await;
        assert_eq!(shop.0.url().await, format!("{thanks}?from=mail"));
        world.stack.settle("succeed").await;
        let detail = shop.event("pay-success").await;
        assert_eq!(
            (&detail["orderId"], &detail["resumed"]),
            (&json!("ORDER-0302"), &json!(true))
        );
        assert!(
            !world
                .stack
                .shop
                .seen("*")
                .iter()
                .any(|it| it.path.contains(token))
        );
    });
}

#[test]
fn a_shopper_who_walks_away_from_the_checkout_page_can_come_back_and_pay() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0303")).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        checkout.0.click("#walk-away").await;
        shop.becomes("waiting").await;
        checkout.0.click("#come-back").await;
        checkout.pay().await;
        shop.event_within("pay-success", Duration::from_secs(20))
            .await;
        assert_eq!(world.stack.payment().await["walked_away"], 1);
    });
}
