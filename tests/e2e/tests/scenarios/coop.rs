//! Cross-Origin-Opener-Policy, of the provider's page and of the shop's: it cuts the two tabs apart.

use malipo_e2e::shop::{Button, page};
use malipo_e2e::world::{World, in_browser};
use serde_json::json;

/// Pays an order, where the provider's page and the shop's send these policies.
async fn pays(world: &World, order_id: &str, provider: Option<&str>, shop: Option<&str>) {
    let coop = provider.map_or(json!(null), |it| json!(it));
    let script = json!({ "joyndpay": { "checkout": { "coop": coop } } });
    world.stack.script(&script).await;
    let mut answer = page(&Button::for_order(order_id).html());
    if let Some(policy) = shop {
        answer = answer.header("cross-origin-opener-policy", policy);
    }
    let shop = world.shop_page(answer).await;
    shop.press().await;
    world.pay(&shop).await;
    let story = shop.story_of_events().await;
    assert_eq!(
        story,
        ["pay-start", "pay-initiated", "pay-opened", "pay-success"]
    );
    // The return page closes itself, also where nothing ties it to the shop any more.
    world.only_the_shop_is_open(&shop).await;
}

#[test]
fn a_checkout_page_pays_whatever_its_opener_policy() {
    in_browser(async |world| {
        let policies = [
            "same-origin-allow-popups",
            "same-origin",
            "noopener-allow-popups",
        ];
        for (number, policy) in policies.into_iter().enumerate() {
            pays(world, &format!("ORDER-202{number}"), Some(policy), None).await;
        }
    });
}

#[test]
fn a_shop_pays_whatever_its_opener_policy() {
    in_browser(async |world| {
        let policies = ["same-origin", "same-origin-allow-popups"];
        for (number, policy) in policies.into_iter().enumerate() {
            pays(world, &format!("ORDER-203{number}"), None, Some(policy)).await;
            let both = format!("ORDER-204{number}");
            pays(world, &both, Some("same-origin"), Some(policy)).await;
        }
    });
}
