//! What a provider, or somebody in its name, tells.

use serde_json::{Value, json};

use super::world::World;

pub(super) async fn duplicate(world: &mut World) {
    let begun = world.begin().await;
    world
        .script(world.provider.notice, &json!({"copies": 5}))
        .await;
    world.settle(&begun.id, "succeed").await;
    world.becomes_status(&begun, "success").await;
    let answered = |it: &Value| {
        let notices = it["ipn"].as_array().into_iter().flatten();
        5 <= notices.filter(|it| it["http_status"] == 200).count()
    };
    // `agree` counts what the shop was told afterwards: one payment.paid.
    world.entry_becomes("notified five times", answered).await;
}

pub(super) async fn early(world: &mut World) {
    world
        .script(world.provider.notice, &json!({"mode": "before_answer"}))
        .await;
    let press = world.new_press();
    // Asked about before its own beginning was answered, it may be busy at first.
    let pressed = world.press_on(&press, 10).await;
    assert!(pressed.is_open(), "{} {}", pressed.status, pressed.body);
    let told = |it: &Value| {
        let mut notices = it["ipn"].as_array().into_iter().flatten();
        notices.any(|it| it["http_status"] == 200)
    };
    world.entry_becomes("notified", told).await;
    let begun = world.begun(press, &pressed).await;
    world.becomes_status(&begun, "success").await;
}

pub(super) async fn forged(world: &mut World) {
    let provider = world.provider;
    world
        .script(provider.notice, &json!({"mode": "forged"}))
        .await;
    let begun = world.begin().await;
    let answered = |it: &Value| {
        let mut notices = it["ipn"].as_array().into_iter().flatten();
        notices.any(|it| it["forged"] == true && it["http_status"] == provider.forged_status)
    };
    let what = format!("answered {}", provider.forged_status);
    world.entry_becomes(&what, answered).await;

    let record = world.record(&begun).await;
    let name = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
    let forgery = (provider.forgery)(&name("reference"), &name("provider_ref"));
    let shop = world.stack.shop();
    let status = shop
        .notify(&forgery.path, &forgery.headers, &forgery.body)
        .await;
    assert_eq!(status, 401, "a stranger's notification");
    world.stays_pending(&begun).await;

    world.calm().await;
    world.settle(&begun.id, "succeed").await;
    world.becomes_status(&begun, "success").await;
}
