//! Backends that are down or talk nonsense, pages that allow little.

use std::time::Duration;

use malipo_e2e::browser::Options;
use malipo_e2e::fault::{Answer, Fault};
use malipo_e2e::shop::{Button, page};
use malipo_e2e::story;
use malipo_e2e::wait::until;
use malipo_e2e::world::{Setup, in_browser, run};
use serde_json::json;

#[test]
fn a_backend_that_is_down_at_the_press_is_told_clearly_and_pressing_again_works() {
    in_browser(async |world| {
        let down = world.stack.shop.always("/pay/*", Fault::Refused);
        let shop = world.shop(&Button::for_order("ORDER-0400")).await;
        shop.press().await;
        story::network_error(&shop).await;
        shop.becomes("error").await;
        assert!(
            shop.says().await.contains("Nothing was paid"),
            "{}",
            shop.says().await
        );
        world.only_the_shop_is_open(&shop).await;
        world.stack.shop.lift(down);
        shop.press().await;
        world.pay(&shop).await;
        assert_eq!(world.stack.ledger().await.len(), 1);
    });
}

#[test]
fn a_form_shows_below_the_button_where_nothing_gets_out_and_both_pay_one_order() {
    in_browser(async |world| {
        let down = world.stack.shop.always("/pay/*", Fault::Refused);
        let shop = world
            .shop(&Button::for_order("ORDER-0406").with_form())
            .await;
        let form = shop.0.find("#plain").await;
        assert!(!form.is_displayed().await.unwrap());
        shop.press().await;
        story::network_error(&shop).await;
        assert!(form.is_displayed().await.unwrap());
        // The keyboard stays where it was: on the button, which can be pressed again, and the form comes next.
        let focus = "return document.querySelector('#pay').shadowRoot.activeElement?.part.value";
        assert_eq!(shop.0.script(focus, vec![]).await, "button");
        world.stack.shop.lift(down);
        shop.press().await;
        shop.event("pay-initiated").await;
        assert!(!form.is_displayed().await.unwrap());
        assert_eq!(shop.0.script(focus, vec![]).await, "button");
        world.pay(&shop).await;
        assert_eq!(world.stack.ledger().await.len(), 1);
    });
}

#[test]
fn a_form_that_names_no_order_shows_only_where_no_request_can_have_arrived() {
    in_browser(async |world| {
        let goods = "<form method=\"post\" action=\"/pay/checkout\">\
                     <input type=\"hidden\" name=\"sku\" value=\"kitenge-tee\"><button id=\"plain\">Pay</button></form>";
        let button = Button::for_order("ORDER-0407").holding(goods);
        let rule = world.stack.shop.always(story::rust_half(), Fault::Refused);
        let shop = world.shop(&button).await;
        shop.press().await;
        story::network_error(&shop).await;
        assert!(shop.0.find("#plain").await.is_displayed().await.unwrap());
        world.stack.shop.lift(rule);
        world.stack.shop.always("/pay/*", Fault::Refused);
        let shop = world.shop(&button).await;
        shop.press().await;
        story::network_error(&shop).await;
        assert!(!shop.0.find("#plain").await.is_displayed().await.unwrap());
    });
}

#[test]
fn a_backend_that_says_no_is_told_in_its_own_words() {
    in_browser(async |world| {
        let no = json!({ "status": "error", "error": ["The shop is closed on Sundays."] });
        world.stack.shop.times(
            1,
            "/pay/initiate",
            Fault::Answer(Answer::new(422, "application/json", no.to_string())),
        );
        let shop = world.shop(&Button::for_order("ORDER-0401")).await;
        shop.press().await;
        let error = shop.event("pay-error").await;
        assert_eq!(
            (&error["code"], &error["terminal"]),
            (&json!("backend"), &json!(true))
        );
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("closed on Sundays"),
            "{error}"
        );
        world.only_the_shop_is_open(&shop).await;
    });
}

#[test]
fn a_verify_that_answers_garbage_is_reported_once_and_waited_out() {
    in_browser(async |world| {
        world.stack.shop.always("/pay/events", Fault::Refused);
        for garbage in [
            "<html><h1>Welcome to the airport's Wi-Fi</h1></html>",
            "{}",
            "[1,2",
            "{\"status\":\"success\"}",
        ] {
            world.stack.shop.times(
                1,
                "/pay/verify",
                Fault::Answer(Answer::new(200, "text/html", garbage)),
            );
        }
        let shop = world
            .shop(&Button::for_order("ORDER-0402").with("poll-interval", "1000"))
            .await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        let error = shop.event("pay-error").await;
        assert_eq!(
            (&error["code"], &error["terminal"]),
            (&json!("protocol"), &json!(false))
        );
        // Each further look is asked for, as a shopper would who does not trust the page.
        let enough = until(Duration::from_secs(20), async || {
            shop.click("check").await;
            (world.stack.shop.count("/pay/verify") >= 4).then_some(())
        });
        assert!(enough.await.is_some());
        assert_eq!(shop.state().await, "waiting");
        assert_eq!(shop.events("pay-error").await.len(), 1);
        checkout.pay().await;
        shop.event_within("pay-success", Duration::from_secs(30))
            .await;
    });
}

#[test]
fn a_checkout_url_that_is_not_safe_opens_nothing() {
    in_browser(async |world| {
        for url in [
            "javascript:alert(1)",
            "http://pay.example/x",
            "https://user@pay.example/",
            "/relative",
            "data:text/html,x",
        ] {
            let answer = json!({ "order_id": "ORDER-0403", "redirect_url": url }).to_string();
            world.stack.shop.times(
                1,
                "/pay/initiate",
                Fault::Answer(Answer::new(200, "application/json", answer)),
            );
            let shop = world.shop(&Button::for_order("ORDER-0403")).await;
            shop.press().await;
            let error = shop.event("pay-error").await;
            assert_eq!(
                (&error["code"], &error["terminal"]),
                (&json!("unsafe-redirect-url"), &json!(true)),
                "{url}"
            );
            world.only_the_shop_is_open(&shop).await;
        }
    });
}

#[test]
fn a_page_with_a_strict_policy_and_trusted_types_pays_without_one_violation() {
    in_browser(async |world| {
        let policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; \
                      img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";
        let answer =
            page(&Button::for_order("ORDER-0404").html()).header("content-security-policy", policy);
        let shop = world.shop_page(answer).await;
        shop.press().await;
        world.pay(&shop).await;
        assert_eq!(
            shop.0.script("return seen.violations", vec![]).await,
            json!([])
        );
        let styled = "return getComputedStyle(document.querySelector('#pay').shadowRoot.querySelector('[part~=panel]')).display";
        assert_ne!(shop.0.script(styled, vec![]).await, "inline");
    });
}

#[test]
fn the_form_pays_where_scripts_are_off() {
    let setup = Setup::browser(Options::default().without_script());
    run(setup, async |world| {
        let button = Button::for_order("ORDER-0405");
        let shop = world.shop_page(page(&button.with_form().html())).await;
        story::pays_by_the_form(world, &shop, "ORDER-0405").await;
        shop.0.click("a").await;
        shop.0.reaches(world.stack.shop.origin()).await;
    });
}
