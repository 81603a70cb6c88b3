//! Trouble with the calls to the provider: first with the one that begins a payment, then with those that ask about it.

use serde_json::{Value, json};

use super::world::World;
use crate::provider::Lost;

/// A way in which a call goes wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trouble {
    fault: &'static str,
    retry_after_s: Option<u32>,
    /// Whether the provider has done what it was asked for.
    done: bool,
    /// Whether the server knows that nothing was done.
    refused: bool,
}

pub(super) async fn trouble(world: &mut World, trouble: Trouble) {
    beginning(world, trouble).await;
    world.calm().await;
    asking(world, trouble).await;
}

async fn beginning(world: &mut World, trouble: Trouble) {
    let provider = world.provider;
    world.script(provider.create, &trouble.once(1)).await;
    let press = world.new_press();
    let waits = provider.lost == Lost::WaitsForNotice && !trouble.refused;
    // Who is to wait for a notification is told so again and again; everybody else gets to a page in the end.
    let pressed = world.press_on(&press, if waits { 3 } else { 60 }).await;
    assert_eq!(
        pressed.is_open(),
        !waits,
        "{} {}",
        pressed.status,
        pressed.body
    );

    let ledger = world.ledger().await;
    let lost = usize::from(trouble.done);
    let expected = match provider.lost {
        Lost::NewAttempt => 1 + lost,
        Lost::SameKey => 1,
        Lost::WaitsForNotice => {
            if waits {
                lost
            } else {
                1
            }
        }
    };
    assert_eq!(
        ledger.len(),
        expected,
        "payments at the provider: {}",
        json!(ledger)
    );

    // All that the provider has is paid, the page's first: whatever was given up as lost is then paid too often.
    let begun = world.begun(press, &pressed).await;
    for entry in ledger.iter().rev() {
        let id = entry["id"].as_str().unwrap_or_default();
        world.settle(id, "succeed").await;
    }
    if ledger.is_empty() {
        let record = world.record(&begun).await;
        assert_eq!(
            record["status"], "pending",
            "nobody knows whether it can be paid: {record}"
        );
    } else {
        let paid = |it: &Value| {
            let again = it["duplicates"].as_array().map_or(0, Vec::len);
            it["status"] == "success" && again + 1 == ledger.len()
        };
        world.becomes(&begun, "paid", paid).await;
    }
}

async fn asking(world: &mut World, trouble: Trouble) {
    let provider = world.provider;
    if let Some(look_up) = provider.look_up {
        let begun = world.begin().await;
        // Each refusal halves the budget: one is enough.
        let times = if trouble.refused { 1 } else { 2 };
        world.script(look_up, &trouble.once(times)).await;
        world.settle(&begun.id, "succeed").await;
        world.becomes_status(&begun, "success").await;
    } else if let Some(door) = provider.door {
        // It cannot be asked; before a beginning it has to be entered, and a door that fails has begun nothing.
        world.script(door, &trouble.once(1)).await;
        let press = world.new_press();
        let pressed = world.press_on(&press, 60).await;
        assert!(pressed.is_open(), "{} {}", pressed.status, pressed.body);
        let begun = world.begun(press, &pressed).await;
        world.settle(&begun.id, "succeed").await;
        world.becomes_status(&begun, "success").await;
    }
}

impl Trouble {
    fn once(self, times: u32) -> Value {
        json!({"fault": self.fault, "retry_after_s": self.retry_after_s, "times": times})
    }

    const fn new(fault: &'static str, done: bool) -> Self {
        Self {
            fault,
            retry_after_s: None,
            done,
            refused: false,
        }
    }
}

pub(super) const RETRY_AFTER: Trouble = Trouble {
    retry_after_s: Some(1),
    ..TOO_MANY
};
pub(super) const TOO_MANY: Trouble = Trouble {
    refused: true,
    ..Trouble::new("http_429", false)
};
pub(super) const SERVER_ERROR: Trouble = Trouble::new("http_500", false);
pub(super) const TIMEOUT: Trouble = Trouble::new("timeout_after_create", true);
pub(super) const MALFORMED: Trouble = Trouble::new("malformed_json", true);
pub(super) const HTML: Trouble = Trouble::new("html_page", false);
pub(super) const WRONG_TYPES: Trouble = Trouble::new("wrong_types", true);
pub(super) const BIG_BODY: Trouble = Trouble::new("big_body", true);
