//! What is charged never comes from the page: whatever it adds to a quote or an article, the provider is asked for the
//! shop's price, or not at all.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::world::{SHOP, World, key, quote, quoted, sign};

/// Values that a field of the page may be given to make a payment smaller, or another one.
fn lies(field: &str) -> Vec<Value> {
    let texts: &[&str] = match field {
        "amount" => &[
            "1",
            "9999",
            "10001",
            "0",
            "-10000",
            "1e4",
            "10000.000",
            "0x2710",
            " 10000",
            "1٠000",
            "10,000",
            "99999999999999999999",
            "NaN",
            "",
        ],
        "currency" => &["KES", "ugx", "UGX ", "XXX", "JPY", "BHD", ""],
        "order_id" => &["ORDER-0000002", "order-0000001", "ORDER-0000001 ", "*", ""],
        "sku" => &["tea", "coffee", "__proto__", ""],
        _ => &["x"],
    };
    let mut all: Vec<Value> = texts.iter().map(|it| json!(it)).collect();
    all.extend([
        json!(1),
        json!(-1),
        json!(0.1),
        json!([]),
        json!({}),
        json!(true),
    ]);
    all
}

const FIELDS: [&str; 12] = [
    "amount",
    "currency",
    "order_id",
    "sku",
    "quantity",
    "price",
    "fees",
    "fees_added",
    "discount",
    "status",
    "provider",
    "test",
];

#[tokio::test]
async fn a_quotes_price_is_asked_for_whatever_the_page_adds() {
    let world = World::with("limits.requests_per_ip_per_minute = 1000000\nlimits.initiates_per_order_per_minute = 100000").await;
    for field in FIELDS {
        for lie in lies(field) {
            let mut body = quoted("ORDER-0000001");
            body[field] = lie.clone();
            let reply = world.initiate(&key(), &body).await;
            let same = reply.status == 200
                && reply.json()["amount"] == "10000"
                && reply.json()["currency"] == "UGX"
                && reply.json()["order_id"] == "ORDER-0000001";
            let refused = (400..500).contains(&reply.status);
            assert!(same || refused, "{field}: {lie} {reply:?}");
        }
    }
    // The first that was no lie began it, and it alone.
    assert_eq!(world.fake.references(), ["ORDER-0000001"]);
    let request = world.fake.payment("ORDER-0000001").request;
    assert_eq!(request["amount"].to_string(), "10000", "{request}");
    assert_eq!(request["currency"], "UGX");
    let answer = world.opened("ORDER-0000001").await;
    assert_eq!(world.fake.references(), ["ORDER-0000001"]);
    assert_eq!(answer["amount"], "10000");
}

#[tokio::test]
async fn an_articles_price_is_asked_for_whatever_the_page_adds() {
    let world = World::with(super::NO_CEILING).await;
    for field in FIELDS
        .into_iter()
        .filter(|it| !matches!(*it, "sku" | "quantity"))
    {
        for lie in lies(field) {
            let mut body = json!({"sku": "tea", "quantity": 2, "return_url": format!("{SHOP}/")});
            body[field] = lie.clone();
            let reply = world.initiate(&key(), &body).await;
            let refused = (400..500).contains(&reply.status);
            assert!(
                refused || reply.json()["amount"] == "2501.00",
                "{field}: {lie} {reply:?}"
            );
        }
    }
    let begun = world.fake.references();
    assert!(
        !begun.is_empty(),
        "every lie was refused: nothing was asked for"
    );
    for reference in begun {
        let request = world.fake.payment(&reference).request;
        assert_eq!(request["amount"].to_string(), "2501.00", "{request}");
        assert_eq!(request["currency"], "KES");
    }
}

