//! Pages and browsers that run no WebAssembly: the same Rust comes as JavaScript. `make e2e-compat` runs all tests so.

use malipo_e2e::browser::{Options, all_without_wasm};
use malipo_e2e::shop::{Button, page};
use malipo_e2e::world::{Setup, World, in_browser, run};
use serde_json::json;

/// What has to be true of a payment without WebAssembly, from the press on.
async fn pays(
    world: &World,
    button: &Button,
    answer: malipo_e2e::fault::Answer,
) -> malipo_e2e::shop::Shop {
    let shop = world.shop_page(answer).await;
    shop.press().await;
    let detail = world.pay(&shop).await;
    assert_eq!(detail["status"], "success", "{}", button.html());
    assert_eq!(world.stack.shop.count("/malipo/compat-*.js"), 1);
    assert_eq!(
        world.stack.shop.count("/malipo/core-*.wasm"),
        0,
        "what cannot run is not fetched"
    );
    assert_eq!(world.stack.payment().await["times_paid"], 1);
    shop
}

#[test]
fn a_policy_without_wasm_unsafe_eval_is_enough() {
    in_browser(async |world| {
        let policy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; \
                      form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        // It is by trying that one learns of the policy.
        world.expect_on_console("wasm-eval");
        world.expect_on_console("WebAssembly");
        let button = Button::for_order("ORDER-0700");
        let answer = page(&button.html()).header("content-security-policy", policy);
        let shop = pays(world, &button, answer).await;
        let seen = shop.0.script("return seen.violations", vec![]).await;
        // A browser that has none to try (`make e2e-compat`) breaks no policy.
        let tries = if all_without_wasm() {
            json!([])
        } else {
            json!(["script-src wasm-eval "])
        };
        assert_eq!(seen, tries, "one try, and nothing else");
    });
}

#[test]
fn a_browser_without_webassembly_pays() {
    let browser = Options {
        without_wasm: true,
        ..Options::default()
    };
    run(Setup::browser(browser), async |world| {
        let button = Button::for_order("ORDER-0701");
        let shop = pays(world, &button, page(&button.html())).await;
        assert_eq!(
            shop.0.script("return typeof WebAssembly", vec![]).await,
            "undefined"
        );
    });
}
