//! What becomes of a payment, without trouble in between.

use serde_json::json;

use super::world::World;
use crate::provider::{Expiry, Failure};

pub(super) async fn paid(world: &mut World) {
    let told = world.begin().await;
    world.settle(&told.id, "succeed").await;
    let record = world.becomes_status(&told, "success").await;
    assert_eq!(record["amount"], world.provider.amount, "{record}");
    assert_eq!(record["late"], false, "{record}");

    // Where the provider can be asked, nobody need tell.
    if world.provider.look_up.is_some() {
        world
            .script(world.provider.notice, &json!({"mode": "never"}))
            .await;
        let watched = world.begin().await;
        world.settle(&watched.id, "succeed").await;
        world.becomes_status(&watched, "success").await;
    }
}

pub(super) async fn failed(world: &mut World) {
    let begun = world.begin().await;
    match world.provider.failure {
        Failure::Final => {
            world.settle(&begun.id, "fail").await;
            world.becomes_status(&begun, "failed").await;
        }
        Failure::Declined => {
            world.settle(&begun.id, "fail").await;
            let declined = |it: &serde_json::Value| it["reason"] == "declined";
            let record = world.becomes(&begun, "declined", declined).await;
            assert_eq!(record["status"], "pending", "{record}");
            // The link is still payable: another press leads to it and makes no second one.
            let again = world.press_on(&begun.press, 1).await;
            assert!(again.is_open(), "{} {}", again.status, again.body);
            assert_eq!(world.ledger().await.len(), 1);
            world.settle(&begun.id, "succeed").await;
            world.becomes_status(&begun, "success").await;
        }
        Failure::Mismatch => {
            world.settle(&begun.id, "mismatch").await;
            world.stays_pending(&begun).await;
            // A shopper who gives up before anything was sent ends it.
            let other = world.begin().await;
            world
                .stack
                .shop()
                .cancel(&other.press.order_id, &other.token)
                .await;
            let record = world.becomes_status(&other, "failed").await;
            assert_eq!(record["reason"], "cancelled", "{record}");
            let cancelled =
                |it: &serde_json::Value| it["id"] == other.id && it["status"] == "failed";
            world.entry_becomes("cancelled", cancelled).await;
        }
    }
}

pub(super) async fn expired(world: &mut World) {
    let begun = world.begin().await;
    world.settle(&begun.id, "expire").await;
    match world.provider.expiry {
        Expiry::Told => {
            let record = world.becomes_status(&begun, "failed").await;
            assert_eq!(record["reason"], "expired", "{record}");
        }
        // It is not failed before the last day and an hour are over, which a test with the real time cannot wait for:
        // server/tests/it/jenga holds that moment with a clock of its own. Here: nothing is called failed too early.
        Expiry::Silent => world.stays_pending(&begun).await,
        Expiry::None(why) => panic!("not applicable: {why}"),
    }
}

pub(super) async fn late(world: &mut World) {
    let begun = world.begin().await;
    let (fail, succeed) = match world.provider.failure {
        Failure::Final => ("fail", "succeed?reverse=true"),
        Failure::Declined => ("fail", "succeed"),
        Failure::Mismatch => ("expire", "succeed"),
    };
    world.settle(&begun.id, fail).await;
    if world.provider.failure == Failure::Declined {
        // Never failed as long as it can be paid, so its success is not late either.
        let declined = |it: &serde_json::Value| it["reason"] == "declined";
        world.becomes(&begun, "declined", declined).await;
        world.settle(&begun.id, succeed).await;
        let record = world.becomes_status(&begun, "success").await;
        assert_eq!(record["late"], false, "{record}");
        return;
    }
    world.becomes_status(&begun, "failed").await;
    world.settle(&begun.id, succeed).await;
    let record = world.becomes_status(&begun, "success").await;
    assert_eq!(record["late"], true, "{record}");
}

pub(super) async fn amount_differs(world: &mut World) {
    let provider = world.provider;
    let begun = world.begin().await;
    let part = provider.look_up.unwrap_or(provider.notice);
    world.script(part, &(provider.wrong_amount)()).await;
    world.settle(&begun.id, "succeed").await;
    let review = |it: &serde_json::Value| it["state"] == "needs_review";
    let record = world.becomes(&begun, "reviewed", review).await;
    assert_eq!(record["status"], "pending", "{record}");
    assert_eq!(record["reason"], "review", "{record}");

    let Some(wrong_opening) = provider.wrong_opening else {
        return;
    };
    // Said at the beginning: no shopper gets to a page on which something else is paid.
    world.script(provider.create, &wrong_opening()).await;
    let press = world.new_press();
    let pressed = world.press_on(&press, 1).await;
    assert_eq!(pressed.status, 422, "{}", pressed.body);
    assert_eq!(pressed.body["redirect_url"], json!(null));
    let record = world.stack.shop().record(&press.order_id).await;
    assert_eq!(record["status"], "pending", "{record}");
}
