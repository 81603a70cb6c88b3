//! What must not be repeated to anyone, and what everybody knows and must not be a secret.

use malipo_server::config::Config;
use serde_json::json;

use crate::config::commented;
use crate::fake::Opening;
use crate::world::{World, key, quoted};

#[tokio::test]
async fn what_a_provider_repeats_of_our_secrets_is_not_passed_on() {
    let world = World::new().await;
    world.fake.mind(|it| it.opening = Opening::Repeats);
    let mut body = quoted("ORDER-0000001");
    body["customer"] =
        json!({"name": "Name Canary-5", "email": "mail-canary-6@x.example", "phone": "0700000777"});
    let reply = world.initiate(&key(), &body).await;
    let (status, code, sentence) = reply.error();
    assert_eq!((status, code.as_str()), (422, "backend"), "{reply:?}");
    // The provider's words themselves are passed on in sandbox mode: they say what is wrong.
    assert!(sentence.contains("BAD REQUEST"), "{sentence}");
    assert!(sentence.contains("[redacted]"), "{sentence}");
    assert!(!sentence.contains("CANARY"), "{sentence}");
    let notify = sentence.split("/PAY/NOTIFY/JOYNDPAY/").nth(1).unwrap();
    assert!(notify.starts_with("[redacted]"), "{sentence}");
    let back = sentence.split("/PAY/RETURN?OF=").nth(1).unwrap();
    assert!(back.starts_with("[redacted]"), "{sentence}");
}

#[test]
fn the_examples_secrets_open_nothing_in_live_mode() {
    let example = include_str!("../../malipo.example.toml");
    assert!(
        !example.contains("\n[webhook]"),
        "shop.example is told nothing"
    );
    let tables: String = ["webhook", "jopay", "jenga"].map(commented).concat();
    let example = format!("{tables}{example}")
        .replace(
            "whsec_...",
            "whsec_YW4gZXhhbXBsZSwgcmVwbGFjZSBpdDogMzIgYnl0ZXM=",
        )
        .replace("mode = \"sandbox\"", "mode = \"live\"")
        .replace(
            "public_url = \"http://127.0.0.1:8787\"",
            "public_url = \"https://pay.example\"",
        );
    let problems = Config::read(&example, []).unwrap_err();
    let refused: Vec<_> = problems
        .iter()
        .filter(|it| it.text.contains("published example"))
        .map(|it| it.path.as_str())
        .collect();
    let expected = [
        "quote.key",
        "shop_api.key",
        "admin.token",
        "webhook.secret",
        "webhook.old_secret",
        "joyndpay.public_key",
        "joyndpay.secret_key",
        "jopay.webhook_secret",
        "jopay.webhook_secret_next",
        "jenga.api_key",
        "jenga.consumer_secret",
        "jenga.ipn_password",
    ];
    assert_eq!(refused, expected, "{problems:?}");
    let api_key = problems.iter().find(|it| it.path == "jopay.api_key");
    assert!(api_key.unwrap().text.contains("test key in live mode"));
}
