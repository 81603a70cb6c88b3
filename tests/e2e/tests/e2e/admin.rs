//! The operator's page in a browser: what its script does.

use std::time::Duration;

use malipo_e2e::checkout::Checkout;
use malipo_e2e::shop::Button;
use malipo_e2e::stack::ADMIN_TOKEN;
use malipo_e2e::tab::Tab;
use malipo_e2e::wait::until;
use malipo_e2e::world::in_browser;
use serde_json::{Value, json};

#[test]
fn orders_move_on_the_operators_page_by_themselves() {
    in_browser(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0077")).await;
        let address = format!("{}/admin", world.stack.backend().origin());
        let admin = world.browser.open_tab(&address).await;
        let token = admin.find("#token").await;
        token.send_keys(ADMIN_TOKEN).await.unwrap();
        admin.click(".sign-in button").await;
        admin.find("#live").await;
        // What a person is in the middle of is left alone; a page that was loaded anew would know of none of it.
        admin
            .find("#order")
            .await
            .send_keys("ORDER-00")
            .await
            .unwrap();
        let open = "stays = true; document.querySelector('#hours').open = true";
        admin.script(open, vec![]).await;

        shop.press().await;
        let other = world.browser.other_tab(&[&shop.0, &admin]).await;
        let checkout = Checkout::reached(other).await;
        comes_to_say(&admin, "pending").await;
        checkout.pay().await;
        comes_to_say(&admin, "paid").await;
        let kept = "return [stays, document.querySelector('#hours').open, document.querySelector('#order').value]";
        let kept = admin.script(kept, vec![]).await;
        assert_eq!(kept, json!([true, true, "ORDER-00"]));

        admin.click("#pause").await;
        admin.click("#orders a").await;
        admin.reaches("/admin/orders/ORDER-0077").await;
        let page = admin.text().await;
        for words in ["The shop is told", "success", "paid the order", "Received"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        admin.click(".bar button").await;
        admin.find("#token").await;
        let cookies = admin.script("return document.cookie", vec![]).await;
        assert_eq!(cookies, json!(""));
        admin.close().await;
    });
}

/// Waits until the order's row says so, is marked, and is told to those who hear the page.
async fn comes_to_say(admin: &Tab, state: &str) {
    let look = "const row = document.querySelector('[data-row=\"order-ORDER-0077\"]'); \
        return [row?.querySelector('.state')?.textContent, row?.classList.contains('moved'), news.textContent]";
    let expected = json!([state, true, format!("Changed: ORDER-0077: {state}")]);
    let mut last = Value::Null;
    let found = until(Duration::from_secs(15), async || {
        last = admin.script(look, vec![]).await;
        (last == expected).then_some(())
    });
    assert!(found.await.is_some(), "{last}");
}