/// Every claim changed after signing, and every bit of the signature.
#[tokio::test]
async fn a_quote_that_was_changed_in_any_place_is_refused() {
    let world = World::with(super::NO_CEILING).await;
    let good = quote("ORDER-0000001", "10000", 3600);
    let parts: Vec<&str> = good.split('.').collect();
    let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let with = |claims: &Value| {
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        format!("{}.{claims}.{}", parts[0], parts[2])
    };
    let mut forged = Vec::new();
    for (claim, value) in [
        ("amount", json!("1")),
        ("currency", json!("KES")),
        ("order_id", json!("ORDER-0000002")),
        ("aud", json!("demo:live")),
        ("exp", json!(i64::MAX)),
        ("customer", json!({"phone": "0700000000"})),
    ] {
        let mut changed = claims.clone();
        changed[claim] = value;
        forged.push(with(&changed));
    }
    for header in [
        json!({"alg": "none"}),
        json!({"alg": "none", "typ": "JWT"}),
        json!({"alg": "HS256", "typ": "JWT", "kid": "../../dev/null"}),
        json!({"alg": "HS256", "typ": "JWT", "jku": "http://127.0.0.1:1/keys"}),
        json!({"alg": "RS256", "typ": "JWT"}),
        json!({"alg": "hs256", "typ": "JWT"}),
    ] {
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        forged.push(format!("{header}.{}.{}", parts[1], parts[2]));
        forged.push(format!("{header}.{}.", parts[1]));
    }
    let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    for bit in 0..signature.len() * 8 {
        let mut flipped = signature.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let flipped = URL_SAFE_NO_PAD.encode(flipped);
        forged.push(format!("{}.{}.{flipped}", parts[0], parts[1]));
    }
    for length in 0..signature.len() {
        let short = URL_SAFE_NO_PAD.encode(&signature[..length]);
        forged.push(format!("{}.{}.{short}", parts[0], parts[1]));
    }
    assert!(300 < forged.len());
    for quote in forged {
        let body = json!({"quote": quote, "return_url": format!("{SHOP}/")});
        let (status, code, sentence) = world.initiate(&key(), &body).await.error();
        assert_eq!((status, code.as_str()), (400, "bad-option"), "{sentence}");
        assert!(sentence.starts_with("quote:"), "{sentence}");
        assert!(!sentence.contains(parts[1]), "it is not repeated");
    }
    assert_eq!(world.fake.references(), Vec::<String>::new());
}

/// Amounts at the edges, in currencies of 0, 2 and 3 decimals.
#[tokio::test]
async fn an_amount_has_as_many_decimals_as_its_currency_and_ends_before_2_to_the_53() {
    let world = World::with(super::NO_CEILING).await;
    let ask = async |amount: &str, currency: &str| {
        let order = uuid::Uuid::new_v4().to_string();
        let exp = quote("x", "1", 3600);
        let claims = URL_SAFE_NO_PAD
            .decode(exp.split('.').nth(1).unwrap())
            .unwrap();
        let mut claims: Value = serde_json::from_slice(&claims).unwrap();
        claims["order_id"] = json!(order);
        claims["amount"] = json!(amount);
        claims["currency"] = json!(currency);
        let body = json!({"quote": sign(&claims), "return_url": format!("{SHOP}/")});
        world.initiate(&key(), &body).await
    };
    for (amount, currency, said) in [
        ("1", "UGX", Some("1")),
        ("1.0", "UGX", Some("1")),
        ("1.5", "UGX", None),
        ("0.01", "KES", Some("0.01")),
        ("0.001", "KES", None),
        ("0.010", "KES", Some("0.01")),
        ("0.00", "KES", None),
        ("1.230", "BHD", Some("1.230")),
        ("1.2345", "BHD", None),
        ("9007199254740991", "UGX", Some("9007199254740991")),
        ("9007199254740992", "UGX", None),
        ("90071992547409.91", "KES", Some("90071992547409.91")),
        ("90071992547409.92", "KES", None),
        ("9223372036854775807", "UGX", None),
        ("18446744073709551616", "UGX", None),
        ("-0", "UGX", None),
        ("+1", "UGX", None),
        (".5", "KES", None),
        ("5.", "KES", None),
        ("1_000", "UGX", None),
        ("１０", "UGX", None),
    ] {
        let reply = ask(amount, currency).await;
        match said {
            Some(said) => {
                assert_eq!(reply.status, 200, "{amount} {currency} {reply:?}");
                assert_eq!(reply.json()["amount"], said, "{amount} {currency}");
            }
            None => assert_eq!(reply.error().0, 400, "{amount} {currency} {reply:?}"),
        }
    }
}
