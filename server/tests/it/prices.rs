//! Who decides the price.

use serde_json::{Value, json};

use crate::world::{SHOP, World, key, quote, sign};

struct Case {
    body: Value,
    expected: (u16, &'static str, &'static str),
}

fn case(body: Value, status: u16, code: &'static str, names: &'static str) -> Case {
    Case {
        body,
        expected: (status, code, names),
    }
}

async fn check(world: &World, cases: Vec<Case>) {
    for Case { mut body, expected } in cases {
        body["return_url"] = json!(format!("{SHOP}/"));
        let reply = world.initiate(&key(), &body).await;
        let (status, code, sentence) = reply.error();
        assert_eq!(
            (status, code.as_str()),
            (expected.0, expected.1),
            "{body} {reply:?}"
        );
        assert!(sentence.starts_with(expected.2), "{body} {sentence}");
    }
    assert_eq!(world.fake.references(), Vec::<String>::new());
}

#[tokio::test]
async fn only_quote_and_catalogue_decide() {
    let world = World::new().await;
    let good = || quote("ORDER-0000001", "10000", 3600);
    check(
        &world,
        vec![
            case(json!({}), 400, "bad-option", "quote:"),
            case(json!({"order_id": "ORDER-0000001", "amount": "1", "currency": "UGX"}), 400, "bad-option", "quote:"),
            case(json!({"amount": "1"}), 400, "bad-option", "currency:"),
            case(json!({"quote": "x"}), 400, "bad-option", "quote:"),
            case(json!({"quote": format!("{}x", good())}), 400, "bad-option", "quote:"),
            case(json!({"quote": quote("ORDER-0000001", "10000", 90_000)}), 400, "bad-option", "quote:"),
            case(json!({"quote": quote("ORDER-0000001", "0", 3600)}), 400, "bad-option", "quote:"),
            case(json!({"quote": sign(&json!({"order_id":"ORDER-0000001","amount":"1","currency":"UGX","aud":"demo:live","exp":1}))}), 400, "bad-option", "quote:"),
            case(json!({"quote": quote("ORDER-0000001", "10000", -1)}), 422, "quote-expired", "quote:"),
            case(json!({"quote": good(), "order_id": "ORDER-0000002"}), 422, "order-changed", "order_id:"),
            case(json!({"quote": good(), "amount": "9999"}), 422, "order-changed", "amount:"),
            case(json!({"quote": good(), "currency": "KES"}), 422, "order-changed", "currency:"),
            case(json!({"quote": good(), "sku": "tea"}), 400, "bad-option", "sku:"),
            case(json!({"sku": "coffee"}), 400, "bad-option", "sku:"),
            case(json!({"sku": "tea", "order_id": "ORDER-0000001"}), 400, "bad-option", "order_id:"),
            case(json!({"sku": "tea", "quantity": 0}), 400, "bad-option", "quantity:"),
            case(json!({"sku": "tea", "quantity": 1000}), 400, "bad-option", "quantity:"),
            case(json!({"quantity": 2}), 400, "bad-option", "quantity:"),
            case(json!({"sku": "tea", "amount": "1", "currency": "KES"}), 422, "amount-mismatch", "amount:"),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_catalogue_names_the_order_and_multiplies() {
    let world = World::new().await;
    let body =
        json!({"sku": "tea", "quantity": 3, "amount": "3751.5", "return_url": format!("{SHOP}/")});
    let reply = world.initiate(&key(), &body).await;
    let answer = reply.json();
    assert_eq!(
        (
            reply.status,
            answer["amount"].as_str(),
            answer["currency"].as_str()
        ),
        (200, Some("3751.50"), Some("KES")),
        "{reply:?}"
    );
    let references = world.fake.references();
    assert_eq!(references, [answer["order_id"].as_str().unwrap()]);
    let request = world.fake.payment(&references[0]).request;
    assert_eq!(request["amount"].to_string(), "3751.50");
    assert_eq!(request["meta"]["description"], "3 × Tea");
    assert_eq!(world.fake.mind(|it| it.strangers), 0);
}

#[tokio::test]
async fn the_pages_own_amount_counts_only_where_it_is_allowed() {
    let world = World::with("allow_client_amounts = true").await;
    let body = json!({"order_id": "short", "amount": "10000.00", "currency": "UGX", "description": "x".repeat(600), "customer": {"name": "A\u{7} B", "email": "a@b.example"}, "return_url": format!("{SHOP}/")});
    let reply = world.initiate(&key(), &body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let reference = world.fake.references()[0].clone();
    assert_eq!(
        reference.len(),
        16,
        "an order id that does not fit becomes a random reference"
    );
    let request = world.fake.payment(&reference).request;
    assert_eq!(request["amount"].to_string(), "10000");
    assert_eq!(request["meta"]["description"].as_str().unwrap().len(), 500);
    assert_eq!(request["meta"]["customer_name"], "A B");
}

#[tokio::test]
async fn a_return_leads_to_a_shop_only() {
    let world = World::new().await;
    for bad in [
        "",
        "/x",
        "https://evil.example/",
        "https://shop.example.evil/",
        "https://u@shop.example/",
        "javascript:alert(1)",
        "http://shop.example/",
        "http://127.0.0.1:8001/",
    ] {
        let body = json!({"quote": quote("ORDER-0000001", "10000", 3600), "return_url": bad});
        let (status, code, sentence) = world.initiate(&key(), &body).await.error();
        assert_eq!((status, code.as_str()), (400, "bad-option"), "{bad}");
        assert!(sentence.starts_with("return_url:"), "{sentence}");
    }
    for good in ["https://shop.example/thanks?a=1#x", "http://127.0.0.1:9/x"] {
        let body = json!({"quote": quote("ORDER-0000001", "10000", 3600), "return_url": good});
        assert_eq!(world.initiate(&key(), &body).await.status, 200, "{good}");
    }
}
