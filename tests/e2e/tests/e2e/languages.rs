//! The page's language, from right to left where it is so, and the shop's own words.

use malipo_e2e::shop::{Button, page};
use malipo_e2e::world::in_browser;
use serde_json::json;

#[test]
fn a_swahili_page_has_a_swahili_button_from_the_first_word_to_the_last() {
    in_browser(async |world| {
        let mut answer = page(&Button::for_order("ORDER-0730").html());
        answer.body = answer.body.replace("lang=\"en\"", "lang=\"sw-KE\"");
        let shop = world.shop_page(answer).await;
        shop.comes_to_say("Lipa").await;
        shop.press().await;
        shop.comes_to_say("Kamilisha malipo kwenye kichupo kingine.")
            .await;
        assert!(
            shop.says().await.contains("Ghairi"),
            "{}",
            shop.says().await
        );
        world.pay(&shop).await;
        shop.comes_to_say("Umelipa. Asante!").await;
        assert_eq!(world.stack.shop.count("/malipo/texts-*.js"), 1);
        let lang =
            "return document.querySelector('#pay').shadowRoot.querySelector('[part~=panel]').lang";
        assert_eq!(shop.0.script(lang, vec![]).await, "sw");
    });
}

#[test]
fn arabic_runs_from_right_to_left() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-0731").with("lang", "ar");
        let shop = world.shop(&button).await;
        shop.comes_to_say("ادفع").await;
        shop.press().await;
        shop.comes_to_say("أكمل الدفع في علامة التبويب الأخرى.").await;
        // The first button of a row stands at the right.
        let order = "const [a, b] = [...document.querySelector('#pay').shadowRoot.querySelectorAll('[part=actions] button:not([hidden])')]; \
                     return a.getBoundingClientRect().top !== b.getBoundingClientRect().top || a.getBoundingClientRect().left > b.getBoundingClientRect().left";
        assert_eq!(shop.0.script(order, vec![]).await, true);
        world.pay(&shop).await;
    });
}

#[test]
fn the_shops_own_words_are_used_and_english_loads_no_language() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0732")).await;
        let own =
            "document.querySelector('#pay').texts = { pay: 'Take my money', paid: 'Got it.' }";
        shop.0.script(own, vec![]).await;
        shop.comes_to_say("Take my money").await;
        shop.press().await;
        world.pay(&shop).await;
        shop.comes_to_say("Got it.").await;
        assert_eq!(world.stack.shop.count("/malipo/texts-*.js"), 0);
        assert_eq!(shop.0.script("return seen.errors", vec![]).await, json!([]));
    });
}
