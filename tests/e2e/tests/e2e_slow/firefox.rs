//! The main paths in Firefox.

use std::time::Duration;

use malipo_e2e::browser::{Kind, Options};
use malipo_e2e::checkout::Checkout;
use malipo_e2e::fault::Fault;
use malipo_e2e::shop::{Button, page};
use malipo_e2e::world::{Setup, World, run};
use serde_json::json;
use tokio::time::sleep;

fn in_firefox(body: impl AsyncFnOnce(&World)) {
    let browser = Options {
        kind: Kind::Firefox,
        ..Options::default()
    };
    run(
        Setup {
            browser,
            ..Setup::default()
        },
        body,
    );
}

#[test]
fn firefox_tells_of_a_payment_that_failed_and_pays_the_next() {
    in_firefox(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0910")).await;
        shop.press().await;
        world.checkout(&shop).await.fail().await;
        shop.event("pay-failed").await;
        world.only_the_shop_is_open(&shop).await;
        shop.press().await;
        world.pay(&shop).await;
    });
}

#[test]
fn firefox_reopens_a_tab_that_was_closed_before_paying() {
    in_firefox(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0911")).await;
        shop.press().await;
        world.checkout(&shop).await.0.close().await;
        shop.click("reopen").await;
        world.pay(&shop).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn firefox_opens_a_tab_though_initiate_takes_eight_seconds() {
    in_firefox(async |world| {
        world
            .stack
            .shop
            .times(1, "/pay/initiate", Fault::Late(Duration::from_secs(8)));
        let shop = world.shop(&Button::for_order("ORDER-0912")).await;
        shop.press().await;
        world.browser.has_tabs(2).await;
        shop.event_within("pay-opened", Duration::from_secs(20))
            .await;
        world.pay(&shop).await;
        assert!(shop.events("pay-blocked").await.is_empty());
    });
}

#[test]
fn firefox_opens_a_tab_for_a_press_six_seconds_before_the_wasm() {
    in_firefox(async |world| {
        let (_, gate) = world.stack.shop.gate("/malipo/core-*.wasm");
        let shop = world.shop(&Button::for_order("ORDER-0913")).await;
        shop.press().await;
        world.browser.has_tabs(2).await;
        sleep(Duration::from_secs(6)).await;
        gate.open();
        world.pay(&shop).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn firefox_loads_wasm_that_failed_again_at_the_next_press() {
    in_firefox(async |world| {
        let (rule, gate) = world.stack.shop.gate("/malipo/core-*.wasm");
        let shop = world.shop(&Button::for_order("ORDER-0914")).await;
        shop.press().await;
        world.browser.has_tabs(2).await;
        gate.shatter();
        assert_eq!(shop.event("pay-error").await["code"], "network");
        world.only_the_shop_is_open(&shop).await;
        world.stack.shop.lift(rule);
        shop.press().await;
        world.pay(&shop).await;
    });
}

/// Firefox, too, refuses no tab in a click, whatever its settings; but a click is good for one tab only.
#[test]
fn firefox_that_refuses_a_tab_shows_a_link_that_pays() {
    in_firefox(async |world| {
        let greedy = "<script>document.addEventListener('pay-start', () => window.open('about:blank'))</script>";
        let button = Button::for_order("ORDER-0915").html();
        let shop = world.shop_page(page(&format!("{greedy}{button}"))).await;
        shop.press().await;
        let other = world.browser.other_tab(&[&shop.0]).await;
        shop.event("pay-blocked").await;
        shop.click("link").await;
        let checkout = world.browser.other_tab(&[&shop.0, &other]).await;
        Checkout::reached(checkout).await.pay().await;
        shop.event("pay-success").await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn firefox_never_takes_a_tab_cut_off_by_coop_for_cancelled() {
    in_firefox(async |world| {
        world
            .stack
            .script(&json!({ "joyndpay": { "checkout": { "coop": "same-origin" } } }))
            .await;
        let shop = world.shop(&Button::for_order("ORDER-0916")).await;
        shop.press().await;
        let checkout: Checkout = world.checkout(&shop).await;
        sleep(Duration::from_secs(3)).await;
        assert_eq!(shop.state().await, "waiting");
        checkout.pay().await;
        shop.event("pay-success").await;
    });
}

#[test]
fn firefox_resumes_after_a_reload_without_a_second_initiate() {
    in_firefox(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0917")).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.becomes("waiting").await;
        shop.reload().await;
        shop.becomes("waiting").await;
        checkout.pay().await;
        assert_eq!(shop.event("pay-success").await["resumed"], true);
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn firefox_asks_again_with_the_same_key_when_answers_are_lost() {
    in_firefox(async |world| {
        world
            .stack
            .shop
            .times(3, "/pay/initiate", Fault::AnswerLost);
        let shop = world.shop(&Button::for_order("ORDER-0918")).await;
        shop.press().await;
        shop.event_within("pay-error", Duration::from_secs(30))
            .await;
        shop.press().await;
        world.pay(&shop).await;
        let initiates = world.stack.shop.seen("/pay/initiate");
        let keys: Vec<_> = initiates
            .iter()
            .filter_map(|it| it.headers.get("idempotency-key"))
            .collect();
        assert!(
            keys.len() == 4 && keys.iter().all(|it| Some(it) == keys.first()),
            "{keys:?}"
        );
        assert_eq!(world.stack.ledger().await.len(), 1);
    });
}
