//! What must not be repeated to anyone.

use serde_json::json;

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
