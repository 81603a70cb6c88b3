//! A tab in the background whose page the browser takes out of memory: it is loaded again when it is looked at.

use malipo_e2e::browser::{Kind, Options};
use malipo_e2e::shop::Button;
use malipo_e2e::world::{Setup, World, run};

#[test]
fn a_tab_that_was_discarded_while_it_was_paid_tells_when_it_is_looked_at() {
    let driven =
        "chrome://discards discards none that is driven (\"Tab is currently using DevTools\")";
    let setup = Setup::browser(Options::default().open_to_tests())
        .except(Kind::Chromium, driven)
        .except(Kind::WebKit, "MiniBrowser discards no tab");
    run(setup, async |world| {
        let shop = world.shop(&Button::for_order("ORDER-2111")).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        shop.becomes("waiting").await;
        checkout.0.show().await;
        discard(world).await;
        world.stack.settle("succeed").await;
        world.stack.order_becomes("ORDER-2111", "success").await;
        // The page is loaded anew when it is asked for anything.
        shop.part("status").await;
        let detail = shop.event("pay-success").await;
        assert_eq!(detail["resumed"], true, "the page was not loaded again");
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}

/// Has the shop's tab discarded, as about:unloads does it.
async fn discard(world: &World) {
    let script = IN_FIREFOX.replace("URL", &world.shop_url());
    let gone = world.browser.in_itself(&script).await;
    assert_eq!(gone, true, "Firefox keeps it");
}

const IN_FIREFOX: &str = r#"
const { gBrowser } = Services.wm.getMostRecentWindow("navigator:browser");
const tab = gBrowser.tabs.find((it) => it.linkedBrowser.currentURI.spec === "URL");
await gBrowser.prepareDiscardBrowser(tab);
return gBrowser.discardBrowser(tab, true);
"#;
