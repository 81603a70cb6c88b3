//! To whom links are sent: the page that says so, and how many anybody is sent.

use serde_json::{Value, json};

use super::flow::{CREATE, ORDER, press, quoted, sent, worlds};
use crate::world::{Reply, SHOP, World, eventually, key};

async fn form(world: &World, order_id: &str) -> Reply {
    let quote = quoted(order_id)["quote"].as_str().unwrap().to_owned();
    let body = format!("quote={quote}&return_url=http%3A%2F%2F127.0.0.1%3A8000%2Fthanks");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", SHOP),
    ];
    world.send("POST", "/pay/checkout", &headers, body).await
}

/// Tea from the catalogue, for whomever the page names.
async fn tea(world: &World, email: &str, phone: &str) -> Reply {
    let customer = json!({"name": "Amina Wanjiru", "email": email, "phone": phone});
    let body = json!({"sku": "tea", "customer": customer, "return_url": format!("{SHOP}/tea")});
    world.initiate(&key(), &body).await
}

#[tokio::test]
async fn the_form_without_script_leads_to_a_page_that_waits_for_the_payment() {
    let (world, sandbox) = worlds("").await;
    let reply = form(&world, ORDER).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    let path = reply.header("location").strip_prefix("http://127.0.0.1:9");
    let path = path.unwrap().to_owned();
    assert!(path.starts_with("/pay/link/"), "{path}");
    let page = async || world.send("GET", &path, &[], "").await;
    let waiting = page().await;
    for part in [
        "Check your phone",
        "to ...678, a...@example.test.",
        "KES 1,350.50",
        "http-equiv=\"refresh\"",
    ] {
        assert!(waiting.text.contains(part), "{part}: {}", waiting.text);
    }
    for secret in ["712345678", "amina@", "Wanjiru"] {
        assert!(!waiting.text.contains(secret), "{}", waiting.text);
    }
    // Pressed again: no second link, and a page about the same one.
    let again = form(&world, ORDER).await;
    assert!(again.header("location").contains("/pay/link/"), "{again:?}");
    assert_eq!(sandbox.calls(CREATE).await, 1);
    sandbox.settle(ORDER, "fail").await;
    let says = async |words: &str| {
        let seen = eventually(async || Some(page().await).filter(|it| it.text.contains(words)));
        seen.await
    };
    says("The last try was declined").await;
    sandbox.settle(ORDER, "succeed").await;
    let paid = says("Payment received").await;
    assert!(!paid.text.contains("http-equiv"), "{}", paid.text);
    assert!(paid.text.contains("#malipo_order="), "{}", paid.text);
}

#[tokio::test]
async fn strangers_are_sent_three_links_a_day_however_their_number_is_written() {
    let (world, sandbox) = worlds("").await;
    for (email, phone) in [
        ("a@b.test", "0712345678"),
        ("c@d.test", "+254 712 345 678"),
        ("e@f.test", "254712345678"),
    ] {
        let reply = tea(&world, email, phone).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let refused = tea(&world, "g@h.test", "0712 345-678").await;
    let (status, code, sentence) = refused.error();
    assert_eq!((status, code.as_str()), (429, "rate-limited"));
    assert!(sentence.starts_with("customer: "), "{sentence}");
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((86_000..=86_400).contains(&wait), "{wait}");
    assert_eq!(sandbox.calls(CREATE).await, 3);
    // A mailbox by itself, cased as one likes.
    for email in ["a@b.test", "A@b.test", "a@B.TEST", "a@b.TesT"] {
        tea(&world, email, "").await;
    }
    assert_eq!(sandbox.calls(CREATE).await, 5);
    // Whom the shop's server names is sent what it orders; and tomorrow is another day.
    sent(&world, ORDER).await;
    world.forward(wait * 1_000).await;
    let reply = tea(&world, "g@h.test", "0712345678").await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn a_link_that_was_not_sent_is_not_counted() {
    let (world, sandbox) = worlds("").await;
    for _ in 0..4 {
        sandbox.script(json!({"token": {"refuse_calls": 2}})).await;
        let reply = tea(&world, "c@d.test", "0712345679").await;
        assert_eq!(reply.status, 422, "{reply:?}");
    }
    sandbox.script(json!({})).await;
    let reply = tea(&world, "c@d.test", "0712345679").await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn who_cannot_be_sent_a_link_is_told_which_field_is_missing() {
    let (world, sandbox) = worlds("").await;
    for (customer, field) in [
        (json!({"name": "A"}), "customer.email: "),
        (json!({"email": "a@b.test"}), "customer.name: "),
        (
            json!({"name": "A", "email": "a@b.test", "phone": "12"}),
            "customer.phone: ",
        ),
    ] {
        let body = json!({"sku": "tea", "customer": customer, "return_url": format!("{SHOP}/tea")});
        let (status, code, sentence) = world.initiate(&key(), &body).await.error();
        assert_eq!((status, code.as_str()), (400, "bad-option"));
        assert!(sentence.starts_with(field), "{sentence}");
    }
    assert_eq!(sandbox.links().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_store_that_is_read_shows_no_number_and_no_address() {
    let (world, sandbox) = worlds("").await;
    let reply = tea(&world, "amina@example.test", "0712345678").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(press(&world, ORDER).await.status, 200);
    assert_eq!(sandbox.messages().await.len(), 4);
    let mut bytes = Vec::new();
    for name in ["", "-wal"] {
        let path = format!("{}{name}", world.file().display());
        bytes.extend(std::fs::read(path).unwrap_or_default());
    }
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("...678"), "the masked number is kept");
    for secret in ["712345678", "amina@example.test", "Wanjiru"] {
        assert!(!text.contains(secret), "{secret}");
    }
}
