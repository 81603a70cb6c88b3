//! The script embed's files: pinned by their hashes.

use malipo_e2e::browser::all_without_wasm;
use malipo_e2e::fault::{Answer, Fault};
use malipo_e2e::process::project;
use malipo_e2e::shop::{Button, page};
use malipo_e2e::story;
use malipo_e2e::world::in_browser;
use serde_json::Value;

/// A page whose script is the pinned entry.
fn pinned(button: &Button) -> (Answer, String) {
    let text = std::fs::read_to_string(project().join("pkg/integrity.json")).unwrap();
    let all: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    let (entry, hash) = all
        .iter()
        .find(|(name, _)| name.starts_with("malipo-"))
        .unwrap();
    let mut answer = page(&button.html());
    let script = format!(
        "src=\"/malipo/{entry}\" integrity=\"{}\" crossorigin=\"anonymous\"",
        hash.as_str().unwrap()
    );
    answer.body = answer.body.replace("src=\"/malipo/malipo.js\"", &script);
    (answer, entry.clone())
}

#[test]
fn an_entry_that_is_pinned_pays() {
    in_browser(async |world| {
        let button = Button::for_order("ORDER-0720");
        let (answer, entry) = pinned(&button);
        let shop = world.shop_page(answer).await;
        shop.press().await;
        world.pay(&shop).await;
        assert_eq!(world.stack.shop.count(&format!("/malipo/{entry}")), 1);
    });
}

#[test]
fn wasm_that_was_exchanged_is_not_run() {
    if all_without_wasm() {
        // None is loaded.
        return;
    }
    in_browser(async |world| {
        world.expect_on_console("integrity");
        // The smallest module that there is: it would run.
        let other = Answer::new(200, "application/wasm", "\0asm\u{1}\0\0\0");
        world
            .stack
            .shop
            .always("/malipo/core-*.wasm", Fault::Answer(other));
        let shop = world
            .shop_page(pinned(&Button::for_order("ORDER-0721")).0)
            .await;
        shop.press().await;
        story::network_error(&shop).await;
        world.only_the_shop_is_open(&shop).await;
        assert_eq!(world.stack.shop.count("/pay/initiate"), 0);
    });
}
