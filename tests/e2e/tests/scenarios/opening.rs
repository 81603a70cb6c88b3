//! The tab, where initiate takes long or popups are forbidden.

use std::time::Duration;

use malipo_e2e::browser::{Kind, Options};
use malipo_e2e::shop::Button;
use malipo_e2e::story;
use malipo_e2e::wait::{PATIENCE, until};
use malipo_e2e::world::{Setup, in_browser, run};

#[test]
fn a_tab_opens_when_initiate_takes_nine_tenths_of_a_second() {
    in_browser(async |world| {
        let time = Duration::from_millis(900);
        story::opens_though_initiate_takes(world, time, "ORDER-2000").await;
    });
}

#[test]
fn a_tab_opens_when_initiate_takes_twelve_seconds() {
    in_browser(async |world| {
        let time = Duration::from_secs(12);
        story::opens_though_initiate_takes(world, time, "ORDER-2001").await;
    });
}

/// Firefox goes on with the page while it opens a tab, so that the WebAssembly may come in the middle of the press.
#[test]
fn a_press_in_the_moment_in_which_the_wasm_comes_pays() {
    in_browser(async |world| {
        for number in 0..5 {
            let (rule, gate) = world.stack.shop.gate(story::rust_half());
            let order_id = format!("ORDER-201{number}");
            let shop = world.shop(&Button::for_order(&order_id)).await;
            // A WebAssembly in the browser's cache comes without a request: another address, another file.
            tokio::join!(shop.press(), async {
                gate.open();
                world.stack.shop.lift(rule);
            });
            world.pay(&shop).await;
            world.only_the_shop_is_open(&shop).await;
            let count = world.stack.shop.count("/pay/initiate");
            assert_eq!(count, number + 1);
        }
    });
}

/// Neither browser's setting holds for the one tab that a click opens: seen so, and held to it, so that a browser in which that
/// changes is noticed. (A tab that is refused: `a_tab_refused_by_the_popup_blocker_shows_a_link_that_pays`.)
#[test]
fn a_browser_told_to_block_popups_opens_the_tab_of_a_click_and_pays() {
    let browser = Options::default()
        .preferring(
            Kind::Chromium,
            "profile.managed_default_content_settings.popups",
            2,
        )
        // No event allows one.
        .preferring(Kind::Firefox, "dom.popup_allowed_events", "");
    let no_setting = "MiniBrowser has no setting that forbids popups";
    let setup = Setup::browser(browser).except(Kind::WebKit, no_setting);
    run(setup, async |world| {
        let shop = world.shop(&Button::for_order("ORDER-2002")).await;
        shop.press().await;
        let went = until(PATIENCE, async || {
            let story = shop.story_of_events().await;
            let is_news = |it: &&String| *it == "pay-blocked" || *it == "pay-opened";
            story.iter().find(is_news).cloned()
        });
        assert_eq!(went.await.as_deref(), Some("pay-opened"));
        world.saw("the setting does not hold for a tab that a click opens");
        world.pay(&shop).await;
    });
}
