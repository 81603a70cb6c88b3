//! What a shopper with a screen reader and a keyboard is given in the ordinary payment.

use std::collections::HashSet;

use malipo_e2e::shop::Button;
use malipo_e2e::world::in_browser;
use serde_json::json;
use thirtyfour::Key;

#[test]
fn a_payment_by_the_keyboard_says_each_change_once_and_ends_with_the_focus_on_its_outcome() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-2012")).await;
        let button = shop.part("button").await;
        shop.0.script(WATCH, vec![]).await;
        button.send_keys(Key::Enter + "").await.unwrap();
        world.pay(&shop).await;
        world.only_the_shop_is_open(&shop).await;
        let said = shop.0.script("return said", vec![]).await;
        let said: Vec<String> = serde_json::from_value(said).unwrap();
        assert_eq!(
            said[..2],
            [
                "Starting your payment…",
                "Complete the payment in the other tab."
            ]
        );
        assert_eq!(said.last().unwrap(), "Paid. Thank you!");
        let different: HashSet<_> = said.iter().collect();
        assert_eq!(different.len(), said.len(), "{said:?}");
        world.saw(format!("said: {}", said.join(" ")));
        let focus = "return document.querySelector('#pay').shadowRoot.activeElement?.part.value";
        assert_eq!(shop.0.script(focus, vec![]).await, json!("panel outcome"));
        let regions = "return document.querySelector('#pay').shadowRoot.querySelectorAll('[role=status],[role=alert],[aria-live],output').length";
        assert_eq!(shop.0.script(regions, vec![]).await, 1);
    });
}

/// Writes down what the live region says, as a screen reader notices it.
const WATCH: &str = "window.said = []; \
     const status = document.querySelector('#pay').shadowRoot.querySelector('[role=status]'); \
     new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true })";
