//! The tab: opened in the click, whatever comes late or not at all.

use std::time::Duration;

use malipo_e2e::browser::Kind;
use malipo_e2e::checkout::Checkout;
use malipo_e2e::fault::{Answer, Fault, Gate};
use malipo_e2e::shop::{Button, page};
use malipo_e2e::story;
use malipo_e2e::world::{Setup, in_browser, run};

#[test]
fn a_tab_opens_when_initiate_takes_a_tenth_of_a_second() {
    in_browser(async |world| {
        let time = Duration::from_millis(100);
        story::opens_though_initiate_takes(world, time, "ORDER-0100").await;
    });
}

#[test]
fn a_tab_opens_when_initiate_takes_four_seconds() {
    in_browser(async |world| {
        let time = Duration::from_secs(4);
        story::opens_though_initiate_takes(world, time, "ORDER-0100").await;
    });
}

#[test]
fn a_tab_opens_when_initiate_takes_eight_seconds() {
    in_browser(async |world| {
        let time = Duration::from_secs(8);
        story::opens_though_initiate_takes(world, time, "ORDER-0100").await;
    });
}

#[test]
fn a_press_six_seconds_before_the_wasm_opens_one_tab_and_pays() {
    in_browser(async |world| story::opens_before_the_wasm(world, "ORDER-0101").await);
}

#[test]
fn wasm_that_fails_to_load_closes_the_tab_and_the_next_press_loads_it_again() {
    in_browser(async |world| story::loads_the_wasm_again(world, "ORDER-0102").await);
}

#[test]
fn a_script_beside_the_wasm_that_is_missing_closes_the_tab_and_the_next_press_loads_it_again() {
    let missing = Answer::new(404, "text/html", "<h1>404 Not Found</h1>");
    for kind in [Kind::Chromium, Kind::Firefox] {
        let fault = Fault::Answer(missing.clone());
        run(Setup::of(kind), async |world| {
            world.expect_on_console("integrity");
            story::loads_the_rest_again(world, fault, "ORDER-0106").await;
        });
    }
}

#[test]
fn a_script_beside_the_wasm_that_breaks_off_closes_the_tab_and_the_next_press_loads_it_again() {
    for kind in [Kind::Chromium, Kind::Firefox] {
        run(Setup::of(kind), async |world| {
            story::loads_the_rest_again(world, Fault::AnswerLost, "ORDER-0107").await;
        });
    }
}

#[test]
fn a_script_beside_the_wasm_that_hangs_and_breaks_closes_the_tab_and_the_next_press_loads_it_again()
{
    in_browser(async |world| {
        let gate = Gate::default();
        let story = story::loads_the_rest_again(world, Fault::Gate(gate.clone()), "ORDER-0109");
        tokio::join!(story, async {
            tokio::time::sleep(Duration::from_secs(4)).await;
            gate.shatter();
        });
    });
}

#[test]
fn a_press_in_the_listener_that_is_told_that_the_script_did_not_come_loads_it_again() {
    for kind in [Kind::Chromium, Kind::Firefox] {
        run(Setup::of(kind), async |world| {
            world.expect_on_console("integrity");
            story::loads_the_rest_again_for_a_listener(world, "ORDER-0108").await;
        });
    }
}

#[test]
fn a_page_without_window_open_shows_a_link_that_pays() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-0103").html();
        let shop = world
            .shop_page(page(&format!(
                "<script>window.open = () => null</script>{button}"
            )))
            .await;
        shop.press().await;
        story::pays_through_the_link(world, &shop, &[]).await;
    });
}

#[test]
fn a_tab_refused_by_the_popup_blocker_shows_a_link_that_pays() {
    let no_blocker = "a driven MiniBrowser opens any number of tabs in one click";
    let setup = Setup::default().except(Kind::WebKit, no_blocker);
    run(setup, async |world| {
        story::pays_where_the_tab_is_refused(world, "ORDER-0104").await
    });
}

#[test]
fn redirect_mode_takes_the_whole_page_there_and_back() {
    in_browser(async |world| {
        let shop = world
            .shop(&Button::for_order("ORDER-0105").with("mode", "redirect"))
            .await;
        shop.press().await;
        let checkout = Checkout::reached(shop.0.clone()).await;
        checkout.pay().await;
        shop.0.reaches("/shop").await;
        let detail = shop.event("pay-success").await;
        assert_eq!(detail["resumed"], true);
        assert_eq!(
            shop.0.url().await,
            world.shop_url(),
            "the keys are taken out of the address"
        );
        world.browser.has_tabs(1).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 1);
    });
}
