//! Where the button stands in its page.

use malipo_e2e::shop::{Button, page};
use malipo_e2e::wait::until;
use malipo_e2e::world::in_browser;
use serde_json::json;
use std::time::Duration;

#[test]
fn a_page_with_a_base_address_asks_and_comes_back_where_it_should() {
    in_browser(async |world| {
        let base = format!("<base href=\"{}/deep/down/\">", world.stack.shop.origin());
        let button = Button::for_order("ORDER-2700")
            .with("initiate-url", "../../pay/initiate")
            .with("mode", "redirect");
        let mut answer = page(&button.html());
        answer.body = answer.body.replacen("<head>", &format!("<head>{base}"), 1);
        let shop = world.shop_page(answer).await;
        shop.press().await;
        malipo_e2e::checkout::Checkout::reached(shop.0.clone())
            .await
            .pay()
            .await;
        // To the page itself, not to the base.
        shop.0.reaches("/shop").await;
        assert_eq!(shop.event("pay-success").await["resumed"], true);
        assert_eq!(shop.0.url().await, world.shop_url());
    });
}

#[test]
fn a_button_inside_other_shadow_roots_pays_and_its_events_come_out() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-2701").html();
        let body = format!(
            "<div id=\"pay\"></div><template id=\"it\">{button}</template><script>\
             const outer = document.querySelector('#pay').attachShadow({{ mode: 'open' }});\
             const inner = outer.appendChild(document.createElement('p')).appendChild(document.createElement('div')).attachShadow({{ mode: 'open' }});\
             inner.append(document.querySelector('#it').content.cloneNode(true));</script>"
        );
        let shop = world.shop_page(page(&body)).await;
        let find = "return document.querySelector('#pay').shadowRoot.querySelector('div').shadowRoot.querySelector('pay-button').shadowRoot?.querySelector('[part=button]')";
        let button = until(Duration::from_secs(10), async || {
            let found = shop.0.show().await.execute(find, vec![]).await.ok()?;
            let button = found.element().ok()?;
            button.is_displayed().await.ok()?.then_some(button)
        });
        button.await.unwrap().click().await.unwrap();
        world.pay(&shop).await;
        let story = shop.story_of_events().await;
        assert_eq!(
            story,
            ["pay-start", "pay-initiated", "pay-opened", "pay-success"]
        );
    });
}

#[test]
fn a_button_moved_while_it_waits_keeps_its_attempt() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-2702").html();
        let answer = page(&format!(
            "<section id=\"a\">{button}</section><section id=\"b\"></section>"
        ));
        let shop = world.shop_page(answer).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.becomes("waiting").await;
        let moves = "for (const place of ['b', 'a', 'b']) document.getElementById(place).append(document.querySelector('#pay'))";
        shop.0.script(moves, vec![]).await;
        assert_eq!(shop.state().await, "waiting");
        checkout.pay().await;
        shop.event("pay-success").await;
        let story = shop.story_of_events().await;
        assert_eq!(
            story,
            ["pay-start", "pay-initiated", "pay-opened", "pay-success"]
        );
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

#[test]
fn a_button_taken_out_while_it_waits_and_put_back_resumes() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-2703")).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.becomes("waiting").await;
        let out = "const pay = document.querySelector('#pay'); const place = pay.parentNode; pay.remove(); \
             await new Promise((done) => setTimeout(done, 50)); const state = pay.state; place.append(pay); return state";
        assert_eq!(shop.0.run(out).await, json!("idle"));
        shop.becomes("waiting").await;
        checkout.pay().await;
        assert_eq!(shop.event("pay-success").await["resumed"], true);
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}
